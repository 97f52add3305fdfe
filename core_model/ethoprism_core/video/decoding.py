"""Decode one file from a frame number on: seek, decode forward, match timestamps exactly."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.index import VideoIndex
from ethoprism_core.video.opening import open_video

_RETRIES = (0, 1, 2, 8)  # keyframes to go back when a seek lands behind the wanted frame

Numbered = tuple[int, VideoFrame]


def decode_packets(
    packets: "Iterator[Packet[VideoStream]]", stream: VideoStream
) -> Iterator[VideoFrame]:
    """Yield the frames that decode from `packets`; what is damaged is passed over."""
    try:
        for packet in packets:
            yield from _decode(stream, packet if packet.size else None)
    except av.FFmpegError:  # reading failed: give what is still inside the decoder
        yield from _decode(stream, None)


def _decode(stream: VideoStream, packet: "Packet[VideoStream] | None") -> list[VideoFrame]:
    try:
        return stream.decode(packet)
    except av.FFmpegError:
        return []


class Decoder:
    """A cursor over the frames of one file. Not thread-safe: one for each thread.

    Parameters
    ----------
    index
        The file's index.

    Attributes
    ----------
    damaged : set of int
        Numbers of the frames that did not decode and were given as the last good one.
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

    def frames(self, start: int, stop: int) -> Iterator[Numbered]:
        """Yield ``(number, frame)`` for every number up to `stop`, beginning at or before `start`.

        What comes before `start` had to be decoded on the way. A frame that is missing because
        the file is damaged is given as the last good one.

        Raises
        ------
        EthoprismError
            If nothing can be decoded any more.
        """
        if not self._position <= start or not self._same_group(start):
            self._start_before(start)
        while self._position < stop:
            yield self._take()

    def _same_group(self, start: int) -> bool:
        """Whether decoding on reaches `start` no later than seeking would."""
        return self._index.counted or self._index.group_start(start) <= self._position

    def _start_before(self, start: int) -> None:
        if not self._index.counted:
            keyframe = self._index.keyframe_before(start)
            for back in _RETRIES:
                if keyframe - back <= 0:
                    break  # from the start, then
                if self._seek(int(self._index.keyframes[keyframe - back]), start):
                    return
        self._start_over()

    def _seek(self, timestamp: int, start: int) -> bool:
        try:
            self._container.seek(timestamp, stream=self._stream)
        except av.FFmpegError:
            return False
        self._begin(self._by_timestamp(seeking=True))
        if self._ahead is None or self._ahead[0] > start:
            return False
        self._position = self._ahead[0]
        return True

    def _start_over(self) -> None:
        self._file.close()
        self._container, self._stream = self._file.enter_context(open_video(self._index.path))
        self._begin(self._by_count() if self._index.counted else self._by_timestamp(seeking=False))
        self._position = 0

    def _begin(self, source: Iterator[Numbered]) -> None:
        self._source = source
        self._last: VideoFrame | None = None
        self._ahead = next(source, None)

    def _by_count(self) -> Iterator[Numbered]:
        packets = self._container.demux(self._stream)
        yield from enumerate(decode_packets(packets, self._stream))

    def _by_timestamp(self, seeking: bool) -> Iterator[Numbered]:
        packets = iter(self._container.demux(self._stream))
        floor = int(self._index.pts[0])
        if seeking:
            first = next((p for p in packets if p.is_keyframe and p.pts is not None), None)
            if first is None:
                return
            # frames shown before the keyframe may lean on a group that was not decoded
            floor, packets = max(floor, first.pts or 0), chain([first], packets)
        for frame in decode_packets(packets, self._stream):
            if frame.pts is not None and frame.pts >= floor:
                number = int(np.searchsorted(self._index.pts, frame.pts))
                if number < len(self._index) and self._index.pts[number] == frame.pts:
                    yield number, frame

    def _take(self) -> Numbered:
        number = self._position
        while self._ahead is not None and self._ahead[0] < number:
            self._ahead = next(self._source, None)
        if self._ahead is not None and self._ahead[0] == number:
            self._last = self._ahead[1]
            self._ahead = next(self._source, None) if number + 1 < len(self._index) else None
        else:
            self.damaged.add(number)
        shown = self._last or (self._ahead and self._ahead[1])
        if shown is None:
            raise EthoprismError(
                f"frame {number} cannot be decoded", self._index.path, "check the file and its disk"
            )
        self._position = number + 1
        return number, shown
