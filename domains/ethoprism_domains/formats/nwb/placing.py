"""Which video a table of an NWB file is of, and how the session's seconds become its frames."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from ethoprism_domains.formats.base import ReadOptions
from ethoprism_domains.formats.clocks import Clock, Spans, spans_on_clock
from ethoprism_domains.formats.losses import LossCounter
from ethoprism_domains.formats.nwb.found import FoundTable, FoundVideo

# what is told of an event's place: seconds of the session, and frames, NaN if there are none
SPAN = ("video", "kind", "start", "stop", "told_start", "told_stop", "place")


class VideoNamer:
    """Tells which video a table is of, and what the file knows of that video.

    Parameters
    ----------
    path
        The file.
    videos
        What it refers to, by the place in it.

    Attributes
    ----------
    known
        What the file knows of videos, by their name, as far as tables were asked about.
    """

    def __init__(
        self,
        path: Path,
        options: ReadOptions,
        videos: Mapping[str, FoundVideo],
        losses: LossCounter,
    ) -> None:
        self._path, self._options, self._videos = path, options, videos
        self._losses = losses
        self.known: dict[str, FoundVideo] = {}
        for place, item in videos.items():
            losses.add("further files of a video, besides the first", place, len(item.files) - 1)

    def names(self, table: FoundTable) -> list[str]:
        """Give the video of each row: its own column, the linked video, or the only one."""
        linked = self._videos.get(table.links.get("source_video", ""))
        series = linked or next(iter(self._videos.values()), None)
        its_own = _file_name(series)
        is_clear = linked is not None or len(self._videos) == 1
        name = (its_own if is_clear else "") or self._options.video or its_own
        told = table.columns.get("video")
        texts = [""] * len(table) if told is None else [str(text) for text in told]
        if not name and "" in texts:
            self._losses.add("tables that do not tell their video, called by the file", table.name)
            name = self._path.stem
        names = [text or name for text in texts]
        if series is not None:
            for each in names:
                self.known.setdefault(each, series)
        return names


def _file_name(series: FoundVideo | None) -> str:
    first = series.files[0] if series is not None and series.files else ""
    return PurePosixPath(first.replace("\\", "/")).name


class SessionClock:
    """Turns seconds of the session into frames of a video."""

    def __init__(self, clock: Clock | None, shift: float) -> None:
        self.clock, self.shift = clock, shift

    def spans(self, rows: pd.DataFrame) -> Spans:
        """Give the frames of rows: by the clock, else as the rows themselves tell."""
        if self.clock is None:
            first, last = (rows[f"told_{edge}"].to_numpy(np.int64) for edge in ("start", "stop"))
            nothing = np.zeros(len(rows), bool)
            return Spans(first, last, nothing, nothing)
        start, stop = (rows[edge].to_numpy(np.float64) - self.shift for edge in ("start", "stop"))
        return spans_on_clock(self.clock, start, stop, (rows["kind"] == "point").to_numpy())


def session_clocks(
    parts: Sequence[pd.DataFrame], namer: VideoNamer, options: ReadOptions, losses: LossCounter
) -> dict[str, SessionClock]:
    """Choose a clock for each video that tables, with the columns `SPAN`, are of."""
    rows = pd.concat([*(part[list(SPAN)] for part in parts), pd.DataFrame(columns=list(SPAN))])
    return {
        str(video): _clock(str(video), own, namer.known.get(str(video)), options, losses)
        for video, own in rows.groupby("video", sort=False)
    }


def _clock(
    video: str,
    rows: pd.DataFrame,
    series: FoundVideo | None,
    options: ReadOptions,
    losses: LossCounter,
) -> SessionClock:
    """Choose a video's clock: the file's own times of its frames, else the video's, else a rate."""
    times = options.times_of(video)
    series = series or FoundVideo(())
    stamps = series.timestamps
    if stamps is not None and (times is None or len(times) == len(stamps)):
        return SessionClock(Clock(stamps - stamps[0]), series.start)
    if stamps is not None and times is not None:
        told = f"{video}, {len(stamps)} and {len(times)}"
        losses.add("videos that have more or fewer frames than the file tells", told)
    if times is None and options.fps is None and series.rate is None and _has_frames(rows):
        return SessionClock(None, series.start)
    return SessionClock(options.clock(video, series.rate, series.count), series.start)


def _has_frames(rows: pd.DataFrame) -> bool:
    told = rows[["told_start", "told_stop"]].to_numpy(np.float64)
    return bool(((told >= 0) & (told < 2**53) & (told % 1 == 0)).all())
