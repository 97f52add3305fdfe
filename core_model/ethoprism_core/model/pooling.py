"""Attention pooling: one learned query gathers all tokens into one embedding."""

import math

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from ethoprism_core.model.transformer import LayerNorm, random_kernel


class AttentionPooler(nnx.Module):
    """Cross-attention of one learned query to all tokens, then a LayerNorm.

    Parameters
    ----------
    width
        Numbers in a token, and in the embedding.
    heads
        Attention heads.
    inner
        Numbers in the query, over all heads.
    """

    def __init__(self, width: int, heads: int, inner: int, *, rngs: nnx.Rngs) -> None:
        size = inner // heads
        into = (width, heads, size)
        self.query = nnx.Param(random_kernel(rngs, (1, width), width))
        self.query_kernel = nnx.Param(random_kernel(rngs, into, width))
        self.query_bias = nnx.Param(jnp.zeros((heads, size)))
        self.query_scale = nnx.Param(jnp.zeros(size))  # through softplus, for each dimension
        self.key_kernel = nnx.Param(random_kernel(rngs, into, width))
        self.key_bias = nnx.Param(jnp.zeros((heads, size)))
        self.value_kernel = nnx.Param(random_kernel(rngs, into, width))
        self.value_bias = nnx.Param(jnp.zeros((heads, size)))
        self.out_kernel = nnx.Param(random_kernel(rngs, (heads, size, width), inner))
        self.out_bias = nnx.Param(jnp.zeros(width))
        self.norm = LayerNorm(width)

    def __call__(self, tokens: Float[Array, "batch token width"]) -> Float[Array, "batch width"]:
        """Pool."""
        dtype = tokens.dtype
        key = _project(tokens, self.key_kernel, self.key_bias)
        value = _project(tokens, self.value_kernel, self.value_bias)
        logits = jnp.einsum("hd,bthd->bht", self._scaled_query(), key.astype(jnp.float32))
        weights = jax.nn.softmax(logits).astype(dtype)
        mixed = jnp.einsum("bht,bthd->bhd", weights, value)
        out = jnp.einsum("bhd,hdw->bw", mixed, self.out_kernel[...].astype(dtype))
        return self.norm(out + self.out_bias[...].astype(dtype))

    def _scaled_query(self) -> Float[Array, "head size"]:
        query = _project(self.query[...], self.query_kernel, self.query_bias)[0]
        # softplus(0) = ln 2, so that a fresh pooler scales by 1 / sqrt(size) exactly
        scale = jax.nn.softplus(self.query_scale[...]) / math.log(2)
        return query * scale / math.sqrt(query.shape[-1])


def _project(x: Array, kernel: nnx.Param, bias: nnx.Param) -> Array:
    product = jnp.einsum("...w,whd->...hd", x, kernel[...].astype(x.dtype))
    return product + bias[...].astype(x.dtype)
