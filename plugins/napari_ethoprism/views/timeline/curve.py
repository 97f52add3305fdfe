"""A long curve at any zoom: the least and the greatest value of each column of pixels."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from napari_ethoprism.views.timeline.scale import Scale

_STEP = 8  # each level holds one value for so many of the level below


@dataclass(frozen=True, eq=False)
class Curve:
    """Values of every frame, with coarser levels of their extremes.

    Parameters
    ----------
    frames
        How many there are.
    lows, highs
        Least and greatest values: of one frame, of 8 frames, of 64, ...; the last one of each
        stands there twice.
    """

    frames: int
    lows: tuple[Float32[np.ndarray, " bin"], ...]
    highs: tuple[Float32[np.ndarray, " bin"], ...]

    @classmethod
    def of(cls, values: Float[np.ndarray, " frame"]) -> "Curve":
        """Build the levels once."""
        lows, highs = [values.astype(np.float32)], [values.astype(np.float32)]
        while len(lows[-1]) > _STEP:
            cuts = np.arange(0, len(lows[-1]), _STEP)
            lows.append(np.minimum.reduceat(lows[-1], cuts))
            highs.append(np.maximum.reduceat(highs[-1], cuts))
        # reduceat wants every cut to be an index, and a column may end with the video
        return cls(len(values), tuple(map(_ended, lows)), tuple(map(_ended, highs)))

    def columns(self, scale: Scale) -> tuple[np.ndarray, np.ndarray]:
        """Give the least and greatest value under each column of pixels, NaN beyond the end.

        A column may also tell of frames beside it, less than a quarter of its own.
        """
        width = int(scale.width)
        edges = scale.left + np.arange(width + 1) / scale.per_frame
        level, size = 0, 1
        while size * _STEP * 4 <= 1 / scale.per_frame and level + 1 < len(self.lows):
            level, size = level + 1, size * _STEP
        inside = int(np.searchsorted(edges[:-1], self.frames))
        cuts = np.minimum(edges / size, len(self.lows[level]) - 1)[: inside + 1]
        low, high = np.full(width, np.nan, np.float32), np.full(width, np.nan, np.float32)
        low[:inside] = _reduced(np.minimum, self.lows[level], cuts)
        high[:inside] = _reduced(np.maximum, self.highs[level], cuts)
        return low, high


def _reduced(function: np.ufunc, values: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """Reduce the values from each cut to the next; those within which a cut lies go to both."""
    if len(cuts) < 2:
        return values[:0]
    first = cuts.astype(np.int64)
    whole = function.reduceat(values, first)[:-1]
    parted = cuts[1:] > first[1:]
    return np.asarray(function(whole, values[first[1:]], out=whole, where=parted))


def _ended(values: np.ndarray) -> np.ndarray:
    return np.append(values, values[-1:])
