"""Made studies of camera traps, as small as can be."""

from pathlib import Path

import pytest

from ethoprism_domains.simulated.camera_traps import write_traps
from ethoprism_domains.simulated.trap_plan import TrapSettings

TINY = TrapSettings(sites=3, visits=4, days=20, frames=4, size=(64, 64), seed=3)


@pytest.fixture(scope="session")
def trap_study(tmp_path_factory):
    """The folder of a tiny study, and its clips; not to be changed."""
    folder = tmp_path_factory.mktemp("traps") / "hills"
    return Path(folder), write_traps(folder, TINY)
