"""What the tests of this folder share."""

import os
from pathlib import Path

import pytest

from .made_sessions import write_session


@pytest.fixture(scope="session", autouse=True)
def private_caches(tmp_path_factory: pytest.TempPathFactory):
    """Keep video indexes out of the user's own cache."""
    folder = str(tmp_path_factory.mktemp("cache"))
    before = {name: os.environ.get(name) for name in ("XDG_CACHE_HOME", "LOCALAPPDATA")}
    os.environ.update(dict.fromkeys(before, folder))
    yield
    for name, value in before.items():
        os.environ.pop(name)
        if value is not None:
            os.environ[name] = value


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two animals with a session each; the second camera lost two pictures."""
    root = tmp_path_factory.mktemp("sessions ö")
    write_session(root / "m1" / "day1")
    write_session(root / "m2" / "day1", dropped=(140, 141), seed=1)
    return root
