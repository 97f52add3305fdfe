"""Runs that end before their time, for real: killed processes, and processes on several hosts."""

import csv
import os
import random
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

PROGRAMS = Path(__file__).parent / "programs"
QUICKLY = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"


@pytest.fixture
def start(tmp_path):
    """Start programs that share what they compile."""
    environment = {
        **os.environ,
        "XLA_FLAGS": QUICKLY,
        "JAX_PLATFORMS": "cpu",
        "JAX_COMPILATION_CACHE_DIR": str(tmp_path / "compiled"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "PYTHONWARNINGS": "default",
    }

    def begin(program, *arguments, **more):
        command = [sys.executable, str(PROGRAMS / program), *map(str, arguments)]
        return subprocess.Popen(
            command, env={**environment, **more}, stdout=subprocess.PIPE, text=True
        )

    return begin


@pytest.mark.slow
def test_a_killed_run_ends_like_one_that_was_not(start, tmp_path):
    whole = start("run.py", tmp_path / "whole", tmp_path / "whole.npy")
    whole.communicate()
    assert whole.returncode == 0
    last = random.Random().randrange(16, 40)  # the second checkpoint waits for the first
    killed = start("run.py", tmp_path / "killed", tmp_path / "killed.npy")
    for line in killed.stdout:
        if int(line) == last:
            killed.kill()
            break
    killed.communicate()
    assert killed.returncode != 0 and not (tmp_path / "killed.npy").exists()
    again = start("run.py", tmp_path / "killed", tmp_path / "killed.npy")
    steps = [int(line) for line in again.communicate()[0].split()]
    assert again.returncode == 0
    assert 1 < steps[0] <= last + 1, f"killed at {last}"
    np.testing.assert_array_equal(
        np.load(tmp_path / "killed.npy"), np.load(tmp_path / "whole.npy"), f"killed at {last}"
    )


@pytest.mark.slow
def test_two_hosts_train_as_one(start, tmp_path):
    """Each brings half of every batch and holds half of what is large."""
    alone = start("hosts.py", tmp_path / "alone", 4)
    alone.communicate()
    for steps in (2, 4):  # the second time from the checkpoint of the first
        assert together(start, tmp_path / "together", steps) == [0, 0]
    curves = [curve(tmp_path / name / "metrics.csv") for name in ("alone", "together")]
    np.testing.assert_allclose(curves[1], curves[0], rtol=1e-3)


def curve(path):
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == list("1234")
    return [float(row["loss"]) for row in rows]


def together(start, folder, steps):
    with socket.socket() as listener:
        listener.bind(("localhost", 0))
        address = f"localhost:{listener.getsockname()[1]}"
    pair = [
        start(
            "hosts.py",
            folder,
            steps,
            ETHOPRISM_COORDINATOR=address,
            ETHOPRISM_PROCESSES="2",
            ETHOPRISM_PROCESS=str(index),
        )
        for index in range(2)
    ]
    for process in pair:
        process.communicate(timeout=300)
    return [process.returncode for process in pair]
