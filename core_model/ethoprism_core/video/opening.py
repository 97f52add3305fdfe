"""Open a file's video stream, or say in one line why it cannot be opened."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from ethoprism_core.errors import EthoprismError

_MOST_THREADS = 8  # beyond it, frames in flight cost memory and bring little


@contextmanager
def open_video(path: str | Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open `path` and yield its container and its video stream, ready to decode on all cores.

    Raises
    ------
    EthoprismError
        If the file is missing, a folder, empty, unreadable, not a video, without pictures, or of a
        codec that cannot be decoded here.
    """
    container = open_container(path)
    try:
        yield container, video_stream(container, path)
    finally:
        container.close()


def open_container(path: str | Path) -> InputContainer:
    """Open `path` with PyAV; every failure becomes an `EthoprismError`."""
    path = Path(path)
    check_readable(path)
    try:
        # the "file:" prefix keeps a colon in a file name from being read as a network protocol
        return av.open(f"file:{path}", metadata_errors="ignore")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise EthoprismError(
            f"not a readable video ({_reason(error)})",
            path,
            "check that it plays elsewhere; a recording that was cut off before it was finished "
            "must be repaired or recorded again",
        ) from error


def video_stream(container: InputContainer, path: str | Path) -> VideoStream:
    """Return the stream that holds the pictures, set to decode on several threads."""
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        raise EthoprismError("the file holds no pictures", path, "give a video, not a sound file")
    stream = streams[0]
    if stream.codec_context is None:
        raise EthoprismError(
            "the video's codec is unknown", path, "convert it to H.264 in an mp4 file"
        )
    stream.thread_type = "AUTO"
    stream.thread_count = min(_MOST_THREADS, os.cpu_count() or 1)
    return stream


def check_readable(path: Path) -> None:
    """Raise an `EthoprismError` where `path` is no file with something in it."""
    try:
        if path.is_dir():
            raise EthoprismError("a folder, not a video", path, "name the files in it")
        with path.open("rb") as file:
            if not file.read(1):
                raise EthoprismError("the file is empty", path, "copy or record it again")
    except FileNotFoundError as error:
        raise EthoprismError("no such file", path, "check the path") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise EthoprismError(
            f"cannot read the file ({reason})", path, "check its permissions and the disk"
        ) from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
