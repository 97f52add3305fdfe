"""Opening projects, videos and the sample study in a session, without a window."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ethoprism.project import Project
from ethoprism.sample_study import SampleSettings
from ethoprism_domains.annotation import Behavior, Ethogram
from napari_ethoprism.opening import Opener, RecentProjects
from napari_ethoprism.session import Session

TINY = SampleSettings(videos=2, seconds=2.0, fps=10.0, size=64)
Told = list[tuple[str, str]]


@pytest.fixture
def empty(qtbot: QtBot) -> Iterator[Session]:
    made = Session("anna")
    yield made
    made.close_project()


@pytest.fixture
def told(empty: Session) -> Told:
    sentences: Told = []
    empty.told.connect(lambda sentence, kind: sentences.append((sentence, kind)))
    return sentences


@pytest.fixture
def opener(empty: Session, tmp_path: Path) -> Iterator[Opener]:
    recent = RecentProjects(tmp_path / "settings" / "recent.json")
    made = Opener(empty, recent, tmp_path / "documents", (tmp_path / "sample", TINY))
    yield made
    made.close()


@pytest.fixture
def bare(tmp_path: Path, made_videos: list[Path]) -> Path:
    """A video without a project."""
    folder = tmp_path / "site"
    folder.mkdir()
    return Path(shutil.copy(made_videos[1], folder))


def test_a_bare_video_is_opened_with_a_home_at_once(
    qtbot: QtBot, empty: Session, opener: Opener, bare: Path, told: Told
):
    with qtbot.waitSignal(empty.video_changed):
        opener.open([bare])
    assert empty.project is not None and empty.store is not None
    assert empty.project.folder == bare.parent / "ethoprism"
    assert empty.video_name == "twö.mp4"
    assert (f"annotations are kept in {bare.parent / 'ethoprism'}", "news") in told
    assert opener.recent.folders() == [bare.parent / "ethoprism"]


def test_a_project_is_opened_at_its_first_video(
    qtbot: QtBot, empty: Session, opener: Opener, project: Project
):
    with qtbot.waitSignal(empty.video_changed):
        opener.open([project.folder])
    assert empty.video_name == "one.mp4"


def test_a_later_video_of_a_project_is_shown_itself(
    qtbot: QtBot, empty: Session, opener: Opener, bare: Path, make_video: Callable[..., Path]
):
    project = Project.create(bare.parent, Ethogram((Behavior("dig"),)))
    project.add_videos([make_video(bare.with_name("a.mp4"), 20), bare])
    with qtbot.waitSignal(empty.video_changed):
        opener.open([bare])
    assert empty.video_name == "twö.mp4"
    assert empty.ethogram.names == ("dig",)


def test_files_that_come_one_by_one_are_opened_together(
    qtbot: QtBot, empty: Session, opener: Opener, bare: Path, make_video: Callable[..., Path]
):
    other = make_video(bare.with_name("b.mp4"), 20)
    with qtbot.waitSignal(empty.video_changed):
        opener.open_together([bare])
        opener.open_together([other])
    assert empty.project is not None
    assert [video.name for video in empty.project.videos] == ["twö.mp4", "b.mp4"]
    assert empty.video_name == "twö.mp4"


def test_a_video_of_the_project_that_is_open_is_shown_in_it(
    qtbot: QtBot, session: Session, made_videos: list[Path], tmp_path: Path
):
    assert session.project is not None
    opener = Opener(session, RecentProjects(tmp_path / "recent.json"))
    folder = session.project.folder
    with qtbot.waitSignal(session.video_changed):
        opener.open([made_videos[1]])
        qtbot.waitUntil(lambda: session.video_name == "twö.mp4")
    assert session.project.folder == folder
    assert not (made_videos[1].parent / "ethoprism").exists()
    opener.close()


def test_what_cannot_be_opened_is_told_and_leaves_all_as_it_was(
    qtbot: QtBot, session: Session, tmp_path: Path
):
    opener = Opener(session, RecentProjects(tmp_path / "recent.json"))
    with qtbot.waitSignal(session.told) as told, qtbot.waitSignal(opener.ended):
        opener.open([tmp_path / "gone.mp4"])
    assert "no such file" in told.args[0]
    assert session.video_name == "one.mp4"
    opener.close()


def test_the_sample_study_is_made_and_opened(
    qtbot: QtBot, empty: Session, opener: Opener, tmp_path: Path
):
    seen: list[tuple[int, int]] = []
    opener.progressed.connect(lambda done, total: seen.append((done, total)))
    with qtbot.waitSignal(empty.video_changed, timeout=30_000):
        opener.open_sample()
        assert opener.is_busy
    assert empty.project is not None
    assert empty.project.folder == tmp_path / "sample"
    assert [state.state for state in empty.project.states()] == ["coded", "new"]
    assert empty.coding.events
    assert seen[-1] == (40, 40)


def test_making_the_sample_study_can_be_stopped(
    qtbot: QtBot, empty: Session, opener: Opener, told: Told
):
    with qtbot.waitSignal(opener.ended, timeout=30_000):
        opener.open_sample()
        opener.cancel()
    assert empty.project is None
    assert ("stopped", "news") in told


def test_videos_are_added_to_the_project_that_is_open(
    qtbot: QtBot, session: Session, bare: Path, tmp_path: Path
):
    opener = Opener(session, RecentProjects(tmp_path / "recent.json"))
    new = bare.rename(bare.with_name("third.mp4"))
    with qtbot.waitSignals([session.videos_changed, opener.ended]):
        opener.add_videos([new.parent])
    assert session.project is not None
    assert [video.name for video in session.project.videos][-1] == "third.mp4"
    assert session.video_name == "one.mp4"
    opener.close()


def test_a_missing_video_is_located_by_its_content_and_shown(
    qtbot: QtBot, empty: Session, opener: Opener, bare: Path, told: Told
):
    project = Project.create(bare.parent / "study", Ethogram((Behavior("dig"),)))
    project.add_videos([bare])
    moved = bare.parent / "archive" / "renamed.mp4"
    moved.parent.mkdir()
    bare.rename(moved)
    with qtbot.waitSignal(empty.video_refused) as refused:
        opener.open([project.folder])
    assert refused.args[0] == "twö.mp4"
    with qtbot.waitSignal(empty.video_changed):
        opener.locate([moved.parent])
    assert empty.project is not None
    assert empty.project.path_of("twö.mp4") == moved
    assert ("1 video found again", "news") in told


def test_a_search_in_vain_says_so(
    qtbot: QtBot, empty: Session, opener: Opener, bare: Path, told: Told, made_videos: list[Path]
):
    project = Project.create(bare.parent / "study", Ethogram((Behavior("dig"),)))
    project.add_videos([bare])
    bare.unlink()
    with qtbot.waitSignal(empty.video_refused):
        opener.open([project.folder])
    with qtbot.waitSignal(opener.ended):
        opener.locate([made_videos[0]])
    sentence, kind = told[-1]
    assert "none of these files" in sentence and kind == "problem"


def test_a_new_project_is_made_and_one_that_is_there_is_refused(
    empty: Session, opener: Opener, tmp_path: Path, told: Told
):
    assert opener.create(tmp_path / "new ü", Ethogram((Behavior("dig"),)))
    assert empty.ethogram.names == ("dig",)
    assert not opener.create(tmp_path / "new ü", Ethogram(()))
    assert "there is a project already" in told[-1][0]


def test_recent_projects_are_kept_in_order_and_a_broken_list_is_none(tmp_path: Path):
    file = tmp_path / "settings ü" / "recent.json"
    recent = RecentProjects(file)
    assert recent.folders() == []
    for name in ("a", "b", "ü", "a"):
        recent.add(tmp_path / name)
    assert RecentProjects(file).folders() == [tmp_path / name for name in ("a", "ü", "b")]
    recent.remove(tmp_path / "ü")
    assert recent.folders() == [tmp_path / "a", tmp_path / "b"]
    for number in range(30):
        recent.add(tmp_path / str(number))
    assert len(recent.folders()) == 12
    file.write_text("{", encoding="utf-8")
    assert recent.folders() == []
