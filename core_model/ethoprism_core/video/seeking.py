"""Start decoding at a keyframe, and know which frame comes first."""

from collections.abc import Iterator
from itertools import chain

import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ethoprism_core.video.demuxing import decode_packets, packets_with_data
from ethoprism_core.video.index import VideoIndex

Numbered = Iterator[tuple[int, VideoFrame]]


def frames_from_start(
    index: VideoIndex, container: InputContainer, stream: VideoStream
) -> Numbered:
    """Yield ``(number, frame)`` from a container that was just opened."""
    frames = decode_packets(packets_with_data(container, stream), stream)
    if index.counted:
        return enumerate(frames)
    return _by_timestamp(index, frames, int(index.pts[0]))


def frames_from_keyframe(
    index: VideoIndex, container: InputContainer, stream: VideoStream, keyframe: int
) -> Numbered:
    """Seek to ``index.keyframes[keyframe]`` and yield ``(number, frame)`` from there.

    The container may land elsewhere: look at the first number. Nothing is yielded where the place
    cannot be told.

    Raises
    ------
    av.FFmpegError
        If the container cannot seek.
    """
    seek(index, container, stream, keyframe)
    packets = packets_with_data(container, stream)
    first = next((packet for packet in packets if packet.is_keyframe), None)
    if first is None:
        return iter(())
    frames = decode_packets(chain([first], packets), stream)
    if not index.counted:
        # frames shown before the keyframe may lean on a group that was not decoded
        floor = index.pts[0] if first.pts is None else max(index.pts[0], first.pts)
        return _by_timestamp(index, frames, int(floor))
    landed = first.dts if index.seek_by == "dts" else first.pos
    if landed != index.keyframes[keyframe]:
        return iter(())
    return enumerate(frames, int(index.group_starts[keyframe]))


def seek(index: VideoIndex, container: InputContainer, stream: VideoStream, keyframe: int) -> None:
    """Move `container` to ``index.keyframes[keyframe]``, or near it."""
    target = int(index.keyframes[keyframe])
    if index.seek_by == "byte":
        container.seek(target, stream=stream, unsupported_byte_offset=True)
    else:
        container.seek(target, stream=stream)


def _by_timestamp(index: VideoIndex, frames: Iterator[VideoFrame], floor: int) -> Numbered:
    for frame in frames:
        if frame.pts is not None and frame.pts >= floor:
            number = int(np.searchsorted(index.pts, frame.pts))
            if number < len(index) and index.pts[number] == frame.pts:
                yield number, frame
