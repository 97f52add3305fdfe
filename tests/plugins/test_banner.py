"""Problems above the bar, and what is offered about a video that is missing."""

import shutil
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QPushButton, QToolButton

from ethoprism.project import Project
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Behavior, Ethogram
from napari_ethoprism.session import Session
from napari_ethoprism.views.banner import Banner
from napari_ethoprism.views.theme import Theme


@pytest.fixture
def empty(qtbot: QtBot):
    made = Session("anna")
    yield made
    made.close_project()


@pytest.fixture
def banner(qtbot: QtBot, empty: Session) -> Banner:
    made = Banner(empty, Theme())
    qtbot.addWidget(made)
    return made


@pytest.fixture
def project(tmp_path: Path, made_videos: list[Path]) -> Project:
    made = Project.create(tmp_path / "study", Ethogram((Behavior("dig"),)))
    made.add_videos([Path(shutil.copy(made_videos[1], tmp_path))])
    return made


def shown(banner: Banner) -> tuple[str, bool]:
    label, locate = banner.findChild(QLabel, "problem"), banner.findChild(QPushButton)
    return (label.text() if not banner.isHidden() else "", not locate.isHidden())


def test_a_missing_video_is_told_with_an_offer_to_locate_it(
    qtbot: QtBot, banner: Banner, empty: Session, project: Project, tmp_path: Path
):
    video = project.path_of("twö.mp4")
    moved = video.rename(tmp_path / "moved.mp4")
    with qtbot.waitSignal(empty.video_refused):
        empty.open_project(project.folder)
    told, is_offered = shown(banner)
    assert "no such file" in told and "twö.mp4" in told and is_offered
    with qtbot.waitSignal(banner.locate_asked):
        qtbot.mouseClick(banner.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert empty.project is not None
    empty.project.locate([moved])
    with qtbot.waitSignal(empty.video_changed):
        empty.show("twö.mp4")
    assert shown(banner) == ("", False)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "the file is empty"), (b"this is no video at all", "not a readable video")],
)
def test_a_damaged_video_is_told_without_that_offer(
    content: bytes, words: str, qtbot: QtBot, banner: Banner, empty: Session, project: Project
):
    project.path_of("twö.mp4").write_bytes(content)
    with qtbot.waitSignal(empty.video_refused):
        empty.open_project(project.folder)
    told, is_offered = shown(banner)
    assert words in told and not is_offered
    assert empty.project is not None  # the others can be shown


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("format: 1\n", ""),
        ("format: 99\n", "made by a newer version (format 99)"),
    ],
)
def test_a_project_of_a_newer_version_can_be_seen_and_not_changed(
    change: str, words: str, qtbot: QtBot, banner: Banner, empty: Session, project: Project
):
    text = project.file.read_text(encoding="utf-8").replace("format: 1\n", change)
    project.file.write_text(text, encoding="utf-8")
    with qtbot.waitSignal(empty.video_changed):
        empty.open_project(project.folder)
    empty.set_ethogram(Ethogram((Behavior("rest"),)))
    assert words in shown(banner)[0] and bool(words) == bool(shown(banner)[0])


def test_the_offer_stays_with_its_own_sentence(
    qtbot: QtBot, banner: Banner, empty: Session, project: Project
):
    project.path_of("twö.mp4").unlink()
    with qtbot.waitSignal(empty.video_refused):
        empty.open_project(project.folder)
    empty.tell_problem(EthoprismError("the disk is full"))
    assert shown(banner) == ("the disk is full  (and 1 more)", False)
    qtbot.mouseClick(banner.findChild(QToolButton, "dismiss"), Qt.MouseButton.LeftButton)
    told, is_offered = shown(banner)
    assert "no such file" in told and is_offered
