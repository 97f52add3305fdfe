"""Convert label files: from any format that is read to any that is written, losses told."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ethoprism.study.finding import VideoFinder
from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import VIDEO_SUFFIXES, load_index
from ethoprism_domains.annotation import Ethogram
from ethoprism_domains.formats import (
    FORMATS,
    Format,
    LossReport,
    Reading,
    find_format,
    read_events,
    recognise,
    write_events,
)

_EVERYTHING = "bouts-csv"


@dataclass(frozen=True)
class Request:
    """What is to be converted, and how.

    Parameters
    ----------
    source, target
        The file to read and the file to write.
    format
        The name of the format to write; by the target's ending if not given.
    videos
        Videos and folders of videos that the labels are of; those beside the source if empty.
    only
        The only video whose labels are written; all if not given.
    fps, observation, close_open, observed, ethogram, trust_pickle
        What `read_events` takes; `fps` is also used for writing.
    overwrite
        Whether a file that is there already is replaced.
    """

    source: Path
    target: Path
    format: str | None = None
    videos: Sequence[Path] = ()
    only: str | None = None
    fps: float | None = None
    observation: str | None = None
    close_open: bool = False
    observed: str = "whole"
    ethogram: Ethogram | None = None
    overwrite: bool = False
    trust_pickle: bool = False


@dataclass(frozen=True)
class Converted:
    """What was read and written, and what was lost on either way."""

    source_format: Format
    target_format: Format
    reading: Reading
    unwritten: LossReport


def convert(request: Request) -> Converted:
    """Read a label file and write it in another format.

    Raises
    ------
    EthoprismError
        If the target is there already, a format is unknown or cannot be written, the file cannot be
        read, or a video is needed that is not at hand.
    """
    target_format = choose_format(request)
    _refuse_target(request)
    source_format = recognise(request.source)
    times = FrameTimesOfFiles(request.source, request.videos)
    reading = read_events(
        request.source,
        source_format.name,
        video=times.name,
        frame_times=times,
        ethogram=request.ethogram,
        observed=request.observed,
        fps=request.fps,
        observation=request.observation,
        close_open=request.close_open,
        trust_pickle=request.trust_pickle,
    )
    if request.only is not None and request.only not in reading.videos:
        told = ", ".join(reading.videos) or "none"
        raise EthoprismError("no labels of this video", request.only, f"choose among {told}")
    unwritten = write_events(
        request.target,
        reading,
        target_format.name,
        video=request.only,
        frame_times=times,
        fps=request.fps,
        video_path=times.path,
    )
    return Converted(source_format, target_format, reading, unwritten)


def choose_format(request: Request) -> Format:
    """Choose the format to write: the one that is named, else by the target's ending."""
    if request.format is not None:
        return find_format(request.format)
    name = request.target.name.lower()
    fitting = {item.name: item for item in FORMATS if item.write and name.endswith(item.extensions)}
    if _EVERYTHING in fitting:
        return fitting[_EVERYTHING]
    if len(fitting) == 1:
        return next(iter(fitting.values()))
    choices = ", ".join(fitting or [item.name for item in FORMATS if item.write])
    raise EthoprismError(
        "which format to write is not clear", request.target, f"choose with --to among {choices}"
    )


class FrameTimesOfFiles:
    """Frame times of the videos that labels name, as far as the files are at hand.

    Parameters
    ----------
    labels
        The label file; without `videos`, those in its folder are taken.
    videos
        Videos and folders of videos.
    """

    def __init__(self, labels: Path, videos: Sequence[Path] = ()) -> None:
        beside = sorted(
            path
            for path in labels.parent.glob("*")
            if path.suffix.lower() in VIDEO_SUFFIXES and path.is_file()
        )
        known = videos or beside
        self._finder = VideoFinder(known) if known else None
        self.name = None if self._finder is None else self._finder.namesake(labels)

    def __call__(self, video: str) -> np.ndarray | None:
        """Give a video's frame times in seconds; None if it is not at hand."""
        path = self.path(video)
        return None if path is None else load_index(path).times

    def path(self, video: str) -> Path | None:
        """Give a video's file; None if it is not at hand."""
        if self._finder is None or not self._finder.knows(video):
            return None
        return self._finder.path(video)


def _refuse_target(request: Request) -> None:
    if not request.target.exists():
        return
    if request.source.exists() and request.target.samefile(request.source):
        raise EthoprismError("it is read from itself", request.target, "name another file")
    if request.target.is_dir():
        raise EthoprismError("it is a folder", request.target, "name a file")
    if not request.overwrite:
        raise EthoprismError("it exists already", request.target, "replace it with --force")
