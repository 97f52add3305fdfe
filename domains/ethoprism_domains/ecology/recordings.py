"""Camera traps as a data set: a recording a medium, labelled as a whole with what was seen in it.

The labels of a clip are blank, human or vehicle (`CONTENT`), its species, and the behaviours that
somebody told. Of an animal nobody named the species is unknown, not absent; where there are animals
and no behaviour was told, that is unknown as well. A medium of which nobody told anything, or that
somebody could not tell, was not observed.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pandas as pd

from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    empty_events,
    make_observed,
)
from ethoprism_domains.annotation.timing import frame_edges
from ethoprism_domains.base import Dataset, Finding, Recording, RecordingClock, times_of_video
from ethoprism_domains.ecology.package_writing import write_package
from ethoprism_domains.ecology.reading import DOMAIN_NAME, HABITS
from ethoprism_domains.ecology.traps import (
    CONTENT,
    FILE,
    OFFSET,
    UNIDENTIFIED,
    CameraTraps,
    species_of,
)

PACKAGE_EXPORT = "camtrap-dp-package"
_UNASSESSED = ("", "unknown", "unclassified")

Row = dict[Any, Any]


def dataset_of(traps: CameraTraps) -> Dataset:
    """Make a data set of camera traps."""
    seen, unplaced = _by_medium(traps)
    ethogram = ethogram_of(traps.observations)
    nothing = Annotations(empty_events(), make_observed([]), ethogram)
    sites = traps.sites.to_dict()
    places = traps.deployments.set_index("deploymentID")[["latitude", "longitude"]]
    where = places.to_dict("index")
    recordings = tuple(
        _recording(medium, seen.get(medium["mediaID"], []), nothing, sites, where)
        for medium in traps.media.to_dict("records")
    )
    return Dataset(
        traps.name,
        DOMAIN_NAME,
        recordings,
        ethogram,
        replace(HABITS, exports=(PACKAGE_EXPORT, "bouts-csv")),
        (*traps.findings, *unplaced),
        {PACKAGE_EXPORT: lambda folder: write_package(traps, folder)},
    )


def ethogram_of(observations: pd.DataFrame) -> Ethogram:
    """List what was seen: content, species and behaviours, told apart by their category."""
    kinds = observations["observationType"]
    content = [name for name in CONTENT if (kinds == name).any()]
    species = sorted(set(species_of(observations)) - {"", UNIDENTIFIED})
    behaviors = sorted({name for cell in observations["behavior"] for name in _behaviors(cell)})
    named = {"content": content, "species": species, "behavior": behaviors}
    taken = {
        name: Behavior(name, category=category, per_subject=False)
        for category, names in reversed(named.items())
        for name in names
    }
    return Ethogram(tuple(taken[name] for names in named.values() for name in names))


def media_of_events(traps: CameraTraps) -> pd.DataFrame:
    """Find the media that each observation of an event may be of.

    Returns
    -------
    A row for each event's observation and each medium of its deployment that was taken during the
    event, columns `observation` and `medium` (positions in the tables).
    """
    table = traps.observations
    events = table[table["mediaID"] == ""]
    media = traps.media.assign(medium=range(len(traps.media)))
    pairs = []
    for deployment, rows in events.groupby("deploymentID", sort=False):
        own = media[(media["deploymentID"] == deployment) & media["timestamp"].notna()]
        own = own.sort_values("timestamp")
        first = own["timestamp"].searchsorted(rows["eventStart"], side="left")
        last = own["timestamp"].searchsorted(rows["eventEnd"], side="right")
        for observation, start, stop in zip(rows.index, first, last, strict=True):
            pairs += [(observation, int(medium)) for medium in own["medium"].iloc[start:stop]]
    return pd.DataFrame(pairs, columns=["observation", "medium"], dtype="int64")


def _by_medium(traps: CameraTraps) -> tuple[dict[str, list[Row]], list[Finding]]:
    """Give the observations of each medium, and tell of those that are of no single one."""
    table = traps.observations
    names = traps.media["mediaID"].tolist()
    by_medium: dict[str, list[Row]] = {}
    for row in table[table["mediaID"] != ""].to_dict("records"):
        by_medium.setdefault(row["mediaID"], []).append(row)
    told = set(by_medium)
    shared: list[str] = []
    for observation, pairs in media_of_events(traps).groupby("observation"):
        media = [names[medium] for medium in pairs["medium"]]
        row = table.loc[observation].to_dict()
        if len(media) == 1 and media[0] not in told:
            by_medium.setdefault(media[0], []).append(row)
        elif not told.issuperset(media):
            shared.append(row["observationID"])
    if not shared:
        return by_medium, []
    what = f"events of several media do not tell which of them shows it, first {shared[0]!r}"
    return by_medium, [Finding("unplaced", traps.name, what, len(shared), wrong=False)]


def _recording(
    medium: Row,
    seen: list[Row],
    nothing: Annotations,
    sites: Mapping[Any, str],
    places: Mapping[Any, Mapping[Any, float]],
) -> Recording:
    name = medium["filePath"] if "://" not in medium["filePath"] else medium["mediaID"]
    video = Path(medium[FILE]) if medium[FILE] else None
    deployment = medium["deploymentID"]
    times = times_of_video(video)
    frames = len(times) if times is not None else int(medium["fileMediatype"].startswith("image"))
    span: Row = {"video": name, "start_frame": 0, "stop_frame": frames}
    if times is not None:
        span |= dict(zip(("start_s", "stop_s"), frame_edges(times)[[0, -1]].tolist(), strict=True))
    annotations = _annotations(span, seen, nothing)
    return Recording(
        name,
        video,
        annotations,
        groups={"site": sites.get(deployment, deployment), "deployment": deployment},
        clock=_clock(medium),
        metadata={"medium": medium["mediaID"], **places.get(deployment, {})},
    )


def _clock(medium: Row) -> RecordingClock | None:
    if pd.isna(medium["timestamp"]):
        return None
    zone = timezone(timedelta(minutes=0 if pd.isna(medium[OFFSET]) else medium[OFFSET]))
    return RecordingClock(start=medium["timestamp"].to_pydatetime().astimezone(zone))


def _annotations(span: Row, seen: list[Row], nothing: Annotations) -> Annotations:
    """Say what was seen of a whole clip, whose frames are `span`."""
    assessed = [row for row in seen if row["observationType"] not in _UNASSESSED]
    if not span["stop_frame"] or not assessed:
        return nothing
    told = [span | {"kind": "state"} | event for event in _events(assessed, nothing.ethogram)]
    return Annotations(pd.DataFrame(told), make_observed([span]), nothing.ethogram)


def _events(assessed: list[Row], ethogram: Ethogram) -> list[Row]:
    """Say each thing once, and what is unknown besides."""
    present: dict[str, Row] = {}
    for row in assessed:
        for name in _names(row):
            present.setdefault(name, {"behavior": name, "judgement": "present"} | _provenance(row))
    kinds = {item.name: item.category for item in ethogram}
    animals = [row for row in assessed if row["observationType"] == "animal"]
    unknown = set()
    if any(not row["scientificName"] for row in animals):
        unknown.add("species")
    if animals and not any(kinds[name] == "behavior" for name in present):
        unknown.add("behavior")
    unsure = [name for name, kind in kinds.items() if kind in unknown and name not in present]
    return [*present.values(), *({"behavior": name, "judgement": "unsure"} for name in unsure)]


def _names(row: Row) -> list[str]:
    if row["observationType"] in CONTENT:
        return [row["observationType"]]
    species = [row["scientificName"]] if row["scientificName"] else []
    return [*species, *_behaviors(row["behavior"])]


def _behaviors(cell: str) -> list[str]:
    return [name.strip() for name in cell.split("|") if name.strip()]


def _provenance(row: Row) -> Row:
    automated = row["classificationMethod"] == "machine"
    return {
        "labeling_method": "automated" if automated else "manual",
        "model" if automated else "annotator": row["classifiedBy"],
        "confidence": row["classificationProbability"],
    }
