"""Change the look of a whole clip: colours, sharpness, angle; pure functions."""

import re
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from ethoprism_core.pretraining.data.views import Views

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
_TELLS_SIDES = re.compile(r"\b(left|right|(anti|counter)?-?clockwise)\b", re.IGNORECASE)
_LARGEST_BLUR = 1.5  # pixels of a 128 pixel picture
_BLURRED_FOR = 128


@dataclass(frozen=True)
class Look:
    """What is done to every picture of a clip.

    Parameters
    ----------
    angle
        It is turned by this, in degrees anticlockwise.
    mirrored
        Whether left and right are exchanged.
    curves
        Each colour channel's new value for each old one.
    saturation
        1 leaves colours, 0 makes them grey.
    blur
        Standard deviation of a Gaussian, as a share of the picture's side; 0 for none.
    """

    angle: float
    mirrored: bool
    curves: UInt8[np.ndarray, "256 3"]
    saturation: float
    blur: float

    def apply(
        self, clip: UInt8[np.ndarray, "time height width 3"]
    ) -> UInt8[np.ndarray, "time height width 3"]:
        """Return the clip as it looks then; the angle is a matter of cutting it (`turned`)."""
        times, height, width, _ = clip.shape
        tall = clip.reshape(times * height, width, 3)
        if self.saturation != 1:
            tall = cv2.transform(tall, _saturating(self.saturation))
        tall = cv2.LUT(tall, self.curves[None])
        clip = tall.reshape(times, height, width, 3)
        if self.blur:
            sigma = self.blur * width
            clip = np.stack([cv2.GaussianBlur(picture, (0, 0), sigma) for picture in clip])
        return np.ascontiguousarray(clip[:, :, ::-1]) if self.mirrored else clip


def draw_look(rng: np.random.Generator, views: Views, caption: str = "") -> Look:
    """Draw a look; a clip whose `caption` tells left from right is not mirrored."""
    mirrored = bool(rng.random() < views.mirror) and not _TELLS_SIDES.search(caption)
    angle = float(rng.uniform(-views.turn, views.turn))
    curves = _draw_curves(rng, views.colour)
    saturation = float(rng.uniform(1 - views.colour, 1 + views.colour))
    grey, blurred = rng.random(2) < (views.grey, views.blur)
    blur = float(rng.uniform(0, _LARGEST_BLUR)) / _BLURRED_FOR
    return Look(angle, mirrored, curves, 0.0 if grey else saturation, blur if blurred else 0.0)


def enlargement(angle: float) -> float:
    """Return how much larger a square must be cut so that, turned by `angle`, it fills itself."""
    radians = np.deg2rad(angle)
    return float(abs(np.cos(radians)) + abs(np.sin(radians)))


def turned(
    picture: UInt8[np.ndarray, "side side 3"], angle: float, size: int
) -> UInt8[np.ndarray, "size size 3"]:
    """Turn a picture about its middle, and cut ``size x size`` out of the middle."""
    middle = (picture.shape[0] - 1) / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), angle, 1.0)
    matrix[:, 2] += (size - 1) / 2 - middle
    return cv2.warpAffine(
        picture, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def _draw_curves(rng: np.random.Generator, strength: float) -> UInt8[np.ndarray, "256 3"]:
    """Draw brightness, contrast and gamma, and a slight cast of colour."""
    gain = np.exp(rng.uniform(-1, 1) * strength * 0.5) * np.exp(
        rng.uniform(-1, 1, 3) * strength * 0.1
    )
    offset = rng.uniform(-1, 1) * strength * 0.25
    gamma = np.exp(rng.uniform(-1, 1) * strength)
    values = np.linspace(0, 1, 256)[:, None] ** gamma
    curves = (values - 0.5) * gain + 0.5 + offset
    return np.round(255 * curves.clip(0, 1)).astype(np.uint8)


def _saturating(saturation: float) -> Float[np.ndarray, "3 3"]:
    return saturation * np.eye(3, dtype=np.float32) + (1 - saturation) * _LUMA[None]
