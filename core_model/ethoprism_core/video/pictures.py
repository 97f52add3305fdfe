"""From a decoded frame to an upright RGB picture, resized on the way where asked."""

import threading

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from jaxtyping import UInt8

from ethoprism_core.video.orientation import Orientation


class PictureMaker:
    """Turn decoded frames into RGB pictures of one size. Safe from several threads.

    Parameters
    ----------
    stored_size
        ``(height, width)`` of the picture before it is turned upright.
    orientation
        How it is turned.
    """

    def __init__(self, stored_size: tuple[int, int], orientation: Orientation) -> None:
        self._stored_size = stored_size
        self._orientation = orientation
        self._of_thread = threading.local()  # a scaler's state must not be shared

    def __call__(self, frame: VideoFrame) -> UInt8[np.ndarray, "height width 3"]:
        """Return `frame` as an upright 8-bit RGB picture."""
        reformatter = getattr(self._of_thread, "reformatter", None)
        if reformatter is None:
            reformatter = self._of_thread.reformatter = VideoReformatter()
        height, width = self._stored_size
        # area averaging when shrinking: anything else would drop the pixels of a small animal
        rgb = reformatter.reformat(
            frame,
            width=width,
            height=height,
            format="rgb24",
            interpolation=Interpolation.AREA if height < frame.height else Interpolation.BILINEAR,
        )
        return self._orientation.apply(rgb.to_ndarray())
