"""What the camera does to the picture: blur, brightness, greys, noise and lossy compression."""

import cv2
import numpy as np
from jaxtyping import UInt8

from ethoprism_domains.simulated.lighting import Light
from ethoprism_domains.simulated.paint import Picture
from ethoprism_domains.simulated.settings import SceneSettings
from ethoprism_domains.simulated.streams import stream
from ethoprism_domains.simulated.textures import noise_bank

_SPARE = 64  # pixels by which the noise bank exceeds the picture: 4096 different pieces
_BANK_STEP = 64


def expose(
    picture: Picture, settings: SceneSettings, light: Light, seed: int, frame: int
) -> Picture:
    """Return the picture as the camera records it at one frame."""
    gain = light.gain(frame / settings.fps)
    picture = cv2.convertScaleAbs(picture, alpha=gain)
    if settings.blur > 0.2:
        picture = cv2.GaussianBlur(picture, (0, 0), settings.blur)
    if light.colourless:
        picture = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if settings.noise > 0:
        picture = _with_noise(picture, settings.noise, light.colourless, seed, frame)
    if settings.jpeg_quality:
        picture = _compressed(picture, settings.jpeg_quality)
    return picture


def _with_noise(
    picture: Picture, deviation: float, colourless: bool, seed: int, frame: int
) -> Picture:
    height, width = picture.shape[:2]
    side = -(-(max(height, width) + _SPARE) // _BANK_STEP) * _BANK_STEP
    bank = noise_bank(side, round(deviation * 4) / 4, 1 if colourless else 3)
    top, left = stream(seed, "noise piece", frame).integers(_SPARE, size=2)
    piece = bank[top : top + height, left : left + width]
    if colourless:
        piece = cv2.cvtColor(piece, cv2.COLOR_GRAY2RGB)
    return cv2.addWeighted(picture, 1.0, piece, 1.0, -128.0)


def _compressed(picture: Picture, quality: int) -> Picture:
    # OpenCV takes the channels for blue, green, red; both ways alike, so they come back in order
    _, code = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR))


def resized(picture: Picture, size: int) -> UInt8[np.ndarray, "size size 3"]:
    """Return a square picture at a size not far from its own."""
    if picture.shape[0] == size:
        return picture
    return cv2.resize(picture, (size, size), interpolation=cv2.INTER_LINEAR)
