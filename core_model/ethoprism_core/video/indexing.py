"""Build a video's index: demux every packet, then decode the ends to see what is true."""

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Literal

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import fingerprint_file
from ethoprism_core.video.demuxing import (
    PacketTable,
    decode_packets,
    packets_with_data,
    read_packets,
)
from ethoprism_core.video.ends import cut_damaged_end
from ethoprism_core.video.index import HeaderClaims, VideoIndex
from ethoprism_core.video.opening import open_video
from ethoprism_core.video.orientation import Orientation

_HEAD_FRAMES = 64  # decoded at the start: longer than any reordering
_USUAL_RATE = 25
_UNKNOWN_REORDERING = 4  # places; more is legal and not met in practice
_SHORT = 0.05  # of the promised duration


@dataclass(frozen=True)
class _Header:
    """What opening the file tells."""

    container: str
    claims: HeaderClaims
    time_base: Fraction
    rate: Fraction


@dataclass(frozen=True)
class _Frames:
    """When frames are shown, and where decoding can start; see `VideoIndex`."""

    pts: np.ndarray
    time_base: Fraction
    keyframes: np.ndarray
    group_starts: np.ndarray
    seek_by: Literal["pts", "dts", "byte"]
    notices: tuple[str, ...] = ()


def build_index(path: Path) -> VideoIndex:
    """See `VideoIndex.build`."""
    with open_video(path) as (container, stream):
        packets = read_packets(container, stream)
        header = _header(container, stream)
    with open_video(path) as (container, stream):
        head = _first_frames(container, stream)
        codec = stream.codec_context.codec.canonical_name
        reordered = stream.codec_context.has_b_frames
    if not head:
        raise EthoprismError(
            "no frame of the video can be decoded", path, "copy or record it again"
        )
    frames = _frames_by_timestamp(path, packets, head, header)
    if frames is None:
        frames = _frames_by_count(path, packets, header)
    index = VideoIndex(
        path=path,
        fingerprint=fingerprint_file(path),
        pts=frames.pts,
        time_base=frames.time_base,
        keyframes=frames.keyframes,
        group_starts=frames.group_starts,
        seek_by=frames.seek_by,
        stored_size=(head[0].height, head[0].width),
        orientation=Orientation.of_frame(head[0]),
        codec=codec,
        pixel_format=head[0].format.name,
        container=header.container,
        claims=header.claims,
        notices=frames.notices,
    )
    reordering = _UNKNOWN_REORDERING * bool(reordered) if index.counted else packets.reordering()
    return _told_if_short(cut_damaged_end(index, reordering), packets.ended_early)


def _header(container: InputContainer, stream: VideoStream) -> _Header:
    # the guess knows the codec's own rate where the container has none
    rate = Fraction(stream.guessed_rate or stream.average_rate or _USUAL_RATE)
    claims = _claims(container, stream)
    return _Header(container.format.name, claims, stream.time_base or 1 / rate, rate)


def _claims(container: InputContainer, stream: VideoStream) -> HeaderClaims:
    seconds = []
    if stream.duration is not None and stream.time_base is not None:
        seconds.append(float(stream.duration * stream.time_base))
    if container.duration is not None:
        seconds.append(container.duration / av.time_base)
    rate = stream.average_rate
    # a track's own duration ignores edit lists, the file's counts the sound as well
    return HeaderClaims(
        stream.frames or None, min(seconds, default=None), float(rate) if rate else None
    )


def _first_frames(container: InputContainer, stream: VideoStream) -> list[VideoFrame]:
    frames = []
    for frame in decode_packets(packets_with_data(container, stream), stream):
        frames.append(frame)
        if len(frames) >= _HEAD_FRAMES:
            break
    return frames


def _frames_by_timestamp(
    path: Path, packets: PacketTable, head: list[VideoFrame], header: _Header
) -> _Frames | None:
    """Tell frames apart by their timestamps; None where these are missing or contradictory."""
    stamps = sorted(stamp for stamp in packets.timestamps() if stamp is not None)
    shown = _ascending([frame.pts for frame in head])
    if len(set(stamps)) < len(packets.shown) or shown is None:
        return None
    # what precedes the first frame leans on pictures from before the file's start
    pts = np.array(stamps[stamps.index(shown[0]) :] if shown[0] in stamps else [], np.int64)
    if pts[: len(shown)].tolist() != shown:
        # some packets give no picture of their own: only decoding tells which
        with open_video(path) as (container, stream):
            frames = decode_packets(packets_with_data(container, stream), stream)
            decoded = _ascending([frame.pts for frame in frames])
        if decoded is None:
            return None
        pts = np.array(decoded, np.int64)
    keys = [packets.pts[number] for number in packets.keyframes]
    keyframes = np.array(sorted(key for key in keys if key is not None), np.int64)
    return _Frames(pts, header.time_base, keyframes, np.searchsorted(pts, keyframes), "pts")


def _ascending(stamps: list[int | None]) -> list[int] | None:
    """Return `stamps` if all are known and each is later than the one before, else None."""
    known = [stamp for stamp in stamps if stamp is not None]
    rising = len(known) == len(stamps) and all(a < b for a, b in pairwise(known))
    return known if rising else None


def _frames_by_count(path: Path, packets: PacketTable, header: _Header) -> _Frames:
    """Tell frames apart by counting them: everything is decoded once."""
    with open_video(path) as (container, stream):
        frames = decode_packets(packets_with_data(container, stream), stream)
        is_key = [bool(frame.key_frame) for frame in frames]
    keyframes, group_starts, seek_by = _countable_keyframes(packets, is_key)
    for stamps in (packets.timestamps(), [packets.dts[number] for number in packets.shown]):
        known = sorted({stamp for stamp in stamps if stamp is not None})
        if len(known) == len(is_key):
            pts = np.array(known, np.int64)
            return _Frames(pts, header.time_base, keyframes, group_starts, seek_by)
    notice = (
        "the timestamps are missing or contradict each other: "
        f"{float(header.rate):g} frames per second are assumed"
    )
    pts = np.arange(len(is_key), dtype=np.int64)
    return _Frames(pts, 1 / header.rate, keyframes, group_starts, seek_by, (notice,))


def _countable_keyframes(
    packets: PacketTable, is_key: list[bool]
) -> tuple[np.ndarray, np.ndarray, Literal["dts", "byte"]]:
    """Return the keyframes whose frame number is certain, their numbers, and how to find them.

    Where packet k gives the k-th frame shown, all packets before it are shown before it, so
    decoding may start there and count on from k.
    """
    numbers = [k for k in packets.keyframes if len(packets.pts) == len(is_key) and is_key[k]]
    by_time = _ascending([packets.dts[k] for k in numbers])
    if by_time is not None:
        return np.array(by_time, np.int64), np.array(numbers, np.int64), "dts"
    by_place = _ascending([packets.position[k] for k in numbers])
    if by_place is not None:
        return np.array(by_place, np.int64), np.array(numbers, np.int64), "byte"
    return np.empty(0, np.int64), np.empty(0, np.int64), "byte"


def _told_if_short(index: VideoIndex, ended_early: bool) -> VideoIndex:
    promised, found = index.claims.duration or 0.0, index.duration
    missing = len(index) > 1 and promised - found > max(_SHORT * promised, 2.5 * index.interval)
    if not missing and not ended_early:
        return index
    notice = f"the recording is cut off after {found:.2f} s"
    if missing:
        notice += f" of the {promised:.2f} s that its header promises"
    return replace(index, notices=(*index.notices, notice))
