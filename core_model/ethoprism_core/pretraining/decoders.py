"""The decoders of stage 2: from the tokens that were seen to what the teacher says."""

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, Int

from ethoprism_core.model.pooling import AttentionPooler
from ethoprism_core.model.transformer import Linear, Stack, random_kernel
from ethoprism_core.pretraining.config import DecoderConfig


class TokenDecoder(nnx.Module):
    """Say the teacher's token at every place of a clip.

    Parameters
    ----------
    config
        Sizes.
    inputs, outputs
        Numbers in a token of the student's and in one of the teacher's.
    times, positions
        Frames of a clip, and positions in a frame.
    """

    def __init__(
        self,
        config: DecoderConfig,
        inputs: int,
        outputs: int,
        times: int,
        positions: int,
        *,
        rngs: nnx.Rngs,
    ) -> None:
        width = config.width
        self.into = Linear(inputs, width, rngs=rngs)
        self.mask_token = nnx.Param(random_kernel(rngs, (1, 1, width), width))
        self.time_positions = nnx.Param(random_kernel(rngs, (times, 1, width), width))
        self.place_positions = nnx.Param(random_kernel(rngs, (1, positions, width), width))
        self.stack = Stack(config.layers, width, config.heads, config.hidden, rngs=rngs)
        self.out = Linear(width, outputs, rngs=rngs)

    def __call__(
        self,
        tokens: Float[Array, "batch time seen inputs"],
        order: Int[Array, "batch place"],
    ) -> Float[Array, "batch place outputs"]:
        """Decode.

        Parameters
        ----------
        tokens
            What the student made of the positions that it saw.
        order
            For each place of the clip (frame by frame), which token stands there: an index into
            the seen tokens with the mask tokens behind them. See `places` and `shuffled`.
        """
        batch, places = order.shape
        x = self.into(tokens).reshape(batch, -1, self.mask_token.shape[-1])
        missing = (batch, places - x.shape[1], x.shape[2])
        masks = jnp.broadcast_to(self.mask_token[...].astype(x.dtype), missing)
        x = jnp.take_along_axis(jnp.concatenate([x, masks], axis=1), order[..., None], axis=1)
        numbers = self.time_positions[...] + self.place_positions[...]
        return self.out(self.stack(x + numbers.reshape(places, -1).astype(x.dtype)))


class ClipDecoder(nnx.Module):
    """Say the teacher's embedding of the whole clip, from the seen tokens, in any order.

    Parameters
    ----------
    config
        Sizes.
    inputs, outputs
        Numbers in a token of the student's and in an embedding of the teacher's.
    """

    def __init__(self, config: DecoderConfig, inputs: int, outputs: int, *, rngs: nnx.Rngs) -> None:
        width = config.width
        self.into = Linear(inputs, width, rngs=rngs)
        self.stack = Stack(config.layers, width, config.heads, config.hidden, rngs=rngs)
        self.pooler = AttentionPooler(width, config.heads, width, rngs=rngs)
        self.out = Linear(width, outputs, rngs=rngs)

    def __call__(
        self, tokens: Float[Array, "batch time seen inputs"]
    ) -> Float[Array, "batch outputs"]:
        """Decode."""
        x = self.into(tokens).reshape(len(tokens), -1, self.stack_width)
        return self.out(self.pooler(self.stack(x)))

    @property
    def stack_width(self) -> int:
        """Numbers in a token of the stack."""
        return self.into.bias.shape[0]


def places(
    seen: Int[Array, "batch seen"], hidden: Int[Array, "batch hidden"], times: int
) -> Int[Array, "batch place"]:
    """Put every token at its own place, and a mask token at every hidden one.

    Parameters
    ----------
    seen, hidden
        Positions of each clip that are seen and that are not.
    times
        Frames.

    Returns
    -------
    For each place (frame by frame), an index into the seen tokens (frame by frame) with the mask
    tokens behind them.
    """
    positions = seen.shape[1] + hidden.shape[1]
    starts = jnp.arange(times)[:, None] * positions
    own = [(starts + kind[:, None]).reshape(len(kind), -1) for kind in (seen, hidden)]
    return jnp.argsort(jnp.concatenate(own, axis=1), axis=1)


def shuffled(keys: Array, count: int) -> Int[Array, "batch place"]:
    """Put the tokens, mask tokens among them, at places drawn at random for each clip."""
    return jax.vmap(lambda key: jax.random.permutation(key, count))(keys)
