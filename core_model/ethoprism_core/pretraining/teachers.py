"""Who says what the student is to learn: a frozen model within the step, or anyone outside it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Shaped, UInt8

from ethoprism_core.model import VideoEncoder, VideoText
from ethoprism_core.pretraining.batch import Batch, BatchIterator, Targets
from ethoprism_core.pretraining.visible import resized, unit_range

OutsideTeacher = Callable[[UInt8[np.ndarray, "batch time height width 3"]], Targets]


@dataclass(frozen=True)
class TargetSizes:
    """Numbers in a token of a teacher's and in its embedding of a clip."""

    tokens: int
    pooled: int


@dataclass(frozen=True)
class FrozenTeacher:
    """A video encoder or video-text model as a teacher; its weights are handed in.

    A video-text model embeds a clip by its auxiliary layers and pooler. A video encoder has none:
    there the mean of all tokens stands for the clip.

    Parameters
    ----------
    definition
        How the model is put together again from its weights.
    frame_size
        Height and width of its pictures, in pixels; clips of other sizes are resized.
    """

    definition: Any
    frame_size: int

    def __call__(self, weights: Any, video: Shaped[Array, "batch time height width 3"]) -> Targets:
        """See the whole clips."""
        model = nnx.merge(self.definition, weights)
        encoder = model.vision_encoder if isinstance(model, VideoText) else model
        video = unit_range(resized(video, self.frame_size))
        times = encoder.config.token_times(video.shape[1])
        grid = (len(video), times, *encoder.patch_grid(*video.shape[2:4]))
        tokens = encoder.tokens(video)
        if isinstance(model, VideoText):
            pooled = model.embed_tokens(tokens)
        else:
            pooled = tokens.mean(1, dtype=jnp.float32)
        return Targets(tokens.reshape(*grid, -1), pooled)


def frozen_teacher(
    model: VideoEncoder | VideoText, frame_size: int | None = None
) -> tuple[FrozenTeacher, Any, TargetSizes]:
    """Take a model as the teacher.

    Parameters
    ----------
    model
        The model.
    frame_size
        Of its pictures; by default what it was trained on.

    Returns
    -------
    The teacher, its weights, and the sizes of what it says.
    """
    config = model.config.video if isinstance(model, VideoText) else model.config
    definition, weights = nnx.split(model)
    size = config.grid[1] * config.patch if frame_size is None else frame_size
    return FrozenTeacher(definition, size), weights, TargetSizes(config.width, config.width)


def pooled_by_mean(tokens: Float[Array | np.ndarray, "batch time row column channel"]) -> Targets:
    """Let the mean of all tokens stand for the clip, as for a model that sees single pictures."""
    return Targets(tokens, tokens.mean((1, 2, 3)))


def resampled(
    tokens: Float[Array, "batch time row column channel"], grid: tuple[int, int, int]
) -> Float[Array, "batch place channel"]:
    """Bring a teacher's tokens to the student's grid, linearly, frame by frame."""
    shape = (len(tokens), *grid, tokens.shape[-1])
    if tokens.shape != shape:
        tokens = jax.image.resize(tokens.astype(jnp.float32), shape, "linear")
    return tokens.reshape(len(tokens), -1, tokens.shape[-1])


class TaughtBatches:
    """Batches with what a teacher outside the step says of their clips.

    Parameters
    ----------
    batches
        Where they come from.
    teacher
        Any function of a batch's pictures.
    """

    def __init__(self, batches: BatchIterator, teacher: OutsideTeacher) -> None:
        self._batches, self._teacher = batches, teacher

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        batch = next(self._batches)
        return replace(batch, targets=self._teacher(np.asarray(batch.video)))

    def get_state(self) -> bytes:
        """Tell the position."""
        return self._batches.get_state()

    def set_state(self, state: bytes) -> None:
        """Go to a position."""
        self._batches.set_state(state)
