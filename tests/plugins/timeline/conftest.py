"""A timeline on the screen, a hand over it, and events to be found there."""

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from ethoprism_domains.annotation.editing import add
from napari_ethoprism.session import Session
from napari_ethoprism.views.theme import Theme
from napari_ethoprism.views.timeline import TimelineView

from .timeline_hand import Hand


@pytest.fixture
def view(qtbot: QtBot, session: Session) -> Iterator[TimelineView]:
    session.set_subject("A")
    made = TimelineView(session, Theme())
    qtbot.addWidget(made)
    made.resize(1200, 260)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close()


@pytest.fixture
def hand(qtbot: QtBot, view: TimelineView) -> Hand:
    return Hand(qtbot, view)


@pytest.fixture
def code(session: Session) -> Callable[..., str]:
    """Return what codes an event of A and gives its id."""

    def code(behavior: str, begin: int, stop: int | None = None, **details: str) -> str:
        change = session.do(add, behavior, begin, stop, subject="A", **details)
        assert change is not None
        return change.created[0]

    return code
