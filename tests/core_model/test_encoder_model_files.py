"""Encoders from model files: sizes come from the file, and are those that a name promises."""

from pathlib import Path

import numpy as np
import pytest

import ethoprism_core
from ethoprism_core.encoders import Encoder, VideoTextEncoder, load_encoder
from ethoprism_core.errors import EthoprismError
from ethoprism_core.model import (
    VideoEncoder,
    VideoEncoderConfig,
    VideoText,
    VideoTextConfig,
    random_model,
    save_model,
)

OWN = VideoEncoderConfig(
    16, 2, 32, spatial_layers=1, temporal_layers=1, grid=(2, 2, 2), patch=8, logit_cap=None
)


SAID = [
    [1.2234, -0.524, 0.9541, 1.5861],
    [1.2006, -0.4568, 0.8656, 1.4432],
    [1.2243, -0.2246, 0.9721, 1.4073],
]


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "own.safetensors"
    save_model(random_model(lambda rngs: VideoEncoder(OWN, rngs=rngs), 0), path, "float32")
    return path


def test_a_model_of_any_sizes(own):
    encoder = load_encoder("trained", own)
    assert isinstance(encoder, Encoder) and encoder.name == "trained"
    assert (encoder.clip_frames, encoder.frame_size, encoder.feature_dim) == (2, 16, 16)
    clip = np.random.default_rng(0).random((1, 2, 16, 16, 3), np.float32)
    assert encoder.encode(clip).shape == (1, 2, 2, 2, 16)
    larger = load_encoder("trained", own, dtype="bfloat16", frame_size=24)
    assert larger.token_shape == (2, 3, 3)
    assert larger.fingerprint != encoder.fingerprint


def test_a_video_text_model_knows_texts(tmp_path):
    config = VideoTextConfig(OWN, auxiliary_layers=0, text_layers=1, vocabulary=20)
    path = tmp_path / "both.safetensors"
    save_model(random_model(lambda rngs: VideoText(config, rngs=rngs), 0), path)
    assert isinstance(load_encoder("trained", path), VideoTextEncoder)


def test_no_file():
    with pytest.raises(EthoprismError, match="needs its file, trained"):
        load_encoder("trained")


@pytest.fixture(scope="module")
def small():
    return load_encoder("ethoprism-small")


@pytest.fixture(scope="module")
def control():
    return load_encoder("ethoprism-small", "random")


def test_small_comes_with_its_weights(small, control):
    assert small.token_shape == control.token_shape
    assert small.fingerprint != control.fingerprint
    (weights,) = Path(ethoprism_core.__file__).parent.rglob("ethoprism-small.*")
    assert weights.stat().st_size < 15e6


def test_small_says_what_it_said_when_probes_learned_from_it(small):
    """A ball that rolls from left to right: the first channels of three pairs of frames."""
    row, column = np.mgrid[:128, :128]
    middle = np.linspace(20, 100, 12)[:, None, None]
    ball = np.hypot(row - 64, column - middle) < 12
    video = np.where(ball[..., None], [0.15, 0.1, 0.1], [0.7, 0.65, 0.6]).astype(np.float32)
    said = small.encode(video[None])[0].mean((1, 2))
    np.testing.assert_allclose(said[[0, 2, 5], :4], SAID, atol=2e-3)


def test_small_at_random(control):
    assert (control.clip_frames, control.frame_size, control.feature_dim) == (12, 128, 192)
    assert control.token_shape == (6, 8, 8)


def test_small_is_small(own):
    with pytest.raises(EthoprismError, match="other sizes than ethoprism-small"):
        load_encoder("ethoprism-small", own)
