"""Read every packet of a video without decoding, and decode from packets."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream


@dataclass
class PacketTable:
    """The packets that hold a picture, in the order of the file.

    `pts`, `dts`, `position` (byte offset) are None where the file does not say. Discarded packets
    are decoded but not shown: they are absent from `shown`, which numbers the others.
    """

    pts: list[int | None] = field(default_factory=list)
    dts: list[int | None] = field(default_factory=list)
    position: list[int | None] = field(default_factory=list)
    keyframes: list[int] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)
    ended_early: bool = False

    def add(self, packet: "Packet[VideoStream]") -> None:
        """Take note of one packet."""
        number = len(self.pts)
        self.pts.append(packet.pts)
        self.dts.append(packet.dts)
        self.position.append(packet.pos)
        if packet.is_keyframe:
            self.keyframes.append(number)
        if not packet.is_discard:
            self.shown.append(number)
        self.ended_early = packet.is_corrupt

    def timestamps(self) -> list[int | None]:
        """Presentation timestamps of the packets that are shown."""
        return [self.pts[number] for number in self.shown]

    def reordering(self) -> int:
        """By how many places a frame is decoded before it is shown, at most."""
        stamps = np.array(self.timestamps(), np.int64)
        rank = np.argsort(np.argsort(stamps, kind="stable"), kind="stable")
        return int((rank - np.arange(len(rank))).max(initial=0))


def read_packets(container: InputContainer, stream: VideoStream) -> PacketTable:
    """Demux the rest of the file and return its packet table."""
    table = PacketTable()
    try:
        for packet in packets_with_data(container, stream):
            table.add(packet)
    except av.FFmpegError:
        table.ended_early = True
    return table


def packets_with_data(
    container: InputContainer, stream: VideoStream
) -> "Iterator[Packet[VideoStream]]":
    """Yield the packets from where the container stands.

    Empty ones are left out: a decoder would take them for the end of the file.
    """
    return (packet for packet in container.demux(stream) if packet.size)


def decode_packets(
    packets: "Iterator[Packet[VideoStream]]", stream: VideoStream
) -> Iterator[VideoFrame]:
    """Yield the frames that decode from `packets`; what is damaged is passed over."""
    held = None
    with suppress(av.FFmpegError):  # reading failed: give what is still inside the decoder
        for packet in packets:
            if held is not None:
                yield from _decode(stream, held)
            held = packet
    # a packet that the end of the file cuts short would take the frames before it with it, for
    # an error while several threads are emptied loses what they hold
    if held is not None and not held.is_corrupt:
        yield from _decode(stream, held)
    yield from _decode(stream, None)


def _decode(stream: VideoStream, packet: "Packet[VideoStream] | None") -> list[VideoFrame]:
    try:
        return stream.decode(packet)
    except av.FFmpegError:
        return []
