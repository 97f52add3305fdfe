"""A video as the array of an image layer that never makes the window wait."""

from typing import Any

import numpy as np

from ethoprism_core.video import Video
from napari_ethoprism.playback.cache import PictureCache


class PictureArray:
    """An array ``(time, height, width, 3)`` of uint8 that reads pictures and never decodes one.

    Parameters
    ----------
    video
        The video it stands for.
    cache
        The pictures that are here.

    Attributes
    ----------
    given
        The frame whose picture was given last; -1 before the first.
    lost
        A frame that cannot be decoded: it is black. -1 if there is none.
    """

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(self, video: Video, cache: PictureCache) -> None:
        self.video, self.cache = video, cache
        self.shape = (len(video), *video.size, 3)
        self.size = int(np.prod(self.shape, dtype=np.int64))
        self.given = self.lost = -1
        self._last = np.zeros(self.shape[1:], np.uint8)
        self._last.flags.writeable = False

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> np.ndarray:
        """Give what an array would; where it asks for several frames, the last picture for each."""
        time, *rest = key if isinstance(key, tuple) else (key,)
        if time is Ellipsis:
            time, rest = slice(None), [Ellipsis, *rest]
        if not isinstance(time, slice):
            return self._picture(int(time))[tuple(rest)]
        frames = range(*time.indices(len(self)))
        picture = self._picture(frames[0]) if len(frames) == 1 else self._last
        stack = np.broadcast_to(picture, (len(frames), *self.shape[1:]))
        return stack[(slice(None), *rest)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        raise TypeError("the video is not copied into one array: it may be larger than the memory")

    def _picture(self, frame: int) -> np.ndarray:
        picture = self.cache.get(frame)
        if picture is not None:
            self.given, self._last = frame, picture
        elif frame == self.lost:
            self.given = frame
            return np.zeros(self.shape[1:], np.uint8)
        return self._last
