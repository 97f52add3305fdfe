"""Pairs of pictures, and what their patches show of motion before anything is learned."""

import jax.numpy as jnp
from jaxtyping import Array, Float, Shaped

# changes from frame to frame are small numbers: so they are about as large as the pictures'
_CHANGE = 8.0
_FAINT = 0.02  # a gradient a pixel, beside noise, that says little of where anything moves


def paired(
    video: Shaped[Array, "batch time *rest colour"],
) -> Shaped[Array, "batch token_time *rest channel"]:
    """Put every two frames side by side in colours.

    An odd frame at a clip's start, or a single picture, is a pair with itself.
    """
    if video.shape[1] % 2:
        video = jnp.concatenate([video[:, :1], video], axis=1)
    return jnp.concatenate([video[:, ::2], video[:, 1::2]], axis=-1)


def with_motion(
    pairs: Float[Array, "*patch row column 6"],
) -> Float[Array, "*patch row column 6"]:
    """Put change and normal flow in the place of the first of two pictures.

    Where brightness stays with what moves, its change over time and its slope tell how fast an
    edge moves across itself (Horn and Schunck 1981). That is a product of two differences, which a
    projection of pixels cannot form and layers behind it are slow to learn.

    Parameters
    ----------
    pairs
        RGB values in [0, 1] of the first picture, then of the second. Patches are looked at each
        by itself.

    Returns
    -------
    The second picture, its change in brightness, and the flow to the right and down in pixels.
    """
    first, second = pairs[..., :3], pairs[..., 3:]
    before, after = first.mean(-1), second.mean(-1)
    change = after - before
    down, right = jnp.gradient((before + after) / 2, axis=(-2, -1))
    flow = -change / (down**2 + right**2 + _FAINT**2)
    motion = jnp.stack([_CHANGE * change, flow * right, flow * down], axis=-1)
    return jnp.concatenate([second, motion], axis=-1)
