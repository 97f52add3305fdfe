"""The frames of a video on an experiment's clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ethoprism.measuring import write_table
from ethoprism.report.figures import save_figure
from ethoprism.report.neuro_figures import clock_figure
from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import load_index
from ethoprism_domains.neuroscience import ClockFit, FrameClock, PulseSettings
from ethoprism_domains.neuroscience.clock_files import CLOCK, FRAME, ClockFile, read_frame_clock
from ethoprism_domains.neuroscience.pulses import Moment


@dataclass(frozen=True, eq=False)
class Aligned:
    """A video's frames on a clock.

    Parameters
    ----------
    frames
        A row a frame: `frame`, `video_s`, `clock_s`, `has_pulse`.
    clock
        With the problems.
    fit
        The way to another clock, if that was asked for.
    notices
        What the user should know.
    """

    frames: pd.DataFrame
    clock: FrameClock
    fit: ClockFit | None
    notices: tuple[str, ...]

    def fit_table(self) -> pd.DataFrame:
        """Give offset, drift and residuals in one row; none without a fit."""
        if self.fit is None:
            return pd.DataFrame()
        row = {
            "offset_s": self.fit.offset,
            "drift_ppm": self.fit.drift_ppm,
            "shared_events": len(self.fit.source),
            "only_here": len(self.fit.source_left),
            "only_there": len(self.fit.target_left),
            "median_residual_s": self.fit.median_s,
            "max_residual_s": self.fit.max_s,
            "median_residual_frames": self.fit.median_s / self.clock.period,
            "max_residual_frames": self.fit.max_s / self.clock.period,
        }
        return pd.DataFrame([row])

    def write(self, out: Path) -> list[Path]:
        """Write tables and the figure; return the paths."""
        tables = {"frame_times.csv": self.frames, "problems.csv": self.clock.problems}
        if self.fit is not None:
            tables["alignment.csv"] = self.fit_table()
        for name, table in tables.items():
            write_table(table, out / name)
        save_figure(clock_figure(self.frames, self.clock.problems), out / "frame_times.png")
        return [*(out / name for name in tables), out / "frame_times.png"]


def align(
    video: str | Path,
    *,
    pulses: str | Path | None = None,
    timestamps: str | Path | None = None,
    shared: Sequence[str | Path] = (),
    settings: PulseSettings | None = None,
    moment: Moment = "start",
    unit: str | None = None,
    column: str | None = None,
    rate: float | None = None,
) -> Aligned:
    """Give each frame of a video its time on an experiment's clock.

    Parameters
    ----------
    pulses
        A recorded line: a table of times and one channel, a `.npy` with `rate`, or NWB.
    timestamps
        A file of times, instead; one for each frame or pulse.
    shared
        Two files of times of the same events, on this clock and on another: then the frames' times
        are those on the other. In seconds, unless a column's name says otherwise.
    moment
        Of a pulse, at which the frame was taken.
    unit, column
        Of the timestamps. Of `pulses`, `column` is the channel or series.

    Raises
    ------
    EthoprismError
        If a file cannot be read, or does not fit.
    """
    if (pulses is None) == (timestamps is None):
        raise EthoprismError("give a line of pulses or a file of timestamps", None, "one of them")
    own = load_index(Path(video)).times
    file = ClockFile(
        Path(str(timestamps if pulses is None else pulses)),
        "timestamps" if pulses is None else "pulses",
        settings,
        moment,
        unit,
        column,
        rate,
        tuple(Path(path) for path in shared),
    )
    clock, fit = read_frame_clock(file, own)
    return Aligned(_table(own, clock), clock, fit, clock.notices)


def _table(own: np.ndarray, clock: FrameClock) -> pd.DataFrame:
    has_pulse = clock.has_pulse.astype(int)
    columns = {"video_s": own, CLOCK: clock.times, "has_pulse": has_pulse}
    return pd.DataFrame({FRAME: np.arange(len(own)), **columns})
