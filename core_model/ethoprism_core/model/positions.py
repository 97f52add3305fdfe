"""Position embeddings: learned grids that stretch to any size, and fixed sinusoids."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

_SLOWEST = 10_000.0  # positions of the slowest sinusoid's radian, as in "Attention is all you need"


def stretch(
    learned: Float[Array, "position width"], grid: tuple[int, ...], wanted: tuple[int, ...]
) -> Float[Array, "wanted_position width"]:
    """Interpolate embeddings learned on `grid` to the grid `wanted`, linearly and antialiased.

    The positions of a grid are in row-major order. A grid of the learned size is returned as it is.
    """
    if grid == wanted:
        return learned
    width = learned.shape[-1]
    resized = jax.image.resize(learned.reshape(*grid, width), (*wanted, width), "linear")
    return resized.reshape(-1, width)


def sinusoids(length: int, width: int) -> Float[Array, "position width"]:
    """Sines in the first half of the width, cosines in the second, from fast to slow."""
    rates = _SLOWEST ** -np.linspace(0, 1, width // 2)
    angles = np.arange(length)[:, None] * rates
    return jnp.asarray(np.concatenate([np.sin(angles), np.cos(angles)], axis=1), jnp.float32)
