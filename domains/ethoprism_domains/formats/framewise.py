"""What the formats share that hold a label for each frame: 1 present, 0 absent, -1 unknown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Int8

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    Subject,
    annotations_from_labels,
    empty_events,
    make_observed,
)
from ethoprism_domains.formats.base import (
    NOTHING_LOST,
    Reading,
    ReadOptions,
    WriteOptions,
    complete,
)
from ethoprism_domains.formats.losses import LossReport

_MOST_LABELS = 1 << 28  # a quarter of a gigabyte of them


@dataclass(frozen=True, eq=False)
class FrameLabels:
    """The labels of one video.

    Parameters
    ----------
    values
        `(frame, individual, behavior)` int8, -1 unknown.
    annotator
        Who gave them, if known.
    method
        ``manual``, ``automated`` or ``curated``.
    """

    video: str
    individuals: Sequence[str]
    behaviors: Sequence[str]
    values: np.ndarray
    annotator: str = ""
    method: str = "manual"

    def bouts(self, ethogram: Ethogram) -> Annotations:
        """Make events of the runs of labels, without seconds."""
        coords = {
            "time": np.arange(len(self.values), dtype=np.float64),
            "individual": np.array(self.individuals, dtype=object).astype(str),
            "behavior": np.array(self.behaviors, dtype=object).astype(str),
        }
        labels = xr.DataArray(self.values, coords, ("time", "individual", "behavior"))
        said = {"annotator": self.annotator, "labeling_method": self.method}
        found = annotations_from_labels(labels, self.video, ethogram, said)
        return replace(found, events=without_seconds(found.events))


def unknown_labels(
    path: Path, frames: int, individuals: int, behaviors: int
) -> Int8[np.ndarray, "frame individual behavior"]:
    """Make labels of which nothing is known yet.

    Raises
    ------
    EthoprismError
        If a file asks for more of them than any recording has.
    """
    if frames * individuals * behaviors > _MOST_LABELS:
        told = f"{frames} frames of {individuals} animals and {behaviors} behaviours"
        raise EthoprismError(told, path, "check that the numbers in it are right")
    return np.full((frames, individuals, behaviors), -1, np.int8)


def reading_of_labels(
    path: Path,
    recordings: Iterable[FrameLabels],
    found: Ethogram,
    options: ReadOptions,
    losses: LossReport = NOTHING_LOST,
) -> Reading:
    """Put together what a reader found: events, and as observed the frames with a known label.

    Parameters
    ----------
    found
        The ethogram of the file; that of the options outweighs it.
    losses
        What the reader had to leave out.

    Raises
    ------
    EthoprismError
        If a behaviour is not in the ethogram that was given, or a video is shorter than its labels.
    """
    ethogram = found if options.ethogram is None else options.ethogram
    events, observed = [empty_events()], [make_observed([])]
    for recording in recordings:
        _refuse_length(path, recording, options)
        _refuse_strangers(path, recording.behaviors, ethogram)
        part = recording.bouts(ethogram)
        events.append(part.events)
        observed.append(part.observed)
    rows = pd.concat(events, ignore_index=True)
    spans = make_observed(pd.concat(observed, ignore_index=True))
    return complete(path, rows, [0] * len(rows), spans, ethogram, options, losses)


def as_states(
    annotations: Annotations, left_out: Iterable[str] = (), subjects: Iterable[str] = ()
) -> Ethogram:
    """Give the ethogram that is left of names alone: behaviours are states.

    Parameters
    ----------
    left_out
        Names that the format has another meaning for.
    """
    reserved = set(left_out)
    names = [name for name in annotations.ethogram.names if name not in reserved]
    return Ethogram(
        tuple(Behavior(name) for name in names), tuple(Subject(name) for name in subjects)
    )


def of_the_scene(annotations: Annotations) -> Annotations:
    """Give annotations in which nobody is told apart."""
    events = annotations.events.assign(subject="")
    ethogram = replace(annotations.ethogram, subjects=())
    return Annotations(events, annotations.observed, ethogram)


def without_seconds(events: pd.DataFrame) -> pd.DataFrame:
    """Take the seconds out of events of which only the frames are known."""
    return events.assign(start_s=np.nan, stop_s=np.nan)


def length_of(video: str, options: WriteOptions) -> int:
    """Give the number of frames of a video, for a format that must have a row for each.

    Raises
    ------
    EthoprismError
        If nobody knows it.
    """
    times = options.times_of(video)
    if times is None:
        raise EthoprismError(
            f"it is written a row a frame, and nobody knows how many frames {video} has",
            None,
            "give the video",
        )
    return len(times)


def _refuse_length(path: Path, recording: FrameLabels, options: ReadOptions) -> None:
    times, count = options.times_of(recording.video), len(recording.values)
    if times is not None and count > len(times):
        told = f"labels of {count} frames for {recording.video}, which has {len(times)}"
        raise EthoprismError(told, path, "check that it is the same recording")


def _refuse_strangers(path: Path, behaviors: Sequence[str], ethogram: Ethogram) -> None:
    for name in behaviors:
        if name not in ethogram:
            told = f"behaviour {name!r} is not in the ethogram ({', '.join(ethogram.names)})"
            raise EthoprismError(told, path, "add it to the ethogram, or correct it there")
