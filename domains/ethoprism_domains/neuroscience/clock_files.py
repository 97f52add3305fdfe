"""The clock of a video's frames out of files: a recorded line, times, or a table of `neuro align`.

A line is sampled (`read_signal` reads it) and its pulses are exposures; a file of times has one for
each frame or exposure; a table of frame times has the columns `frame` and `clock_s`.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Float

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.formats.content import read_head
from ethoprism_domains.formats.tables import head_has, read_table
from ethoprism_domains.neuroscience.alignment import ClockFit, align_clocks
from ethoprism_domains.neuroscience.clock_problems import PROBLEM_COLUMNS
from ethoprism_domains.neuroscience.clocks import FrameClock, frame_clock
from ethoprism_domains.neuroscience.pulses import Moment, Pulses, PulseSettings, find_pulses
from ethoprism_domains.neuroscience.signal_files import read_signal
from ethoprism_domains.neuroscience.signals import Continuous
from ethoprism_domains.neuroscience.timestamps import read_timestamps

FRAME, CLOCK = "frame", "clock_s"
ClockKind = Literal["pulses", "timestamps"]


@dataclass(frozen=True)
class ClockFile:
    """What tells when the frames of a video were taken.

    Parameters
    ----------
    path
        The file.
    kind
        ``pulses`` (a recorded line) or ``timestamps`` (a time for each frame or pulse, or a table
        that `neuro align` wrote).
    settings
        How pulses are found.
    moment
        Of a pulse, at which the frame was taken.
    unit, column
        Of the timestamps. Of a line, `column` is the channel or series.
    rate
        Samples a second of a line in ``.npy``.
    shared
        Two files of times of the same events, on this clock and on another, to which the frames'
        times are carried.
    """

    path: Path
    kind: ClockKind = "timestamps"
    settings: PulseSettings | None = None
    moment: Moment = "start"
    unit: str | None = None
    column: str | None = None
    rate: float | None = None
    shared: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        if len(self.shared) not in (0, 2):
            raise EthoprismError("shared events are two files", None, "one of each clock")


def read_frame_clock(
    file: ClockFile, frame_times: Float[np.ndarray, " time"]
) -> tuple[FrameClock, ClockFit | None]:
    """Read the clock of a video, and the way to another clock if there are shared events.

    Parameters
    ----------
    frame_times
        The video's own, in seconds.

    Raises
    ------
    EthoprismError
        If a file cannot be read, or does not fit.
    """
    clock, notices = _own_clock(file, frame_times)
    fit = None
    if file.shared:
        here, there = (read_timestamps(path, assumed="s").seconds for path in file.shared)
        fit = align_clocks(here, there)
        clock, notices = clock.through(fit), (*notices, *fit.notices)
    return replace(clock, notices=(*notices, *clock.notices)), fit


def _own_clock(
    file: ClockFile, frame_times: Float[np.ndarray, " time"]
) -> tuple[FrameClock, tuple[str, ...]]:
    if file.kind == "pulses":
        found = _line(file)
        return frame_clock(found.times(file.moment), frame_times), found.notices
    if is_frame_table(file.path):
        return _of_table(file.path, frame_times), ()
    step = float(np.median(np.diff(frame_times))) if len(frame_times) > 1 else None
    read = read_timestamps(file.path, file.unit, file.column, step)
    return frame_clock(read.seconds, frame_times), read.notices


def is_frame_table(path: Path) -> bool:
    """Say whether a file is a table of frames and their times, as `neuro align` writes it."""
    return path.suffix.lower() != ".npy" and head_has(read_head(path), (FRAME, CLOCK))


def read_frame_times(path: Path, count: int) -> Float[np.ndarray, " frame"]:
    """Read the times of a video's frames on a clock, as `neuro align` writes them.

    Raises
    ------
    EthoprismError
        If it is no such table, or not of as many frames.
    """
    table = read_table(path)
    for key in (FRAME, CLOCK):
        if key not in table:
            told = f"no column {key!r} among {', '.join(table.names)}"
            raise EthoprismError(told, path, "write it with ethoprism neuro align")
    times, frames = table.numbers(CLOCK), table.numbers(FRAME)
    if len(times) != count or not np.array_equal(frames, np.arange(count)):
        told = f"times of {len(times)} frames for a video of {count}"
        raise EthoprismError(told, path, "make the clock of this very video")
    if not np.isfinite(times).all() or (np.diff(times) < 0).any():
        raise EthoprismError("times that are missing or go back", path, "correct them there")
    return times


def _of_table(path: Path, frame_times: Float[np.ndarray, " time"]) -> FrameClock:
    """Take the frames' times as they stand; what did not agree was told when they were made."""
    times = read_frame_times(path, len(frame_times))
    table = read_table(path)
    has_pulse = np.ones(len(times), bool)
    if "has_pulse" in table:
        has_pulse = table.numbers("has_pulse") > 0
    return FrameClock(times, has_pulse, pd.DataFrame(columns=list(PROBLEM_COLUMNS)))


def _line(file: ClockFile) -> Pulses:
    in_file = file.path.suffix.lower() in (".nwb", ".nc")
    signal = read_signal(file.path, file.column if in_file else None, file.rate)
    if not isinstance(signal, Continuous):
        remedy = "give it as timestamps"
        raise EthoprismError("a line is sampled, these are events", file.path, remedy)
    at = 0
    if file.column in signal.channels:
        at = signal.channels.index(str(file.column))
    elif len(signal.channels) > 1:
        listed = ", ".join(signal.channels)
        raise EthoprismError(
            "which channel is the line?", file.path, f"choose a column among {listed}"
        )
    return find_pulses(signal.values[:, at].copy(), signal.times, file.settings)
