"""Cut squares and rectangles out of pictures and resize them; pure functions."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8

from ethoprism_core.errors import EthoprismError


@dataclass(frozen=True)
class Crop:
    """A square around a point, in pixels of the upright picture; it may reach outside.

    Parameters
    ----------
    centre_x, centre_y
        Its middle; the picture's upper left corner is (0, 0).
    side
        Its side, positive.
    """

    centre_x: float
    centre_y: float
    side: float

    def bounds(self) -> tuple[int, int, int, int]:
        """``(left, top, right, bottom)`` in whole pixels, half-open, at least one pixel."""
        side = max(1, round(self.side))
        left, top = round(self.centre_x - side / 2), round(self.centre_y - side / 2)
        return left, top, left + side, top + side


@dataclass(frozen=True)
class Rectangle:
    """A fixed part of the picture, such as one arena of several, in whole pixels.

    Parameters
    ----------
    left, top
        Its upper left corner.
    width, height
        Its extent, positive.

    Raises
    ------
    EthoprismError
        If it has no extent.
    """

    left: int
    top: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise EthoprismError(
                "a crop needs a positive width and height", f"{self.width} x {self.height}"
            )

    def bounds(self) -> tuple[int, int, int, int]:
        """``(left, top, right, bottom)``, half-open."""
        return self.left, self.top, self.left + self.width, self.top + self.height


def outside(told: str, size: tuple[int, int], where: object) -> EthoprismError:
    """Say that a part is not inside a picture of `size` ``(height, width)``.

    Parameters
    ----------
    told
        What it is, such as ``the crop 0,0,20,20``.
    where
        The video.
    """
    height, width = size
    remedy = f"the picture is {width} pixels wide and {height} high"
    return EthoprismError(f"{told} is not inside the picture", where, remedy)


def cut(
    picture: UInt8[np.ndarray, "height width channel"], crop: Crop | Rectangle, size: int
) -> UInt8[np.ndarray, "size size channel"]:
    """Return what `crop` shows of `picture`, resampled to ``size x size``.

    What lies outside the picture is filled with its edge's pixels.
    """
    height, width = picture.shape[:2]
    left, top, right, bottom = crop.bounds()
    if left >= 0 and top >= 0 and right <= width and bottom <= height:
        return resize(picture[top:bottom, left:right], (size, size))
    rows = np.arange(top, bottom).clip(0, height - 1)
    columns = np.arange(left, right).clip(0, width - 1)
    return resize(picture[rows[:, None], columns], (size, size))


def resize(
    picture: UInt8[np.ndarray, "height width channel"], size: tuple[int, int]
) -> UInt8[np.ndarray, "new_height new_width channel"]:
    """Resample `picture` to `size` ``(height, width)``: area averages when shrinking."""
    height, width = size
    if picture.shape[:2] == (height, width):
        return np.ascontiguousarray(picture)
    shrinks = height < picture.shape[0] or width < picture.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized = cv2.resize(picture, (width, height), interpolation=method)
    return resized.reshape(height, width, picture.shape[2])  # cv2 drops a single channel
