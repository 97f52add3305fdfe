"""Read the pictures of one clip: decode no more pixels than it needs, cut, turn."""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float, Int, UInt8

from ethoprism_core.errors import EthoprismError
from ethoprism_core.pretraining.data.looks import enlargement, turned
from ethoprism_core.video import Rectangle, Video, VideoIndex, cut, load_index
from ethoprism_core.video.opening import check_readable
from ethoprism_core.video.squares import square_crops
from ethoprism_core.video.tracks import load_tracks

IMAGE_SUFFIXES = frozenset([".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"])
_INDEXES, _TRACKS = 512, 64  # kept by each worker


@lru_cache(maxsize=_INDEXES)
def known_index(path: Path) -> VideoIndex:
    """Return a video's index, read once by each process."""
    return load_index(path)


@lru_cache(maxsize=_TRACKS)
def known_squares(path: Path) -> Float[np.ndarray, "time individual 3"]:
    """Return the squares that follow the animals of a file of tracks, read once."""
    return square_crops(load_tracks(path))


def read_frames(
    index: VideoIndex,
    frames: Int[np.ndarray, " time"],
    boxes: Float[np.ndarray, "time 4"],
    angle: float,
    size: int,
) -> UInt8[np.ndarray, "time size size 3"]:
    """Read what a video shows in boxes, turned by an angle.

    Parameters
    ----------
    index
        The video's.
    frames
        Ascending frame numbers; one may come again.
    boxes
        Where to look in each: centre x, centre y, width, height in pixels.
    angle
        Degrees anticlockwise.
    size
        Height and width of the pictures that come out.
    """
    height, width = index.size
    # each axis by itself, so that a whole picture is decoded to just what is shown
    across, down = np.minimum(1.0, size / boxes[:, 2:].min(axis=0))
    small = max(1, round(height * down)), max(1, round(width * across))
    scales = np.array([small[1] / width, small[0] / height] * 2)
    with Video(index.path, index) as video:
        numbers = np.unique(frames).tolist()
        pictures = dict(video.visit(numbers, small))
    return np.stack(
        [
            cut_box(pictures[int(frame)], box * scales, angle, size)
            for frame, box in zip(frames, boxes, strict=True)
        ]
    )


def cut_box(
    picture: UInt8[np.ndarray, "height width 3"],
    box: Float[np.ndarray, "4"],
    angle: float,
    size: int,
) -> UInt8[np.ndarray, "size size 3"]:
    """Cut a box out of a picture, squeezed into a square, turned by an angle."""
    wider = enlargement(angle)
    centre_x, centre_y, wide, tall = box[0], box[1], box[2] * wider, box[3] * wider
    part = Rectangle(
        round(centre_x - wide / 2),
        round(centre_y - tall / 2),
        max(1, round(wide)),
        max(1, round(tall)),
    )
    square = cut(picture, part, round(size * wider))
    return turned(square, angle, size) if angle else square


def read_image(path: Path) -> UInt8[np.ndarray, "height width 3"]:
    """Read a picture as RGB.

    Raises
    ------
    EthoprismError
        If it is missing or no picture.
    """
    check_readable(path)
    # OpenCV itself cannot open a name with letters beyond the system's alphabet
    coded = np.fromfile(path, np.uint8)
    picture = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    if picture is None:
        raise EthoprismError("not a readable picture", path, "save it again as PNG or JPEG")
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
