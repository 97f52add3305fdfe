"""The time budgets of labelled videos."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

from ethoprism.measuring import write_table
from ethoprism.report.budget_figures import bins_figure, shares_figure, transitions_figure
from ethoprism.report.figures import save_figure
from ethoprism.study import (
    VideoClocks,
    read_coded,
)
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Ethogram
from ethoprism_domains.budget import bout_tracks, cooccurrence, durations, transitions


@dataclass(frozen=True, eq=False)
class Budget:
    """What the animals of some videos did with their time.

    Parameters
    ----------
    table
        As `durations` gives it, of whole videos.
    bins
        The same by bins of time, None unless asked for; with `clock_start` and `clock_stop` where
        the video's start is known.
    transitions, cooccurrence
        As the functions of these names give them.
    ethogram
        Of the labels.
    clocks
        Which clock each video went by, in the columns `video` and `clock`.
    """

    table: pd.DataFrame
    bins: pd.DataFrame | None
    transitions: pd.DataFrame
    cooccurrence: pd.DataFrame
    ethogram: Ethogram
    clocks: pd.DataFrame

    def write(self, out: Path) -> list[Path]:
        """Write tables and figures; return the paths."""
        colors = {item.name: item.color for item in self.ethogram if item.kind == "state"}
        tables = {
            "budget.csv": self.table,
            "bins.csv": self.bins,
            "transitions.csv": self.transitions,
            "cooccurrence.csv": self.cooccurrence,
            "clocks.csv": self.clocks,
        }
        figures = {"transitions.png": transitions_figure(self.transitions)}
        if colors:
            figures["budget.png"] = shares_figure(self.table, colors)
        if colors and self.bins is not None:
            figures["bins.png"] = bins_figure(self.bins, colors)
        written = []
        for name, table in tables.items():
            if table is not None:
                write_table(table, out / name)
                written.append(out / name)
        for name, figure in figures.items():
            save_figure(figure, out / name)
            written.append(out / name)
        return written


def budget(
    labels: Sequence[str | Path],
    videos: Sequence[str | Path] = (),
    *,
    bin_s: float | None = None,
    start: datetime | None = None,
    behaviors: Sequence[str] = (),
    ethogram: Ethogram | None = None,
    fps: float | None = None,
) -> Budget:
    """Measure what was done with the observed time.

    Parameters
    ----------
    labels
        Label files of any format.
    videos
        Videos and folders of videos; the folders of the label files if empty.
    bin_s
        Length of the bins of time in seconds; no bins if not given.
    start
        When the video, a single one, was started: bins then follow the clock on the wall.
    behaviors
        Which to measure; all if empty.
    ethogram
        The behaviours there are; taken from the files if not given.
    fps
        Frames per second of the videos that are not at hand; else the labels' own frames and
        seconds stand in.

    Raises
    ------
    EthoprismError
        If a file cannot be read, a video has no clock, or `start` is given with several videos.
    """
    files = [Path(path) for path in labels]
    clocks = VideoClocks(files, [Path(path) for path in videos], fps)
    annotations = read_coded(clocks, files, ethogram, behaviors)
    if start is not None and (len(annotations.videos) > 1 or bin_s is None):
        raise EthoprismError(
            "the start on the clock orders the bins of one video", start, "name one, and give bins"
        )
    tracks = [
        track
        for name in annotations.videos
        for track in bout_tracks(annotations, name, clocks.frame_times(name))
    ]
    offset = 0.0 if start is None else _since_midnight(start)
    bins = None if bin_s is None else durations(tracks, bin_s, offset)
    if bins is not None and start is not None:
        bins = _with_clock(bins, start)
    sequence = transitions(tracks), cooccurrence(tracks)
    went_by = clocks.table(annotations.videos)
    return Budget(durations(tracks), bins, *sequence, annotations.ethogram, went_by)


def _since_midnight(moment: datetime) -> float:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return (moment - midnight).total_seconds()


def _with_clock(bins: pd.DataFrame, start: datetime) -> pd.DataFrame:
    first = bins["start_s"].min()
    told = {
        f"clock_{edge}": [
            (start + timedelta(seconds=second - first)).isoformat(timespec="seconds")
            for second in bins[f"{edge}_s"]
        ]
        for edge in ("start", "stop")
    }
    return bins.assign(**told)
