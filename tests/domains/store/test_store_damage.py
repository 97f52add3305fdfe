"""A disk that fails or is full, and files that were damaged or lost."""

import errno
import random
from pathlib import Path

import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import editing as edit
from ethoprism_domains.annotation.store import (
    append_durably,
)

from .conftest import journal, opened, table


class FailingDisk:
    """Appends as long as there is room; then a part of what is asked, and an error."""

    def __init__(self, room: int) -> None:
        self.room = room

    def __call__(self, path: Path, data: bytes) -> None:
        if len(data) <= self.room:
            self.room -= len(data)
            append_durably(path, data)
            return
        append_durably(path, data[: self.room])
        self.room = 0
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("room", range(300, 2400, 130))
def test_what_a_full_disk_refuses_is_not_acknowledged(tmp_path, room):
    disk = FailingDisk(room)
    store = opened(tmp_path, append=disk)
    good = store.coding
    for start in range(0, 100, 10):
        try:
            store.do(edit.add, "walk", start, start + 5, "A")
            good = store.coding
        except EthoprismError as error:
            assert "not saved (No space left" in str(error) or store.read_only
    assert store.coding == good and len(good.events) < 10
    disk.room = 10**6
    if not store.read_only:
        store.do(edit.add, "peck", 7, subject="A")
        good = store.coding
    store.close()
    with opened(tmp_path) as again:
        assert again.coding == good


def test_an_action_that_reached_the_disk_and_was_refused_does_not_count(tmp_path):
    refuse = False

    def append(path: Path, data: bytes) -> None:
        append_durably(path, data)
        if refuse:
            raise OSError(errno.EIO, "Input/output error")

    store = opened(tmp_path, append=append)
    refuse = True
    with pytest.raises(EthoprismError, match="Input/output error"):
        store.do(edit.add, "walk", 0, 5, "A")
    refuse = False
    store.do(edit.add, "walk", 50, 60, "A")
    expected = store.coding
    store.close()
    with opened(tmp_path) as again:
        assert again.coding == expected and len(expected.events) == 1


def test_a_torn_last_line_is_told_once_and_nothing_else_is_lost(coded):
    folder, coding = coded
    with journal(folder).open("ab") as file:
        file.write(b'{"check":"0123456789abcdef","seq":99,"sess')
    with opened(folder) as store:
        assert store.coding == coding
        assert len(store.notices) == 1 and "incomplete last line" in store.notices[0]
        store.do(edit.add, "peck", 5, subject="A")
        expected = store.coding
    with opened(folder) as store:
        assert store.coding == expected and not store.notices


@pytest.mark.parametrize("seed", range(12))
def test_damage_anywhere_is_told_and_mended_from_the_table(coded, seed):
    folder, coding = coded
    draw = random.Random(seed)
    content = bytearray(journal(folder).read_bytes())
    at = draw.randrange(len(content))
    content[at : at + draw.randrange(1, 40)] = draw.randbytes(draw.randrange(0, 40))
    journal(folder).write_bytes(content)
    with opened(folder) as store:
        assert store.notices
        assert store.coding.without_open_bouts() == coding.without_open_bouts()
        mended = store.coding
    with opened(folder) as store:
        assert store.coding == mended and not store.notices


def test_a_lost_journal_or_table_is_made_again_from_the_other(coded):
    folder, coding = coded
    table(folder).unlink()
    with opened(folder) as store:
        assert store.coding == coding and "missing" in store.notices[0]
    journal(folder).unlink()
    with opened(folder) as store:
        assert store.coding == coding.without_open_bouts()
        store.undo()  # even this
        assert not store.coding.events
