"""The video encoder: patches of each frame see each other, then each position sees its times.

Where a model sees pairs of frames, a pair stands for a frame in all that follows.
"""

import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Bool, Float, Shaped

from ethoprism_core.errors import EthoprismError
from ethoprism_core.model.config import VideoEncoderConfig
from ethoprism_core.model.motion import paired, with_motion
from ethoprism_core.model.positions import stretch
from ethoprism_core.model.transformer import LayerNorm, Linear, Stack, random_kernel


class VideoEncoder(nnx.Module):
    """Turn clips into one token for every frame and patch (arXiv 2402.13217).

    It is two exact halves. `spatial` sees one frame at a time, `temporal` one patch position at a
    time: overlapping windows may share the first, and the second may run where it is needed only.
    """

    def __init__(self, config: VideoEncoderConfig, *, rngs: nnx.Rngs) -> None:
        width, (times, rows, columns) = config.width, config.grid
        sizes = (width, config.heads, config.hidden, config.logit_cap)
        self.config = config
        self.patch_projection = Linear(config.patch**2 * config.channels, width, rngs=rngs)
        self.spatial_positions = nnx.Param(random_kernel(rngs, (rows * columns, width), width))
        self.spatial_encoder = Stack(config.spatial_layers, *sizes, rngs=rngs)
        self.spatial_norm = LayerNorm(width)
        self.temporal_positions = nnx.Param(random_kernel(rngs, (times, width), width))
        self.temporal_encoder = Stack(config.temporal_layers, *sizes, rngs=rngs)
        self.temporal_norm = LayerNorm(width)

    def tokens(
        self,
        video: Float[Array | np.ndarray, "batch time height width 3"],
        frame_paddings: Float[Array | np.ndarray, "batch time"] | None = None,
    ) -> Float[Array, "batch token channel"]:
        """Encode clips of RGB values in [0, 1].

        Parameters
        ----------
        video
            Clips of any length, height and width being multiples of the patch.
        frame_paddings
            1 for frames that are only padding and must not be seen, 0 for the others.

        Returns
        -------
        Tokens, frame by frame, rows of patches within a frame.

        Raises
        ------
        EthoprismError
            If a side is not a multiple of the patch.
        """
        looks = self.looks(jnp.asarray(video))
        batch, times = looks.shape[:2]
        visible = None
        if frame_paddings is not None:
            visible = self.looks(jnp.asarray(frame_paddings)[..., None] < 0.5).all(-1)
        frames = self.spatial(looks.reshape(-1, *looks.shape[2:]), visible)
        grid = frames.shape[1:]
        return self.temporal(frames.reshape(batch, times, *grid), visible).reshape(
            batch, -1, grid[-1]
        )

    def looks(
        self, video: Shaped[Array, "batch time *rest colour"]
    ) -> Shaped[Array, "batch token_time *rest channel"]:
        """Put together what the tokens of one time see: a frame, or two as `paired` does."""
        return paired(video) if self.config.pairs else video

    def spatial(
        self,
        frames: Float[Array, "frame height width colour"],
        visible: Bool[Array, "batch time"] | None = None,
    ) -> Float[Array, "frame row column channel"]:
        """Encode each of the `looks` by itself; `visible` tells those that are not padding."""
        rows, columns = self.patch_grid(*frames.shape[1:3])
        x = self.patches(frames) + self.row_column_positions(rows, columns)
        if visible is not None:
            visible = jnp.broadcast_to(visible.reshape(-1, 1), x.shape[:2])
        x = self.spatial_norm(self.spatial_encoder(x, visible))
        return x.reshape(-1, rows, columns, x.shape[-1])

    def temporal(
        self,
        frame_features: Float[Array, "batch time row column channel"],
        visible: Bool[Array, "batch time"] | None = None,
    ) -> Float[Array, "batch time row column channel"]:
        """Encode each position through time; any subset of rows and columns will do."""
        batch, times, rows, columns, width = frame_features.shape
        x = frame_features.transpose(0, 2, 3, 1, 4).reshape(-1, times, width)
        if visible is not None:
            visible = jnp.repeat(visible, rows * columns, axis=0)
        x = self.temporal_sequences(x, visible)
        return x.reshape(batch, rows, columns, times, width).transpose(0, 3, 1, 2, 4)

    def temporal_sequences(
        self,
        x: Float[Array, "sequence time channel"],
        visible: Bool[Array, "sequence time"] | None = None,
    ) -> Float[Array, "sequence time channel"]:
        """Encode sequences of one position's spatial features."""
        x = x + self.time_positions(x.shape[1]).astype(x.dtype)
        return self.temporal_norm(self.temporal_encoder(x, visible))

    def patches(
        self, frames: Float[Array, "frame height width colour"]
    ) -> Float[Array, "frame patch channel"]:
        """Project the patches of each frame, row by row, without their positions."""
        return self.project(self.cut(frames))

    def project(
        self, patches: Float[Array, "frame patch number"]
    ) -> Float[Array, "frame patch channel"]:
        """Turn the numbers of patches, as `cut` lists them, into tokens."""
        if self.config.pairs:
            size = self.config.patch
            pictures = patches.reshape(*patches.shape[:2], size, size, self.config.channels)
            patches = with_motion(pictures).reshape(patches.shape)
        return self.patch_projection(patches.astype(self.config.dtype))

    def cut(
        self, frames: Shaped[Array, "frame height width colour"]
    ) -> Shaped[Array, "frame patch number"]:
        """Cut each frame into patches, row by row, and list the numbers of each."""
        size = self.config.patch
        count, height, width, colours = frames.shape
        rows, columns = self.patch_grid(height, width)
        split = frames.reshape(count, rows, size, columns, size, colours)
        return split.transpose(0, 1, 3, 2, 4, 5).reshape(count, rows * columns, -1)

    def patch_grid(self, height: int, width: int) -> tuple[int, int]:
        """Rows and columns of patches in a picture of so many pixels."""
        size = self.config.patch
        if height % size or width % size or 0 in (height, width):
            raise EthoprismError(
                f"the picture's sides are not multiples of {size} pixels",
                f"{width} x {height}",
                f"resize it, for example to {16 * size} x {16 * size}",
            )
        return height // size, width // size

    def row_column_positions(self, rows: int, columns: int) -> Float[Array, "patch channel"]:
        """Position embeddings of a grid of patches, row by row."""
        learned = stretch(self.spatial_positions[...], self.config.grid[1:], (rows, columns))
        return learned.astype(self.config.dtype)

    def time_positions(self, times: int) -> Float[Array, "time channel"]:
        """Position embeddings of so many frames."""
        learned = stretch(self.temporal_positions[...], self.config.grid[:1], (times,))
        return learned.astype(self.config.dtype)
