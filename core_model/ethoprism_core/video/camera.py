"""Whether the camera stands still: most of what it sees must stay where it is."""

import cv2
import numpy as np
from jaxtyping import UInt8

from ethoprism_core.video.background import lit_like
from ethoprism_core.video.reader import Video
from ethoprism_core.video.sampling import sample_frames, small_pictures, small_size

_PAIRS = 12
_LONGEST = 400
_APART = 0.5  # seconds between the pictures of a pair, and at most so many frames
_APART_FRAMES = 15
_POINTS = 200
_PATCH = (31, 31)  # pixels around a point by which it is found again; so many outweigh noise
_STILL = 1.0  # pixels
_PARTS = 8  # the picture is divided into so many rows and columns of cells
_FEWEST_CELLS = 16


def is_fixed_camera(video: Video) -> bool:
    """Whether the camera stands still, from twelve short stretches of the video.

    False also where nearly all that is seen moves, such as a head-fixed mouse that fills the
    picture: there, too, no background tells the animal from the rest. True for a single frame.
    """
    return bool(moving_share(video) < 0.5)


def moving_share(video: Video) -> float:
    """Return the share of corner points that have moved half a second later, between 0 and 1.

    The points are those of Shi and Tomasi (1994), found again by the pyramid of Lucas and Kanade
    (Bouguet 2001); what is not found again has moved. The median over the stretches counts, so
    that a cut or an animal that fills the picture for a while does no harm. A stretch whose points
    do not lie all over the picture tells nothing, and counts as still.
    """
    apart = int(np.clip(round(_APART * video.fps), 1, _APART_FRAMES))
    firsts = sample_frames(video, _PAIRS)
    firsts = np.unique(np.minimum(firsts, max(len(video) - 1 - apart, 0)))
    seconds = np.minimum(firsts + apart, len(video) - 1)
    wanted = np.unique(np.concatenate([firsts, seconds]))
    size = small_size(video.size, _LONGEST)
    pictures = dict(small_pictures(video, wanted, size))
    pairs = zip(firsts.tolist(), seconds.tolist(), strict=True)
    shares = [_moved(pictures[first], pictures[second]) for first, second in pairs]
    return float(np.median(shares))


def _are_widespread(points: np.ndarray, shape: tuple[int, ...]) -> bool:
    """Whether corners lie in enough parts of the picture to speak for all of it.

    On a bare floor the only corners are the animal's own.
    """
    cells = (points // (np.array(shape[::-1]) / _PARTS)).astype(int)
    return len(np.unique(cells, axis=0)) >= _FEWEST_CELLS


def _moved(
    first: UInt8[np.ndarray, "height width"], second: UInt8[np.ndarray, "height width"]
) -> float:
    first, second = (cv2.GaussianBlur(picture, (0, 0), 1) for picture in (first, second))
    second = lit_like(second, first)  # points are found again by their brightness
    points = cv2.goodFeaturesToTrack(first, _POINTS, 0.01, 7)
    if points is None or not _are_widespread(points.reshape(-1, 2), first.shape):
        return 0.0
    found, seen, _ = cv2.calcOpticalFlowPyrLK(
        first, second, points, np.empty_like(points), winSize=_PATCH, maxLevel=3
    )
    distance = np.linalg.norm((found - points).reshape(-1, 2), axis=1)
    return float(np.mean((distance > _STILL) | (seen.ravel() == 0)))
