"""Encoders whose tokens see pairs of frames: the second picture, and how it changed."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ethoprism_core.encoders import load_encoder
from ethoprism_core.model import (
    VideoEncoder,
    VideoEncoderConfig,
    load_model,
    random_model,
    save_model,
)
from ethoprism_core.model.motion import with_motion
from ethoprism_core.pretraining import MaskedConfig, masked_task
from ethoprism_core.pretraining.batch import Batch
from ethoprism_core.pretraining.visible import encode_visible

SIZES = VideoEncoderConfig(
    32, 2, 64, spatial_layers=1, temporal_layers=1, grid=(3, 2, 2), patch=8, logit_cap=None,
    pairs=True,
)  # fmt: skip


@pytest.fixture(scope="module")
def model():
    return random_model(lambda rngs: VideoEncoder(SIZES, rngs=rngs), 0)


@pytest.fixture(scope="module")
def clip():
    return np.random.default_rng(3).integers(0, 256, (2, 6, 16, 16, 3), dtype=np.uint8)


def tokens(model, frames):
    return np.asarray(model.tokens(frames.astype(np.float32) / 255))


def test_three_pairs_are_three_times(model, clip):
    assert SIZES.clip_frames == 6 and SIZES.token_times(6) == 3
    assert tokens(model, clip).shape == (2, 3 * 4, 32)


def test_the_order_within_a_pair_matters(model, clip):
    turned = clip[:, [1, 0, 3, 2, 5, 4]]
    assert np.abs(tokens(model, clip) - tokens(model, turned)).max() > 0.1


def test_a_first_frame_without_a_partner_is_its_own(model, clip):
    odd = clip[:, 1:]
    doubled = np.concatenate([odd[:, :1], odd], axis=1)
    np.testing.assert_allclose(tokens(model, odd), tokens(model, doubled), atol=1e-5)
    assert tokens(model, clip[:, :1]).shape == (2, 4, 32)


@pytest.mark.parametrize(("right", "down"), [(0.5, 0.0), (-0.5, 0.0), (0.0, 0.8), (0.3, -0.4)])
def test_normal_flow_of_a_moving_ramp(right, down):
    """A slope that moves along itself is seen to move as fast as it does."""
    row, column = np.mgrid[:8, :8]
    ahead = np.array([right, down]) / np.hypot(right, down)
    place = ahead[0] * column + ahead[1] * row
    pictures = [0.5 + 0.1 * (place - moved) for moved in (0, np.hypot(right, down))]
    pair = np.concatenate([np.repeat(one[..., None], 3, -1) for one in pictures], axis=-1)
    seen = np.asarray(with_motion(jnp.asarray(pair, jnp.float32)))
    np.testing.assert_allclose(seen[..., :3], pair[..., 3:], atol=1e-6)
    np.testing.assert_allclose(seen[..., 3] / 8, pictures[1] - pictures[0], atol=1e-5)
    np.testing.assert_allclose(seen[..., 4:].mean((0, 1)), [right, down], rtol=0.05, atol=1e-5)


def test_two_pictures_that_are_one_show_no_motion():
    picture = np.random.default_rng(0).random((8, 8, 3), np.float32)
    seen = with_motion(jnp.asarray(np.concatenate([picture, picture], axis=-1)))
    assert not np.asarray(seen[..., 3:]).any()


def test_padded_frames_change_nothing_for_the_others(model, clip):
    pixels = clip.astype(np.float32) / 255
    other = pixels.copy()
    other[:, 4:] = 0.5
    hidden = np.zeros((2, 6), np.float32)
    hidden[:, 4:] = 1
    said = [np.asarray(model.tokens(video, hidden))[:, :8] for video in (pixels, other)]
    np.testing.assert_allclose(*said, atol=1e-6)


def test_seeing_all_positions_is_encoding(model, clip):
    everywhere = jnp.tile(jnp.arange(4), (2, 1))
    seen = encode_visible(model, jnp.asarray(clip), everywhere)
    np.testing.assert_allclose(np.asarray(seen).reshape(2, 12, 32), tokens(model, clip), atol=1e-5)


def test_the_file_tells_of_pairs_and_windows_share_their_frames(model, clip, tmp_path):
    path = tmp_path / "pairs.safetensors"
    save_model(model, path, "float32")
    assert load_model(path).config == SIZES
    encoder = load_encoder("trained", path)
    assert (encoder.clip_frames, encoder.token_shape) == (6, (3, 2, 2))
    film = np.concatenate(clip)
    before = np.concatenate([film[:1], film[:-1]])
    of_frames = encoder.encode_frames(film, before)
    starts = (0, 3, 6)
    windows = np.stack([of_frames[start : start + 6] for start in starts])
    whole = np.stack([film[start : start + 6] for start in starts]).astype(np.float32) / 255
    np.testing.assert_allclose(encoder.encode_windows(windows), encoder.encode(whole), atol=1e-5)


@pytest.mark.parametrize("teacher_sees_pairs", [False, True])
def test_teachers_and_students_may_differ_in_it(teacher_sees_pairs, clip):
    sizes = replace(SIZES, pairs=teacher_sees_pairs)
    teacher = random_model(lambda rngs: VideoEncoder(sizes, rngs=rngs), 1)
    config = replace(MaskedConfig.tiny(), student=SIZES, frames=6, frame_size=16)
    task = masked_task(config, teacher)
    keys = jax.random.split(jax.random.key(0), 2)
    said = task.objective.outputs(task.params, task.frozen, Batch(clip), keys)
    assert all(np.isfinite(distance).all() for distance in said.values())
