"""Decode the last frames strictly, to find where a truncated video stops being good."""

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
from av.packet import Packet
from av.video.stream import VideoStream

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.demuxing import decode_packets, packets_with_data
from ethoprism_core.video.index import VideoIndex
from ethoprism_core.video.opening import open_video
from ethoprism_core.video.seeking import seek

_CHECKED_FRAMES = 32  # at the end, and back to the keyframe before them
_STEPS_BACK = 3  # after as many groups without a good frame, everything is decoded
_HOLE = 1.5  # median intervals


def cut_damaged_end(index: VideoIndex, reordering: int) -> VideoIndex:
    """Leave out the frames at the end that a truncated file no longer holds whole, and say so.

    Parameters
    ----------
    index
        The index of all packets.
    reordering
        By how many places a frame is decoded before it is shown, at most.

    Raises
    ------
    EthoprismError
        If no frame is left.
    """
    kept = _before_hole(index, _good_frames(index, reordering), reordering)
    kept -= index.container == "gif" and not _ends_with(index.path, b";")  # its decoder is silent
    if not kept:
        raise EthoprismError(
            "no frame of the video can be decoded", index.path, "copy or record it again"
        )
    if kept == len(index):
        return index
    cut = len(index) - kept
    notice = f"the end of the file is damaged: {cut} frame{'s' * (cut > 1)} left out"
    return replace(index, pts=index.pts[:kept], notices=(*index.notices, notice))


def _good_frames(index: VideoIndex, reordering: int) -> int:
    """How many frames, from the first, are good up to the damaged end, if the end is damaged."""
    stop = len(index)
    for _ in range(_STEPS_BACK):
        start = max(0, stop - _CHECKED_FRAMES)
        # an encoder that bends the rules fails strictly everywhere: then only losses count
        packets = _last_packets(index, start, strict=True)
        if not any(good for _, good in packets):
            packets = _last_packets(index, start, strict=False)
        if any(good for _, good in packets):
            return _before_bad_packets(index, packets, reordering)
        stop = index.group_start(start)
    with open_video(index.path) as (container, stream):
        frames = decode_packets(packets_with_data(container, stream), stream)
        shown = [frame.pts for frame in frames if frame.pts is not None]
    return int(np.searchsorted(index.pts, max(shown), side="right")) if shown else 0


def _before_bad_packets(
    index: VideoIndex, packets: list[tuple[int | None, bool]], reordering: int
) -> int:
    """Cut from the first frame of those at the end of the file, in its order, that are bad."""
    bad = []
    while not packets[-1][1]:
        bad.append(packets.pop()[0])
    if not bad:
        return len(index)
    if index.counted:  # which of the last frames were lost cannot be told
        return max(1, len(index) - len(bad) - reordering)
    return int(np.searchsorted(index.pts, min(pts for pts in bad if pts is not None)))


def _last_packets(index: VideoIndex, start: int, strict: bool) -> list[tuple[int | None, bool]]:
    """Timestamp of every shown packet towards and after frame `start`, and whether it is good."""
    with open_video(index.path) as (container, stream):
        stream.thread_count = 1  # so that an error belongs to the packet that was given
        if strict:
            stream.codec_context.options = {"err_detect": "explode"}
        with suppress(av.FFmpegError):  # what cannot be sought is read from its start
            if (keyframe := index.keyframe_before(start)) > 0:
                seek(index, container, stream, keyframe)
        packets, shown = [], set()
        with suppress(av.FFmpegError):
            for packet in packets_with_data(container, stream):
                fine, stamps = _decode_one(stream, packet)
                shown |= stamps
                if not packet.is_discard:
                    packets.append((packet.pts, fine and not packet.is_corrupt))
        shown |= _decode_one(stream, None)[1]
    if index.counted:
        return packets
    known = set(index.pts[start:].tolist())
    return [(pts, fine and pts in shown) for pts, fine in packets if pts in known]


def _decode_one(
    stream: VideoStream, packet: "Packet[VideoStream] | None"
) -> tuple[bool, set[int | None]]:
    """Whether `packet` decodes without an error, and the timestamps of the good frames it gave."""
    try:
        frames = stream.decode(packet)
    except av.FFmpegError:
        return False, set()
    return True, {frame.pts for frame in frames if not frame.is_corrupt}


def _before_hole(index: VideoIndex, stop: int, reordering: int) -> int:
    """Cut at a gap that reordering explains: the frames that fill it were never written.

    Only where the rate is constant; with a variable one a gap means nothing.
    """
    settled = max(0, stop - 1 - reordering)
    intervals = np.diff(index.pts[:stop])
    if index.counted or settled < 3 or np.ptp(intervals[:settled]) > 2:
        return stop
    holes = np.flatnonzero(intervals[settled:] > _HOLE * np.median(intervals[:settled]))
    return settled + int(holes[0]) + 1 if len(holes) else stop


def _ends_with(path: Path, mark: bytes) -> bool:
    with path.open("rb") as file:
        file.seek(-len(mark), os.SEEK_END)
        return file.read() == mark
