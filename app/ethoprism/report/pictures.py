"""Short moving pictures for the page: frames of a bout side by side in one image."""

import base64
from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import UInt8

from ethoprism_core.video import Crop, Rectangle, Video, cut

_JPEG_QUALITY = 82


def bout_frames(start_frame: int, stop_frame: int, longest: int, count: int) -> list[int]:
    """Spread `count` frames over the middle of a bout, over no more than `longest` frames."""
    length = min(stop_frame - start_frame, longest)
    first = (start_frame + stop_frame - length) // 2
    return [round(first + k * max(length - 1, 0) / max(count - 1, 1)) for k in range(count)]


def cut_frames(
    video: Video, frames: Sequence[int], crops: Sequence[Crop | Rectangle], size: int
) -> UInt8[np.ndarray, "time size size 3"]:
    """Cut one square out of each of the numbered frames."""
    pictures = zip(video.read(frames), crops, strict=True)
    return np.stack([cut(picture, crop, size) for picture, crop in pictures])


def whole_frame(video: Video) -> Crop:
    """Return the square that holds the whole picture."""
    height, width = video.size
    return Crop(width / 2, height / 2, max(height, width))


def filmstrip(pictures: UInt8[np.ndarray, "time height width 3"]) -> str:
    """Lay pictures side by side in one JPEG and return it as a data address."""
    strip = np.concatenate(list(pictures), axis=1)
    quality = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(strip, cv2.COLOR_RGB2BGR), quality)
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")
