"""All that a training step changes."""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Int, Key

from ethoprism_core.pretraining.objective import Parameters


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class TrainState:
    """What a run is at, from which it can be gone on with exactly.

    Parameters
    ----------
    params
        What is trained.
    optimizer_state
        What the optimiser remembers.
    step
        Updates made.
    key
        Where everything random of a step comes from, together with its number. It never changes.
    """

    params: Parameters
    optimizer_state: Any
    step: Int[Array, ""] | Any
    key: Key[Array, ""] | Any


def first_state(
    params: Parameters, optimizer: optax.GradientTransformation, seed: int
) -> TrainState:
    """Begin."""
    return TrainState(params, optimizer.init(params), jnp.int32(0), jax.random.key(seed))
