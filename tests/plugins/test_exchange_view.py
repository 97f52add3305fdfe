"""Exporting and importing from the window."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QComboBox, QLabel, QPushButton, QTableWidget, QWidget

from ethoprism_domains.annotation.editing import add, observe, start
from ethoprism_domains.formats import read_events
from napari_ethoprism.session import Session
from napari_ethoprism.views.exchange import ExchangeView
from napari_ethoprism.views.exchange import view as module


@pytest.fixture
def view(qtbot: QtBot, session: Session) -> Iterator[ExchangeView]:
    made = ExchangeView(session)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def child(view: QWidget, kind: type, name: str):
    found = view.findChild(kind, name)
    assert found is not None, name
    return found


def click(qtbot: QtBot, view: QWidget, name: str) -> None:
    qtbot.mouseClick(child(view, QPushButton, name), Qt.MouseButton.LeftButton)


def choose(view: ExchangeView, name: str, text: str) -> None:
    child(view, QComboBox, name).setCurrentText(text)


def result(view: ExchangeView) -> str:
    return str(child(view, QLabel, "exchange result").text())


def losses(view: ExchangeView) -> list[list[str]]:
    table = child(view, QTableWidget, "losses")
    return [[table.item(row, at).text() for at in range(3)] for row in range(table.rowCount())]


def answer(monkeypatch: pytest.MonkeyPatch, **answers: object) -> None:
    for name, value in answers.items():
        monkeypatch.setattr(module, name, lambda *_, value=value: value)


def read_in(qtbot: QtBot, view: ExchangeView, path: Path) -> None:
    """Import a file, and wait until nothing is being read any more."""
    view.import_file(path)
    qtbot.waitUntil(lambda: not view.is_busy)


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_labels_are_exported_with_what_was_lost(
    qtbot: QtBot, view: ExchangeView, session: Session, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    session.do(add, "walk", 10, 20, subject="A", comment="uphill")
    session.do(start, "rest", 50, subject="A")
    session.do(observe, 0, 100)
    choose(view, "export format", "deepethogram")
    assert "one row a frame" in child(view, QLabel, "format description").text()
    answer(monkeypatch, ask_target=tmp_path / "out ü")
    click(qtbot, view, "export")
    qtbot.waitUntil(lambda: "Wrote" in result(view))
    assert (tmp_path / "out ü.csv").is_file()
    assert "1 bouts that are not stopped yet are left out" in result(view)
    assert ["comments of events", "1", "walk of A in one.mp4 at frame 10"] in losses(view)


def test_the_whole_project_goes_into_a_folder_where_a_file_holds_one_video(
    qtbot: QtBot, view: ExchangeView, session: Session, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    session.do(add, "walk", 10, 20, subject="A")
    choose(view, "export what", "All videos of the project")
    choose(view, "export format", "elan")
    assert "a folder of files" in child(view, QLabel, "format description").text()
    (tmp_path / "files").mkdir()
    answer(monkeypatch, ask_folder=tmp_path / "files")
    click(qtbot, view, "export")
    qtbot.waitUntil(lambda: "Wrote" in result(view))
    assert [path.name for path in (tmp_path / "files").iterdir()] == ["one.mp4.eaf"]


@pytest.mark.parametrize("is_sure", [False, True])
def test_a_file_that_is_there_is_replaced_only_when_one_says_so(
    is_sure: bool, qtbot: QtBot, view: ExchangeView, session: Session, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    session.do(add, "walk", 10, 20, subject="A")
    there = write(tmp_path / "mine.csv", "precious")
    answer(monkeypatch, ask_target=there, confirm=is_sure)
    click(qtbot, view, "export")
    if is_sure:
        qtbot.waitUntil(lambda: "Wrote" in result(view))
        assert len(read_events(there).events) == 1
        assert {what for what, _, _ in losses(view)} == {
            "behaviours of the ethogram",
            "exclusions of behaviours",
            "subjects of the ethogram",
        }
    else:
        qtbot.wait(50)
        assert there.read_text(encoding="utf-8") == "precious\n"


def test_an_export_of_nothing_is_told(
    qtbot: QtBot, view: ExchangeView, session: Session, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    answer(monkeypatch, ask_target=tmp_path / "x.csv")
    with qtbot.waitSignal(session.told) as told:
        click(qtbot, view, "export")
    assert "no annotations by" in told.args[0] or "has coded nothing" in told.args[0]
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize(("name", "written"), [("e.svg", "e.svg"), ("e", "e.png")])
def test_the_ethogram_is_saved_as_a_picture(
    name: str, written: str, qtbot: QtBot, view: ExchangeView, session: Session, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    session.do(add, "walk", 10, 20, subject="A")
    answer(monkeypatch, ask_target=tmp_path / name)
    click(qtbot, view, "save picture")
    assert (tmp_path / written).stat().st_size > 2000
    assert str(tmp_path / written) in result(view)


def test_an_import_is_one_action_that_can_be_undone(
    qtbot: QtBot, view: ExchangeView, session: Session, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    session.do(add, "walk", 10, 20, subject="A")
    labels = write(
        tmp_path / "labels.csv",
        "video,subject,behavior,start_frame,stop_frame",
        "one.mp4,A,walk,10,20",
        "one.mp4,B,rest,30,40",
        "one.mp4,A,jump,50,50",
    )
    answer(monkeypatch, ask_file=labels)
    click(qtbot, view, "import")
    qtbot.waitUntil(lambda: not view.is_busy)
    assert result(view).startswith("Read 2 events from labels.csv; 1 more were there already")
    assert len(session.coding.events) == 3
    assert session.coding.observed == ((0, 100),)
    session.undo()
    assert len(session.coding.events) == 1 and session.coding.observed == ()


def test_only_what_is_labelled_counts_as_observed_if_one_says_so(
    qtbot: QtBot, view: ExchangeView, session: Session, tmp_path: Path
):
    labels = write(
        tmp_path / "labels.csv", "video,behavior,start_frame,stop_frame", "one.mp4,walk,30,40"
    )
    choose(view, "import observed", "from the first label to the last")
    read_in(qtbot, view, labels)
    assert session.coding.observed == ((30, 40),)


@pytest.mark.parametrize(
    ("said", "names", "events"),
    [
        ("add", ("walk", "rest", "jump", "dig"), 2),
        ("out", ("walk", "rest", "jump"), 1),
        ("", ("walk", "rest", "jump"), 0),
    ],
)
def test_behaviours_that_the_ethogram_lacks_are_asked_about(
    qtbot: QtBot, said: str, names: tuple[str, ...], events: int, view: ExchangeView,
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    labels = write(
        tmp_path / "labels.csv",
        "video,subject,behavior,start_frame,stop_frame",
        "one.mp4,C,walk,10,20",
        "one.mp4,A,dig,30,40",
    )
    answer(monkeypatch, ask_about_behaviors=said)
    read_in(qtbot, view, labels)
    assert session.ethogram.names == names
    assert len(session.coding.events) == events
    assert session.ethogram.subject_names == (("A", "B", "C") if said else ("A", "B"))


def test_of_several_videos_the_user_says_which(
    qtbot: QtBot,
    view: ExchangeView,
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    labels = write(
        tmp_path / "labels.csv",
        "video,behavior,start_frame,stop_frame",
        "a.mp4,walk,10,20",
        "b.mp4,rest,30,40",
    )
    answer(monkeypatch, ask_source="")
    read_in(qtbot, view, labels)
    assert not session.coding.events
    answer(monkeypatch, ask_source="b.mp4")
    read_in(qtbot, view, labels)
    assert [event.behavior for event in session.coding.events.values()] == ["rest"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("one.mp4,walk,90,300", "frame"),
        ("one.mp4,jump,10,20", "a state event of a point behaviour"),
    ],
)
def test_a_file_that_does_not_fit_is_told_and_changes_nothing(
    line: str, words: str, qtbot: QtBot, view: ExchangeView, session: Session, tmp_path: Path
):
    labels = write(tmp_path / "labels.csv", "video,behavior,start_frame,stop_frame", line)
    with qtbot.waitSignal(session.told) as told:
        view.import_file(labels)
    assert words in told.args[0] and told.args[1] == "problem"
    assert not session.coding.events


def test_an_import_into_a_video_that_was_left_changes_nothing(
    qtbot: QtBot, view: ExchangeView, session: Session, tmp_path: Path
):
    labels = write(
        tmp_path / "labels.csv", "video,behavior,start_frame,stop_frame", "one.mp4,walk,30,40"
    )
    with qtbot.waitSignal(session.told) as told:
        view.import_file(labels)
        session.close_video()
    assert "another video" in told.args[0]
    with qtbot.waitSignal(session.video_changed):
        session.show("one.mp4")
    assert not session.coding.events


def test_without_a_project_there_is_nothing_to_press(qtbot: QtBot):
    session = Session("anna")
    view = ExchangeView(session)
    qtbot.addWidget(view)
    assert not child(view, QPushButton, "export").isEnabled()
    assert not child(view, QPushButton, "import").isEnabled()
    view.close()
