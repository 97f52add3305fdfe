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
_THIN = 0.12  # of an animal's length
_TINY = 80  # pixels: such an animal has no parts
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
    animals
        How many there are.
    """

    area: float
    contrast: float
    animals: int = 1

    @property
    def least_area(self) -> float:
        """Smaller blobs are specks or parts of an animal."""
        return max(_SPECK, _PART * self.area)

    @property
    def gap(self) -> int:
        """Gap in pixels, odd, over which parts of a blob are joined; small among several animals.

        Patterned fur, bars and low contrast break a blob up.
        """
        return 3 if self.animals > 1 else self.thin

    @property
    def thin(self) -> int:
        """Width in pixels, odd, below which a part is no body: tails, legs and specks."""
        return max(3, 2 * round(_THIN * self.length / 2) + 1)

    @property
    def length(self) -> float:
        """Length of an ellipse of its area that is twice as long as wide, in pixels."""
        return float(np.sqrt(8 * self.area / np.pi))


def find_blobs(
    grey: UInt8[np.ndarray, "height width"], background: Background, expected: Expected | None
) -> list[Blob]:
    """Return what stands out from the background, the largest first.

    Parts thinner than a body, such as tails, are cut off, and small gaps are closed.

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
    mask = _mask(difference, background, expected)
    left, top, width, height = cv2.boundingRect(mask)  # to label all would take most of the time
    if not width:
        return []
    inside = slice(top, top + height), slice(left, left + width)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask[inside], connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    least = _SPECK if expected is None else expected.least_area
    order = 1 + np.argsort(-areas, kind="stable")[: int((areas >= least).sum())]
    corner = np.array([left, top])
    blobs = [_blob(labels == n, difference[inside], corner) for n in order]
    faintest = 0.0 if expected is None else _FAINT * expected.contrast
    return [blob for blob in blobs if blob.contrast >= faintest]


def _blob(mine: np.ndarray, difference: np.ndarray, corner: np.ndarray) -> Blob:
    rows, columns = np.nonzero(mine)
    contrast = np.quantile(difference[rows, columns], 0.9)
    return Blob(np.column_stack([columns, rows]) + corner, float(contrast))


def _mask(difference: np.ndarray, background: Background, expected: Expected | None) -> np.ndarray:
    if expected is None:
        return _close(difference > background.tolerance, _CROSS)
    faintest = np.uint8(min(_FAINT * expected.contrast / 2, 255))
    changed = difference > np.maximum(background.tolerance, faintest)
    if expected.area < _TINY:
        return _close(changed, _CROSS)
    # without a sign it is the wild, where low contrast leaves thin pieces of an animal
    thin = _disc(expected.thin) if background.sign else _CROSS
    body = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_OPEN, thin)
    return _close(body, _disc(expected.gap))


def _close(mask: np.ndarray, disc: np.ndarray) -> np.ndarray:
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, disc)


def _disc(width: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))


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
            contrasts.append(
                float(np.average([b.contrast for b in blobs], weights=[b.area for b in blobs]))
            )
    if not areas:
        return None
    return Expected(max(float(np.median(areas)), 1.0), float(np.median(contrasts)), animals)


def _strongest(blobs: Sequence[Blob], animals: int) -> list[Blob]:
    return sorted(blobs, key=lambda blob: -blob.area * blob.contrast)[:animals]
