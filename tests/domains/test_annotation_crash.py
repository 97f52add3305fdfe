"""Processes that are killed while they code, and disks that fill up: nothing acknowledged is lost.

After every kill the journal, cut where the last acknowledged action stands, must give exactly what
was acknowledged, and at most one action more can be there: the one that was under way.
"""

import contextlib
import multiprocessing
import os
import random
import runpy
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ethoprism_domains.annotation.store import AnnotationPaths, AnnotationStore, read_journal
from ethoprism_domains.annotation.store.history import replay

CODER = Path(__file__).with_name("coding_process.py")
ACTIONS = ("do", "undo", "redo")
_fingerprint = runpy.run_path(str(CODER))["fingerprint"]


@pytest.fixture(scope="module")
def processes():
    """Start processes quickly: where the system can, from one that has imported everything."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["ethoprism_domains.annotation.store", "ethoprism_domains.formats"]
    )
    return context


class Coder:
    """A process that codes until it is killed, and what it said so far."""

    def __init__(self, processes, folder: Path, seed: int) -> None:
        self._ours, theirs = processes.Pipe(duplex=False)
        given = {"FOLDER": str(folder), "SEED": seed, "PIPE": theirs}
        self._process = processes.Process(
            target=runpy.run_path, args=(str(CODER), given), daemon=True
        )
        self._process.start()
        theirs.close()
        self.said = [self._ours.recv()]  # it is about to open the store

    def hear(self) -> None:
        self.said.append(self._ours.recv())

    def kill(self) -> list:
        self._process.kill()
        with contextlib.suppress(EOFError):
            while True:
                self.hear()
        self._process.join()
        self._process.close()
        self._ours.close()
        return self.said


def killed_after(processes, folder: Path, seed: int, seconds: float, from_first: bool) -> list:
    """Let a process code for a while, kill it, and give what it said was acknowledged."""
    coder = Coder(processes, folder, seed)
    if from_first:
        coder.hear()
    time.sleep(seconds)
    return coder.kill()


def check_nothing_lost(folder: Path, said: list) -> int:
    """Compare what was acknowledged with what is on the disk; give the number of actions."""
    acknowledged = [item for item in said if isinstance(item, tuple)]
    for seq, told, _ in acknowledged[-1:]:
        lines = read_journal(AnnotationPaths.of(folder, "v.mp4", "Ann").journal).lines
        kept = [line for line in lines if line.seq <= seq]
        assert kept[-1].seq == seq
        assert _fingerprint(replay(kept, "v.mp4").coding) == told
        assert sum(line.kind in ACTIONS for line in lines if line.seq > seq) <= 1
    lines = read_journal(AnnotationPaths.of(folder, "v.mp4", "Ann").journal).lines
    with AnnotationStore(folder, "v.mp4", "Ann", read_only=True) as store:
        assert store.coding == replay(lines, "v.mp4").coding
        assert not [told for told in store.notices if "outside" in told or "missing" in told]
    return len(acknowledged)


def kill_often(processes, folder: Path, kills: int, seed: int) -> int:
    draw = random.Random(seed)
    total = 0
    for number in range(kills):
        # some while the store opens, most while it codes and rewrites its table
        from_first = draw.random() < 0.8
        place = folder / str(number // 10)  # ten lives for each set of annotations
        said = killed_after(
            processes, place, draw.randrange(10**6), draw.uniform(0, 0.06), from_first
        )
        total += check_nothing_lost(place, said)
    return total


def test_what_was_acknowledged_survives_twenty_kills(processes, tmp_path):
    assert kill_often(processes, tmp_path, 20, seed=1) > 20
    assert list(tmp_path.glob("*/backups/*.csv"))


def test_two_processes_that_code_at_once_and_are_killed_lose_nothing(processes, tmp_path):
    seconds = 0
    for seed in range(8):
        folder = tmp_path / str(seed // 4)
        coders = [Coder(processes, folder, 2 * seed + number) for number in range(2)]
        for coder in coders:
            coder.hear()
        time.sleep(0.05)
        written = set()
        for coder in coders:
            acknowledged = [item for item in coder.kill() if isinstance(item, tuple)]
            seq, _, name = acknowledged[-1]
            mine = {seq for seq, _, where in acknowledged if where == name}
            actions = [line for line in read_journal(folder / name).lines if line.kind in ACTIONS]
            sessions = {line.session for line in actions if line.seq == seq}
            own = {line.seq for line in actions if {line.session} == sessions}
            assert mine <= own
            written.add(name)
        seconds += len(written) == 2
        with AnnotationStore(folder, "v.mp4", "Ann") as store:
            assert not store.read_only and not store.is_second_writer
            whole = store.coding
        with AnnotationStore(folder, "v.mp4", "Ann") as store:
            assert store.coding == whole and not store.notices
    assert seconds  # else they never met


@pytest.mark.slow
def test_what_was_acknowledged_survives_two_hundred_kills(processes, tmp_path):
    assert kill_often(processes, tmp_path, 200, seed=2) > 200
    tables = {path.parent.name for path in tmp_path.glob("*/v.mp4.Ann.csv")}
    assert len(tables) == 20  # each was rewritten at some time


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 160 KiB, 96 of them taken; only the super-user of Linux can make one."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root on Linux can mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=160k", "none", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this system does not let us mount a small disk")
    (disk / "ballast").write_bytes(bytes(96 * 1024))
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_what_was_acknowledged_survives_kills_on_a_full_disk(processes, small_disk):
    refused = 0
    for seed in range(6):
        said = killed_after(processes, small_disk / "a", seed, 0.25, from_first=True)
        refused += said.count("full")
        check_nothing_lost(small_disk / "a", said)
    assert refused
    (small_disk / "ballast").unlink()  # somebody makes room
    with AnnotationStore(small_disk / "a", "v.mp4", "Ann") as store:
        before = store.coding
        assert not store.read_only
        store.undo()
        assert store.coding != before
