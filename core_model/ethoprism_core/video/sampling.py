"""Small grey pictures of a video, taken evenly or in order: all that following an animal needs."""

from collections.abc import Generator

import cv2
import numpy as np
from jaxtyping import Int, UInt8

from ethoprism_core.video.reader import Video


def small_size(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """Return `size` ``(height, width)`` shrunk so that its longer side is at most `longest`."""
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def sample_frames(video: Video, count: int) -> Int[np.ndarray, " sample"]:
    """Choose about `count` frames spread evenly over the video, where decoding can start if enough.

    A video with a key frame for every sample is then sampled in a few seconds, whatever its length.
    """
    even = np.unique(np.linspace(0, len(video) - 1, count).round().astype(np.int64))
    starts = np.unique([video.index.group_start(int(frame)) for frame in even])
    return starts if len(starts) >= count // 2 else even


def small_pictures(
    video: Video, frames: Int[np.ndarray, " sample"], size: tuple[int, int]
) -> Generator[tuple[int, UInt8[np.ndarray, "height width"]], None, None]:
    """Yield ``(frame number, grey picture)`` of the ascending `frames`, shrunk to `size`.

    They are slightly blurred, which takes most of a night camera's noise away.
    """
    for number, picture in video.visit(map(int, frames), size):
        yield number, cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (3, 3), 0)
