"""Camera traps to a package of Camtrap DP 1.0.2, and what of them it cannot hold."""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path, write_text
from ethoprism_domains.ecology.independence import Independence, event_numbers
from ethoprism_domains.ecology.package import PACKAGE
from ethoprism_domains.ecology.times import write_time
from ethoprism_domains.ecology.traps import (
    DEPLOYMENTS,
    FILE,
    MEDIA,
    OBSERVATIONS,
    OFFSET,
    UNIDENTIFIED,
    CameraTraps,
    species_of,
)
from ethoprism_domains.formats.losses import LossCounter, LossReport

VERSION = "1.0.2"
_SCHEMAS = f"https://raw.githubusercontent.com/tdwg/camtrap-dp/{VERSION}/"
_TABLES: Mapping[str, Mapping[str, str]] = {
    "deployments": DEPLOYMENTS,
    "media": MEDIA,
    "observations": OBSERVATIONS,
}
_REQUIRED = {
    "deployments": ("latitude", "longitude", "deploymentStart", "deploymentEnd"),
    "media": ("timestamp", "filePath", "fileMediatype"),
    "observations": ("eventStart", "eventEnd", "observationLevel", "observationType"),
}
_INSTANTS = ("classificationTimestamp",)  # of no place: written in UTC


def write_package(traps: CameraTraps, out: str | Path) -> LossReport:
    """Write a package into a folder: three tables, then ``datapackage.json``, each whole.

    Times are written on the clock on the wall of their deployment, with their offset from UTC.
    Observations without an `eventID` get that of their independent event (`with_event_ids`).

    Returns
    -------
    What the package cannot hold, and what it lacks to be valid because nobody knows it.

    Raises
    ------
    EthoprismError
        If a package is there already, or cannot be written.
    """
    folder = Path(out)
    if (folder / PACKAGE).exists():
        raise EthoprismError("there is a package already", folder, "choose another folder")
    whole = with_event_ids(traps)
    losses = LossCounter()
    _count_losses(whole, folder, losses)
    offsets = _offsets(whole)
    for name, kinds in _TABLES.items():
        table = getattr(whole, name)
        _write_table(folder / f"{name}.csv", table, kinds, table["deploymentID"].map(offsets))
    described = json.dumps(_described(whole), indent=2, ensure_ascii=False, allow_nan=False)
    write_text(folder / PACKAGE, described + "\n")
    return losses.report()


def with_event_ids(traps: CameraTraps, choice: Independence | None = None) -> CameraTraps:
    """Give each observation that has no `eventID` one, after its independent event.

    Species (and what is no animal) of one deployment are grouped by themselves. What has no time is
    an event of its own.
    """
    table = traps.observations
    missing = (table["eventID"] == "").to_numpy()
    if not missing.any():
        return traps
    species = species_of(table)
    records = pd.DataFrame(
        {
            "deployment": table["deploymentID"],
            "species": species.where(species != "", table["observationType"]),
            "start": table["eventStart"],
            "stop": table[["eventStart", "eventEnd"]].max(axis=1),
        }
    )[missing]
    timed = records["start"].notna().to_numpy()
    choice = choice or Independence(place="deployment")
    numbers = np.full(len(records), -1)
    numbers[timed] = event_numbers(records[timed], choice)
    numbers[~timed] = numbers.max(initial=-1) + 1 + np.arange((~timed).sum())
    taken = set(table["eventID"])
    names = [f"event-{number + 1}" for number in numbers]
    names = [f"{name}-e" if name in taken else name for name in names]
    return traps.observing(
        table.assign(
            eventID=table["eventID"].mask(missing, pd.Series(names, index=table.index[missing]))
        )
    )


def _count_losses(traps: CameraTraps, folder: Path, losses: LossCounter) -> None:
    for name, kinds in _TABLES.items():
        table = getattr(traps, name)
        for column in _REQUIRED[name]:
            empty = table[column].isna() | (table[column].astype("str") == "")
            if empty.any():
                what = f"{name} without {column}, which the format requires"
                losses.add(what, table.loc[empty].iloc[0, 0], int(empty.sum()))
        for column in (column for column, kind in kinds.items() if kind == "time"):
            parts = table[column].notna() & (table[column] != table[column].dt.floor("s"))
            losses.add("fractions of seconds of times", column, int(parts.sum()))
    outside = [path for path in traps.media[FILE] if path and not _is_below(Path(path), folder)]
    losses.add("files that lie outside the package: copy them into it", *_first(outside))
    for finding in traps.findings:
        if finding.kind == "not read":
            losses.add(f"things not read ({finding.what})", finding.where, finding.count)


def _first(paths: Sequence[str]) -> tuple[str, int]:
    return (paths[0] if paths else "", len(paths))


def _is_below(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _offsets(traps: CameraTraps) -> dict[str, int]:
    """Give how far the wall's clock is ahead of UTC at each deployment, in minutes."""
    table = traps.deployments
    return dict(zip(table["deploymentID"], table[OFFSET].fillna(0).astype(int), strict=True))


def _write_table(
    path: Path, table: pd.DataFrame, kinds: Mapping[str, str], offsets: pd.Series
) -> None:
    own = table[OFFSET].fillna(offsets) if OFFSET in table else offsets
    minutes = own.fillna(0).astype(int).tolist()
    columns = [
        _cells(table[name], kind, [0] * len(table) if name in _INSTANTS else minutes)
        for name, kind in kinds.items()
    ]
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(list(kinds))
        # a lone carriage return in a comment is quoted only where everything is
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerows(zip(*columns, strict=True))


def _cells(column: pd.Series, kind: str, offsets: list[int]) -> list[str]:
    if kind == "time":
        pairs = zip(column, offsets, strict=True)
        return ["" if pd.isna(time) else write_time(time, offset) for time, offset in pairs]
    if kind == "whole":
        return ["" if np.isnan(number) else f"{number:.0f}" for number in column]
    if kind == "number":
        return ["" if np.isnan(number) else f"{number:.12g}" for number in column]
    return column.tolist()


def _described(traps: CameraTraps) -> dict[str, Any]:
    known = dict(traps.metadata)
    resources = [
        {
            "name": name,
            "path": f"{name}.csv",
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": f"{_SCHEMAS}{name}-table-schema.json",
        }
        for name in _TABLES
    ]
    own = {
        "resources": resources,
        "profile": f"{_SCHEMAS}camtrap-dp-profile.json",
        "name": re.sub(r"[^a-z0-9._-]+", "-", traps.name.casefold()).strip("-") or "camera-traps",
        "created": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "temporal": _temporal(traps),
        "taxonomic": _taxonomic(traps, known.pop("taxonomic", None)),
    }
    told = {
        "title": traps.name,
        "contributors": [{"title": "not told", "role": "contributor"}],
        "project": _project(traps),
        "spatial": _spatial(traps),
    }
    return {**told, **known, **own}


def _project(traps: CameraTraps) -> dict[str, Any]:
    methods = sorted(set(traps.media["captureMethod"]) - {""}) or ["activityDetection"]
    return {
        "title": traps.name,
        "samplingDesign": "opportunistic",
        "captureMethod": methods,
        "individualAnimals": bool((traps.observations["individualID"] != "").any()),
        "observationLevel": sorted(set(traps.observations["observationLevel"]) - {""}),
    }


def _temporal(traps: CameraTraps) -> dict[str, str]:
    times = pd.concat(
        [
            traps.deployments["deploymentStart"],
            traps.deployments["deploymentEnd"],
            traps.media["timestamp"],
        ]
    ).dropna()
    if times.empty:
        return {"start": "1970-01-01", "end": "1970-01-01"}
    return {"start": times.min().strftime("%Y-%m-%d"), "end": times.max().strftime("%Y-%m-%d")}


def _spatial(traps: CameraTraps) -> dict[str, Any]:
    """Give the rectangle around all deployments, as GeoJSON."""
    places = traps.deployments[["longitude", "latitude"]].dropna().to_numpy()
    if not len(places):
        return {"type": "Polygon", "coordinates": []}
    (west, south), (east, north) = places.min(axis=0).tolist(), places.max(axis=0).tolist()
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [corners]}


def _taxonomic(traps: CameraTraps, known: object) -> list[dict[str, Any]]:
    listed = known if isinstance(known, list) else []
    told = {entry["scientificName"]: entry for entry in listed if "scientificName" in entry}
    species = sorted(set(species_of(traps.observations)) - {"", UNIDENTIFIED})
    return [told.get(name, {"scientificName": name}) for name in species]
