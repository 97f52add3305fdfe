"""BORIS's tabular events: a row for each start, stop and point, as CSV or TSV."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation import Annotations, Ethogram
from ethoprism_domains.formats.base import Reading, ReadOptions, WriteOptions, found_in
from ethoprism_domains.formats.boris.exports import (
    Rows,
    as_text,
    common_cells,
    event_cells,
    modifier_columns,
    modifiers_of,
    seconds,
    split_observations,
    subjects_of,
    table_ethogram,
)
from ethoprism_domains.formats.boris.observations import Coded, Observation
from ethoprism_domains.formats.boris.project_read import assemble, choose_observation
from ethoprism_domains.formats.boris.project_write import observation_parts
from ethoprism_domains.formats.losses import LossCounter
from ethoprism_domains.formats.tables import Table, head_has, read_table
from ethoprism_domains.formats.values import frame_number

_STATUSES = {"START": "START", "STOP": "STOP", "POINT": "POINT"}
_MODERN, _LEGACY = ("time", "behavior", "behavior_type"), ("time", "behavior", "status")
_BEFORE = (
    "Observation id",
    "Observation date",
    "Description",
    "Observation duration",
    "Observation type",
    "Source",
    "Time offset (s)",
    "Media duration (s)",
    "FPS",
    "Subject",
    "Behavior",
    "Behavioral category",
)
_AFTER = (
    "Behavior type",
    "Time",
    "Media file name",
    "Image index",
    "Image file path",
    "Comment",
)


def sniff(path: Path, head: bytes) -> bool:
    """Recognise the table by its header, which older files have below other rows."""
    return head_has(head, ("observation_id", *_MODERN)) or head_has(head, _LEGACY)


def read(path: Path, options: ReadOptions) -> Reading:
    """Read the observations of a table, or the one that is asked for."""
    table = read_table(path, ("time", "behavior"))
    key = "behavior_type" if "behavior_type" in table else "status"
    statuses = [_STATUSES.get(cell.strip().upper(), "STATE") for cell in table.text(key)]
    losses = LossCounter()
    every = {rows.observation.name: rows for rows in split_observations(table)}
    chosen = choose_observation(list(every), options.observation, path)
    coded = list(_coded(table, statuses))
    observations = [_observation(every[name], coded) for name in chosen]
    own = [row for name in chosen for row in every[name].numbers]
    return assemble(
        path, observations, _ethogram(path, table, statuses, own, options), options, losses
    )


def write(path: Path, annotations: Annotations, options: WriteOptions) -> None:
    """Write the table; with tabs if the file is called ``.tsv``."""
    modifiers = modifier_columns(annotations)
    columns = [*_BEFORE, *modifiers, *_AFTER]
    write_rows(path, columns, _cells(annotations, options, len(modifiers)))


def write_rows(path: Path, columns: list[str], rows: Iterator[dict[str, Any]]) -> None:
    """Write a table; with tabs if the file is called ``.tsv``."""
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, columns, restval="", extrasaction="ignore", delimiter=separator
        )
        writer.writeheader()
        writer.writerows(rows)


def _cells(annotations: Annotations, options: WriteOptions, sets: int) -> Iterator[dict[str, Any]]:
    for name, video, clock, _, events in observation_parts(annotations, options):
        common = common_cells(annotations, name, video, clock)
        found: list[tuple[float, int, dict[str, Any]]] = []
        for event in events.itertuples(index=False):
            who = common | event_cells(event, annotations.ethogram, sets)
            edges = np.array([event.start_frame, event.stop_frame])
            start, stop = clock.seconds(edges).tolist()
            is_point = event.kind == "point"
            first = {
                "Behavior type": "POINT" if is_point else "START",
                "Time": as_text(start),
                "Image index": event.start_frame,
                "Comment": event.comment,
            }
            last = {"Behavior type": "STOP", "Time": as_text(stop), "Image index": event.stop_frame}
            found.append((round(start, 3), 1, who | first))
            if not is_point:
                found.append((round(stop, 3), 0, who | last))
        # at one moment stops come before starts
        yield from (cells for _, _, cells in sorted(found, key=lambda item: item[:2]))


def _coded(table: Table, statuses: list[str]) -> Iterator[Coded]:
    columns = (
        seconds(table, "time").tolist(),
        subjects_of(table),
        [cell.strip() for cell in table.text("behavior")],
        modifiers_of(table),
        table.text("comment"),
        statuses,
        [frame_number(cell.strip()) for cell in table.text("image_index")],
        [f"line {line}" for line in table.lines],
    )
    for cells in zip(*columns, strict=True):
        yield Coded(*cells)


def _observation(rows: Rows, coded: list[Coded]) -> Observation:
    own = [coded[row] for row in rows.numbers]
    shifted = tuple(replace(row, time=row.time - rows.offset) for row in own)
    return replace(rows.observation, rows=shifted)


def _ethogram(
    path: Path, table: Table, statuses: list[str], rows: list[int], options: ReadOptions
) -> Ethogram:
    if options.ethogram is not None:
        return options.ethogram
    behaviors = [cell.strip() for cell in table.text("behavior")]
    categories = [cell.strip() for cell in table.text("behavioral_category")]
    subjects = subjects_of(table)
    stateful = {behaviors[row] for row in rows if statuses[row] != "POINT"}
    return found_in(
        path,
        *table_ethogram(
            [behaviors[row] for row in rows],
            [categories[row] for row in rows],
            {*behaviors} - stateful,
            [subjects[row] for row in rows],
        ),
    )
