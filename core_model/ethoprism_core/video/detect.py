"""Blobs: what stands out from the background of one picture, and how large an animal is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Int, UInt8

from ethoprism_core.video.background import Background

_SPECK = 4  # pixels
_FAINT = 0.4  # of an animal's usual contrast: weaker blobs are shadows and noise
_PART = 0.12  # of an animal's usual area: smaller blobs are its parts
_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


@dataclass(frozen=True, eq=False)
class Blob:
    """Connected pixels that are not background.

    Parameters
    ----------
    pixels
        Where they are, x and y.
    contrast
        How far they are from the background, in grey levels: the 90 % quantile.
    """

    pixels: Int[np.ndarray, "pixel 2"]
    contrast: float

    @property
    def area(self) -> int:
        """Number of pixels."""
        return len(self.pixels)

    @property
    def centre(self) -> Float[np.ndarray, "2"]:
        """Mean x and y."""
        return self.pixels.mean(axis=0)

    @property
    def spread(self) -> Float[np.ndarray, "2 2"]:
        """Covariance of x and y; a pixel is one wide."""
        away = self.pixels - self.centre
        return away.T @ away / len(away) + np.eye(2) / 12

    @property
    def box(self) -> Int[np.ndarray, "2"]:
        """Width and height of the upright box around it."""
        return np.ptp(self.pixels, axis=0) + 1


@dataclass(frozen=True)
class Expected:
    """What an animal of this video looks like as a blob.

    Parameters
    ----------
    area
        Its pixels.
    contrast
        Its difference from the background, in grey levels.
    """

    area: float
    contrast: float

    @property
    def least_area(self) -> float:
        """Smaller blobs are specks or parts of an animal."""
        return max(_SPECK, _PART * self.area)

    @property
    def length(self) -> float:
        """Length of an ellipse of its area that is twice as long as wide, in pixels."""
        return float(np.sqrt(8 * self.area / np.pi))


def find_blobs(
    grey: UInt8[np.ndarray, "height width"], background: Background, expected: Expected | None
) -> list[Blob]:
    """Return what stands out from the background, the largest first.

    Parameters
    ----------
    grey
        A picture.
    background
        Its scene without animals.
    expected
        An animal's usual look, against which small and faint blobs are dropped; None keeps all.
    """
    difference = background.difference(grey)
    tolerance = background.tolerance
    if expected is not None:
        tolerance = np.maximum(tolerance, np.uint8(min(_FAINT * expected.contrast, 200) / 2))
    changed = (difference > tolerance).astype(np.uint8)
    thick = expected is not None and expected.area > 80  # a smaller animal would be wiped out
    opened = cv2.morphologyEx(changed, cv2.MORPH_OPEN, _CROSS) if thick else changed
    mask = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, _CROSS)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    least = _SPECK if expected is None else expected.least_area
    order = 1 + np.argsort(-areas, kind="stable")[: int((areas >= least).sum())]
    blobs = [_blob(int(n), labels, difference, stats[n]) for n in order]
    faintest = 0.0 if expected is None else _FAINT * expected.contrast
    return [blob for blob in blobs if blob.contrast >= faintest]


def _blob(number: int, labels: np.ndarray, difference: np.ndarray, stats: np.ndarray) -> Blob:
    left, top, width, height = stats[: cv2.CC_STAT_AREA]
    window = slice(top, top + height), slice(left, left + width)
    rows, columns = np.nonzero(labels[window] == number)
    contrast = np.quantile(difference[window][rows, columns], 0.9)
    return Blob(np.column_stack([columns + left, rows + top]), float(contrast))


def expect(
    pictures: Iterable[tuple[UInt8[np.ndarray, "height width"], Background]], animals: int
) -> Expected | None:
    """Learn what an animal looks like from sample pictures; None if nothing stands out in any.

    In each sample the `animals` blobs of most area and contrast are taken for the animals; joined
    ones count with their share. The medians over samples resist what else moves.
    """
    areas, contrasts = [], []
    for grey, background in pictures:
        blobs = _strongest(find_blobs(grey, background, None), animals)
        if blobs:
            areas.append(sum(blob.area for blob in blobs) / animals)
            contrasts.append(max(blob.contrast for blob in blobs))
    if not areas:
        return None
    return Expected(max(float(np.median(areas)), 1.0), float(np.median(contrasts)))


def _strongest(blobs: Sequence[Blob], animals: int) -> list[Blob]:
    return sorted(blobs, key=lambda blob: -blob.area * blob.contrast)[:animals]
