"""What a label format is, and what a reader may need to know beside the file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    Subject,
    derive_ethogram,
    exclusive,
    make_events,
    make_observed,
    with_seconds,
)
from ethoprism_domains.annotation.validation import ethogram_problems, refuse, validate_events
from ethoprism_domains.formats.clocks import Clock
from ethoprism_domains.formats.losses import LossReport
from ethoprism_domains.formats.tables import Table

# a video's frame times in seconds by its name; None where nobody knows them
FrameTimes = Callable[[str], np.ndarray | None]
# a video's file by its name; None where nobody knows it
VideoPath = Callable[[str], Path | None]
NOTHING_LOST = LossReport()
OBSERVED_CHOICES = ("whole", "coded span", "whole if known")


@dataclass(frozen=True)
class ReadOptions:
    """What a reader may need to know beside the file.

    Parameters
    ----------
    video
        The video's name, where the file does not tell it.
    frame_times
        Gives the frame times in seconds of a video, by the name it has in the file.
    ethogram
        The behaviours there are; taken from the file if not given.
    observed
        Which frames were observed, where the file does not tell: ``whole`` (all of every video
        that it codes), ``coded span`` (from a video's first coded frame to its last) or ``whole if
        known`` (all of a video whose length is known, else the coded span).
    fps
        The constant rate to go by for files in seconds, where the frame times are not known.
    observation
        Which observation to read, of a file that holds several; all if not given.
    close_open
        Whether a state that was started and never stopped is closed at the end of its video; left
        out if not. Both are told in the loss report.
    trust_pickle
        Whether files that are pickles are read; refused if not. Nothing in them is run either way.
    """

    video: str | None = None
    frame_times: FrameTimes | None = None
    ethogram: Ethogram | None = None
    observed: str = "whole"
    fps: float | None = None
    observation: str | None = None
    close_open: bool = False
    trust_pickle: bool = False
    _times: dict[str, np.ndarray | None] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.observed not in OBSERVED_CHOICES:
            raise EthoprismError(
                f"unknown choice of observed frames {self.observed!r}",
                None,
                f"choose among {', '.join(OBSERVED_CHOICES)}",
            )

    def times_of(self, video: str) -> np.ndarray | None:
        """Give a video's frame times, asked for once; None if nobody knows them."""
        if self.frame_times is None:
            return None
        if video not in self._times:
            times = self.frame_times(video)
            self._times[video] = None if times is None else np.asarray(times, np.float64)
        return self._times[video]

    def clock(self, video: str, told: float | None = None, count: int | None = None) -> Clock:
        """Give the clock of a video: its frame times, else `fps`, else the rate the file told.

        Raises
        ------
        EthoprismError
            If none of them is known.
        """
        times = self.times_of(video)
        rate = told if self.fps is None else self.fps
        if times is None and rate is None:
            raise _no_clock(video)
        return Clock(times) if rate is None or times is not None else Clock(None, rate, count)


@dataclass(frozen=True)
class WriteOptions:
    """What a writer may need to know beside the annotations.

    Parameters
    ----------
    frame_times
        Gives the frame times in seconds of a video, by its name in the events.
    fps
        The constant rate to go by where the frame times are not known.
    video_path
        Gives the file of a video, by its name in the events; None if nobody knows it.
    """

    frame_times: FrameTimes | None = None
    fps: float | None = None
    video_path: VideoPath | None = None

    def path_of(self, video: str) -> Path | None:
        """Give the file of a video; None if nobody knows it."""
        return None if self.video_path is None else self.video_path(video)

    def times_of(self, video: str) -> np.ndarray | None:
        """Give a video's frame times; None if nobody knows them."""
        times = None if self.frame_times is None else self.frame_times(video)
        return None if times is None else np.asarray(times, np.float64)

    def clock(self, annotations: Annotations, video: str) -> Clock:
        """Give the clock of a video: its frame times, else `fps`, else the events' own rate.

        Raises
        ------
        EthoprismError
            If none of them is known, or the events' own seconds are of no constant rate.
        """
        times = self.times_of(video)
        if times is not None:
            return Clock(times)
        events = annotations.events[annotations.events["video"] == video]
        rate = own_rate(events) if self.fps is None else self.fps
        if rate is None:
            raise _no_clock(video)
        return Clock(None, rate)


def own_rate(events: pd.DataFrame) -> float | None:
    """Give the constant rate that all frames and seconds of one video's events agree on, if any."""
    frames = events[["start_frame", "stop_frame"]].to_numpy(np.float64).ravel()
    seconds = events[["start_s", "stop_s"]].to_numpy(np.float64).ravel()
    if not len(frames) or not np.isfinite(seconds).all() or seconds.max() <= 0:
        return None
    rate = float(frames[seconds.argmax()] / seconds.max())
    agree = rate > 0 and bool((np.abs(seconds * rate - frames) < 0.5).all())
    return rate if agree else None


def _no_clock(video: str) -> EthoprismError:
    return EthoprismError(
        f"times in seconds, and the frame times of {video} are not known",
        None,
        "give the video, or its frames per second",
    )


@dataclass(frozen=True, eq=False)
class Reading(Annotations):
    """Annotations as they were read, and what the file held beyond them.

    Parameters
    ----------
    losses
        What could not be read or is in doubt.
    """

    losses: LossReport = field(default_factory=LossReport)


@dataclass(frozen=True)
class Format:
    """A label format.

    Parameters
    ----------
    name
        What the user calls it.
    extensions
        Of its files, with the dot.
    sniff
        Tells from a file's path and first bytes whether it is of this format.
    read
        Reads a file; raises `EthoprismError` and nothing else.
    write
        Writes, atomically, annotations that `carried` returned: all of them comes back by `read`.
        Without it, the format is only read.
    carried
        Gives what of some annotations a file of this format can hold, exactly as reading the file
        gives it back (pure; carrying twice is carrying once). The loss report is the difference.
    carries, loses
        The same in words, for the table of formats.
    forbidden
        Characters that its names of behaviours and subjects cannot have: replaced by ``_``.
    one_video
        Whether a file holds the labels of a single video.
    """

    name: str
    description: str
    extensions: tuple[str, ...]
    sniff: Callable[[Path, bytes], bool]
    read: Callable[[Path, ReadOptions], Reading]
    write: Callable[[Path, Annotations, WriteOptions], None] | None = None
    carried: Callable[[Annotations, WriteOptions], Annotations] | None = None
    carries: str = ""
    loses: str = ""
    forbidden: str = ""
    one_video: bool = False


def video_column(table: Table, options: ReadOptions) -> list[str]:
    """Give each row's video: its own column, or the one video the reader was told.

    Raises
    ------
    EthoprismError
        If a row has neither.
    """
    names = [name.strip() or options.video or "" for name in table.text("video")]
    if "" in names:
        remedy = 'add a column "video", or say which video it is'
        raise table.error(names.index(""), "it does not tell the video", remedy)
    return names


def observed_intervals(
    events: pd.DataFrame, told: pd.DataFrame, path: Path, options: ReadOptions
) -> pd.DataFrame:
    """Give the observed intervals: those that were told, and by the option for other videos.

    Parameters
    ----------
    events
        With `video`, `kind`, `start_frame` and `stop_frame`.
    told
        Intervals from the file itself.
    """
    columns = ["video", "start_frame", "stop_frame"]
    spans = list(told[columns].itertuples(index=False, name=None))
    for video in events.loc[~events["video"].isin(told["video"]), "video"].unique():
        own = events[events["video"] == video]
        times = options.times_of(video)
        if options.observed == "coded span" or (options.observed != "whole" and times is None):
            last = own["stop_frame"] + (own["kind"] == "point")
            spans.append((video, own["start_frame"].min(), last.max()))
        elif times is None:
            raise EthoprismError(
                f"it does not tell which frames of {video} were observed",
                path,
                'give the video, or choose observed="coded span"',
            )
        else:
            spans.append((video, 0, len(times)))
    return make_observed(pd.DataFrame(spans, columns=columns))


def found_ethogram(
    path: Path, behaviors: Iterable[str], subjects: Iterable[str] = (), one_at_a_time: bool = False
) -> Ethogram:
    """Make an ethogram of the names found in a file.

    Raises
    ------
    EthoprismError
        Naming the file, if a name cannot be one.
    """
    states = tuple(Behavior(name) for name in behaviors)
    individuals = tuple(Subject(name) for name in subjects if name)
    return found_in(path, exclusive(states) if one_at_a_time else states, individuals)


def found_in(
    path: Path, behaviors: tuple[Behavior, ...], subjects: tuple[Subject, ...]
) -> Ethogram:
    """Make an ethogram of what was found in a file; an error names the file."""
    try:
        return Ethogram(behaviors, subjects)
    except EthoprismError as error:
        raise EthoprismError(error.what, path, error.remedy) from error


def complete(
    path: Path,
    records: pd.DataFrame,
    lines: list[int] | None,
    observed: pd.DataFrame,
    ethogram: Ethogram | None,
    options: ReadOptions,
    losses: LossReport = NOTHING_LOST,
) -> Reading:
    """Check what a reader found, derive the seconds, and put it together.

    Parameters
    ----------
    records
        The events; columns as for `make_events`.
    lines
        The line of the file that each event came from, if it came from one.
    ethogram
        The behaviours; taken from the events if not given.
    losses
        What the reader had to leave out.

    Raises
    ------
    EthoprismError
        Naming the file and the line, if an event contradicts itself, the ethogram or the video.
    """
    events = make_events(records)
    videos = events["video"].unique().tolist()
    times = {video: options.times_of(video) for video in videos}
    counts = {video: len(known) for video, known in times.items() if known is not None}
    refuse(validate_events(events, frame_counts=counts), f"{path},", lines)
    ethogram = derive_ethogram(events) if ethogram is None else ethogram
    refuse([*ethogram_problems(events, ethogram)], f"{path},", lines)
    parts = [
        part if (known := times[str(video)]) is None else with_seconds(part, known)
        for video, part in events.groupby("video", sort=False)
    ]
    events = pd.concat(parts).sort_index() if parts else events
    return Reading(events, observed, ethogram, losses)
