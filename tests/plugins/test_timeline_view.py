"""The timeline shows what is coded, and moves the playhead."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, Qt

from napari_ethoprism.session import Session
from napari_ethoprism.views.theme import Theme
from napari_ethoprism.views.timeline import TimelineView


@pytest.fixture
def view(qtbot: QtBot, session: Session) -> Iterator[TimelineView]:
    made = TimelineView(session, Theme())
    qtbot.addWidget(made)
    made.resize(1000, 220)
    with qtbot.waitExposed(made):
        made.show()
    yield made


def place(view: TimelineView, frame: float, y: int) -> QPoint:
    scene = view.canvas.scene
    return QPoint(round(scene.head + scene.scale.x_of(float(frame))), y)


def test_a_click_on_the_ruler_or_an_empty_lane_goes_to_that_frame(
    qtbot: QtBot, view: TimelineView
) -> None:
    for frame, y in ((31.5, 10), (77.5, 60)):
        qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=place(view, frame, y))
        qtbot.waitUntil(lambda wanted=int(frame): view.session.frame == wanted)
