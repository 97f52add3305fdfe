"""Comparing with another coder in the window."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QComboBox, QDoubleSpinBox, QLabel, QPushButton

from ethoprism_domains.annotation.editing import add, observe
from napari_ethoprism.session import Session
from napari_ethoprism.views.agreement import AgreementView
from napari_ethoprism.views.agreement import view as module
from napari_ethoprism.views.agreement.partner import ANNOTATOR, Partner


@pytest.fixture
def coded(session: Session) -> Session:
    """Anna and Bob have coded the same frames, not alike."""
    with session.project.store("one.mp4", "bob", frame_times=session.times) as store:
        store.do(add, "walk", 10, 40, subject="A")
        store.do(add, "rest", 60, 65, subject="B")
        store.do(observe, 0, 100)
    session.do(add, "walk", 10, 20, subject="A")
    session.do(add, "jump", 90, subject="B")
    session.do(observe, 0, 100)
    return session


@pytest.fixture
def view(qtbot: QtBot, coded: Session) -> Iterator[AgreementView]:
    made = AgreementView(coded)
    qtbot.addWidget(made)
    made.resize(330, 600)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


def settle(qtbot: QtBot, view: AgreementView) -> None:
    qtbot.waitUntil(lambda: not view.comparer.is_busy, timeout=20_000)


def compare(qtbot: QtBot, view: AgreementView, who: str) -> None:
    box = view.findChild(QComboBox, "compare with")
    box.setCurrentText(who)
    assert box.currentText() == who
    box.activated.emit(box.currentIndex())
    settle(qtbot, view)


def click(qtbot: QtBot, view: AgreementView, name: str) -> None:
    qtbot.mouseClick(view.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def told(view: AgreementView, name: str = "agreement") -> str:
    return view.findChild(QLabel, name).text()


def rows(view: AgreementView) -> list[list[str]]:
    table = view.table
    return [[table.item(row, at).text() for at in range(5)] for row in range(table.rowCount())]


WALK = ["walk of A", "bob", "00:01.000", "00:02.000", "1.00"]
REST = ["rest of B", "bob", "00:03.000", "00:03.250", "0.25"]
JUMP = ["jump of B", "you", "00:04.500", "00:04.550", "0.05"]


def test_another_coder_is_compared_in_words_numbers_and_marks(qtbot: QtBot, view: AgreementView):
    with qtbot.waitSignal(view.marked, check_params_cb=lambda name, spans, color: bool(spans)) as m:
        compare(qtbot, view, "bob")
    assert m.args[:2] == ["disagreements", ((20, 40), (60, 65), (90, 91))]
    assert told(view).startswith("All behaviours: you agree in part.\nkappa 0.")
    assert "rest: you hardly agree" in told(view, "agreement of behaviours")
    assert rows(view) == [WALK, REST, JUMP]


def test_a_line_is_looked_at_and_looped_by_clicks_and_steps(
    qtbot: QtBot, view: AgreementView, coded: Session
):
    compare(qtbot, view, "bob")
    with qtbot.waitSignal(view.loop_asked) as looped:
        place = view.table.visualItemRect(view.table.item(1, 0)).center()
        qtbot.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert coded.frame == 60 and looped.args == [50, 76]
    view.commands()["next disagreement"]()
    assert coded.frame == 90
    view.commands()["previous disagreement"]()
    view.commands()["previous disagreement"]()
    assert coded.frame == 20
    view.table.sortByColumn(4, Qt.SortOrder.AscendingOrder)  # the shortest first
    assert rows(view) == [JUMP, REST, WALK] and view.table.current.start == 20
    click(qtbot, view, "previous disagreement")
    assert coded.frame == 60


def test_theirs_is_taken_by_one_action_that_can_be_undone(
    qtbot: QtBot, view: AgreementView, coded: Session
):
    compare(qtbot, view, "bob")
    view.step(1)
    click(qtbot, view, "take theirs")
    [walk] = coded.coding.track("A", "walk").events
    assert (walk.start_frame, walk.stop_frame, walk.annotator) == (10, 40, "anna")
    settle(qtbot, view)
    assert rows(view) == [REST, JUMP]
    view.step(1)
    assert coded.frame == 60
    view.step(1)
    click(qtbot, view, "take theirs")
    assert not coded.coding.track("B", "jump").events
    coded.undo()
    coded.undo()
    settle(qtbot, view)
    assert rows(view) == [WALK, REST, JUMP]


def test_tolerance_and_interval_are_settings(qtbot: QtBot, view: AgreementView):
    compare(qtbot, view, "bob")
    view.findChild(QDoubleSpinBox, "interval").setValue(0.5)
    settle(qtbot, view)
    assert "of 60 comparisons" in told(view)
    view.findChild(QDoubleSpinBox, "tolerance").setValue(2.0)
    settle(qtbot, view)
    assert rows(view) == [REST, JUMP]


def test_a_label_file_is_compared_and_not_imported(
    qtbot: QtBot, view: AgreementView, coded: Session, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    path = tmp_path / "bobs ü.csv"
    lines = (
        "video,subject,behavior,start_frame,stop_frame",
        "one.mp4,A,walk,10,20",
        "one.mp4,A,dig,30,40",
    )
    path.write_text("\n".join(lines), encoding="utf-8")
    before = coded.coding
    monkeypatch.setattr(module, "ask_file", lambda *_: path)
    click(qtbot, view, "compare file")
    settle(qtbot, view)
    assert rows(view) == [JUMP] and "left out: dig" in told(view)
    assert view.findChild(QComboBox, "compare with").currentText() == "bobs ü.csv"
    assert coded.coding == before


def test_of_several_videos_in_a_file_the_user_says_which(
    qtbot: QtBot, view: AgreementView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "two.csv"
    lines = (
        "video,subject,behavior,start_frame,stop_frame",
        "x.mp4,A,walk,1,2",
        "y.mp4,A,walk,10,20",
    )
    path.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(module, "ask_source", lambda *_: "y.mp4")
    view.compare_file(path)
    qtbot.waitUntil(lambda: view.comparer.compared is not None)
    assert rows(view) == [JUMP]


def test_nothing_is_shown_to_whoever_codes_blind(qtbot: QtBot, view: AgreementView, coded: Session):
    compare(qtbot, view, "bob")
    with qtbot.waitSignal(view.marked) as marked:
        coded.set_blind(True)
    assert marked.args[1] == () and rows(view) == []
    assert "hidden while you code blind" in told(view)
    assert not view.findChild(QComboBox, "compare with").isEnabled()
    coded.set_blind(False)
    settle(qtbot, view)
    assert rows(view) == [WALK, REST, JUMP]


def test_another_video_ends_a_comparison_that_does_not_concern_it(
    qtbot: QtBot, view: AgreementView, coded: Session, show_video
):
    compare(qtbot, view, "bob")
    show_video(coded, "twö.mp4")
    assert view.comparer.partner is None and rows(view) == []
    assert "Choose another coder" in told(view)


def test_what_cannot_be_compared_is_told(qtbot: QtBot, view: AgreementView, coded: Session):
    coded.undo()  # nothing is observed any more
    with qtbot.waitSignal(coded.told) as said:
        compare(qtbot, view, "bob")
    assert "observed nothing" in said.args[0] and said.args[1] == "problem"
    assert "observed nothing" in told(view)


def predict(session: Session, start: int, stop: int) -> None:
    """Have a probe predict one bout, as the session is told of it."""
    label = np.zeros((100, 1, 1), np.int8)
    label[start:stop] = 1
    dims = ("time", "individual", "behavior")
    path = session.project.folder / "predictions" / "net" / "one.mp4.nc"
    path.parent.mkdir(parents=True, exist_ok=True)
    xr.Dataset(
        {"label": (dims, label), "probability": (dims, label.astype(np.float32))},
        coords={"time": session.times, "individual": ["A"], "behavior": ["walk"]},
        attrs={"video": "one.mp4", "probe": "net"},
    ).to_netcdf(path, engine="h5netcdf")
    session.choose_predictions("net")


def test_a_probe_is_another_coder(qtbot: QtBot, view: AgreementView, coded: Session):
    predict(coded, 30, 50)
    compare(qtbot, view, "the probe net")
    assert [row[:2] for row in rows(view)] == [
        ["walk of A", "you"],
        ["walk of A", "the probe net"],
        ["jump of B", "you"],
    ]
    view.step(1)
    view.step(1)
    click(qtbot, view, "take theirs")
    [_, taken] = coded.coding.track("A", "walk").events
    assert (taken.labeling_method, taken.model, taken.start_frame) == ("curated", "net", 30)
    predict(coded, 10, 20)
    settle(qtbot, view)
    assert rows(view)[0][:3] == ["walk of A", "you", "00:01.500"]


def test_the_key_steps_and_loops_and_the_timeline_marks_in_the_window(qtbot: QtBot, workbench):
    session, view = workbench.session, workbench.views["Compare"]
    with session.project.store("one.mp4", "bob", frame_times=session.times) as store:
        store.do(add, "walk", 40, 60, subject="A")
        store.do(observe, 0, 100)
    session.do(observe, 0, 100)
    view.comparer.choose(Partner(ANNOTATOR, "bob"))
    qtbot.waitUntil(lambda: view.comparer.compared is not None, timeout=20_000)
    marks = workbench.timeline.canvas.scene.marks["disagreements"]
    assert marks.spans == ((40, 60),)
    window = workbench.panel.window()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_F3)
    qtbot.waitUntil(lambda: workbench.player.span == (30, 71))
    assert workbench.player.is_playing and 40 <= session.frame < 71
