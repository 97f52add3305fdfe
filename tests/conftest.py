"""Shapes are checked at run time here, and only here; real footage is found beside the checkout."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from jaxtyping import install_import_hook

_HOOK = install_import_hook(
    ["ethoprism_core", "ethoprism_domains", "ethoprism"], "beartype.beartype"
)

# no test is timed: on a busy machine any example may be slow
settings.register_profile("ethoprism", deadline=None)
settings.load_profile("ethoprism")

SHARED = Path(__file__).resolve().parents[2] / "shared"


def _shared(kind: str) -> Path:
    folder = SHARED / kind
    if not folder.is_dir():
        pytest.skip(f"needs the real files of {folder}, which are not part of the project")
    return folder


@pytest.fixture(scope="session")
def footage() -> Path:
    """The folder of real footage; the test is skipped where it is absent."""
    return _shared("footage")


@pytest.fixture(scope="session")
def real_labels() -> Path:
    """The folder of real label files; the test is skipped where it is absent."""
    return _shared("labels")


@pytest.fixture(scope="session")
def golden() -> Path:
    """The folder of the reference's outputs; the test is skipped where it is absent."""
    return _shared("golden")


@pytest.fixture(scope="session", autouse=True)
def private_caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep video indexes and the like out of the user's own caches."""
    folder = str(tmp_path_factory.mktemp("cache"))
    before = {name: os.environ.get(name) for name in ("XDG_CACHE_HOME", "LOCALAPPDATA")}
    os.environ.update(dict.fromkeys(before, folder))
    yield
    for name, value in before.items():
        os.environ.pop(name)
        if value is not None:
            os.environ[name] = value
