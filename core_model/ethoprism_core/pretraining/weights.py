"""Start one model from the weights of another."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from ethoprism_core.errors import EthoprismError
from ethoprism_core.model import VideoEncoder, VideoText


def start_from(model: nnx.Module, other: nnx.Module) -> None:
    """Give `model` a copy of the weights of `other`.

    Raises
    ------
    EthoprismError
        If they are not of the same sizes.
    """
    state, wanted = nnx.state(other, nnx.Param), nnx.state(model, nnx.Param)
    if _shapes(state) != _shapes(wanted):
        raise EthoprismError(
            "the weights to start from are of a model of other sizes",
            getattr(other, "config", None),
            "choose the sizes of that model, or start from random weights",
        )
    # a copy: the step gives the memory of what it trains back, and the other may be its teacher
    nnx.update(model, jax.tree.map(jnp.copy, state))


def with_encoder(model: VideoText, encoder: VideoEncoder) -> VideoText:
    """Put a video encoder, such as that of stage 2, into a copy of a video-text model."""
    copy = nnx.clone(model)
    start_from(copy.vision_encoder, encoder)
    return copy


def _shapes(state: Any) -> dict[tuple, tuple[int, ...]]:
    return {path: leaf.get_value().shape for path, leaf in nnx.to_flat_state(state)}
