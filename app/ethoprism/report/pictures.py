"""Short moving pictures for the page: frames of a bout side by side in one image."""

import base64
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from ethoprism_core.video import Crop, Rectangle, Video, cut
from ethoprism_core.video.squares import square_crops
from ethoprism_core.video.tracks import load_tracks

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


def individual_squares(tracks: Path, individual: str) -> Float[np.ndarray, "time 3"]:
    """Return the square of one individual in every frame; of the first where there is no such."""
    boxes = load_tracks(tracks)
    names = boxes["individual"].values.tolist()
    return square_crops(boxes)[:, names.index(individual) if individual in names else 0]


def still_crop(squares: Float[np.ndarray, "time 3"], frames: Sequence[int]) -> Crop:
    """Return one square for all `frames`: the camera stands still, so that motion is seen."""
    path = squares[list(frames)]
    side = max(float(path[len(path) // 2, 2]), 1.3 * float(np.ptp(path[:, :2], axis=0).max()))
    centre_x, centre_y = (float(value) for value in path[:, :2].mean(axis=0))
    return Crop(centre_x, centre_y, side)


def filmstrip(pictures: UInt8[np.ndarray, "time height width 3"]) -> str:
    """Lay pictures side by side in one JPEG and return it as a data address."""
    strip = np.concatenate(list(pictures), axis=1)
    quality = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(strip, cv2.COLOR_RGB2BGR), quality)
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")
