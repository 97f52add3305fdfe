"""Targets of SimBA: ``targets_inserted/<video>.csv``, one row a frame, 1 or 0 for each classifier.

Files of SimBA have the frame in a first column without a name, then poses and features, and last
the classifiers: these are read. Files of ``machine_results`` have a column ``Probability_<name>``
for each, and are automated. What we write has no poses or features; its first column is
`simba_frame`, for SimBA goes by that column's place and not by its name. SimBA knows no frame that
was not assessed: each is 1 or 0. Layout as in SimBA (Goodwin et al., 2024).
"""

import csv
from pathlib import Path

import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation import Annotations, frame_labels, make_observed
from ethoprism_domains.formats.base import (
    Format,
    Reading,
    ReadOptions,
    WriteOptions,
    found_ethogram,
)
from ethoprism_domains.formats.frames_csv import carried_by_frames
from ethoprism_domains.formats.framewise import (
    FrameLabels,
    as_states,
    length_of,
    of_the_scene,
    reading_of_labels,
)
from ethoprism_domains.formats.tables import Table, header_keys, read_table

_FRAME = "simba_frame"
_PROBABILITY = "probability_"
_FEATURES = ("low_prob_detections", "sum_probabilities", _PROBABILITY)
_LABELS = {"1": 1, "1.0": 1, "0": 0, "0.0": 0}
_HEAD_BYTES = 1 << 16


def sniff(path: Path, head: bytes) -> bool:
    """Recognise it by our first column, or by poses as SimBA names them."""
    keys = header_keys(head)
    return keys[:1] == (_FRAME,) or (keys[:1] == ("",) and _poses(keys) > 0)


def read(path: Path, options: ReadOptions) -> Reading:
    """Read the classifiers of one video, named as the file if no name is given; see the module."""
    table = read_table(path)
    columns = _classifiers(table, options)
    behaviors = [table.names[column] for column in columns]
    values = np.array(
        [[_label(table, row, column) for column in columns] for row in range(len(table))], np.int8
    ).reshape(len(table), 1, len(columns))
    automated = any(key.startswith(_PROBABILITY) for key in table.keys)
    method = "automated" if automated else "manual"
    labels = FrameLabels(options.video or path.stem, [""], behaviors, values, method=method)
    return reading_of_labels(path, [labels], found_ethogram(path, behaviors), options)


def write(path: Path, annotations: Annotations, options: WriteOptions) -> None:
    """Write a row for each frame of the video; a file with poses is not written over."""
    _refuse_poses(path)
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([_FRAME, *annotations.ethogram.names])
        for video in annotations.videos:
            times = np.arange(length_of(video, options), dtype=np.float64)
            labels = frame_labels(annotations, video, times)["labels"].to_numpy()[:, 0]
            writer.writerows([n, *row] for n, row in enumerate(labels.tolist()))


def carried(annotations: Annotations, options: WriteOptions) -> Annotations:
    """Keep, of each frame, which behaviours are present; all else is absent."""
    names = annotations.ethogram.names
    ethogram = as_states(annotations, [name for name in names if _is_feature(name)])
    scene = of_the_scene(annotations)
    seen = carried_by_frames(scene, ethogram, options)
    present = seen.events[seen.events["judgement"] == "present"]
    whole = [
        {"video": video, "start_frame": 0, "stop_frame": length_of(video, options)}
        for video in annotations.videos
    ]
    return Annotations(present, make_observed(whole if len(ethogram) else []), ethogram)


SIMBA = Format(
    name="simba",
    description="SimBA's targets, one row a frame and one column of 1 and 0 a classifier",
    extensions=(".csv",),
    sniff=sniff,
    read=read,
    write=write,
    carried=carried,
    carries="which behaviours are present in each frame",
    loses="unsure and not assessed frames (absent there), subjects, modifiers, comments",
    forbidden=";",
    one_video=True,
)


def _poses(keys: tuple[str, ...]) -> int:
    """Count the body parts: three columns each, of x, y and p."""
    known = set(keys)
    parts = [key[:-2] for key in keys if key.endswith("_x")]
    return sum(f"{part}_y" in known and f"{part}_p" in known for part in parts)


def _is_feature(name: str) -> bool:
    return name.casefold().startswith(_FEATURES)


def _classifiers(table: Table, options: ReadOptions) -> list[int]:
    """Find the columns of classifiers: by the ethogram, else all, or the last behind poses."""
    if options.ethogram is not None:
        return [n for n, name in enumerate(table.names) if n and name in options.ethogram]
    columns = [n for n, name in enumerate(table.names) if n and not _is_feature(name)]
    if not _poses(table.keys):
        return columns
    last: list[int] = []
    for column in reversed(columns):
        if not all(row[column].strip() in _LABELS for row in table.rows):
            break
        last.insert(0, column)
    if not last:
        told = "no column of 1 and 0 at the end"
        raise EthoprismError(told, table.path, "give a file of targets_inserted")
    return last


def _label(table: Table, row: int, column: int) -> int:
    cell = table.rows[row][column].strip()
    if cell not in _LABELS:
        raise table.error(row, f"{cell!r} of {table.names[column]!r} is neither 1 nor 0")
    return _LABELS[cell]


def _refuse_poses(path: Path) -> None:
    if not path.is_file():
        return
    with path.open("rb") as file:
        poses = _poses(header_keys(file.read(_HEAD_BYTES)))
    if poses:
        told = f"it holds the poses of {poses} body parts, which would be lost"
        raise EthoprismError(told, path, "write to another file")
