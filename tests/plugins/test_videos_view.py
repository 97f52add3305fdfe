"""The tab of the project: the first run, the list of videos, and what can be opened from it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from qtpy.QtGui import QDragEnterEvent, QDropEvent
from qtpy.QtWidgets import QLabel, QLineEdit, QMenu, QPushButton, QTableView, QWidget

from ethoprism.project import Project
from ethoprism.sample_study import SampleSettings
from ethoprism_domains.annotation import Behavior, Ethogram
from ethoprism_domains.annotation.editing import add
from napari_ethoprism.opening import Opener, RecentProjects
from napari_ethoprism.session import Session
from napari_ethoprism.views.theme import Colors, Theme
from napari_ethoprism.views.videos import VideosView
from napari_ethoprism.views.videos import view as module
from napari_ethoprism.views.videos.new_project import NewProjectDialog

TINY = SampleSettings(videos=2, seconds=2.0, fps=10.0, size=64)
MakeView = Callable[[Session], VideosView]


@pytest.fixture
def make_view(qtbot: QtBot, tmp_path: Path) -> Iterator[MakeView]:
    made: list[tuple[VideosView, Opener]] = []

    def make(session: Session) -> VideosView:
        recent = RecentProjects(tmp_path / "recent.json")
        opener = Opener(session, recent, tmp_path / "documents", (tmp_path / "sample", TINY))
        view = VideosView(session, Theme(), opener)
        qtbot.addWidget(view)
        view.resize(340, 500)
        view.show()
        made.append((view, opener))
        return view

    yield make
    for view, opener in made:
        view.close()
        opener.close()


@pytest.fixture
def view(make_view: MakeView, session: Session) -> VideosView:
    return make_view(session)


@pytest.fixture
def empty(qtbot: QtBot) -> Iterator[Session]:
    made = Session("anna")
    yield made
    made.close_project()


def child(view: QWidget, kind: type, name: str):
    found = view.findChild(kind, name)
    assert found is not None, name
    return found


def click(qtbot: QtBot, view: QWidget, name: str) -> None:
    qtbot.mouseClick(child(view, QPushButton, name), Qt.MouseButton.LeftButton)


def cells(view: QWidget) -> list[tuple[str, str]]:
    model = child(view, QTableView, "video list").model()
    return [
        (model.index(row, 0).data(), model.index(row, 1).data()) for row in range(model.rowCount())
    ]


def click_row(qtbot: QtBot, view: QWidget, row: int) -> None:
    table = child(view, QTableView, "video list")
    place = table.visualRect(table.model().index(row, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def count(qtbot: QtBot, view: VideosView) -> None:
    with qtbot.waitSignal(view.progress.changed):
        view.progress.count()


def drop(view: QWidget, paths: list[Path]) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, plain = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    enter = QDragEnterEvent(QPoint(5, 5), copy, mime, left, plain)
    view.dragEnterEvent(enter)
    assert enter.isAccepted()
    view.dropEvent(QDropEvent(QPointF(5, 5), copy, mime, left, plain))


def test_without_a_project_there_are_three_ways_to_begin(
    qtbot: QtBot, make_view: MakeView, empty: Session
):
    view = make_view(empty)
    buttons = [button for button in view.findChildren(QPushButton) if button.isVisible()]
    assert [button.text() for button in buttons] == [
        "Open sample study",
        "Open a video",
        "Open a project",
    ]
    assert all(button.accessibleDescription() for button in buttons)


def test_the_sample_study_is_made_with_progress_and_opened(
    qtbot: QtBot, make_view: MakeView, empty: Session
):
    view = make_view(empty)
    with qtbot.waitSignal(empty.video_changed, timeout=30_000):
        click(qtbot, view, "open sample study")
        assert child(view, QWidget, "busy bar").isVisible()
    assert not child(view, QWidget, "busy bar").isVisible()
    qtbot.waitUntil(lambda: [state for _, state in cells(view)] == ["coded", "new"])


def test_a_first_video_gets_a_project(
    qtbot: QtBot, make_view: MakeView, empty: Session, made_videos: list[Path], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    (tmp_path / "site").mkdir()
    video = Path(shutil.copy(made_videos[0], tmp_path / "site"))
    monkeypatch.setattr(module, "ask_videos", lambda *_: [video])
    view = make_view(empty)
    with qtbot.waitSignal(empty.video_changed):
        click(qtbot, view, "open a video")
    assert empty.project is not None and empty.project.folder == video.parent / "ethoprism"
    assert [name for name, _ in cells(view)] == ["one.mp4"]


def test_a_folder_without_a_project_is_told_and_nothing_is_made_there(
    qtbot: QtBot, make_view: MakeView, empty: Session, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.setattr(module, "ask_folder", lambda *_: tmp_path)
    view = make_view(empty)
    with qtbot.waitSignal(empty.told) as told:
        click(qtbot, view, "open a project")
    assert "there is no project in this folder" in told.args[0]
    assert not (tmp_path / "project.yaml").exists()


def test_the_list_tells_how_far_each_video_is(qtbot: QtBot, view: VideosView, session: Session):
    qtbot.waitUntil(lambda: cells(view) == [("one.mp4", "new"), ("twö.mp4", "new")])
    session.do(add, "walk", 10, 20, subject="A")
    qtbot.waitUntil(lambda: cells(view)[0] == ("one.mp4", "coded"), timeout=10_000)
    assert child(view, QLabel, "summary").text() == "2 videos: 1 coded, 1 new"
    model = child(view, QTableView, "video list").model()
    explained = model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "1 events" in explained and "coded by anna" in explained


def test_a_click_shows_a_video_and_the_buttons_step(
    qtbot: QtBot, view: VideosView, session: Session
):
    with qtbot.waitSignal(session.video_changed):
        click_row(qtbot, view, 1)
    assert session.video_name == "twö.mp4"
    with qtbot.waitSignal(session.video_changed):
        click(qtbot, view, "previous video")
    assert session.video_name == "one.mp4"
    with qtbot.waitSignal(session.video_changed):
        click(qtbot, view, "next video")
    assert session.video_name == "twö.mp4"
    table = child(view, QTableView, "video list")
    assert table.selectionModel().selectedRows()[0].row() == 1
    assert table.model().index(1, 0).data(Qt.ItemDataRole.FontRole).bold()


@pytest.mark.parametrize(
    ("words", "kept"),
    [("TW", ["twö.mp4"]), ("coded", ["one.mp4"]), ("mp4 new", ["twö.mp4"]), ("zzz", [])],
)
def test_the_search_looks_at_names_and_states(
    words: str, kept: list[str], qtbot: QtBot, view: VideosView, session: Session
):
    session.do(add, "walk", 10, 20, subject="A")
    qtbot.waitUntil(lambda: cells(view)[0][1] == "coded", timeout=10_000)
    qtbot.keyClicks(child(view, QLineEdit, "search videos"), words)
    assert [name for name, _ in cells(view)] == kept


def test_a_search_that_is_cleared_shows_all_and_a_found_row_opens_the_right_video(
    qtbot: QtBot, view: VideosView, session: Session
):
    search = child(view, QLineEdit, "search videos")
    qtbot.keyClicks(search, "tw")
    with qtbot.waitSignal(session.video_changed):
        click_row(qtbot, view, 0)
    assert session.video_name == "twö.mp4"
    search.clear()
    assert len(cells(view)) == 2


def test_a_missing_video_is_marked_and_a_click_searches_it(
    qtbot: QtBot, make_view: MakeView, empty: Session, made_videos: list[Path], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    (tmp_path / "site").mkdir()
    copies = [Path(shutil.copy(video, tmp_path / "site")) for video in made_videos]
    project = Project.create(tmp_path / "study", Ethogram((Behavior("dig"),)))
    project.add_videos(copies)
    moved = copies[1].rename(tmp_path / "elsewhere.mp4")
    view = make_view(empty)
    locate = child(view, QPushButton, "locate")
    with qtbot.waitSignal(empty.video_changed):
        empty.open_project(project.folder)
    qtbot.waitUntil(lambda: cells(view)[1] == ("twö.mp4", "missing"))
    assert locate.isVisible()
    monkeypatch.setattr(module, "ask_folder", lambda *_: moved.parent)
    click_row(qtbot, view, 1)
    qtbot.waitUntil(lambda: cells(view)[1] == ("twö.mp4", "new"))
    assert not locate.isVisible()
    assert empty.project is not None and empty.project.path_of("twö.mp4") == moved


def test_the_annotator_is_another_after_enter_only(
    qtbot: QtBot, view: VideosView, session: Session
):
    line = child(view, QLineEdit, "annotator")
    line.setFocus()
    line.clear()
    qtbot.keyClicks(line, "Bea")
    line.clearFocus()
    assert session.annotator == line.text() == "anna"
    line.clear()
    qtbot.keyClicks(line, "Bea")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert session.annotator == "Bea"
    assert session.store is not None and session.store.annotator == "Bea"


def test_dropped_videos_are_added_and_a_dropped_project_is_opened(
    qtbot: QtBot, view: VideosView, session: Session, made_videos: list[Path], tmp_path: Path
):
    new = Path(shutil.copy(made_videos[0], tmp_path / "new.mp4"))
    with qtbot.waitSignal(session.videos_changed):
        drop(view, [new])
    assert [name for name, _ in cells(view)] == ["one.mp4", "twö.mp4", "new.mp4"]
    other = Project.create(tmp_path / "other", Ethogram((Behavior("dig"),)))
    with qtbot.waitSignal(session.project_changed):
        drop(view, [other.folder])
        qtbot.waitUntil(lambda: session.ethogram.names == ("dig",))
    assert child(view, QLabel, "summary").text().startswith("No videos yet")


def test_recent_projects_open_again_and_one_that_is_gone_is_forgotten(
    qtbot: QtBot, make_view: MakeView, session: Session, tmp_path: Path
):
    assert session.project is not None
    here = session.project.folder
    recent = RecentProjects(tmp_path / "recent.json")
    recent.add(tmp_path / "gone")
    recent.add(here)
    view = make_view(session)
    menu = child(view, QMenu, "recent projects")
    menu.parent().aboutToShow.emit()
    assert len(menu.actions()) == 2
    with qtbot.waitSignal(session.project_changed):
        menu.actions()[0].trigger()
        qtbot.waitUntil(lambda: session.video is not None)
    with qtbot.waitSignal(session.told) as told:
        menu.actions()[1].trigger()
    assert "there is no project in this folder" in told.args[0]
    assert recent.folders() == [here.resolve()]


def test_a_project_that_cannot_be_written_is_said_to_be(
    qtbot: QtBot, make_view: MakeView, empty: Session, project: Project,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    def read_only(self: Project, video: str, annotator: str, **options: object):
        return store(self, video, annotator, **options | {"read_only": True})

    store = Project.store
    monkeypatch.setattr(Project, "store", read_only)
    view = make_view(empty)
    with qtbot.waitSignal(empty.video_changed):
        empty.open_project(project.folder)
    label = child(view, QLabel, "read only")
    assert label.isVisible() and "only be looked at" in label.text()


def test_five_hundred_videos_are_listed_and_counted_beside_the_window(
    qtbot: QtBot, make_view: MakeView, empty: Session, made_videos: list[Path], tmp_path: Path
):
    project = Project.create(tmp_path / "large", Ethogram((Behavior("dig"),)))
    lines = [f"- {{name: v{n}.mp4, path: {made_videos[0].as_posix()!r}}}" for n in range(500)]
    with project.file.open("a", encoding="utf-8") as file:
        file.write("videos:\n" + "\n".join(lines) + "\n")
    view = make_view(empty)
    empty.open_project(project.folder)
    assert len(cells(view)) == 500
    assert cells(view)[499] == ("v499.mp4", "…")
    qtbot.waitUntil(lambda: cells(view)[499] == ("v499.mp4", "new"), timeout=20_000)


def test_the_marks_follow_the_theme(qtbot: QtBot, session: Session, tmp_path: Path):
    theme, opener = Theme(), Opener(session, RecentProjects(tmp_path / "recent.json"))
    view = VideosView(session, theme, opener)
    qtbot.addWidget(view)
    qtbot.waitUntil(lambda: cells(view)[0][1] == "new")
    model = child(view, QTableView, "video list").model()

    def middle() -> str:
        icon = model.index(0, 1).data(Qt.ItemDataRole.DecorationRole)
        return icon.pixmap(42, 42).toImage().pixelColor(21, 6).name()

    before = middle()
    theme.set(Colors(background="#ffffff", text="#101010"))
    assert middle() != before
    view.close()
    opener.close()


def test_a_new_project_takes_a_template_or_the_behaviours_of_a_file(
    qtbot: QtBot, tmp_path: Path, project: Project, monkeypatch: pytest.MonkeyPatch
):
    dialog = NewProjectDialog(tmp_path)
    qtbot.addWidget(dialog)
    folder, choice = (
        dialog.findChild(QLineEdit, "project folder"),
        dialog.findChild(QWidget, "ethogram choice"),
    )
    make = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Make the project")
    assert dialog.ethogram.names == () and make.isEnabled()
    folder.setText(str(project.folder))
    assert not make.isEnabled()
    folder.setText("relative")
    assert not make.isEnabled()
    folder.setText(str(tmp_path / "mine ü"))
    assert make.isEnabled() and dialog.folder == tmp_path / "mine ü"
    choice.setCurrentIndex(1)
    choice.activated.emit(1)
    assert "grooming" in dialog.ethogram.names
    asked = "napari_ethoprism.views.videos.new_project.ask_file"
    monkeypatch.setattr(asked, lambda *_: project.file)
    choice.setCurrentIndex(choice.count() - 1)
    choice.activated.emit(choice.count() - 1)
    assert dialog.ethogram.names == ("walk", "rest", "jump")
    broken = tmp_path / "broken.yaml"
    broken.write_text("- x", encoding="utf-8")
    monkeypatch.setattr(asked, lambda *_: broken)
    choice.setCurrentIndex(choice.count() - 1)
    choice.activated.emit(choice.count() - 1)
    assert any("broken.yaml" in label.text() for label in dialog.findChildren(QLabel))
