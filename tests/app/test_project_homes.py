import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ethoprism.project import Home, Project, find_home
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Behavior, Ethogram

MakeVideo = Callable[..., Path]
ETHOGRAM = Ethogram((Behavior("groom"),))


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    return tmp_path / "Documents" / "Ethoprism"


@pytest.fixture
def video(tmp_path: Path, make_video: MakeVideo) -> Path:
    return make_video(tmp_path / "site ü" / "day 1" / "cage A.mp4")


def locked(folder: Path) -> None:
    if sys.platform == "win32" or os.geteuid() == 0:
        pytest.skip("needs a folder that this user cannot write to")
    folder.chmod(0o500)


def refuse_writing_below(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a folder like one of a read-only drive, also for a superuser."""
    make = Path.mkdir

    def mkdir(self: Path, *args: object, **kwargs: object) -> None:
        if self.is_relative_to(folder):
            raise PermissionError(30, "Read-only file system", str(self))
        make(self, *args, **kwargs)

    monkeypatch.setattr(Path, "mkdir", mkdir)


def test_a_bare_video_gets_a_project_beside_it(video: Path, documents: Path):
    home = find_home([video], documents)
    assert home.project.folder == video.parent / "ethoprism"
    assert home.video == "cage A.mp4"
    assert str(home.project.folder) in home.notice
    store = home.project.store(home.video, "Ann")
    store.close()
    assert home.project.path_of(home.video) == video


def test_the_second_time_it_is_found_again(video: Path, documents: Path):
    made = find_home([video], documents)
    found = find_home([video], documents)
    assert found.project.folder == made.project.folder
    assert (found.video, found.notice) == ("cage A.mp4", "")
    assert [item.name for item in found.project.videos] == ["cage A.mp4"]


@pytest.mark.parametrize("place", [".", "..", "../..", "../study", "../../coding"])
def test_a_project_that_lists_the_video_is_found(place: str, video: Path, documents: Path):
    folder = (video.parent / place).resolve()
    Project.create(folder, ETHOGRAM).add_videos([video])
    home = find_home([video], documents)
    assert home.project.folder == folder
    assert home.project.ethogram.names == ("groom",)
    assert home.notice == ""


def test_a_project_of_other_videos_is_not_taken(
    video: Path, documents: Path, make_video: MakeVideo
):
    other = make_video(video.parent.parent / "day 2" / "cage B.mp4")
    Project.create(video.parent / "mine", ETHOGRAM).add_videos([other])
    home = find_home([video], documents)
    assert home.project.folder == video.parent / "ethoprism"


def test_neighbours_share_a_project(video: Path, documents: Path, make_video: MakeVideo):
    first = find_home([video], documents)
    neighbour = make_video(video.with_name("cage B.mp4"))
    second = find_home([neighbour], documents)
    assert second.project.folder == first.project.folder
    assert second.video == "cage B.mp4"
    assert [item.name for item in second.project.videos] == ["cage A.mp4", "cage B.mp4"]


def test_several_videos_and_folders_make_one_project(
    video: Path, documents: Path, make_video: MakeVideo
):
    make_video(video.with_name("cage B.mp4"))
    far = make_video(video.parent.parent / "day 2" / "cage A.mp4")
    seen: list[tuple[int, int]] = []
    home = find_home([video.parent, far], documents, lambda done, total: seen.append((done, total)))
    names = [item.name for item in home.project.videos]
    assert names == ["cage A.mp4", "cage B.mp4", "day 2/cage A.mp4"]
    assert home.video == "cage A.mp4"
    assert seen[-1] == (3, 3)


def test_a_folder_of_something_else_is_left_alone(video: Path, documents: Path):
    taken = video.parent / "ethoprism"
    taken.mkdir()
    (taken / "thesis.txt").write_text("mine", encoding="utf-8")
    home = find_home([video], documents)
    assert home.project.folder == video.parent / "ethoprism-2"
    assert [path.name for path in taken.iterdir()] == ["thesis.txt"]


def test_where_nothing_can_be_written_the_documents_are_the_home(
    video: Path, documents: Path, monkeypatch: pytest.MonkeyPatch
):
    refuse_writing_below(video.parent, monkeypatch)
    home = find_home([video], documents)
    assert home.project.folder == documents / "day 1"
    assert "nothing can be written beside cage A.mp4" in home.notice
    assert str(home.project.folder) in home.notice
    again = find_home([video], documents)
    assert (again.project.folder, again.notice) == (home.project.folder, "")


def test_another_folder_of_that_name_gets_another_home(
    video: Path, documents: Path, make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch
):
    twin = make_video(video.parents[1] / "other" / "day 1" / "cage A.mp4", shade=40)
    refuse_writing_below(video.parents[1], monkeypatch)
    find_home([video], documents)
    home = find_home([twin], documents)
    assert home.project.folder == documents / "day 1-2"
    assert home.project.path_of(home.video) == twin


def test_a_locked_folder_is_told_by_the_system_itself(video: Path, documents: Path):
    locked(video.parent)
    try:
        home = find_home([video], documents)
    finally:
        video.parent.chmod(0o700)
    assert home.project.folder == documents / "day 1"


def test_a_read_only_project_still_shows_the_video_it_has(
    video: Path, documents: Path, make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch
):
    find_home([video], documents)
    neighbour = make_video(video.with_name("cage B.mp4"))

    def refuse(*_: object) -> None:
        raise EthoprismError("cannot write (Read-only file system)", "project.yaml", "elsewhere")

    monkeypatch.setattr("ethoprism.project.project.write_text", refuse)
    home = find_home([video, neighbour], documents)
    assert home.video == "cage A.mp4"
    assert "could not be added" in home.notice and "Read-only" in home.notice


@pytest.mark.parametrize("name", [".", "project.yaml"])
def test_a_project_is_its_own_home(name: str, tmp_path: Path, documents: Path):
    Project.create(tmp_path / "study", ETHOGRAM)
    home = find_home([tmp_path / "study" / name], documents)
    assert home == Home(home.project)
    assert home.project.folder.resolve() == (tmp_path / "study").resolve()


def test_what_cannot_be_read_leaves_no_project_behind(video: Path, documents: Path):
    video.write_bytes(b"")
    with pytest.raises(EthoprismError, match="the file is empty"):
        find_home([video], documents)
    assert not (video.parent / "ethoprism").exists()
    assert not documents.exists()


def test_no_such_file_is_told(tmp_path: Path, documents: Path):
    with pytest.raises(EthoprismError, match="no such file"):
        find_home([tmp_path / "gone.mp4"], documents)


def test_a_broken_neighbour_project_does_not_matter(video: Path, documents: Path):
    broken = video.parent / "old"
    broken.mkdir()
    (broken / "project.yaml").write_text("behaviors: [", encoding="utf-8")
    assert find_home([video], documents).video == "cage A.mp4"


def test_a_moved_folder_is_found_by_its_relative_paths(video: Path, documents: Path):
    find_home([video], documents)
    moved = video.parent.with_name("day one")
    shutil.move(str(video.parent), str(moved))
    home = find_home([moved / video.name], documents)
    assert home.project.folder == moved / "ethoprism"
    assert len(home.project.videos) == 1


def test_a_known_project_that_lists_the_video_is_found_wherever_it_is(
    video: Path, documents: Path, tmp_path: Path
):
    far = Project.create(tmp_path / "server" / "a" / "b" / "study", ETHOGRAM)
    far.add_videos([video])
    gone = tmp_path / "gone"
    assert find_home([video], documents, known=[gone, far.folder]).project.folder == far.folder
    assert not (video.parent / "ethoprism").exists()
