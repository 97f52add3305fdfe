"""Standardising tokens and trajectories by what the training samples hold."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ethoprism_domains.probe.layout import SampleLayout

_CLIP = 8.0


class Scaling(NamedTuple):
    """Mean and scale of every token feature and every trajectory number.

    Shared over positions and individuals, so that animals are treated alike.
    """

    token_mean: Float[np.ndarray | Array, "feature"]
    token_scale: Float[np.ndarray | Array, "feature"]
    trajectory_mean: Float[np.ndarray | Array, "trajectory_feature"]
    trajectory_scale: Float[np.ndarray | Array, "trajectory_feature"]


def fit_scaling(X: Float[np.ndarray, "sample column"], layout: SampleLayout) -> Scaling:
    """Measure means and standard deviations.

    Numbers that are not finite are left out; a constant feature gets scale 1, and so becomes 0.
    """
    tokens, trajectory = layout.split(X)
    return Scaling(*moments(tokens), *moments(trajectory))


def moments(
    values: Float[np.ndarray, "*batch number"],
) -> tuple[Float[np.ndarray, "number"], Float[np.ndarray, "number"]]:
    """Give the mean and the scale of each number over what is finite."""
    values, axes = values.astype(np.float32), tuple(range(values.ndim - 1))
    finite = np.isfinite(values)
    count = np.maximum(finite.sum(axis=axes), 1)
    mean = np.where(finite, values, 0).sum(axis=axes, dtype=np.float64) / count
    spread = np.where(finite, values - mean.astype(np.float32), 0)
    scale = np.sqrt((spread**2).sum(axis=axes, dtype=np.float64) / count)
    floor = 1e-4 * np.abs(mean) + 1e-7  # below this it is float16's rounding, not a signal
    return mean.astype(np.float32), np.where(scale > floor, scale, 1.0).astype(np.float32)


def standardise(
    values: Float[np.ndarray | Array, "*batch number"],
    mean: Float[np.ndarray | Array, "number"],
    scale: Float[np.ndarray | Array, "number"],
) -> Float[Array, "*batch number"]:
    """Centre and scale in float32; what is not finite becomes the mean, outliers are clipped."""
    scores = (values.astype(jnp.float32) - mean) / scale
    return jnp.where(jnp.isnan(scores), 0.0, jnp.clip(scores, -_CLIP, _CLIP))


def scaled_input(
    scaling: Scaling, X: Float[Array, "sample column"], layout: SampleLayout
) -> tuple[jax.Array, jax.Array]:
    """Split rows of `X` into standardised tokens and trajectories, on the device."""
    tokens, trajectory = layout.split(X)
    return (
        standardise(tokens, scaling.token_mean, scaling.token_scale),
        standardise(trajectory, scaling.trajectory_mean, scaling.trajectory_scale),
    )
