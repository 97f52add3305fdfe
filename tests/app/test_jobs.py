"""Jobs in processes of their own: progress, results, mistakes, and the ways in which they end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ethoprism.jobs import Cancelled, Failed, Finished, JobProcess, Message, Progress, Task

TASKS = """
import os, subprocess, sys, time
from ethoprism_core.errors import EthoprismError

def add(stages, one, other):
    print("this is no message")
    os.write(1, b"nor is this\\n")
    with stages("adding", "numbers") as progress:
        progress(1, 2)
        progress(2, 2)
    return {"sum": one + other}

def refuse(stages):
    raise EthoprismError("it cannot be", "böse.mp4", "leave it")

def break_down(stages):
    return 1 / 0

def count(stages):
    with stages("counting") as progress:
        for number in range(10_000):
            progress(number, 10_000)
            time.sleep(0.01)

def be_deaf(stages, file):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with open(file, "w") as where:
        where.write(str(child.pid))
    with stages("sleeping"):
        time.sleep(600)
"""


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Start a function of `TASKS`; whatever is still there at the end is closed."""
    (tmp_path / "made_tasks.py").write_text(TASKS, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    jobs = []

    def start(name: str, patience: float = 3.0, **arguments: object) -> JobProcess:
        jobs.append(JobProcess(Task(f"made_tasks:{name}", arguments), patience))
        return jobs[-1]

    yield start
    for job in jobs:
        job.close()


def wait_for(job: JobProcess, enough=lambda told: False, seconds: float = 60) -> list[Message]:
    """Listen until the job is over, or has told enough."""
    told: list[Message] = []
    deadline = time.monotonic() + seconds
    while not job.is_over and not enough(told):
        assert time.monotonic() < deadline, f"{told} {job.log()}"
        told += job.poll()
        time.sleep(0.01)
    return told


def is_alive(pid: int) -> bool:
    """Whether a process is there that is more than an entry in its parent's books."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"


def wait_until_gone(pid: int, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while is_alive(pid):
        assert time.monotonic() < deadline, "the process is still there"
        time.sleep(0.05)


def test_a_job_tells_its_progress_and_its_result_and_nothing_else(start):
    job = start("add", one=2, other=3)
    told = wait_for(job)
    assert told[-1] == Finished({"sum": 5})
    assert told[0] == Progress("adding", 0, 0, "numbers")
    assert Progress("adding", 2, 2, "numbers") in told
    assert "this is no message" in job.log() and "nor is this" in job.log()
    assert job.poll() == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("refuse", "it cannot be, böse.mp4, leave it"),
        ("break_down", "nobody expected: ZeroDivisionError, division by zero"),
    ],
)
def test_what_goes_wrong_is_one_sentence(start, name, sentence):
    job = start(name)
    (last,) = wait_for(job)
    assert isinstance(last, Failed) and sentence in last.sentence and "\n" not in last.sentence
    assert ("Traceback" in job.log()) == (name == "break_down")


def test_a_job_that_is_asked_to_stop_does(start):
    job = start("count")
    wait_for(job, lambda told: any(one.done > 2 for one in told))
    job.cancel()
    assert wait_for(job)[-1] == Cancelled()


@pytest.mark.skipif(sys.platform == "win32", reason="looks at processes as Linux shows them")
def test_a_deaf_job_is_ended_with_all_that_it_has_started(start, tmp_path):
    file = tmp_path / "child"
    job = start("be_deaf", patience=0.2, file=str(file))
    wait_for(job, bool)
    child = int(file.read_text(encoding="utf-8"))
    assert is_alive(child)
    job.close()
    assert wait_for(job)[-1] == Cancelled()
    wait_until_gone(child)
    assert not is_alive(job.pid)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_job_that_is_killed_is_told_in_one_sentence(start):
    job = start("count")
    wait_for(job, bool)
    os.kill(job.pid, signal.SIGKILL)
    last = wait_for(job)[-1]
    assert isinstance(last, Failed)
    assert "ended from outside by signal 9" in last.sentence and "kept" in last.sentence


PARENT = """
import sys, time
from ethoprism.jobs import JobProcess, Task
job = JobProcess(Task("made_tasks:count"))
while not job.poll():
    time.sleep(0.01)
print(job.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_parent_that_dies_takes_its_job_along(start):
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.kill()
    wait_until_gone(pid)
