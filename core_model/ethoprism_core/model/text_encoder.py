"""The text tower: pieces of text, read from left to right, into one embedding."""

import math

import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Int

from ethoprism_core.model.config import VideoTextConfig
from ethoprism_core.model.positions import sinusoids
from ethoprism_core.model.transformer import LayerNorm, Stack, random_kernel


class TextEncoder(nnx.Module):
    """Turn token ids into an embedding: the output of a class token that stands at the end."""

    def __init__(self, config: VideoTextConfig, *, rngs: nnx.Rngs) -> None:
        width = config.video.width
        self.causal = config.causal
        self.dtype = config.video.dtype
        self.token_embedding = nnx.Param(random_kernel(rngs, (config.vocabulary, width), width))
        self.class_token = nnx.Param(random_kernel(rngs, (1, 1, width), width))
        self.transformer = Stack(
            config.text_layers,
            width,
            config.video.heads,
            4 * width,
            config.video.logit_cap,
            "relu",
            rngs=rngs,
        )
        self.norm = LayerNorm(width)

    def __call__(
        self,
        ids: Int[Array | np.ndarray, "batch piece"],
        paddings: Float[Array | np.ndarray, "batch piece"],
    ) -> Float[Array, "batch width"]:
        """Encode texts of token `ids`; `paddings` is 1 where there is none."""
        batch, length = ids.shape
        embedded = self.token_embedding[...][jnp.asarray(ids)]
        width = embedded.shape[-1]
        scale = math.sqrt(width)
        last = jnp.broadcast_to(self.class_token[...] * scale, (batch, 1, width))
        x = jnp.concatenate([embedded * scale + sinusoids(length, width), last], axis=1)
        visible = jnp.pad(jnp.asarray(paddings) < 0.5, ((0, 0), (0, 1)), constant_values=True)
        x = self.transformer(x.astype(self.dtype), visible, causal=self.causal)
        return self.norm(x[:, -1])
