"""A thread that decodes the picture that is wanted now, then those that are likely wanted next."""

import threading
from collections.abc import Callable

import av

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Video
from napari_ethoprism.playback.cache import PictureCache

_MOST_AHEAD = 48  # pictures, a second and a half of most videos
_LONGEST_STRIDE = 32  # a longer step is a jump, which tells nothing about the next one
_PAUSE_S = 0.05  # after a jump the window paints: it needs the processor more than what is next


class Fetcher(threading.Thread):
    """Fills a cache with the pictures of one video. The last one that was wanted comes first.

    Parameters
    ----------
    video
        The open video.
    cache
        Where the pictures go.
    on_picture
        Called in this thread when the picture that is wanted is in the cache.
    on_failure
        Called in this thread with the frame and the error if it cannot be decoded.
    """

    def __init__(
        self,
        video: Video,
        cache: PictureCache,
        on_picture: Callable[[int], None],
        on_failure: Callable[[int, Exception], None],
    ) -> None:
        super().__init__(name=f"pictures of {video.path.name}", daemon=True)
        self._video, self._cache = video, cache
        self._on_picture, self._on_failure = on_picture, on_failure
        self._changed = threading.Condition()
        self._wanted, self._stride, self._asked = -1, 1, 0
        self._stopped = False
        self._ahead = min(max(cache.room // 4, 1), _MOST_AHEAD)

    def want(self, frame: int) -> None:
        """Ask for the picture of a frame, instead of any that was asked for before."""
        with self._changed:
            step = frame - self._wanted
            if step and self._wanted >= 0:
                self._stride = step if abs(step) <= _LONGEST_STRIDE else 1
            self._wanted = frame
            self._asked += 1
            self._changed.notify()

    def stop(self) -> None:
        """End the thread; returns at the latest when one frame more is decoded."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self.join()

    def run(self) -> None:
        """Serve what is wanted until stopped."""
        served = 0
        while (request := self._next(served)) is not None:
            served, frame, stride = request
            is_jump = frame not in self._cache
            self._serve(frame)
            if is_jump and self._is_asked_within(served, _PAUSE_S):
                continue
            self._read_ahead(served, frame, stride)

    def _read_ahead(self, served: int, frame: int, stride: int) -> None:
        likely = self._likely(frame, stride)
        # what is shown now and what comes soon must not make room for what comes later
        self._cache.touch([*reversed(likely), frame])
        for ahead in likely:
            if self._asked != served or self._stopped:
                return
            if ahead not in self._cache:
                self._prefetch(ahead)

    def _next(self, served: int) -> tuple[int, int, int] | None:
        self._is_asked_within(served, None)
        with self._changed:
            return None if self._stopped else (self._asked, self._wanted, self._stride)

    def _is_asked_within(self, served: int, seconds: float | None) -> bool:
        """Wait for another request, for ever or for some seconds; whether it came, or the end."""
        with self._changed:
            return self._changed.wait_for(lambda: self._asked != served or self._stopped, seconds)

    def _serve(self, frame: int) -> None:
        try:
            if frame not in self._cache:
                self._decode(frame, lambda: self._stopped)
        except (EthoprismError, av.FFmpegError, OSError, MemoryError) as error:
            if not self._stopped:
                self._on_failure(frame, error)
            return
        if not self._stopped:
            self._on_picture(frame)

    def _prefetch(self, frame: int) -> None:
        try:
            self._decode(frame, self._is_interrupted)
        except (EthoprismError, av.FFmpegError, OSError, MemoryError):
            return  # told if anybody wants to see it

    def _decode(self, frame: int, give_up: Callable[[], bool]) -> None:
        picture = self._video.picture(frame, give_up)
        if picture is not None:
            self._cache.put(frame, picture)

    def _is_interrupted(self) -> bool:
        return self._stopped or self._wanted not in self._cache

    def _likely(self, frame: int, stride: int) -> list[int]:
        """Give the frames that come next at this stride, then the one on the other side."""
        ahead = [frame + stride * step for step in range(1, self._ahead + 1)]
        return [one for one in (*ahead, frame - stride) if 0 <= one < len(self._video)]
