"""The optimiser that a configuration describes."""

from typing import Any

import jax
import optax

from ethoprism_core.pretraining.config import OptimizerConfig

_SLOW_AVERAGE = 0.9  # of past updates: unknown in the paper, as in "Scaling Vision Transformers"
_SQUARES_AVERAGE = 0.999
_LARGEST_UPDATE = 1.0  # root mean square of a parameter's update, as in Adafactor's paper
_DECAYED = ("kernel", "embedding")


def make_optimizer(config: OptimizerConfig, steps: int) -> optax.GradientTransformation:
    """Build the optimiser of a run of so many steps.

    Adafactor (arXiv 1804.04235) is the variant of "Scaling Vision Transformers" (arXiv 2106.04560):
    with momentum, and with the learning rate as it is, not multiplied by the parameter's size.
    """
    return optax.chain(
        optax.clip_by_global_norm(config.clip_norm),
        *_direction(config),
        optax.add_decayed_weights(config.weight_decay, mask=_decayed),
        optax.scale_by_learning_rate(learning_rate(config, steps)),
    )


def learning_rate(config: OptimizerConfig, steps: int) -> optax.Schedule:
    """Give the learning rate by the step: warm-up, then decay."""
    warmup = optax.linear_schedule(0.0, config.peak_rate, config.warmup_steps)
    rest = max(1, steps - config.warmup_steps)
    if config.decay == "linear":
        decay = optax.linear_schedule(config.peak_rate, config.final_rate, rest)
    else:
        floor = config.final_rate / config.peak_rate
        decay = optax.cosine_decay_schedule(config.peak_rate, rest, alpha=floor)
    return optax.join_schedules([warmup, decay], [config.warmup_steps])


def _direction(config: OptimizerConfig) -> list[optax.GradientTransformation]:
    if config.kind == "adamw":
        return [optax.scale_by_adam(_SLOW_AVERAGE, _SQUARES_AVERAGE)]
    return [
        optax.scale_by_factored_rms(),
        optax.clip_by_block_rms(_LARGEST_UPDATE),
        optax.ema(_SLOW_AVERAGE),
    ]


def _decayed(params: Any) -> Any:
    """Tell which parameters are products' factors: they are kept small, offsets are not."""
    return jax.tree_util.tree_map_with_path(
        lambda path, _: any(_name(entry).endswith(_DECAYED) for entry in path), params
    )


def _name(entry: Any) -> str:
    return str(getattr(entry, "key", getattr(entry, "name", "")))
