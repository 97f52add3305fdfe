"""One row a bout: `video, subject, behavior, start_frame, stop_frame`, or `start_s, stop_s`.

Only `behavior` and the start and stop are needed; any further column of `EVENT_COLUMNS` is read as
well, others are ignored. What we write has them all. Frames count where both are given. A point
event needs no stop where the column `kind` or the ethogram says that it is one.
A row of kind ``observed`` is no event: its span is an interval of the video that was observed. A
video with such rows was observed there and nowhere else (one empty interval: nowhere); for the
others the reader's option decides.
"""

import csv
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation import (
    EVENT_COLUMNS,
    OBSERVED_COLUMNS,
    Annotations,
    derive_ethogram,
)
from ethoprism_domains.formats.base import (
    Format,
    Reading,
    ReadOptions,
    WriteOptions,
    complete,
    observed_intervals,
    video_column,
)
from ethoprism_domains.formats.tables import Table, header_keys, read_table

OBSERVED = "observed"
_WORDS = ("kind", "judgement", "labeling_method")
_TEXT = ("event_id", "subject", "behavior", "modifiers", "annotator", "model", "comment")


def sniff(path: Path, head: bytes) -> bool:
    """Recognise a table of bouts by its header."""
    keys = header_keys(head)
    return "behavior" in keys and ("start_frame" in keys or "start_s" in keys)


def read(path: Path, options: ReadOptions) -> Reading:
    """Read bouts; see the module."""
    table = read_table(path)
    rows = _rows(table, options)
    rows["kind"] = _kinds(rows, options)
    _fill_stops(rows, table)
    if "start_frame" not in table:
        _convert(rows, table, options)
    told = rows["kind"] == OBSERVED
    events, lines = rows[~told], np.array(table.lines, dtype=np.int64)[~told.to_numpy()]
    observed = observed_intervals(events, rows[told], path, options)
    return complete(path, events, lines.tolist(), observed, options.ethogram, options)


def write(path: Path, annotations: Annotations, options: WriteOptions) -> None:
    """Write every column of every event, and the observed intervals, so that nothing is lost."""
    events = annotations.events
    unobserved = set(events["video"]) - set(annotations.observed["video"])
    spans = list(annotations.observed.itertuples(index=False, name=None))
    spans += [(video, 0, 0) for video in sorted(unobserved)]
    observed = pd.DataFrame(spans, columns=list(OBSERVED_COLUMNS)).assign(kind=OBSERVED)
    rows = (observed.reindex(columns=list(EVENT_COLUMNS)), events)
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        plain = csv.writer(file, lineterminator="\n")
        # a lone carriage return in a comment is quoted only where everything is
        quoted = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        plain.writerow(EVENT_COLUMNS)
        for row in chain.from_iterable(table.itertuples(index=False) for table in rows):
            cells = [_cell(value) for value in row]
            (quoted if any("\r" in str(cell) for cell in cells) else plain).writerow(cells)


def carried(annotations: Annotations, options: WriteOptions) -> Annotations:
    """Keep all but what the ethogram says of behaviours beyond their names."""
    events, observed = annotations.events, annotations.observed
    return Annotations(events, observed, derive_ethogram(events))


BOUTS_CSV = Format(
    name="bouts-csv",
    description="one row a bout, in frames or seconds; ours, with everything an event holds",
    extensions=(".csv", ".tsv", ".txt"),
    sniff=sniff,
    read=read,
    write=write,
    carried=carried,
    carries="everything that an event holds, and the observed intervals",
    loses="the ethogram, but for the names and kinds of what occurs",
)


def _rows(table: Table, options: ReadOptions) -> pd.DataFrame:
    """Collect the columns as they stand; `start_frame` and `stop_frame` hold the file's unit."""
    unit = "frame" if "start_frame" in table else "s"
    for key in ("behavior", f"start_{unit}", f"stop_{unit}"):
        if key not in table:
            raise EthoprismError(
                f"no column {key!r} among {', '.join(table.names)}", table.path, "add it"
            )
    numbers = table.whole_numbers if unit == "frame" else table.numbers
    columns: dict[str, object] = {"video": video_column(table, options)}
    columns |= {key: table.text(key) for key in _TEXT}
    columns |= {key: [cell.strip().lower() for cell in table.text(key)] for key in _WORDS}
    columns |= {"start_frame": numbers(f"start_{unit}"), "stop_frame": numbers(f"stop_{unit}")}
    columns["confidence"] = table.numbers("confidence")
    if unit == "frame":
        columns |= {key: table.numbers(key) for key in ("start_s", "stop_s")}
    names = ("subject", "behavior")
    columns |= {key: [cell.strip() for cell in table.text(key)] for key in names}
    return pd.DataFrame(columns)


def _kinds(rows: pd.DataFrame, options: ReadOptions) -> pd.Series:
    """Take the kind from the file, else from the ethogram, else from the span."""
    known = {item.name: item.kind for item in options.ethogram or ()}
    is_point = rows["start_frame"] == rows["stop_frame"]
    span = is_point.map({True: "point", False: "state"})
    present = rows["judgement"].isin(["", "present"])
    told = rows["behavior"].map(known).where(present)
    return rows["kind"].where(rows["kind"] != "", told.where(told.notna(), span))


def _fill_stops(rows: pd.DataFrame, table: Table) -> None:
    """Give point events their stop; refuse what has no start, no stop or a reversed span."""
    no_stop = rows["stop_frame"].isna()
    rows["stop_frame"] = rows["stop_frame"].mask(
        no_stop & (rows["kind"] == "point"), rows["start_frame"]
    )
    for column, name in (("start_frame", "start"), ("stop_frame", "stop")):
        if rows[column].isna().any():
            row = int(np.flatnonzero(rows[column].isna())[0])
            raise table.error(row, f"{rows['behavior'][row]!r} has no {name}")
    reversed_ = np.flatnonzero(rows["stop_frame"] < rows["start_frame"])
    if len(reversed_):
        start, stop = rows.loc[reversed_[0], ["start_frame", "stop_frame"]]
        raise table.error(int(reversed_[0]), f"stop {stop:g} is before start {start:g}")


def _convert(rows: pd.DataFrame, table: Table, options: ReadOptions) -> None:
    """Turn seconds into frames; a state shorter than a frame becomes one frame."""
    for video, part in rows.groupby("video", sort=False):
        if options.times_of(str(video)) is None and options.fps is None:
            raise EthoprismError(
                f"times in seconds, and the frame times of {video} are not known",
                table.path,
                "give the videos or their frames per second, or use frames",
            )
        clock = options.clock(str(video))
        frames = {}
        for column in ("start_frame", "stop_frame"):
            frames[column] = clock.frames(part[column].to_numpy(np.float64))
            if (frames[column] < 0).any():
                row = part.index[np.flatnonzero(frames[column] < 0)[0]]
                told = (
                    f"{rows[column][row]:g} s is outside {video}, which ends at {clock.end():g} s"
                )
                raise table.error(int(row), told)
        start, stop = frames["start_frame"], frames["stop_frame"]
        kind = part["kind"].to_numpy()
        if clock.count is not None:
            last = np.minimum(start, clock.count - 1)
            start = np.where((stop == start) & (kind != OBSERVED), last, start)
        shortest = np.where(kind == "state", start + 1, start)
        stop = np.where(kind == "point", start, np.maximum(stop, shortest))
        rows.loc[part.index, "start_frame"], rows.loc[part.index, "stop_frame"] = start, stop


def _cell(value: object) -> object:
    return "" if isinstance(value, float) and np.isnan(value) else value
