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
    lows, highs
        Least and greatest values: of one frame, of 8 frames, of 64, ...
    """

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
        return cls(tuple(lows), tuple(highs))

    def columns(self, scale: Scale) -> tuple[np.ndarray, np.ndarray]:
        """Give the least and greatest value under each column of pixels, NaN beyond the end.

        A column may also tell of frames beside it, less than a quarter of its own.
        """
        width = int(scale.width)
        edges = scale.left + np.arange(width + 1) / scale.per_frame
        level, size = 0, 1
        while size * _STEP * 4 <= 1 / scale.per_frame and level + 1 < len(self.lows):
            level, size = level + 1, size * _STEP
        count = len(self.lows[level])
        first = np.floor(edges[:-1] / size).astype(np.int64)
        inside = edges[:-1] < len(self.lows[0])
        low, high = np.full(width, np.nan, np.float32), np.full(width, np.nan, np.float32)
        last = np.maximum(np.ceil(edges[1:] / size).astype(np.int64), first + 1)
        cuts = np.stack([first[inside], np.minimum(last[inside], count)], axis=1).ravel()
        low[inside] = _reduced(np.minimum, self.lows[level], cuts)
        high[inside] = _reduced(np.maximum, self.highs[level], cuts)
        return low, high


def _reduced(function: np.ufunc, values: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """Reduce the values between each pair of cuts."""
    if not len(cuts):
        return np.zeros(0, np.float32)
    # reduceat wants every cut to be an index, and ours may be the end
    padded = np.append(values, values[-1])
    return np.asarray(function.reduceat(padded, cuts)[::2])
