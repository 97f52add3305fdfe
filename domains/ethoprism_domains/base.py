"""What a domain adapter is: it turns data that a field already has into recordings.

A `Domain` reads a folder into a `Dataset` of `Recording`s and knows the field's `Habits`. What it
finds odd on the way becomes a `Finding`: nothing is dropped in silence.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Region, load_index
from ethoprism_domains.annotation import Annotations, Ethogram, empty_events, make_observed
from ethoprism_domains.formats.losses import LossReport
from ethoprism_domains.habits import Habits, ProbeChoice, Sampling, Scoring, window_labels

__all__ = [
    "Dataset",
    "Domain",
    "Finding",
    "Habits",
    "ProbeChoice",
    "Recording",
    "RecordingClock",
    "Sampling",
    "Scoring",
    "SignalFile",
    "times_of_video",
    "window_labels",
]


@dataclass(frozen=True)
class Finding:
    """Something odd about a data set.

    Parameters
    ----------
    kind
        A short word for its kind, such as ``missing file`` or ``frames disagree``.
    where
        The recording or file.
    what
        What is odd, in one sentence.
    count
        How many of it: frames, files, rows.
    wrong
        Whether results would be wrong or something would be left out; else it is a remark.
    """

    kind: str
    where: str
    what: str
    count: int = 1
    wrong: bool = True


@dataclass(frozen=True, eq=False)
class RecordingClock:
    """When a recording was made.

    Parameters
    ----------
    seconds
        Of each frame, on the clock of the experiment (the one that spikes or stimuli have).
    start
        When the first frame was taken, by the clock on the wall, with its time zone.

    Raises
    ------
    EthoprismError
        If the start has no time zone.
    """

    seconds: Float[np.ndarray, " time"] | None = None
    start: datetime | None = None

    def __post_init__(self) -> None:
        if self.start is not None and self.start.utcoffset() is None:
            raise EthoprismError(
                "a start without a time zone", self.start, "add it, as in 2026-05-01T21:30:00+02:00"
            )


@dataclass(frozen=True)
class SignalFile:
    """Where a recorded signal is; `ethoprism_domains.neuroscience.read_signal` takes these.

    Parameters
    ----------
    path
        The file.
    series
        Which variable or series of a file that holds several.
    rate
        Samples a second of a ``.npy`` file without times.
    """

    path: Path
    series: str | None = None
    rate: float | None = None


@dataclass(frozen=True, eq=False)
class Recording:
    """One recording of a data set.

    Parameters
    ----------
    name
        What its annotations call the video.
    video
        The video's file, or a folder of JPEGs that are its frames; None if the data set does not
        have it.
    annotations
        Its events and what was observed of it; none for a recording that nobody labelled.
    individuals
        Names of the animals.
    groups
        What it belongs to, such as ``{"animal": "m07", "session": "2", "site": "north"}``.
    tracks
        A file of tracks or poses that `read_tracks` reads, or boxes as a dataset.
    clock
        When it was made, where that is known.
    frame_counts
        How many frames the files beside the video speak of, such as ``{"labels": 900}``.
    metadata
        What else is known, as plain values; `split` is the published one, train or test,
        `frames_per_second` the rate of a folder of pictures.
    regions
        Named fixed parts of the picture, such as face and paws of a head-fixed animal.
    signals
        Files of what was recorded beside the video, on the clock of the experiment, by their names.
    coders
        What others say of the same video, by their names; `annotations` is what probes are
        scored against.

    Raises
    ------
    EthoprismError
        If the annotations are of another video, or two individuals have one name.
    """

    name: str
    video: Path | None
    annotations: Annotations
    individuals: tuple[str, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    tracks: Path | xr.Dataset | None = None
    clock: RecordingClock | None = None
    frame_counts: Mapping[str, int] = field(default_factory=dict)
    metadata: Mapping[str, object] = field(default_factory=dict)
    regions: tuple[Region, ...] = ()
    signals: Mapping[str, SignalFile] = field(default_factory=dict)
    coders: Mapping[str, Annotations] = field(default_factory=dict)

    def __post_init__(self) -> None:
        told = (self.annotations, *self.coders.values())
        others = [video for item in told for video in item.videos if video != self.name]
        if others:
            raise EthoprismError(
                f"its annotations are of {others[0]}", self.name, "give it the video's own"
            )
        _refuse_twins(self.individuals, "individuals", self.name)

    @property
    def labelled(self) -> bool:
        """Whether anybody has observed any of it."""
        return not self.annotations.observed.empty


@dataclass(frozen=True, eq=False)
class Dataset:
    """The recordings of a data set.

    Parameters
    ----------
    name
        What people call it.
    domain
        The name of the adapter that read it.
    recordings
        In their order; no two have one name.
    ethogram
        The behaviours there are.
    habits
        How this data set is sampled and scored.
    findings
        What was odd about its files.
    exporters
        What writes it in a form of the field's own that is more than label files, by names that
        `habits.exports` may have: a function of the folder, which says what was lost.

    Raises
    ------
    EthoprismError
        If two recordings have one name.
    """

    name: str
    domain: str
    recordings: tuple[Recording, ...]
    ethogram: Ethogram
    habits: Habits = field(default_factory=Habits)
    findings: tuple[Finding, ...] = ()
    exporters: Mapping[str, Callable[[Path], LossReport]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _refuse_twins([item.name for item in self.recordings], "recordings", self.name)

    @property
    def annotations(self) -> Annotations:
        """The annotations of all recordings, under the ethogram of the data set."""
        parts = [item.annotations for item in self.recordings]
        events = [part.events for part in parts if len(part.events)] or [empty_events()]
        observed = [part.observed for part in parts] or [make_observed([])]
        return Annotations(
            pd.concat(events, ignore_index=True),
            pd.concat(observed, ignore_index=True),
            self.ethogram,
        )


@runtime_checkable
class Domain(Protocol):
    """Reads the data of a field. It is registered under the entry points ``ethoprism.domains``."""

    name: str
    description: str
    habits: Habits

    def recognises(self, path: Path) -> bool:
        """Say whether `path` (a folder or file) holds data that this adapter reads, at a glance."""

    def read(self, path: Path) -> Dataset:
        """Read the data of a folder or file.

        Raises
        ------
        EthoprismError
            If it is not what this adapter reads. What is merely odd is a finding instead.
        """


def times_of_video(path: Path | None) -> Float[np.ndarray, " time"] | None:
    """Give the frame times of a video in seconds; None if it is missing or cannot be read.

    For adapters: `check_dataset` tells what is wrong with the video.
    """
    if path is None:
        return None
    try:
        return load_index(path).times
    except EthoprismError:
        return None


def _refuse_twins(names: tuple[str, ...] | list[str], what: str, where: str) -> None:
    twins = [name for name, times in Counter(names).items() if times > 1]
    if twins:
        raise EthoprismError(f"{what} share the name {twins[0]!r}", where, "rename one of them")
