"""How long a run may take, from its matrix products and this machine's rate of them."""

import time

import jax
import jax.numpy as jnp

from ethoprism.pretraining.recipe import Config
from ethoprism.pretraining.teachers import EncoderTeacher, Model, video_encoder
from ethoprism_core.model import VideoEncoderConfig
from ethoprism_core.pretraining import ContrastiveConfig

_SIDE = 1536  # of the products that the machine is measured by
_USED = 0.5  # share of that rate that a training step comes to
_FORWARD_AND_BACK = 3  # passes, for the way back costs two


def estimate_seconds(config: Config, teacher: Model | EncoderTeacher | None, steps: int) -> float:
    """Estimate the seconds of so many steps: within a factor of two or three.

    Counted are the products of the video encoder and of a teacher that runs within the step;
    reading is supposed not to hold the step up.
    """
    if isinstance(config, ContrastiveConfig):
        student, seen = config.model.video, 1 - config.drop
        # the batch is compared as a whole: in parts, each is gone through once more
        passes = _FORWARD_AND_BACK + (config.run.accumulate > 1)
    else:
        student, seen, passes = config.student, 1 - config.mask, _FORWARD_AND_BACK
    clip = passes * seen * _clip_flops(student, config.frames, config.frame_size)
    if teacher is not None and not isinstance(teacher, EncoderTeacher):
        sizes = video_encoder(teacher).config
        clip += _clip_flops(sizes, config.frames, sizes.grid[1] * sizes.patch)
    return clip * config.run.batch * steps / (_USED * _matrix_rate() * jax.device_count())


def _clip_flops(config: VideoEncoderConfig, frames: int, size: int) -> int:
    return config.clip_flops(frames, size // config.patch, size // config.patch)


def _matrix_rate() -> float:
    """Measure the operations a second of matrix products on one device, in float32."""
    product = jax.jit(jnp.matmul)
    square = jnp.ones((_SIDE, _SIDE))
    product(square, square).block_until_ready()
    best = min(_timed(product, square) for _ in range(3))
    return float(2 * _SIDE**3 / best)


def _timed(product: jax.stages.Wrapped, square: jax.Array) -> float:
    started = time.perf_counter()
    product(square, square).block_until_ready()
    return time.perf_counter() - started
