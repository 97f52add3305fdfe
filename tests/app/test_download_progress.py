"""A first download tells how far it is."""

from contextlib import contextmanager

import pytest

from ethoprism.embedding import embed
from ethoprism.options import EmbedOptions
from ethoprism_core.encoders import hub
from ethoprism_core.errors import EthoprismError

from .conftest import write_video


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch):
    """What stages are told while a download gets half way and breaks off."""
    said: list[tuple[str, int, int]] = []

    @contextmanager
    def stages(description: str, unit: str = "frames"):
        yield lambda done, total: said.append((f"{description} {unit}", done, total))

    def fetch(file, progress=None):
        progress(229_000_000, 458_000_000)
        raise EthoprismError("cannot download", file.url, "try again")

    monkeypatch.setattr(hub, "fetch", fetch)
    return said, stages


def test_options_and_embed_pass_the_progress_of_a_download_on(told, tmp_path):
    said, stages = told
    with pytest.raises(EthoprismError, match="cannot download"):
        EmbedOptions("videoprism-base").recipe(tmp_path, stages)
    with pytest.raises(EthoprismError, match="cannot download"):
        embed(write_video(tmp_path / "a.mp4"), "videoprism-base", tmp_path, stages=stages)
    assert said == [("videoprism-base: loading MB", 229, 458)] * 2
