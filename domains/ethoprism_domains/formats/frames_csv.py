"""One row a frame: `frame` and a `label`, or `frame` and a column of 1, 0 or -1 for each behaviour.

`frame` counts from 0; a first column without a name is taken for it. `video` and `subject` are
optional columns. In a column of labels, the words background and none mean that the frame was
observed and shows nothing, and an empty cell that it was not assessed; the labels exclude one
another. In columns of behaviours, -1 and empty cells are not assessed, `background` is left out,
and columns of other numbers (coordinates, speeds) are ignored. Frames without a row were not
observed. Behaviours of a given ethogram that the file has no column for were not assessed.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    Subject,
    annotations_from_labels,
    empty_events,
    frame_labels,
    known_individuals,
    make_observed,
    runs,
)
from ethoprism_domains.formats.base import (
    Format,
    Reading,
    ReadOptions,
    WriteOptions,
    complete,
    found_ethogram,
    video_column,
)
from ethoprism_domains.formats.tables import Table, header_key, header_keys, read_table

NO_BEHAVIOR = ("background", "none")
_VALUES = {
    **dict.fromkeys(("1", "1.0", "true"), 1),
    **dict.fromkeys(("0", "0.0", "false"), 0),
    **dict.fromkeys(("-1", "-1.0", "", "nan", "na"), -1),
}
_RESERVED = ("", "video", "subject", "frame", "time_s", *NO_BEHAVIOR)
_LABELS = ("label", "behavior")
_BOUT_COLUMNS = ("subject", "behavior", "start_frame", "stop_frame")
_MOSTLY = 0.9  # a column of which more cells are labels is one of labels, with mistakes


def sniff(path: Path, head: bytes) -> bool:
    """Recognise a table of frames by its header."""
    keys = header_keys(head)
    return len(keys) > 1 and "start_frame" not in keys and ("frame" in keys or keys[0] == "")


def read(path: Path, options: ReadOptions) -> Reading:
    """Read labels per frame; see the module."""
    table = read_table(path)
    rows = pd.DataFrame(
        {
            "video": video_column(table, options),
            "subject": [name.strip() for name in table.text("subject")],
            "frame": _frames(table),
        }
    )
    _refuse_frames(rows, table, options)
    ethogram, values = _labels(table, options.ethogram, rows["subject"].unique().tolist())
    bouts: list[tuple[object, ...]] = []
    observed: list[tuple[object, ...]] = []
    for video, own in rows.groupby("video", sort=False):
        frames, subjects, labels = _spread(own, values)
        seen = (labels != -1).any(axis=(1, 2))
        unsure = (labels == -1) & seen[:, None, None]
        observed += [(video, start, stop) for start, stop in runs(seen, frames).tolist()]
        for judgement, mask in (("present", labels == 1), ("unsure", unsure)):
            found = _bouts(mask, frames, subjects, ethogram.names)
            bouts += [(video, judgement, *bout) for bout in found]
    events = pd.DataFrame(bouts, columns=["video", "judgement", *_BOUT_COLUMNS])
    events = _points(events, ethogram).sort_values("start_frame", ignore_index=True)
    spans = make_observed(pd.DataFrame(observed, columns=["video", "start_frame", "stop_frame"]))
    return complete(path, events, [0] * len(events), spans, ethogram, options)


def write(path: Path, annotations: Annotations, options: WriteOptions) -> None:
    """Write a column a behaviour, for each frame of each video and individual.

    Videos whose frame times are not known end with their last observed frame.
    """
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["video", "subject", "frame", *annotations.ethogram.names])
        for video in annotations.videos:
            labels = frame_labels(annotations, video, _times(annotations, video, options))
            for subject in labels["individual"].to_numpy().tolist():
                values = labels["labels"].sel(individual=subject).to_numpy().tolist()
                writer.writerows([video, subject, n, *row] for n, row in enumerate(values))


def carried(annotations: Annotations, options: WriteOptions) -> Annotations:
    """Keep, of each frame, which behaviours are present, absent or unsure."""
    ethogram = annotations.ethogram
    names = [name for name in ethogram.names if header_key(name) not in (*_RESERVED, *_LABELS)]
    behaviors = tuple(Behavior(name) for name in names)
    kept = carried_by_frames(annotations, Ethogram(behaviors, ethogram.subjects), options)
    individuals = known_individuals(kept) if kept.videos else ()
    subjects = tuple(Subject(name) for name in individuals if name)
    return Annotations(kept.events, kept.observed, Ethogram(behaviors, subjects))


def carried_by_frames(
    annotations: Annotations, ethogram: Ethogram, options: WriteOptions
) -> Annotations:
    """Keep what labels of each frame hold, of the behaviours of `ethogram`."""
    parts = []
    for video in annotations.videos:
        times = _times(annotations, video, options)
        labels = frame_labels(annotations, video, times, ethogram.names)["labels"]
        parts.append(annotations_from_labels(labels, video, ethogram))
    # no seconds: the times may be made up
    events = pd.concat([empty_events(), *(part.events for part in parts)])
    events = events.assign(start_s=np.nan, stop_s=np.nan)
    observed = pd.concat([make_observed([]), *(part.observed for part in parts)])
    return Annotations(events, observed, ethogram)


FRAMES_CSV = Format(
    name="frames-csv",
    description="one row a frame, with a label or a column of 1, 0, -1 for each behaviour",
    extensions=(".csv", ".tsv", ".txt"),
    sniff=sniff,
    read=read,
    write=write,
    carried=carried,
    carries="present, absent and unsure of each frame, subject and behaviour",
    loses="who said so, modifiers, comments, where one bout follows another; points are one frame",
)


def _frames(table: Table) -> np.ndarray:
    key = "frame" if "frame" in table else ""
    if key not in table:
        told = ", ".join(table.names)
        raise EthoprismError(f"no column 'frame' among {told}", table.path, "add it")
    frames = table.whole_numbers(key)
    wrong = np.flatnonzero(np.isnan(frames) | (frames < 0))
    if len(wrong):
        raise table.error(int(wrong[0]), "it has no frame number from 0 on")
    return frames.astype(np.int64)


def _refuse_frames(rows: pd.DataFrame, table: Table, options: ReadOptions) -> None:
    """Refuse frames that come twice or that the video does not have."""
    twice = np.flatnonzero(rows.duplicated())
    if len(twice):
        row = int(twice[0])
        raise table.error(row, f"frame {rows['frame'][row]} of {rows['video'][row]} comes twice")
    for video, frames in rows.groupby("video", sort=False)["frame"]:
        times = options.times_of(str(video))
        if times is not None and frames.max() >= len(times):
            told = f"frame {frames.max()} is beyond the end of {video}, which has {len(times)}"
            remedy = "count frames from 0, and check that it is the same recording"
            raise table.error(int(frames.index[int(frames.to_numpy().argmax())]), told, remedy)


def _labels(
    table: Table, given: Ethogram | None, subjects: Sequence[str]
) -> tuple[Ethogram, np.ndarray]:
    """Give the ethogram, and int8 labels `(row, behavior)` of its behaviours."""
    for key in _LABELS:
        if key in table:
            cells = [cell.strip() for cell in table.text(key)]
            return _labels_of_names(cells, given, subjects, table)
    columns = dict(_label_columns(table, given))
    if not columns:
        raise EthoprismError(
            "no column of labels and none of 1, 0 or -1", table.path, 'add a column "label"'
        )
    ethogram = found_ethogram(table.path, columns, subjects) if given is None else given
    missing = np.full(len(table), -1, np.int8)
    return ethogram, np.column_stack([columns.get(name, missing) for name in ethogram.names])


def _labels_of_names(
    cells: list[str], given: Ethogram | None, subjects: Sequence[str], table: Table
) -> tuple[Ethogram, np.ndarray]:
    names = [name for name in dict.fromkeys(cells) if name and name.lower() not in NO_BEHAVIOR]
    ethogram = given
    if ethogram is None:
        ethogram = found_ethogram(table.path, names, subjects, one_at_a_time=True)
    for name in names:
        if name not in ethogram:
            raise _unknown(name, table, cells.index(name), ethogram)
    cell = np.array(cells, dtype=object)[:, None]
    labels = (cell == np.array(ethogram.names, dtype=object)).astype(np.int8)
    labels[cell[:, 0] == ""] = -1
    return ethogram, labels.reshape(len(cells), len(ethogram))


def _label_columns(table: Table, given: Ethogram | None) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each column that holds labels, by its name, as int8."""
    for column, (name, key) in enumerate(zip(table.names, table.keys, strict=True)):
        if key in _RESERVED:
            continue
        cells = [row[column].strip().lower() for row in table.rows]
        good = np.array([cell in _VALUES for cell in cells], bool)
        wanted = given is not None and name in given
        share = 1.0 if given is not None else _MOSTLY
        if not wanted and good.sum() < share * len(good):
            continue
        if not good.all():
            row = int(np.flatnonzero(~good)[0])
            raise table.error(row, f"{cells[row]!r} of {name!r} is none of 1, 0 and -1")
        if given is not None and name not in given:
            raise _unknown(name, table, 0, given)
        yield name, np.array([_VALUES[cell] for cell in cells], np.int8)


def _unknown(name: str, table: Table, row: int, ethogram: Ethogram) -> EthoprismError:
    told = f"behaviour {name!r} is not in the ethogram ({', '.join(ethogram.names)})"
    return table.error(row, told, "add it to the ethogram, or correct it there")


def _spread(rows: pd.DataFrame, values: np.ndarray) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Lay one video's rows out as labels `(frame, subject, behavior)`, -1 where there is no row."""
    frames, at_frame = np.unique(rows["frame"], return_inverse=True)
    at_subject, subjects = pd.factorize(rows["subject"])
    labels = np.full((len(frames), len(subjects), values.shape[1]), -1, np.int8)
    labels[at_frame, at_subject] = values[rows.index]
    return frames, list(subjects), labels


def _bouts(
    mask: np.ndarray, frames: np.ndarray, subjects: Sequence[str], names: Sequence[str]
) -> Iterator[tuple[str, str, int, int]]:
    for at_subject, subject in enumerate(subjects):
        for at_name, name in enumerate(names):
            for start, stop in runs(mask[:, at_subject, at_name], frames).tolist():
                yield subject, name, start, stop


def _points(events: pd.DataFrame, ethogram: Ethogram) -> pd.DataFrame:
    """Shrink the runs of point behaviours to a point in their middle."""
    points = [behavior.name for behavior in ethogram if behavior.kind == "point"]
    is_point = events["behavior"].isin(points) & (events["judgement"] == "present")
    middle = (events["start_frame"] + events["stop_frame"] - 1) // 2
    return events.assign(
        start_frame=events["start_frame"].mask(is_point, middle),
        stop_frame=events["stop_frame"].mask(is_point, middle),
    )


def _times(annotations: Annotations, video: str, options: WriteOptions) -> np.ndarray:
    times = options.times_of(video)
    if times is not None:
        return times
    own = annotations.of_video(video)
    last = pd.concat([own.observed["stop_frame"], own.events["stop_frame"] + 1]).max()
    return np.arange(last, dtype=np.float64)
