"""Packages of Camtrap DP 1.0: ``datapackage.json``, and tables of deployments, media, observations.

Layout: https://camtrap-dp.tdwg.org. The tables lie where the package says, or under their own
names beside it. Media that lie on a server are known by their address alone.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.base import Finding
from ethoprism_domains.ecology.finding import check_traps
from ethoprism_domains.ecology.traps import (
    DEPLOYMENT_TABLE,
    DEPLOYMENTS,
    FILE,
    MEDIA,
    MEDIA_TABLE,
    OBSERVATIONS,
    OFFSET,
    CameraTraps,
    make_table,
)
from ethoprism_domains.formats.camtrap_dp.media import moment
from ethoprism_domains.formats.content import read_json
from ethoprism_domains.formats.tables import Table, header_key, read_table

PACKAGE = "datapackage.json"
_TABLES = ("deployments", "media", "observations")
_NEEDED = {
    "deployments": ("deploymentid",),
    "media": ("mediaid", "deploymentid", "timestamp", "filepath"),
    "observations": ("observationid", "deploymentid", "eventstart", "eventend", "observationtype"),
}


def package_file(path: Path) -> Path:
    """Give the description of a package that is named by its folder or by that file."""
    return path / PACKAGE if path.is_dir() else path


def is_package(path: Path) -> bool:
    """Say whether there is a package, by its profile or its tables."""
    file = package_file(path)
    if file.name != PACKAGE or not file.is_file():
        return False
    try:
        paths = _paths(file, read_json(file))
    except EthoprismError:
        return False
    return all(paths[name].is_file() for name in _TABLES)


def read_package(path: str | Path) -> CameraTraps:
    """Read a package, given by its folder or its ``datapackage.json``.

    Raises
    ------
    EthoprismError
        If a file is missing or damaged, a time has no time zone, or two rows have one id. What is
        merely odd is among the findings.
    """
    file = package_file(Path(path))
    described = read_json(file)
    paths = _paths(file, described)
    tables = {name: _read(paths[name], _NEEDED[name]) for name in _TABLES}
    media = list(_media(tables["media"], file.parent))
    offsets = {row["deploymentID"]: row[OFFSET] for row in reversed(media)}
    deployments = list(_deployments(tables["deployments"], offsets))
    traps = CameraTraps(
        str(described.get("name") or file.resolve().parent.name),
        make_table(deployments, DEPLOYMENT_TABLE),
        make_table(media, MEDIA_TABLE),
        make_table(_rows(tables["observations"], OBSERVATIONS), OBSERVATIONS),
        tuple(_unread(described, tables)),
        {name: value for name, value in described.items() if name != "resources"},
    )
    return check_traps(traps, file.parent)


def _paths(file: Path, described: object) -> dict[str, Path]:
    if not isinstance(described, dict):
        raise EthoprismError("no description of a package", file, "export it again")
    paths = {name: file.parent / f"{name}.csv" for name in _TABLES}
    listed = described.get("resources")
    for resource in listed if isinstance(listed, list) else []:
        told = resource.get("path") if isinstance(resource, dict) else None
        if told is not None and resource.get("name") in paths:
            if not isinstance(told, str) or "://" in told:
                remedy = "download the whole package into one folder"
                raise EthoprismError(f"its {resource['name']} are not here", file, remedy)
            paths[resource["name"]] = file.parent / told
    return paths


def _read(path: Path, needed: tuple[str, ...]) -> Table:
    table = read_table(path)
    missing = [key for key in needed if key not in table]
    if missing:
        raise EthoprismError(f"no column {missing[0]!r}", path, "give a table of Camtrap DP 1.0")
    return table


def _rows(table: Table, kinds: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Give the cells of each row as what their columns are; None where one is empty."""
    keys = {name: header_key(name) for name in kinds if header_key(name) in table}
    numbers = {
        name: table.numbers(key) for name, key in keys.items() if kinds[name] in ("number", "whole")
    }
    texts = {name: table.text(key) for name, key in keys.items()}
    for row in range(len(table)):
        cells: dict[str, Any] = {}
        for name, key in keys.items():
            if name in numbers:
                cells[name] = numbers[name][row]
            elif kinds[name] == "time":
                cells[name] = moment(table, row, key) if texts[name][row].strip() else None
            else:
                cells[name] = texts[name][row].strip()
        yield cells


def _media(table: Table, folder: Path) -> Iterator[dict[str, Any]]:
    for row in _rows(table, MEDIA):
        path = folder / row["filePath"]
        here = row["filePath"] and "://" not in row["filePath"] and path.is_file()
        yield row | {OFFSET: _offset(row["timestamp"]), FILE: str(path) if here else ""}


def _deployments(table: Table, offsets: dict[str, float]) -> Iterator[dict[str, Any]]:
    for row in _rows(table, DEPLOYMENTS):
        own = _offset(row.get("deploymentStart"))
        yield row | {OFFSET: own if np.isfinite(own) else offsets.get(row["deploymentID"], 0.0)}


def _offset(time: datetime | None) -> float:
    span = None if time is None else time.utcoffset()
    return np.nan if span is None else span.total_seconds() / 60


def _unread(described: dict[str, Any], tables: dict[str, Table]) -> Iterator[Finding]:
    """Tell of what there is beside the model of Camtrap DP."""
    kinds = {"deployments": DEPLOYMENTS, "media": MEDIA, "observations": OBSERVATIONS}
    for name, table in tables.items():
        known = {header_key(column) for column in kinds[name]}
        others = [column for column, key in zip(table.names, table.keys, strict=True) if key]
        others = [column for column in others if header_key(column) not in known]
        if others:
            told = f"columns that Camtrap DP does not have are not read: {', '.join(others)}"
            yield Finding("not read", table.path.name, told, len(others), wrong=False)
    for resource in described.get("resources", ()):
        if isinstance(resource, dict) and resource.get("name") not in _TABLES:
            told = f"the table {resource.get('name')!r} is not of Camtrap DP, and is not read"
            yield Finding("not read", PACKAGE, told, wrong=False)
