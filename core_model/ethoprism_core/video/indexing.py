"""Build a video's index: demux every packet, then decode the ends to see what is true."""

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import fingerprint_file
from ethoprism_core.video.decoding import Decoder, decode_packets
from ethoprism_core.video.index import HeaderClaims, VideoIndex
from ethoprism_core.video.opening import open_video
from ethoprism_core.video.orientation import Orientation

_HEAD_FRAMES = 64  # decoded at the start: longer than any reordering


@dataclass
class _Packets:
    """What demuxing found."""

    pts: list[int | None]
    dts: list[int | None]
    keyframes: list[int]
    ended_early: bool


def build_index(path: Path) -> VideoIndex:
    """See `VideoIndex.build`."""
    with open_video(path) as (container, stream):
        packets = _demux(container, stream)
        time_base = stream.time_base or Fraction(1, 1000)
        claims = _claims(container, stream)
        container_name, codec = container.format.name, stream.codec_context.name
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    head = _decode_head(path)
    if not head:
        raise EthoprismError(
            "no frame of the video can be decoded", path, "convert it to H.264 in an mp4 file"
        )
    table, counted = _frame_table(path, packets, head)
    notices = ["the file ends early: the frames up to there are used"] * packets.ended_early
    if counted and len(np.unique(table)) != len(table):
        time_base, table = 1 / Fraction(rate), np.arange(len(table), dtype=np.int64)
        notices.append(f"the file has no timestamps: {float(rate):g} frames per second are assumed")
    index = VideoIndex(
        path=path,
        fingerprint=fingerprint_file(path),
        pts=table,
        time_base=time_base,
        keyframes=np.array(sorted(packets.keyframes), np.int64),
        counted=counted,
        stored_size=(head[0].height, head[0].width),
        orientation=Orientation.of_frame(head[0]),
        codec=codec,
        pixel_format=head[0].format.name,
        container=container_name,
        claims=claims,
        notices=tuple(notices),
    )
    return index if counted else _cut_tail(index)


def _demux(container: InputContainer, stream: VideoStream) -> _Packets:
    packets = _Packets([], [], [], False)
    try:
        for packet in container.demux(stream):
            if packet.size == 0:
                continue  # the flush packet at the end
            if packet.is_keyframe and packet.pts is not None:
                packets.keyframes.append(packet.pts)
            if packet.is_corrupt:
                packets.ended_early = True
            elif not packet.is_discard:
                packets.pts.append(packet.pts)
                packets.dts.append(packet.dts)
    except av.FFmpegError:
        packets.ended_early = True
    return packets


def _claims(container: InputContainer, stream: VideoStream) -> HeaderClaims:
    seconds = None
    if stream.duration is not None and stream.time_base is not None:
        seconds = float(stream.duration * stream.time_base)
    elif container.duration is not None:
        seconds = container.duration / av.time_base
    rate = stream.average_rate
    return HeaderClaims(stream.frames or None, seconds, float(rate) if rate else None)


def _decode_head(path: Path) -> list[VideoFrame]:
    with open_video(path) as (container, stream):
        frames = []
        for frame in decode_packets(container.demux(stream), stream):
            frames.append(frame)
            if len(frames) >= _HEAD_FRAMES:
                break
        return frames


def _frame_table(path: Path, packets: _Packets, head: list[VideoFrame]) -> tuple[np.ndarray, bool]:
    """Return the frames' timestamps, and whether frames must be counted instead."""
    stamps = [frame.pts for frame in head]
    if _identify(packets.pts) and _ascending(stamps):
        table = np.array(sorted(p for p in packets.pts if p is not None), np.int64)
        return table[table >= (stamps[0] or 0)], False
    with open_video(path) as (container, stream):
        count = sum(1 for _ in decode_packets(container.demux(stream), stream))
    usable = sorted(p for p in packets.pts if p is not None)
    if len(set(usable)) != count:
        usable = [0] * count
    return np.array(usable, np.int64), True


def _identify(stamps: list[int | None]) -> bool:
    return None not in stamps and len(set(stamps)) == len(stamps)


def _ascending(stamps: list[int | None]) -> bool:
    known = [stamp for stamp in stamps if stamp is not None]
    return len(known) == len(stamps) and all(a < b for a, b in pairwise(known))


def _cut_tail(index: VideoIndex) -> VideoIndex:
    """Leave out the frames at the end that do not decode, and say so."""
    decoder, last = Decoder(index), len(index) - 1
    try:
        while True:
            start = index.group_start(last)
            given = [number for number, _ in decoder.frames(start, last + 1) if number >= start]
            good = [number for number in given if number not in decoder.damaged]
            if good:
                break
            last = start - 1
    finally:
        decoder.close()
    cut = len(index) - 1 - good[-1]
    if not cut:
        return index
    notice = f"the last {cut} frames are damaged and left out"
    return replace(index, pts=index.pts[:-cut], notices=(*index.notices, notice))
