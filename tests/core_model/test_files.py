import os
from pathlib import Path

import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path, fingerprint_file, write_text


def test_an_error_is_one_line_of_what_where_and_remedy():
    error = EthoprismError("the video has no\n frames", "a b.mp4", "leave it out")
    assert str(error) == "the video has no frames, a b.mp4, leave it out"


def test_a_failing_body_leaves_the_old_file_and_no_rubbish(tmp_path: Path):
    target = tmp_path / "bouts.csv"
    write_text(target, "old")
    with pytest.raises(ZeroDivisionError), atomic_path(target) as temporary:
        temporary.write_text("half")
        _ = 1 / 0
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["bouts.csv"]


def test_a_folder_replaces_a_folder(tmp_path: Path):
    target = tmp_path / "store"
    for content in ("one", "two"):
        with atomic_path(target) as temporary:
            temporary.mkdir()
            (temporary / "data").write_text(content)
    assert (target / "data").read_text() == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_a_full_disk_is_one_line(tmp_path: Path):
    target = tmp_path / "x"
    with pytest.raises(EthoprismError, match="No space left"), atomic_path(target):
        raise OSError(28, "No space left on device")
    assert [path.name for path in tmp_path.iterdir()] == []


@pytest.mark.parametrize("place", ["in the way", "in the way/a/b"])
def test_a_file_where_a_folder_should_be_is_one_line(tmp_path: Path, place: str):
    (tmp_path / "in the way").write_text("x")
    with pytest.raises(EthoprismError, match=r"cannot write .*in the way"):
        write_text(tmp_path / place / "bouts.csv", "")
    assert (tmp_path / "in the way").read_text() == "x"


def test_a_fingerprint_follows_content_not_name_or_date(tmp_path: Path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(bytes(range(256)) * 20_000)
    two.write_bytes(one.read_bytes())
    os.utime(two, (0, 0))
    assert fingerprint_file(one) == fingerprint_file(two)
    two.write_bytes(two.read_bytes()[:-1] + b"x")
    assert fingerprint_file(one) != fingerprint_file(two)


def test_a_file_that_is_held_for_a_moment_is_replaced_when_it_is_let_go(tmp_path, monkeypatch):
    path = tmp_path / "held.txt"
    path.write_text("old", encoding="utf-8")
    replace, tries = Path.replace, []

    def held_twice(self: Path, target: Path) -> Path:
        tries.append(target)
        if len(tries) < 3:
            raise PermissionError(13, "held by a scanner", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", held_twice)
    write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "new" and len(tries) == 3
