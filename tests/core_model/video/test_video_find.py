from pathlib import Path

import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import find_videos


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    names = ["10.mp4", "2.mp4", "1.AVI", "notes.txt", ".hidden.mp4", "b/3.mkv", "a/30.mov"]
    for name in [*names, ".cache/4.mp4", "a/übung 5.mp4"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_folders_are_searched_in_natural_order(folder):
    found = [path.relative_to(folder).as_posix() for path in find_videos([folder])]
    assert found == ["1.AVI", "2.mp4", "10.mp4", "a/30.mov", "a/übung 5.mp4", "b/3.mkv"]


def test_named_files_come_as_given_and_once(folder):
    named = [folder / "notes.txt", str(folder / "10.mp4"), folder / "b", folder / "10.mp4"]
    found = find_videos(named)
    assert found == [folder / "notes.txt", folder / "10.mp4", folder / "b" / "3.mkv"]


def test_an_unreadable_folder_is_one_line(folder, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(EthoprismError, match=r"cannot read the folder \(Permission denied\)"):
        find_videos([folder])


def test_nothing_found_is_one_line(folder):
    (folder / "empty").mkdir()
    with pytest.raises(EthoprismError, match=r"no videos found, .*empty"):
        find_videos([folder / "empty"])
    with pytest.raises(EthoprismError, match="no videos found"):
        find_videos([])
    with pytest.raises(EthoprismError, match=r"no such file or folder, .*gone"):
        find_videos([folder, folder / "gone"])
