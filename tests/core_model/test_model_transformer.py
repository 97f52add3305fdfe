"""The blocks against a plain twin in numpy, and the rules of visibility."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from scipy.special import erf

from ethoprism_core.model import positions
from ethoprism_core.model.pooling import AttentionPooler
from ethoprism_core.model.transformer import Attention, FeedForward, LayerNorm, Stack


def random(build):
    """Build a module in which every parameter, biases and offsets too, is random."""
    rng = np.random.default_rng(0)
    module = nnx.eval_shape(build)
    state = nnx.state(module, nnx.Param)
    nnx.update(module, jax.tree.map(lambda x: np.float32(rng.normal(0, 0.3, x.shape)), state))
    return module


@nnx.jit
def run(module, *inputs):
    return module(*inputs)


@nnx.jit
def run_causal(module, x):
    return module(x, causal=True)


def tokens(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def plain_attention(module, x, mask):
    """Loop over batch, heads and queries."""
    qkv, bias = np.asarray(module.qkv_kernel[...]), np.asarray(module.qkv_bias[...])
    out = np.zeros_like(x) + np.asarray(module.out_bias[...])
    for item, row in enumerate(x):
        for head in range(bias.shape[1]):
            query, key, value = (row @ qkv[:, part, head] + bias[part, head] for part in range(3))
            for position, q in enumerate(query):
                logits = key @ q / np.sqrt(len(q))
                logits = module.cap * np.tanh(logits / module.cap)
                weights = np.exp(logits) * mask[item, position]
                mixed = weights @ value / weights.sum()
                out[item, position] += mixed @ np.asarray(module.out_kernel[...])[head]
    return out


@pytest.mark.parametrize("length", [5, 700], ids=["short", "in blocks of queries"])
def test_attention_equals_a_plain_loop(length):
    module = random(lambda: Attention(12, 3, 2.0, rngs=nnx.Rngs(0)))
    x = tokens(2, length, 12)
    mask = np.random.default_rng(2).random((2, length, length)) < 0.6
    mask |= np.eye(length, dtype=bool)
    expected = plain_attention(module, x, mask)
    np.testing.assert_allclose(run(module, x, mask), expected, atol=1e-5)
    shared = np.tri(length, dtype=bool)[None]
    expected = plain_attention(module, x[:1], shared)
    np.testing.assert_allclose(run(module, x, shared)[:1], expected, atol=1e-5)


def test_layer_norm_scales_by_one_plus_its_offset():
    module = random(lambda: LayerNorm(16))
    x = tokens(3, 16)
    normal = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-6)
    expected = normal * (1 + np.asarray(module.offset[...])) + np.asarray(module.bias[...])
    np.testing.assert_allclose(run(module, x), expected, atol=1e-5)


def test_feed_forward_uses_exact_gelu():
    module = random(lambda: FeedForward(8, 16, "gelu", rngs=nnx.Rngs(0)))
    x = tokens(1, 4, 8)
    inner = x @ np.asarray(module.expand.kernel[...]) + np.asarray(module.expand.bias[...])
    inner = inner * (1 + erf(inner / np.sqrt(2))) / 2
    expected = inner @ np.asarray(module.contract.kernel[...]) + np.asarray(
        module.contract.bias[...]
    )
    np.testing.assert_allclose(run(module, x), expected, atol=1e-5)


@pytest.fixture(scope="module")
def stack():
    return random(lambda: Stack(2, 8, 2, 16, 50.0, rngs=nnx.Rngs(0)))


def test_what_is_not_visible_is_as_if_absent(stack):
    x = tokens(2, 6, 8)
    visible = np.array([[1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 1]], bool)
    masked = np.asarray(run(stack, x, visible))
    for item in range(2):
        kept = x[item, visible[item]][None]
        np.testing.assert_allclose(masked[item, visible[item]], run(stack, kept)[0], atol=1e-5)


def test_nothing_visible_gives_numbers(stack):
    assert np.isfinite(run(stack, tokens(1, 4, 8), np.zeros((1, 4), bool))).all()


def test_causal_tokens_see_only_what_came_before(stack):
    x = tokens(1, 6, 8)
    causal = np.asarray(run_causal(stack, x))
    for length in (1, 4):
        prefix = run_causal(stack, x[:, :length])
        np.testing.assert_allclose(causal[:, length - 1], prefix[:, -1], atol=1e-5)
    assert np.abs(causal[:, 0] - np.asarray(run(stack, x))[:, 0]).max() > 0.01


def test_the_order_of_tokens_does_not_matter_without_positions(stack):
    x, order = tokens(1, 6, 8), np.array([3, 1, 5, 0, 2, 4])
    np.testing.assert_allclose(
        run(stack, x[:, order]), np.asarray(run(stack, x))[:, order], atol=1e-5
    )


def test_gradients_are_finite_and_reach_every_parameter(stack):
    x = jnp.asarray(tokens(2, 5, 8))
    gradients = nnx.jit(nnx.grad(lambda model: jnp.square(model(x)).mean()))(stack)
    for gradient in jax.tree.leaves(gradients):
        assert np.isfinite(gradient).all()
        assert np.abs(gradient).max() > 0


def test_a_fresh_pooler_is_plain_scaled_attention():
    pooler = AttentionPooler(8, 2, 16, rngs=nnx.Rngs(0))
    x = tokens(1, 7, 8)
    query = np.einsum("ow,whd->hd", pooler.query[...], pooler.query_kernel[...])
    key = np.einsum("tw,whd->htd", x[0], pooler.key_kernel[...])
    value = np.einsum("tw,whd->htd", x[0], pooler.value_kernel[...])
    weights = np.exp(np.einsum("hd,htd->ht", query, key) / np.sqrt(8))
    mixed = np.einsum("ht,htd->hd", weights / weights.sum(-1, keepdims=True), value)
    expected = pooler.norm(jnp.einsum("hd,hdw->w", mixed, pooler.out_kernel[...]))
    np.testing.assert_allclose(run(pooler, x)[0], expected, atol=1e-5)


def test_stretching_keeps_the_learned_size_and_constant_grids():
    learned = jnp.asarray(tokens(12, 5))
    assert positions.stretch(learned, (3, 4), (3, 4)) is learned
    constant = jnp.ones((12, 5))
    np.testing.assert_allclose(
        positions.stretch(constant, (3, 4), (7, 2)), np.ones((14, 5)), atol=1e-6
    )


def test_stretching_to_twice_the_length_is_linear():
    ramp = jnp.asarray([[0.0], [4.0], [8.0]])
    stretched = positions.stretch(ramp, (3,), (6,))
    np.testing.assert_allclose(stretched[:, 0], [0, 1, 3, 5, 7, 8], atol=1e-6)


def test_sinusoids_by_their_formula():
    table = np.asarray(positions.sinusoids(5, 6))
    for position in range(5):
        angles = [position / 10_000 ** (wave / 2) for wave in range(3)]
        np.testing.assert_allclose(table[position], [*np.sin(angles), *np.cos(angles)], atol=1e-6)
