"""The tables that may lie in a plain folder of camera traps: deployments, and what clips show."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path, PurePosixPath

import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.ecology.times import find_zone, read_time
from ethoprism_domains.formats.tables import Table, read_table

DEPLOYMENTS_FILE = "deployments.csv"
CLIP_FILES = ("clips.csv", "labels.csv")
_SPELLINGS = {
    "deployment": ("deployment", "deploymentid", "folder"),
    "site": ("site", "locationid", "location", "locationname"),
    "start": ("start", "deploymentstart"),
    "end": ("end", "deploymentend"),
    "time_zone": ("time_zone", "timezone"),
    "camera": ("camera", "cameraid"),
    "file": ("file", "filepath", "filename", "video", "clip"),
    "time": ("time", "timestamp", "datetime"),
    "species": ("species", "label", "scientificname"),
    "annotator": ("annotator", "classifiedby", "observer"),
}


@dataclass(frozen=True)
class Deployed:
    """One deployment, as its row tells.

    Parameters
    ----------
    name
        Its folder, below that of all.
    start, end
        By the watch of who set it up, with or without a time zone.
    zone
        Of that watch and of the camera's clock; None if nothing tells it.
    ahead
        How far the camera's clock was ahead of the true time.
    """

    name: str
    site: str
    latitude: float = float("nan")
    longitude: float = float("nan")
    start: datetime | None = None
    end: datetime | None = None
    zone: tzinfo | None = None
    ahead: timedelta = timedelta()
    camera: str = ""


@dataclass(frozen=True)
class ClipRow:
    """What one row says of a clip; empty where it says nothing."""

    time: datetime | None
    species: str
    behavior: str
    count: float
    annotator: str
    comment: str


def read_deployments(folder: Path) -> dict[str, Deployed]:
    """Read ``deployments.csv`` of a folder, by the deployments' names; empty if there is none.

    Raises
    ------
    EthoprismError
        Naming the line, if a cell is not what it should be.
    """
    path = folder / DEPLOYMENTS_FILE
    if not path.is_file():
        return {}
    table = read_table(path)
    numbers = {name: table.numbers(name) for name in ("latitude", "longitude", "clock_ahead_s")}
    found: dict[str, Deployed] = {}
    for row, cell in enumerate(_texts(table, "deployment", needed=True)):
        name = _as_path(cell)
        if name in found or not name:
            told = f"the deployment {name!r} stands there twice" if name else "no deployment named"
            raise table.error(row, told)
        site = _texts(table, "site")[row] or PurePosixPath(name).parts[0]
        found[name] = Deployed(
            name,
            site,
            _within(table, row, "latitude", numbers["latitude"], 90),
            _within(table, row, "longitude", numbers["longitude"], 180),
            _time(table, row, "start"),
            _time(table, row, "end"),
            _zone(table, row),
            timedelta(seconds=float(np.nan_to_num(numbers["clock_ahead_s"][row]))),
            _texts(table, "camera")[row],
        )
    return found


def read_clip_rows(folder: Path) -> dict[str, list[ClipRow]] | None:
    """Read ``clips.csv`` or ``labels.csv`` of a folder, by the clips' paths; None without one.

    Raises
    ------
    EthoprismError
        Naming the line, if a cell is not what it should be.
    """
    path = next((folder / name for name in CLIP_FILES if (folder / name).is_file()), None)
    if path is None:
        return None
    table = read_table(path)
    counts = table.numbers("count")
    columns = {
        key: _texts(table, key) for key in ("species", "behavior", "annotator", "comment", "time")
    }
    found: dict[str, list[ClipRow]] = {}
    for row, name in enumerate(_texts(table, "file", needed=True)):
        told = ClipRow(
            _time(table, row, "time"),
            columns["species"][row],
            columns["behavior"][row],
            float(counts[row]),
            columns["annotator"][row],
            columns["comment"][row],
        )
        found.setdefault(_as_path(name), []).append(told)
    return found


def _texts(table: Table, name: str, needed: bool = False) -> list[str]:
    """Give a column by any of its spellings, stripped."""
    keys = [key for key in _SPELLINGS.get(name, (name,)) if key in table]
    if needed and not keys:
        raise EthoprismError(f"no column {name!r}", table.path, "add it")
    return [cell.strip() for cell in table.text(keys[0] if keys else name)]


def _time(table: Table, row: int, name: str) -> datetime | None:
    cell = _texts(table, name)[row]
    found = read_time(cell) if cell else None
    if cell and found is None:
        raise table.error(row, f"{name} {cell!r} is no time", "write it like 2026-05-01T21:30:00")
    return found


def _zone(table: Table, row: int) -> tzinfo | None:
    cell = _texts(table, "time_zone")[row]
    return find_zone(cell, f"{table.path}, line {table.lines[row]}") if cell else None


def _within(table: Table, row: int, name: str, values: np.ndarray, limit: int) -> float:
    if abs(values[row]) > limit:
        raise table.error(row, f"{name} {values[row]:g} is beyond {limit} degrees")
    return float(values[row])


def _as_path(cell: str) -> str:
    return "/".join(part for part in cell.replace("\\", "/").split("/") if part not in ("", "."))
