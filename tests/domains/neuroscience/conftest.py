"""What the tests of this folder share."""

from pathlib import Path

import pytest

from .made_sessions import write_session


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two animals with a session each; the second camera lost two pictures."""
    root = tmp_path_factory.mktemp("sessions ö")
    write_session(root / "m1" / "day1")
    write_session(root / "m2" / "day1", dropped=(140, 141), seed=1)
    return root
