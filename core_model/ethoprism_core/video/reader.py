"""Frames of a video by number: the same picture whichever way it is reached."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from operator import index as as_integer
from pathlib import Path
from types import TracebackType
from typing import SupportsIndex, overload

import numpy as np
from av.video.frame import VideoFrame
from jaxtyping import Float64, UInt8

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.decoding import Decoder
from ethoprism_core.video.index import VideoIndex
from ethoprism_core.video.index_cache import load_index
from ethoprism_core.video.info import recorded_at
from ethoprism_core.video.pictures import PictureMaker
from ethoprism_core.video.prefetch import prefetch

_CACHE_BYTES = 256 << 20  # a group of 250 frames at 720p, as stored (about 1.5 bytes a pixel)
_AHEAD_BYTES, _AHEAD_FRAMES = 64 << 20, 32


class Video:
    """One video file as a sequence of upright 8-bit RGB pictures.

    ``len(video)`` counts frames, ``video[i]`` is one picture and ``video[a:b:c]`` a stack of them.
    Safe from several threads; a context manager.

    Parameters
    ----------
    path
        The file.
    index
        Its index, where the caller has it already.
    cache_dir
        Where the index is kept between runs; the user's cache folder if None.

    Attributes
    ----------
    recorded
        When frame 0 was taken, as the file's header claims, with its zone; None if it does not.

    Raises
    ------
    EthoprismError
        If the file cannot be opened as a video.
    """

    def __init__(
        self,
        path: str | Path,
        index: VideoIndex | None = None,
        cache_dir: str | Path | None = None,
    ) -> None:
        self.path = Path(path)
        self.index = index if index is not None else load_index(path, cache_dir)
        self._decoder = Decoder(self.index)
        self.recorded = recorded_at(self._decoder.metadata)
        self._picture = PictureMaker(self.index.stored_size, self.index.orientation)
        self._decoded: OrderedDict[int, VideoFrame] = OrderedDict()
        self._lock = threading.Lock()
        self._damaged: set[int] = set()
        self._closed = False

    def __enter__(self) -> "Video":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and free the decoded frames; what another thread reads is given up."""
        self._closed = True
        with self._lock:
            self._decoder.close()
            self._decoded.clear()

    def __len__(self) -> int:
        return len(self.index)

    @property
    def times(self) -> Float64[np.ndarray, " frame"]:
        """Seconds from frame 0 of every frame."""
        return self.index.times

    @property
    def fps(self) -> float:
        """Frames per second, from the median interval; for display only."""
        return self.index.fps

    @property
    def size(self) -> tuple[int, int]:
        """``(height, width)`` of the upright picture."""
        return self.index.size

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user should know: about the file, and about damage met while reading."""
        if not self._damaged:
            return self.index.notices
        first, count = min(self._damaged), len(self._damaged)
        damage = (
            f"{count} damaged frame{'s' * (count > 1)}, the first is {first}: "
            "repaired as far as the codec can, or shown as the last good picture"
        )
        return (*self.index.notices, damage)

    @overload
    def __getitem__(self, key: SupportsIndex) -> UInt8[np.ndarray, "height width 3"]: ...
    @overload
    def __getitem__(self, key: slice) -> UInt8[np.ndarray, "time height width 3"]: ...
    def __getitem__(self, key: SupportsIndex | slice) -> np.ndarray:
        if isinstance(key, slice):
            return self.read(range(*key.indices(len(self))))
        return self._picture(self._frame(self._checked(key)))

    def picture(
        self, number: int, give_up: Callable[[], bool] = lambda: False
    ) -> UInt8[np.ndarray, "height width 3"] | None:
        """Return one picture, or None if `give_up` says so while frames before it are decoded.

        What was decoded until then is kept, and the next picture may begin from there.

        Raises
        ------
        IndexError
            If the number is beyond the video.
        EthoprismError
            If nothing can be decoded any more, or the video is closed meanwhile.
        """
        frame = self._sought(self._checked(number), give_up)
        return None if frame is None else self._picture(frame)

    def read(self, frames: Iterable[SupportsIndex]) -> UInt8[np.ndarray, "time height width 3"]:
        """Return the pictures of the numbered `frames`, in the order given.

        Raises
        ------
        IndexError
            If a number is beyond the video.
        """
        numbers = np.array([self._checked(n) for n in frames], np.int64)
        pictures = np.empty((len(numbers), *self.size, 3), np.uint8)
        for number in np.unique(numbers):  # forward, so that nothing is decoded twice
            pictures[numbers == number] = self._picture(self._frame(int(number)))
        return pictures

    def stream(
        self,
        start: int = 0,
        stop: int | None = None,
        step: int = 1,
        size: tuple[int, int] | None = None,
    ) -> Iterator[tuple[int, UInt8[np.ndarray, "height width 3"]]]:
        """Yield ``(frame number, picture)`` in order, decoding ahead in the background.

        Every stream reads the file by itself, so that several may run beside random access.

        Parameters
        ----------
        start, stop, step
            Which frames, as in ``range``; up to the end if `stop` is None.
        size
            ``(height, width)`` to resize to while decoding, much cheaper than afterwards.
        """
        numbers = range(*slice(start, stop, step).indices(len(self)))
        if step < 1:
            raise ValueError(f"step must be positive, got {step}")
        return self.visit(numbers, size)

    def visit(
        self, frames: Iterable[int], size: tuple[int, int] | None = None
    ) -> Iterator[tuple[int, UInt8[np.ndarray, "height width 3"]]]:
        """Yield ``(frame number, picture)`` of the ascending `frames` as `stream` does.

        What lies between them is passed over by seeking where the file allows it.
        """
        self._check_open()
        height, width = size or self.size
        ahead = int(np.clip(_AHEAD_BYTES // (height * width * 3), 2, _AHEAD_FRAMES))
        return prefetch(self._read_ahead(map(self._checked, frames), size), ahead)

    def _read_ahead(
        self, numbers: Iterable[int], size: tuple[int, int] | None
    ) -> Iterator[tuple[int, np.ndarray]]:
        orientation = self.index.orientation
        stored = self.index.stored_size if size is None else orientation.size(*size)
        picture = PictureMaker(stored, orientation)
        decoder = Decoder(self.index)
        try:
            for wanted in numbers:
                for number, frame in decoder.frames(wanted, wanted + 1):
                    if number == wanted:
                        yield number, picture(frame)
                self._note(decoder)
        finally:
            decoder.close()

    def _checked(self, key: SupportsIndex) -> int:
        number, count = as_integer(key), len(self)
        if not -count <= number < count:
            raise IndexError(f"frame {number} of a video of {count} frames")
        return number % count

    def _check_open(self) -> None:
        if self._closed:
            raise EthoprismError("the video was closed", self.path, "open it again")

    def _frame(self, wanted: int) -> VideoFrame:
        frame = self._sought(wanted, lambda: False)
        assert frame is not None
        return frame

    def _sought(self, wanted: int, give_up: Callable[[], bool]) -> VideoFrame | None:
        with self._lock:
            self._check_open()
            if wanted in self._decoded:
                self._decoded.move_to_end(wanted)
                return self._decoded[wanted]
            for number, frame in self._decoder.frames(wanted, wanted + 1):
                self._keep(number, frame)
                self._check_open()
                if number < wanted and give_up():
                    break
            self._note(self._decoder)
            return self._decoded.get(wanted)

    def _keep(self, number: int, frame: VideoFrame) -> None:
        self._decoded[number] = frame
        self._decoded.move_to_end(number)
        if len(self._decoded) > max(2, _CACHE_BYTES // _bytes(frame)):
            self._decoded.popitem(last=False)

    def _note(self, decoder: Decoder) -> None:
        if decoder.damaged:  # a new set, since another thread may be counting the old one
            self._damaged = self._damaged | decoder.damaged


def _bytes(frame: VideoFrame) -> int:
    return sum(plane.buffer_size for plane in frame.planes)
