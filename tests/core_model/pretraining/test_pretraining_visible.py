"""Hidden tokens are left out in earnest: they cost nothing and change nothing."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from ethoprism_core.model import VideoEncoder, VideoEncoderConfig
from ethoprism_core.pretraining.visible import encode_visible, resized

CONFIG = VideoEncoderConfig(
    32, 2, 64, spatial_layers=2, temporal_layers=1, grid=(3, 4, 4), patch=8, logit_cap=50.0
)
SEEN = np.array([[0, 3, 5, 9, 14], [1, 2, 6, 7, 15]])


@pytest.fixture(scope="module")
def video():
    return np.random.default_rng(0).integers(0, 256, (2, 3, 32, 32, 3), np.uint8)


@pytest.fixture(scope="module")
def apply(quick_jit):
    """Apply a function of the encoder, compiled."""
    abstract = nnx.eval_shape(lambda: VideoEncoder(CONFIG, rngs=nnx.Rngs(0)))
    definition = nnx.graphdef(abstract)
    state = quick_jit(lambda: nnx.state(VideoEncoder(CONFIG, rngs=nnx.Rngs(0))))()

    def compiled(function):
        run = quick_jit(lambda state, *arrays: function(nnx.merge(definition, state), *arrays))
        return lambda *arrays: np.asarray(run(state, *map(jnp.asarray, arrays)))

    return compiled


@pytest.fixture(scope="module")
def encode(apply):
    return apply(encode_visible)


def test_seeing_all_is_encoding(apply, encode, video):
    everything = np.tile(np.arange(16), (2, 1))
    whole = apply(VideoEncoder.tokens)(video / np.float32(255)).reshape(2, 3, 16, 32)
    np.testing.assert_allclose(encode(video, everything), whole, atol=1e-5)


def test_it_equals_masked_attention(apply, encode, video):
    visible = np.zeros((6, 16), bool)
    np.put_along_axis(visible, np.repeat(SEEN, 3, axis=0), True, axis=1)

    def masked(encoder, frames):
        x = encoder.patches(frames) + encoder.row_column_positions(4, 4)
        x = encoder.spatial_norm(encoder.spatial_encoder(x, jnp.asarray(visible)))
        return encoder.temporal(x.reshape(2, 3, 4, 4, 32)).reshape(2, 3, 16, 32)

    x = apply(masked)(video.reshape(6, 32, 32, 3) / np.float32(255))
    expected = np.take_along_axis(x, SEEN[:, None, :, None], axis=2)
    np.testing.assert_allclose(encode(video, SEEN), expected, atol=1e-5)


def test_hidden_pixels_change_nothing_in_any_frame(encode, video):
    hidden = np.ones((2, 16), bool)
    np.put_along_axis(hidden, SEEN, False, axis=1)
    pixels = hidden.reshape(2, 1, 4, 4, 1).repeat(8, axis=2).repeat(8, axis=3)
    painted = np.where(pixels, np.uint8(0), video)
    assert (painted != video).any(axis=(0, 2, 3, 4)).all()
    np.testing.assert_array_equal(encode(painted, SEEN), encode(video, SEEN))
    assert np.abs(encode(255 - video, SEEN) - encode(video, SEEN)).max() > 0.01


def test_the_sequences_are_shorter_in_both_stacks():
    """Operations, as XLA counts them, fall with the tokens."""
    config = VideoEncoderConfig(
        256, 2, 1024, spatial_layers=2, temporal_layers=2, grid=(4, 8, 8), patch=8, logit_cap=None
    )
    model = nnx.eval_shape(lambda: VideoEncoder(config, rngs=nnx.Rngs(0)))
    definition, state = nnx.split(model)
    clip = jax.ShapeDtypeStruct((1, 4, 64, 64, 3), np.uint8)

    def flops(seen):
        run = jax.jit(lambda s, clip, seen: encode_visible(nnx.merge(definition, s), clip, seen))
        positions = jax.ShapeDtypeStruct((1, seen), np.int32)
        return run.lower(state, clip, positions).cost_analysis()["flops"]

    for seen in (64, 22):
        assert flops(seen) == pytest.approx(config.clip_flops(4, seen, 1), rel=0.06)
    assert flops(22) < 0.35 * flops(64)


def test_one_frame(encode, video):
    assert encode(video[:, :1], SEEN).shape == (2, 1, 5, 32)


def test_resizing():
    ramp = np.tile(np.arange(0, 256, 16, np.uint8), (16, 1))[None, None, ..., None].repeat(3, -1)
    small = np.asarray(resized(jnp.asarray(ramp), 4))
    assert small.shape == (1, 1, 4, 4, 3) and small.dtype == np.float32
    np.testing.assert_allclose(small[0, 0, 1, 1:3, 0] * 255, [88, 152], atol=4)
    assert resized(jnp.asarray(ramp), 16).dtype == np.uint8
