"""Encode only a part of a clip: tokens that are not seen are left out, not masked."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Shaped

from ethoprism_core.model import VideoEncoder


def encode_visible(
    encoder: VideoEncoder,
    video: Shaped[Array, "batch time height width 3"],
    seen: Int[Array, "batch seen"],
) -> Float[Array, "batch token_time seen channel"]:
    """Run both stacks on chosen positions, the same ones in every frame of a clip.

    Parameters
    ----------
    encoder
        The video encoder.
    video
        RGB pictures: bytes, or numbers in [0, 1].
    seen
        For each clip, the positions (row by row) that are seen. Hidden pixels are not even
        converted.
    """
    looks = encoder.looks(video)
    batch, times, height, width, colours = looks.shape
    cut = encoder.cut(looks.reshape(batch * times, height, width, colours))
    pixels = jnp.take_along_axis(cut, jnp.repeat(seen, times, axis=0)[..., None], axis=1)
    positions = encoder.row_column_positions(*encoder.patch_grid(height, width))[seen]
    x = encoder.project(unit_range(pixels)) + jnp.repeat(positions, times, axis=0)
    x = encoder.spatial_norm(encoder.spatial_encoder(x))
    tubes = x.reshape(batch, times, *x.shape[1:]).transpose(0, 2, 1, 3)
    encoded = encoder.temporal_sequences(tubes.reshape(-1, times, x.shape[-1]))
    return encoded.reshape(tubes.shape).transpose(0, 2, 1, 3)


def unit_range(pixels: Shaped[Array, "..."]) -> Float[Array, "..."]:
    """Bring bytes into [0, 1]; what is no byte is there already."""
    return pixels.astype(jnp.float32) / 255 if pixels.dtype == jnp.uint8 else pixels


def resized(
    video: Shaped[Array, "batch time height width 3"], size: int
) -> Shaped[Array, "batch time size size 3"]:
    """Resize pictures to squares, linearly and antialiased; those of the size stay as they are."""
    if video.shape[2:4] == (size, size):
        return video
    shape = (*video.shape[:2], size, size, 3)
    return jax.image.resize(unit_range(video), shape, "linear")
