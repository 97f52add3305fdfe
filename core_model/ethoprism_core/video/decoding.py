"""A cursor over the frames of one file: seek, decode forward, hold the last good picture."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.index import VideoIndex
from ethoprism_core.video.opening import open_video
from ethoprism_core.video.seeking import frames_from_keyframe, frames_from_start

_RETRIES = (0, 1, 2, 8)  # keyframes to go back when a seek lands behind the wanted frame


class Decoder:
    """Decode the frames of one file by number. Not thread-safe: one for each thread.

    Parameters
    ----------
    index
        The file's index.

    Attributes
    ----------
    damaged : set of int
        Numbers of the frames met so far that did not decode cleanly.
    """

    def __init__(self, index: VideoIndex) -> None:
        self.damaged: set[int] = set()
        self._index = index
        self._file = ExitStack()
        self._container: InputContainer
        self._stream: VideoStream
        self._start_over()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def metadata(self) -> Mapping[str, str]:
        """What the file's header says in words."""
        return self._container.metadata

    def frames(self, start: int, stop: int) -> Iterator[tuple[int, VideoFrame]]:
        """Yield ``(number, frame)`` for every number up to `stop`, beginning at or before `start`.

        What comes before `start` had to be decoded on the way. A frame that a damaged file lost
        is given as the last good one, one that is broken as the codec repairs it; both are noted
        in `damaged`.

        Raises
        ------
        EthoprismError
            If nothing can be decoded any more.
        """
        # decoding on is cheaper than seeking while no keyframe lies between
        if not self._index.group_start(start) <= self._position <= start:
            self._start_before(start)
        while self._position < stop:
            yield self._take()

    def _start_before(self, start: int) -> None:
        keyframe = self._index.keyframe_before(start)
        for back in _RETRIES:
            if keyframe - back > 0 and self._seek(keyframe - back, start):
                return
        self._start_over()

    def _seek(self, keyframe: int, start: int) -> bool:
        try:
            self._begin(frames_from_keyframe(self._index, self._container, self._stream, keyframe))
        except av.FFmpegError:
            return False
        if self._ahead is None or self._ahead[0] > start:
            return False
        self._position = self._ahead[0]
        return True

    def _start_over(self) -> None:
        self._file.close()
        self._container, self._stream = self._file.enter_context(open_video(self._index.path))
        self._begin(frames_from_start(self._index, self._container, self._stream))
        self._position = 0

    def _begin(self, source: Iterator[tuple[int, VideoFrame]]) -> None:
        self._source = source
        self._last: VideoFrame | None = None
        self._ahead = next(source, None)

    def _take(self) -> tuple[int, VideoFrame]:
        number = self._position
        while self._ahead is not None and self._ahead[0] < number:
            self._ahead = next(self._source, None)
        if self._ahead is not None and self._ahead[0] == number:
            self._last = self._ahead[1]
            self._ahead = None if number + 1 == len(self._index) else next(self._source, None)
            clean = not self._last.is_corrupt
        else:
            clean = False
        shown = self._last or (self._ahead and self._ahead[1])
        if shown is None:
            raise EthoprismError(
                f"frame {number} cannot be decoded", self._index.path, "check the file and its disk"
            )
        if not clean:
            self.damaged.add(number)
        self._position = number + 1
        return number, shown
