"""Short work in threads."""

import threading

import pytest
from pytestqt.qtbot import QtBot

from ethoprism_core.errors import EthoprismError
from napari_ethoprism.jobs import Progress, ThreadJob


@pytest.fixture
def job(qtbot: QtBot):
    made = ThreadJob()
    yield made
    made.close()


def test_work_is_done_in_another_thread(qtbot: QtBot, job: ThreadJob):
    with qtbot.waitSignal(job.done) as told:
        job.start(lambda progress: threading.get_ident())
        assert job.is_running
    assert told.args[0] != threading.get_ident()
    assert not job.is_running


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (EthoprismError("the disk is full", "a.csv"), "the disk is full, a.csv"),
        (PermissionError(13, "Permission denied", "a.csv"), "Permission denied"),
        (ZeroDivisionError("a mistake of ours"), "unexpected ZeroDivisionError"),
    ],
)
def test_what_goes_wrong_is_told(error: Exception, words: str, qtbot: QtBot, job: ThreadJob):
    def work(_: Progress) -> None:
        raise error

    with qtbot.waitSignal(job.failed) as told:
        job.start(work)
    assert isinstance(told.args[0], EthoprismError)
    assert words in str(told.args[0])


def test_progress_is_told_and_its_end_always(qtbot: QtBot, job: ThreadJob):
    seen: list[tuple[int, int]] = []
    job.progressed.connect(lambda done, total: seen.append((done, total)))

    def work(progress: Progress) -> None:
        for number in range(5000):
            progress(number + 1, 5000)

    with qtbot.waitSignal(job.done):
        job.start(work)
    assert seen[-1] == (5000, 5000)
    assert len(seen) < 500


def test_cancelled_work_ends_at_its_next_progress(qtbot: QtBot, job: ThreadJob):
    started = threading.Event()

    def work(progress: Progress) -> None:
        while True:
            started.set()
            progress(0, 0)

    with qtbot.waitSignal(job.cancelled):
        job.start(work)
        assert started.wait(10)
        job.cancel()
    assert not job.is_running


def test_of_two_only_the_last_is_told(qtbot: QtBot, job: ThreadJob):
    results: list[object] = []
    job.done.connect(results.append)
    release = threading.Event()
    with qtbot.waitSignal(job.done):
        job.start(lambda _: release.wait(10))
        job.start(lambda _: "second")
    release.set()
    job.wait()
    qtbot.wait(20)
    assert results == ["second"]


def test_what_is_forgotten_holds_nobody_up_and_tells_nothing(qtbot: QtBot, job: ThreadJob):
    told: list[object] = []
    job.done.connect(told.append)
    release = threading.Event()
    job.start(lambda _: release.wait(10))
    job.forget()
    assert not job.is_running
    with qtbot.waitSignal(job.done):
        job.start(lambda _: "next")
    release.set()
    job.wait()
    qtbot.wait(20)
    assert told == ["next"]


def test_closing_ends_the_work_and_tells_nothing(qtbot: QtBot, job: ThreadJob):
    told: list[object] = []
    for signal in (job.done, job.failed):
        signal.connect(told.append)
    job.cancelled.connect(lambda: told.append("cancelled"))
    ended = threading.Event()

    def work(progress: Progress) -> None:
        try:
            while True:
                progress(0, 0)
        finally:
            ended.set()

    job.start(work)
    job.close()
    assert ended.is_set()
    qtbot.wait(20)
    assert told == []
