"""BORIS's aggregated events: a row for each bout, as CSV or TSV."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

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
from ethoprism_domains.formats.boris.observations import Bout
from ethoprism_domains.formats.boris.pairing import CLOSED, OPEN, TIMELESS
from ethoprism_domains.formats.boris.project_read import assemble, choose_observation
from ethoprism_domains.formats.boris.project_write import observation_parts
from ethoprism_domains.formats.boris.tabular import write_rows
from ethoprism_domains.formats.losses import LossCounter
from ethoprism_domains.formats.tables import Table, head_has, read_table
from ethoprism_domains.formats.values import frame_number

_NEEDED = ("observation_id", "behavior", "behavior_type", "start_s", "stop_s")
_BEFORE = (
    "Observation id",
    "Observation date",
    "Description",
    "Observation type",
    "Source",
    "Time offset (s)",
    "Coding duration",
    "Media duration (s)",
    "FPS (frame/s)",
    "Subject",
    "Observation duration by subject by observation",
    "Behavior",
    "Behavioral category",
)
_AFTER = (
    "Behavior type",
    "Start (s)",
    "Stop (s)",
    "Duration (s)",
    "Media file name",
    "Image index start",
    "Image index stop",
    "Image file path start",
    "Image file path stop",
    "Comment start",
    "Comment stop",
)


def sniff(path: Path, head: bytes) -> bool:
    """Recognise the table by its header."""
    return head_has(head, _NEEDED)


def read(path: Path, options: ReadOptions) -> Reading:
    """Read the observations of a table, or the one that is asked for."""
    table = read_table(path, _NEEDED)
    losses = LossCounter()
    every = {rows.observation.name: rows for rows in split_observations(table)}
    chosen = choose_observation(list(every), options.observation, path)
    bouts = list(_bouts(table))
    ours = {name: list(_placed(every[name], bouts, options, losses)) for name in chosen}
    own = [row for name in chosen for row in every[name].numbers]
    ethogram = options.ethogram or _ethogram(path, table, bouts, own)
    observations = [every[name].observation for name in chosen]
    return assemble(path, observations, ethogram, options, losses, ours)


def write(path: Path, annotations: Annotations, options: WriteOptions) -> None:
    """Write the table; with tabs if the file is called ``.tsv``."""
    modifiers = modifier_columns(annotations)
    write_rows(path, [*_BEFORE, *modifiers, *_AFTER], _cells(annotations, options, len(modifiers)))


def _cells(annotations: Annotations, options: WriteOptions, sets: int) -> Iterator[dict[str, Any]]:
    for name, video, clock, _, events in observation_parts(annotations, options):
        common = common_cells(annotations, name, video, clock)
        for event in events.itertuples(index=False):
            edges = np.array([event.start_frame, event.stop_frame])
            start, stop = clock.seconds(edges).tolist()
            is_point = event.kind == "point"
            yield (
                common
                | event_cells(event, annotations.ethogram, sets)
                | {
                    "Observation duration by subject by observation": common["Coding duration"],
                    "Behavior type": "POINT" if is_point else "STATE",
                    "Start (s)": as_text(start),
                    "Stop (s)": as_text(stop),
                    "Duration (s)": "NA" if is_point else as_text(stop - start),
                    "Image index start": event.start_frame,
                    "Image index stop": event.stop_frame,
                    "Comment start": event.comment,
                }
            )


def _bouts(table: Table) -> Iterator[Bout]:
    comments = [
        "; ".join(cell for cell in cells if cell)
        for cells in zip(table.text("comment_start"), table.text("comment_stop"), strict=True)
    ]
    images = zip(
        (frame_number(cell.strip()) for cell in table.text("image_index_start")),
        (frame_number(cell.strip()) for cell in table.text("image_index_stop")),
        strict=True,
    )
    columns = (
        seconds(table, "start_s").tolist(),
        seconds(table, "stop_s").tolist(),
        subjects_of(table),
        [cell.strip() for cell in table.text("behavior")],
        modifiers_of(table),
        comments,
        [cell.strip().upper() == "POINT" for cell in table.text("behavior_type")],
        images,
        [f"line {line}" for line in table.lines],
    )
    for cells in zip(*columns, strict=True):
        yield Bout(*cells)


def _placed(
    rows: Rows, bouts: list[Bout], options: ReadOptions, losses: LossCounter
) -> Iterator[Bout]:
    """Yield an observation's bouts on its own clock, those that have a start and a stop."""
    own = [bouts[row] for row in rows.numbers]
    images = rows.observation.kind == "IMAGES"
    length = rows.observation.length
    last = max((bout.stop for bout in own if np.isfinite(bout.stop)), default=0.0) - rows.offset
    end = length if np.isfinite(length) else last
    for bout in own:
        start, stop = bout.start - rows.offset, bout.stop - rows.offset
        stop = start if bout.is_point else stop
        if not images and np.isnan(start):
            losses.add(TIMELESS, bout.where)
            continue
        if not images and np.isnan(stop):
            losses.add(CLOSED if options.close_open else OPEN, bout.where)
            stop = end
            if not options.close_open:
                continue
        if stop < start:
            losses.add("states that stop before they start, left out", bout.where)
            continue
        yield replace(bout, start=start, stop=stop)


def _ethogram(path: Path, table: Table, bouts: list[Bout], rows: list[int]) -> Ethogram:
    categories = [cell.strip() for cell in table.text("behavioral_category")]
    own = [bouts[row] for row in rows]
    stateful = {bout.behavior for bout in own if not bout.is_point}
    return found_in(
        path,
        *table_ethogram(
            [bout.behavior for bout in own],
            [categories[row] for row in rows],
            {bout.behavior for bout in own} - stateful,
            [bout.subject for bout in own],
        ),
    )
