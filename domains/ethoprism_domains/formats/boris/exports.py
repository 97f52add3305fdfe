"""What BORIS's two tables of events share: columns by name, in their variants over the years."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    Subject,
    make_events,
    make_observed,
)
from ethoprism_domains.formats.base import WriteOptions
from ethoprism_domains.formats.boris.carrying import carried
from ethoprism_domains.formats.boris.observations import (
    NO_SUBJECT,
    Media,
    Observation,
    plain_modifiers,
)
from ethoprism_domains.formats.boris.project_write import media_length
from ethoprism_domains.formats.clocks import Clock
from ethoprism_domains.formats.tables import Table
from ethoprism_domains.formats.values import number

DATE = "2000-01-01 00:00:00"
_MEDIA_COLUMNS = ("media_file_name", "media_file_path", "media_file")
_RATE_COLUMNS = ("fps", "fps_frame_s")
_LENGTH_COLUMNS = ("media_duration_s", "total_length")


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of one observation.

    Parameters
    ----------
    numbers
        Their places in the table.
    offset
        The seconds at which its clock starts.
    """

    observation: Observation
    numbers: list[int]
    offset: float


def split_observations(table: Table) -> Iterator[Rows]:
    """Yield the observations of a table, with their media."""
    names = table.text("observation_id", _preamble(table, "observation id"))
    plain = [name.strip() or "observation" for name in names]
    members: dict[str, list[int]] = {}
    for row, name in enumerate(plain):
        members.setdefault(name, []).append(row)
    for name, rows in members.items():
        kind = _first(table, ["observation_type"], rows).upper()
        if kind.startswith("IMAGES"):
            kind = "IMAGES"
        elif not kind.startswith("LIVE"):
            kind = "MEDIA"
        media = tuple(_media(table, rows)) if kind == "MEDIA" else ()
        kind = "LIVE" if kind == "MEDIA" and not media else kind
        told = _first(table, ["time_offset_s"], rows) or _preamble(table, "time offset (s)")
        offset = number(told.replace(",", "."))
        observation = Observation(name, kind, media)
        yield Rows(observation, rows, 0.0 if np.isnan(offset) else offset)


def seconds(table: Table, key: str) -> np.ndarray:
    """Give a column of seconds; NaN for cells that are empty or say NA."""
    absent = [cell.strip().lower() in ("", "na", "nan", "none") for cell in table.text(key)]
    if not any(absent):
        return table.numbers(key)
    column = table.keys.index(key) if key in table else 0
    rows = [
        [*row[:column], "", *row[column + 1 :]] if none and key in table else row
        for row, none in zip(table.rows, absent, strict=True)
    ]
    return Table(table.path, table.names, table.keys, rows, table.lines, table.separator).numbers(
        key
    )


def modifiers_of(table: Table) -> list[str]:
    """Give each row's modifiers as one text, sets parted by ``|``."""
    if "modifiers" in table:
        return [plain_modifiers(cell) for cell in table.text("modifiers")]
    keys = sorted(
        (key for key in table.keys if key.startswith("modifier_")), key=lambda key: (len(key), key)
    )
    columns = [table.text(key) for key in keys]
    return [plain_modifiers("|".join(cells).rstrip("|")) for cells in _rows_of(columns, len(table))]


def subjects_of(table: Table) -> list[str]:
    """Give each row's subject; nobody in particular is ``""``."""
    plain = (cell.strip() for cell in table.text("subject"))
    return ["" if cell == NO_SUBJECT else cell for cell in plain]


def table_ethogram(
    behaviors: Sequence[str], categories: Sequence[str], points: Iterable[str], subjects: list[str]
) -> tuple[tuple[Behavior, ...], tuple[Subject, ...]]:
    """Give the behaviours and subjects of the rows of a table, in their order."""
    pointed = set(points)
    category = dict(zip(reversed(behaviors), reversed(categories), strict=True))
    return (
        tuple(
            Behavior(name, "point" if name in pointed else "state", category=category[name])
            for name in dict.fromkeys(behaviors)
        ),
        tuple(Subject(name) for name in dict.fromkeys(subjects) if name),
    )


def carried_rows(annotations: Annotations, options: WriteOptions) -> Annotations:
    """Give what a table holds: what a project does, without the ethogram and observed intervals."""
    kept = carried(annotations, options)
    told = kept.events.assign(modifiers=[text.rstrip("|") for text in kept.events["modifiers"]])
    events = make_events(told.drop(columns="event_id"))
    known = kept.ethogram
    names = events["behavior"].tolist()
    behaviors, subjects = table_ethogram(
        names,
        [known[name].category.strip() for name in names],
        [item.name for item in known if item.kind == "point"],
        events["subject"].tolist(),
    )
    observed = [
        {"video": video, "start_frame": 0, "stop_frame": _frames(kept, video, options)}
        for video in events["video"].unique()
    ]
    return Annotations(events, make_observed(observed), Ethogram(behaviors, subjects))


def common_cells(annotations: Annotations, name: str, video: str, clock: Clock) -> dict[str, Any]:
    """Give the cells that all rows of an observation of ours share."""
    length = media_length(annotations, video, clock)
    return {
        "Observation id": name,
        "Observation date": DATE,
        "Description": "",
        "Observation duration": f"{length:.6f}",
        "Coding duration": f"{length:.6f}",
        "Observation type": "Media file",
        "Source": f"player #1:{video}",
        "Time offset (s)": "0.0",
        "Media duration (s)": f"{length:.6f}",
        "FPS": f"{clock.rate:.6f}" if np.isfinite(clock.rate) else "NA",
        "FPS (frame/s)": f"{clock.rate:.6f}" if np.isfinite(clock.rate) else "NA",
        "Media file name": video,
    }


def event_cells(event: Any, ethogram: Ethogram, sets: int) -> dict[str, Any]:
    """Give the cells of who did what."""
    parts = str(event.modifiers).split("|") if event.modifiers else []
    cells = {f"Modifier #{number}": part for number, part in enumerate(parts, start=1)}
    return {
        "Subject": event.subject or NO_SUBJECT,
        "Behavior": event.behavior,
        "Behavioral category": ethogram[str(event.behavior)].category,
        **{f"Modifier #{number}": "" for number in range(1, sets + 1)},
        **cells,
    }


def modifier_columns(annotations: Annotations) -> list[str]:
    """Name the columns of modifiers that some events need."""
    told = annotations.events["modifiers"]
    count = max((text.count("|") + 1 for text in told if text), default=0)
    return [f"Modifier #{number}" for number in range(1, count + 1)]


def _frames(kept: Annotations, video: str, options: WriteOptions) -> int:
    clock = options.clock(kept, video)
    if clock.count is not None:
        return clock.count
    length = media_length(kept, video, clock)
    return int(clock.frames(np.array([length]))[0])


def _media(table: Table, rows: Sequence[int]) -> Iterator[Media]:
    """Yield the files of the first player: those of the source, else those that rows name."""
    named = _named_files(table, rows)
    source = _first(table, ["source"], rows)
    files = _source_files(source, named) or _preamble_files(table) or named
    rates = _numbers(_first(table, _RATE_COLUMNS, rows), len(files), shared=True)
    lengths = _numbers(_first(table, _LENGTH_COLUMNS, rows), len(files), shared=False)
    for file, rate, length in zip(files, rates, lengths, strict=True):
        yield Media(file, length, rate if 0 < rate < 1e6 else None)


def _named_files(table: Table, rows: Sequence[int]) -> list[str]:
    for key in _MEDIA_COLUMNS:
        if key in table:
            cells = table.text(key)
            found = dict.fromkeys(cells[row].strip() for row in rows)
            return [name for name in found if name]
    return []


def _preamble_files(table: Table) -> list[str]:
    rows = [row for row in table.preamble if row[0].strip().casefold() == "player #1"]
    return [cell.strip() for row in rows for cell in row[1:] if cell.strip()]


def _source_files(source: str, named: Sequence[str]) -> list[str]:
    """Split ``player #1:a.mp4;b.mp4|player #2:c.mp4``, unless rows name it as a single file."""
    players = source.removeprefix("player #1:")
    if len(named) == 1 and players.strip() == named[0]:
        return list(named)
    first = players.split("|player #")[0]
    return [part.strip() for part in first.split(";") if part.strip()]


def _numbers(cell: str, count: int, shared: bool) -> list[float]:
    """Split numbers of the first player's files; a single one is that of all only if `shared`."""
    parts = [number(part.strip().replace(",", ".")) for part in cell.split("|")[0].split(";")]
    if len(parts) == 1 and shared:
        return parts * count
    return parts if len(parts) == count else [np.nan] * count


def _first(table: Table, keys: Sequence[str], rows: Sequence[int]) -> str:
    for key in keys:
        if key in table:
            return table.text(key)[rows[0]].strip()
    return ""


def _preamble(table: Table, name: str) -> str:
    for row in table.preamble:
        if row and row[0].strip().casefold() == name and len(row) > 1:
            return row[1].strip()
    return ""


def _rows_of(columns: Sequence[Sequence[str]], count: int) -> list[tuple[str, ...]]:
    return list(zip(*columns, strict=True)) if columns else [()] * count


def as_text(value: float) -> str:
    """Write seconds as BORIS does, to the millisecond."""
    return f"{value:.3f}"
