"""Labels of DeepEthogram: ``<video>_labels.csv``, one row a frame, one column a behaviour.

The first column is the frame from 0 and has no name, the second is `background`, 1 where no
behaviour is. A label is 1, 0, or -1 where nobody labelled. Nobody is told apart. The file has
exactly as many rows as the video has frames. Layout as in DeepEthogram (Bohnslav et al., 2021).
"""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation import Annotations, frame_labels
from ethoprism_domains.formats import frames_csv
from ethoprism_domains.formats.base import Format, Reading, ReadOptions, WriteOptions
from ethoprism_domains.formats.framewise import as_states, length_of, of_the_scene
from ethoprism_domains.formats.losses import LossCounter
from ethoprism_domains.formats.tables import Table, header_key, header_keys, read_table

_ENDING = "_labels"
_RESERVED = ("", "background", "none", "video", "subject", "frame", "time_s", "label", "behavior")


def sniff(path: Path, head: bytes) -> bool:
    """Recognise it by its first two columns."""
    return header_keys(head)[:2] == ("", "background")


def read(path: Path, options: ReadOptions) -> Reading:
    """Read labels; see the module. The video's name is the file's, if none is given."""
    table = read_table(path)
    if table.keys[:2] != ("", "background"):
        told = "its first columns are not the frame and 'background'"
        raise EthoprismError(told, path, "export it from DeepEthogram")
    video = options.video or path.stem.removesuffix(_ENDING)
    found = frames_csv.read(path, replace(options, video=video))
    losses = LossCounter()
    losses.add("frames whose background contradicts the behaviours", video, _contradictions(table))
    return replace(found, losses=found.losses + losses.report())


def write(path: Path, annotations: Annotations, options: WriteOptions) -> None:
    """Write a row for each frame of the video."""
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["", "background", *annotations.ethogram.names])
        for video in annotations.videos:
            times = np.arange(length_of(video, options), dtype=np.float64)
            labels = frame_labels(annotations, video, times)["labels"].to_numpy()[:, 0]
            any_one, unknown = (labels == 1).any(axis=1), (labels == -1).any(axis=1)
            background = np.where(any_one, 0, np.where(unknown, -1, 1))
            rows = np.column_stack([np.arange(len(labels)), background, labels])
            writer.writerows(rows.tolist())


def carried(annotations: Annotations, options: WriteOptions) -> Annotations:
    """Keep, of each frame, which behaviours are present, absent or unknown."""
    for video in annotations.videos:
        length_of(video, options)
    taken = [name for name in annotations.ethogram.names if header_key(name) in _RESERVED]
    ethogram = as_states(annotations, taken)
    return frames_csv.carried_by_frames(of_the_scene(annotations), ethogram, options)


DEEPETHOGRAM = Format(
    name="deepethogram",
    description="DeepEthogram's <video>_labels.csv, one row a frame",
    extensions=(".csv",),
    sniff=sniff,
    read=read,
    write=write,
    carried=carried,
    carries="present, absent and unsure of each frame and behaviour",
    loses="who did it and who said so, modifiers, comments; points are one frame",
    forbidden=";",
    one_video=True,
)


def _contradictions(table: Table) -> int:
    """Count frames that are background and a behaviour at once, or neither."""
    contradictions = 0
    for row in table.rows:
        told, cells = row[1].strip(), [cell.strip() for cell in row[2:]]
        both = told == "1" and "1" in cells
        neither = told == "0" and set(cells) == {"0"}
        contradictions += both or neither
    return contradictions
