"""Folders of numbered pictures as videos: JPEGs are put into one file, as they are."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_core.video.find import natural_order
from ethoprism_core.video.opening import open_video

JPEG_SUFFIXES = frozenset((".jpg", ".jpeg"))


def pictures_in(folder: Path) -> list[Path]:
    """List the JPEGs of a folder in natural order (``2.jpg`` before ``10.jpg``)."""
    found = [path for path in folder.iterdir() if path.suffix.lower() in JPEG_SUFFIXES]
    return sorted(found, key=natural_order)


def pack_pictures(pictures: Sequence[Path], path: Path, rate: Fraction) -> None:
    """Write JPEGs as the frames of a Matroska video, without encoding them anew.

    Parameters
    ----------
    pictures
        In the order of the frames, all of one size.
    path
        The video's file, written atomically.
    rate
        Frames a second.

    Raises
    ------
    EthoprismError
        If there is no picture, the first is none, or the file cannot be written.
    """
    if not pictures:
        raise EthoprismError("no pictures to make a video of", path, "give at least one JPEG")
    with open_video(pictures[0]) as (_, first):
        width, height, pixels = first.width, first.height, first.codec_context.pix_fmt
    if not (width and height):
        raise EthoprismError("not a readable JPEG", pictures[0], "copy or export it again")
    with atomic_path(path) as temporary, av.open(str(temporary), "w", format="matroska") as file:
        stream = file.add_stream("mjpeg", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, pixels or "yuvj420p"
        for number, picture in enumerate(pictures):
            packet = av.Packet(picture.read_bytes())
            packet.stream, packet.time_base = stream, 1 / rate
            packet.pts = packet.dts = number
            packet.duration, packet.is_keyframe = 1, True
            file.mux(packet)
