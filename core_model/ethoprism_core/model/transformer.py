"""Transformer blocks over sequences of tokens, whatever the tokens stand for.

Parameters are kept fused, ready for the products: one array for query, key and value, split by
head. `checkpoints` translates to and from the reference's layout.
"""

import math

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float

_MASKED = -1e30  # finite, so that a row without any visible key stays a number
_EPSILON = 1e-6
_QUERIES_AT_ONCE = 512


class LayerNorm(nnx.Module):
    """Normalise each token; the learned scale is stored as its offset from one."""

    def __init__(self, width: int) -> None:
        self.offset = nnx.Param(jnp.zeros(width))
        self.bias = nnx.Param(jnp.zeros(width))

    def __call__(self, x: Float[Array, "*batch width"]) -> Float[Array, "*batch width"]:
        """Normalise in float32, whatever the activations' dtype."""
        wide = x.astype(jnp.float32)
        centred = wide - wide.mean(-1, keepdims=True)
        variance = jnp.square(centred).mean(-1, keepdims=True)
        normal = centred * jax.lax.rsqrt(variance + _EPSILON)
        return (normal * (1 + self.offset[...]) + self.bias[...]).astype(x.dtype)


class Linear(nnx.Module):
    """A matrix product and a bias, in the input's dtype."""

    def __init__(self, inputs: int, outputs: int, *, rngs: nnx.Rngs) -> None:
        self.kernel = nnx.Param(random_kernel(rngs, (inputs, outputs), inputs))
        self.bias = nnx.Param(jnp.zeros(outputs))

    def __call__(self, x: Float[Array, "*batch inputs"]) -> Float[Array, "*batch outputs"]:
        """Multiply."""
        return x @ self.kernel[...].astype(x.dtype) + self.bias[...].astype(x.dtype)


class Attention(nnx.Module):
    """Self-attention with one fused product for query, key and value, and capped logits."""

    def __init__(self, width: int, heads: int, cap: float | None, *, rngs: nnx.Rngs) -> None:
        size = width // heads
        self.cap = cap
        self.qkv_kernel = nnx.Param(random_kernel(rngs, (width, 3, heads, size), width))
        self.qkv_bias = nnx.Param(jnp.zeros((3, heads, size)))
        self.out_kernel = nnx.Param(random_kernel(rngs, (heads, size, width), width))
        self.out_bias = nnx.Param(jnp.zeros(width))

    def __call__(
        self,
        x: Float[Array, "batch token width"],
        mask: Bool[Array, "#batch #token token"] | None = None,
    ) -> Float[Array, "batch token width"]:
        """Attend; a query sees the keys where its row of `mask` is true."""
        batch, tokens, width = x.shape
        kernel, bias = self.qkv_kernel[...].astype(x.dtype), self.qkv_bias[...].astype(x.dtype)
        fused = x @ kernel.reshape(width, -1) + bias.reshape(-1)
        # (3, batch, heads, tokens, head size): the products over heads then need no transposes
        query, key, value = fused.reshape(batch, tokens, *bias.shape).transpose(2, 0, 3, 1, 4)
        mixed = self._mix(query, key, value, mask)
        joined = mixed.transpose(0, 2, 1, 3).reshape(batch, tokens, -1)
        out = self.out_kernel[...].astype(x.dtype).reshape(-1, width)
        return joined @ out + self.out_bias[...].astype(x.dtype)

    def _mix(self, query: Array, key: Array, value: Array, mask: Array | None) -> Array:
        """Mix the values for a block of queries at a time: logits of all would fill the memory."""
        blocks = range(0, query.shape[2], _QUERIES_AT_ONCE)
        spans = [slice(start, start + _QUERIES_AT_ONCE) for start in blocks]
        mixed = [
            self._attend(query[:, :, span], key, value, mask if mask is None else mask[:, span])
            for span in spans
        ]
        return jnp.concatenate(mixed, axis=2)

    def _attend(self, query: Array, key: Array, value: Array, mask: Array | None) -> Array:
        query = query * query.shape[-1] ** -0.5
        logits = jnp.einsum("bhqd,bhkd->bhqk", query, key, preferred_element_type=jnp.float32)
        if self.cap is not None:
            logits = self.cap * jnp.tanh(logits / self.cap)
        if mask is not None:
            logits = jnp.where(mask[:, None], logits, _MASKED)
        weights = jnp.exp(logits - jax.lax.stop_gradient(logits.max(-1, keepdims=True)))
        mixed = jnp.einsum("bhqk,bhkd->bhqd", weights.astype(value.dtype), value)
        # the softmax's division, on the mixed values: fewer numbers than the weights
        return (mixed / weights.sum(-1, keepdims=True)).astype(value.dtype)


class FeedForward(nnx.Module):
    """Two linear layers around exact (erf) GELU or ReLU."""

    def __init__(self, width: int, hidden: int, activation: str, *, rngs: nnx.Rngs) -> None:
        self.activation = activation
        self.expand = Linear(width, hidden, rngs=rngs)
        self.contract = Linear(hidden, width, rngs=rngs)

    def __call__(
        self,
        x: Float[Array, "batch token width"],
        visible: Bool[Array, "batch token"] | None = None,
    ) -> Float[Array, "batch token width"]:
        """Transform each token by itself; what is not visible only gets the last bias."""
        inner = self.expand(x)
        inner = jax.nn.relu(inner) if self.activation == "relu" else _exact_gelu(inner)
        if visible is not None:
            inner = inner * visible[..., None].astype(inner.dtype)
        return self.contract(inner)


class Block(nnx.Module):
    """Attention, then a feed-forward layer, each on normalised tokens and added to them."""

    def __init__(
        self,
        width: int,
        heads: int,
        hidden: int,
        cap: float | None,
        activation: str,
        *,
        rngs: nnx.Rngs,
    ) -> None:
        self.attention_norm = LayerNorm(width)
        self.attention = Attention(width, heads, cap, rngs=rngs)
        self.feedforward_norm = LayerNorm(width)
        self.feedforward = FeedForward(width, hidden, activation, rngs=rngs)

    def __call__(
        self,
        x: Float[Array, "batch token width"],
        mask: Bool[Array, "#batch #token token"] | None = None,
        visible: Bool[Array, "batch token"] | None = None,
    ) -> Float[Array, "batch token width"]:
        """Apply the block."""
        x = x + self.attention(self.attention_norm(x), mask)
        return x + self.feedforward(self.feedforward_norm(x), visible)


class Stack(nnx.Module):
    """Blocks one after the other. Positions are the caller's to add.

    Parameters
    ----------
    layers, width, heads, hidden
        How many blocks, numbers in a token, attention heads, numbers inside a feed-forward layer.
    cap
        Smooth cap of the attention logits, or None.
    activation
        ``"gelu"`` or ``"relu"``.
    """

    def __init__(
        self,
        layers: int,
        width: int,
        heads: int,
        hidden: int,
        cap: float | None = None,
        activation: str = "gelu",
        *,
        rngs: nnx.Rngs,
    ) -> None:
        self.blocks = nnx.List(
            [Block(width, heads, hidden, cap, activation, rngs=rngs) for _ in range(layers)]
        )

    def __call__(
        self,
        x: Float[Array, "batch token width"],
        visible: Bool[Array, "batch token"] | None = None,
        causal: bool = False,
    ) -> Float[Array, "batch token width"]:
        """Apply the blocks.

        Parameters
        ----------
        x
            Tokens with their positions added.
        visible
            Where false, a token is padding: no other token sees it. All are visible by default.
        causal
            Whether a token sees only itself and those before it.
        """
        mask = None if visible is None else jnp.repeat(visible[:, None], x.shape[1], axis=1)
        if causal:
            before = jnp.tril(jnp.ones((x.shape[1], x.shape[1]), bool))[None]
            mask = before if mask is None else before & mask
        for block in self.blocks:
            x = block(x, mask, visible)
        return x


def random_kernel(rngs: nnx.Rngs, shape: tuple[int, ...], inputs: int) -> Float[Array, "..."]:
    """Draw weights whose products keep the variance of `inputs` numbers."""
    return jax.random.normal(rngs.params(), shape) / math.sqrt(inputs)


def _exact_gelu(x: Array) -> Array:
    return jax.nn.gelu(x, approximate=False)
