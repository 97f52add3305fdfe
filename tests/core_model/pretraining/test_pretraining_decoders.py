"""Every token finds its place, or loses it before the places are numbered."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from ethoprism_core.pretraining.config import DecoderConfig
from ethoprism_core.pretraining.decoders import ClipDecoder, TokenDecoder, places, shuffled

TIMES, POSITIONS = 3, 6
SEEN = jnp.array([[0, 2, 5], [1, 2, 3]])
HIDDEN = jnp.array([[1, 3, 4], [0, 4, 5]])
NO_LAYERS = DecoderConfig(8, 2, 16, layers=0)


def labels():
    """Name each seen token by its place in the clip, and mask tokens -1."""
    own = jnp.arange(TIMES)[:, None] * POSITIONS + SEEN[:, None]
    masks = jnp.full((2, TIMES * HIDDEN.shape[1]), -1)
    return np.asarray(jnp.concatenate([own.reshape(2, -1), masks], axis=1))


def test_every_token_returns_to_its_place():
    order = np.asarray(places(SEEN, HIDDEN, TIMES))
    placed = np.take_along_axis(labels(), order, axis=1).reshape(2, TIMES, POSITIONS)
    expected = np.arange(TIMES * POSITIONS).reshape(1, TIMES, POSITIONS).repeat(2, axis=0)
    for clip in range(2):
        expected[clip][:, HIDDEN[clip]] = -1
    np.testing.assert_array_equal(placed, expected)
    assert (np.sort(order, axis=1) == np.arange(TIMES * POSITIONS)).all()


def test_shuffling_loses_no_token_and_leaves_few_in_place():
    order = np.asarray(shuffled(jax.random.split(jax.random.key(0), 64), 40))
    assert (np.sort(order, axis=1) == np.arange(40)).all()
    assert len(np.unique(order, axis=0)) == 64
    assert (order == np.arange(40)).mean() < 0.06


@pytest.fixture(scope="module")
def decoder():
    return TokenDecoder(NO_LAYERS, 5, 4, TIMES, POSITIONS, rngs=nnx.Rngs(0))


@pytest.mark.parametrize("kind", ["placed", "shuffled"])
def test_places_are_numbered_after_the_tokens_are_in_order(decoder, kind):
    tokens = np.random.default_rng(0).normal(size=(2, TIMES, 3, 5)).astype(np.float32)
    if kind == "placed":
        order = places(SEEN, HIDDEN, TIMES)
    else:
        order = shuffled(jax.random.split(jax.random.key(1), 2), TIMES * POSITIONS)
    seen = tokens.reshape(2, -1, 5) @ decoder.into.kernel[...] + decoder.into.bias[...]
    masks = np.tile(decoder.mask_token[...], (2, TIMES * 3, 1))
    sequence = np.concatenate([seen, masks], axis=1)
    ordered = np.stack([sequence[clip][np.asarray(order)[clip]] for clip in range(2)])
    numbers = np.asarray(decoder.time_positions[...] + decoder.place_positions[...])
    expected = (ordered + numbers.reshape(-1, 8)) @ decoder.out.kernel[...]
    np.testing.assert_allclose(decoder(jnp.asarray(tokens), order), expected, atol=1e-5)


def test_the_clip_decoder_does_not_know_the_order():
    decoder = ClipDecoder(DecoderConfig(8, 2, 16, layers=1), 5, 4, rngs=nnx.Rngs(0))
    tokens = np.random.default_rng(0).normal(size=(1, TIMES, 3, 5)).astype(np.float32)
    mixed = np.random.default_rng(1).permutation(tokens.reshape(-1, 5)).reshape(tokens.shape)
    definition, state = nnx.split(decoder)
    decode = jax.jit(lambda tokens: nnx.merge(definition, state)(tokens))
    one, other, third = (decode(jnp.asarray(x)) for x in (tokens, mixed, 2 * tokens + 1))
    assert one.shape == (1, 4)
    np.testing.assert_allclose(one, other, atol=1e-5)
    assert np.abs(one - third).max() > 1e-3
