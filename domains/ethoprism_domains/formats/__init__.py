"""Label files: one module a format, one registry, and the two functions everybody uses."""

from pathlib import Path

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations, Ethogram
from ethoprism_domains.formats.base import (
    Format,
    FrameTimes,
    Reading,
    ReadOptions,
    VideoPath,
    WriteOptions,
)
from ethoprism_domains.formats.bento import BENTO
from ethoprism_domains.formats.boris import BORIS, BORIS_AGGREGATED, BORIS_TABULAR
from ethoprism_domains.formats.bouts_csv import BOUTS_CSV
from ethoprism_domains.formats.caltech import CALTECH
from ethoprism_domains.formats.carrying import carry
from ethoprism_domains.formats.content import read_head
from ethoprism_domains.formats.elan import ELAN
from ethoprism_domains.formats.frames_csv import FRAMES_CSV
from ethoprism_domains.formats.losses import Loss, LossReport
from ethoprism_domains.formats.programs import PROGRAMS
from ethoprism_domains.formats.via import VIA
from ethoprism_domains.formats.videos_csv import VIDEOS_CSV

# asked in this order which one a file is
FORMATS: tuple[Format, ...] = (
    BORIS,
    BORIS_TABULAR,
    BORIS_AGGREGATED,
    ELAN,
    BENTO,
    CALTECH,
    VIA,
    *PROGRAMS,
    BOUTS_CSV,
    FRAMES_CSV,
    VIDEOS_CSV,
)


def read_events(
    path: str | Path,
    format: str | None = None,
    *,
    video: str | None = None,
    frame_times: FrameTimes | None = None,
    ethogram: Ethogram | None = None,
    observed: str = "whole",
    fps: float | None = None,
    observation: str | None = None,
    close_open: bool = False,
    trust_pickle: bool = False,
) -> Reading:
    """Read a label file.

    Parameters
    ----------
    path
        The file; its format is recognised from its content.
    format
        The format's name, to overrule that.
    video
        The video's name, where the file does not tell it.
    frame_times
        Gives a video's frame times in seconds by its name in the file, None if nobody knows them:
        needed for files in seconds and for whole videos, and if given, events beyond the end of a
        video are refused.
    ethogram
        The behaviours there are; an unknown one in the file is refused. Taken from the file if not
        given.
    observed
        Which frames count as observed where the file does not tell: ``whole`` (all of each video
        that it codes, the convention of coding from start to end), ``coded span`` (from a video's
        first coded frame to its last) or ``whole if known`` (all of a video whose length is known,
        else the coded span).
    fps
        A constant rate to go by where a file is in seconds and the frame times are not known.
    observation
        Which observation to read, of a file that holds several; all if not given.
    close_open
        Close states that were started and never stopped at the end of their video; they are left
        out if not, and told in the losses.
    trust_pickle
        Read files that are pickles, as CalMS21's ``.npy`` are: arrays and plain containers alone.
        They are refused if not.

    Returns
    -------
    The annotations; their `losses` tell what could not be read, or is in doubt.

    Raises
    ------
    EthoprismError
        If the file cannot be read, or says what cannot be; it names the file and the line.
    """
    path = Path(path)
    options = ReadOptions(
        video, frame_times, ethogram, observed, fps, observation, close_open, trust_pickle
    )
    return (recognise(path) if format is None else find_format(format)).read(path, options)


def write_events(
    path: str | Path,
    annotations: Annotations,
    format: str | None = None,
    *,
    video: str | None = None,
    frame_times: FrameTimes | None = None,
    fps: float | None = None,
    video_path: VideoPath | None = None,
) -> LossReport:
    """Write a label file, by default as our bouts CSV, which holds everything.

    Parameters
    ----------
    format
        The format's name.
    video
        The only video to write; all if not given. Some formats hold one video a file.
    frame_times
        Gives a video's frame times by its name; formats in seconds need them, and formats of one
        row a frame the number of frames.
    fps
        A constant rate to go by where a format is in seconds and the frame times are not known.
    video_path
        Gives a video's file by its name; formats that refer to it say where it is.

    Returns
    -------
    What the file could not carry.

    Raises
    ------
    EthoprismError
        If the format is unknown or cannot be written, or the file cannot.
    """
    path = Path(path)
    chosen = BOUTS_CSV if format is None else find_format(format)
    if chosen.write is None:
        writable = ", ".join(item.name for item in FORMATS if item.write)
        raise EthoprismError(f"cannot write {chosen.name}", path, f"choose among {writable}")
    meant = annotations if video is None else annotations.of_video(video)
    if chosen.one_video and len(meant.videos) > 1:
        told = f"{chosen.name} holds one video a file, and the labels are of {len(meant.videos)}"
        raise EthoprismError(told, path, f"choose one (--only), such as {meant.videos[0]}")
    options = WriteOptions(frame_times, fps, video_path)
    kept, losses = carry(chosen, meant, options)
    if chosen.one_video and not kept.videos:
        told = f"{chosen.name} can hold nothing of these labels"
        raise EthoprismError(told, path, "choose another format, or label observed frames")
    chosen.write(path, kept, options)
    return losses


def find_format(name: str) -> Format:
    """Find a format by its name."""
    for item in FORMATS:
        if item.name == name:
            return item
    names = ", ".join(item.name for item in FORMATS)
    raise EthoprismError("unknown label format", name, f"choose among {names}")


def recognise(path: Path) -> Format:
    """Recognise a file's format from its first bytes."""
    head = read_head(path)
    if not head.strip():
        raise EthoprismError("the file is empty", path, "export it again")
    for item in FORMATS:
        if item.sniff(path, head):
            return item
    names = ", ".join(item.name for item in FORMATS)
    raise EthoprismError(
        "no label format is recognised", path, f"check its header, or name its format ({names})"
    )


__all__ = [
    "FORMATS",
    "Format",
    "FrameTimes",
    "Loss",
    "LossReport",
    "ReadOptions",
    "Reading",
    "VideoPath",
    "WriteOptions",
    "carry",
    "find_format",
    "read_events",
    "recognise",
    "write_events",
]
