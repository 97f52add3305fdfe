"""Encoders by name, those of other packages included."""

import sys

import pytest

from ethoprism_core.encoders import Encoder, encoder_names, load_encoder
from ethoprism_core.errors import EthoprismError

MODULE = """
from ethoprism_core.encoders.classical import ClassicalEncoder

class Theirs(ClassicalEncoder):
    def __init__(self, *asked):
        super().__init__()
        self.asked = asked

def load(checkpoint, dtype, frame_size):
    return Theirs(checkpoint, dtype, frame_size)
"""


@pytest.fixture
def other_package(tmp_path, monkeypatch):
    """Install a package that registers two encoders, one under a name that is taken."""
    (tmp_path / "their_encoders.py").write_text(MODULE, encoding="utf-8")
    info = tmp_path / "their_encoders-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: their-encoders\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(
        "[ethoprism.encoders]\ntheirs = their_encoders:load\nclassical = their_encoders:load\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("their_encoders", None)


def test_unknown_names_are_answered_with_the_known_ones():
    with pytest.raises(EthoprismError) as caught:
        load_encoder("videoprism-bass")
    assert str(caught.value) == (
        "there is no such encoder, videoprism-bass, use one of videoprism-base, videoprism-large, "
        "videoprism-giant, videoprism-lvt-base, videoprism-lvt-large, ethoprism-small, trained, "
        "classical"
    )


def test_encoders_of_other_packages(other_package):
    assert "theirs" in encoder_names()
    encoder = load_encoder("theirs", "weights.npz", dtype="bfloat16", frame_size=90)
    assert isinstance(encoder, Encoder)
    assert encoder.asked == ("weights.npz", "bfloat16", 90)


def test_built_in_names_cannot_be_taken_over(other_package):
    assert encoder_names().count("classical") == 1
    assert not hasattr(load_encoder("classical"), "asked")
