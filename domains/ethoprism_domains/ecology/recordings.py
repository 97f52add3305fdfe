"""Camera traps as a data set: a recording a medium, labelled as a whole with what was seen in it.

The labels of a clip are blank, human or vehicle (`CONTENT`), its species, and the behaviours that
somebody told. Of an animal nobody named the species is unknown, not absent; where there are animals
and no behaviour was told, that is unknown as well. A medium of which nobody told anything, or that
somebody could not tell, was not observed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta, timezone
from pathlib import Path

import pandas as pd

from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    empty_events,
    make_observed,
    with_seconds,
)
from ethoprism_domains.base import Dataset, Finding, Recording, RecordingClock, times_of_video
from ethoprism_domains.ecology.reading import DOMAIN_NAME, HABITS
from ethoprism_domains.ecology.traps import FILE, OFFSET, UNIDENTIFIED, CameraTraps

BLANK = "blank"
CONTENT = (BLANK, "human", "vehicle")
_UNASSESSED = ("", "unknown", "unclassified")


def dataset_of(traps: CameraTraps) -> Dataset:
    """Make a data set of camera traps."""
    seen, unplaced = _by_medium(traps)
    ethogram = ethogram_of(traps.observations)
    sites = traps.sites
    places = traps.deployments.set_index("deploymentID")[["latitude", "longitude"]]
    recordings = tuple(
        _recording(row, seen.get(row["mediaID"]), ethogram, sites, places)
        for row in traps.media.to_dict("records")
    )
    return Dataset(
        traps.name, DOMAIN_NAME, recordings, ethogram, HABITS, (*traps.findings, *unplaced)
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


def species_of(observations: pd.DataFrame) -> pd.Series:
    """Give the species of each observation of an animal, `UNIDENTIFIED` where nobody told it.

    Empty for other observations.
    """
    animal = observations["observationType"] == "animal"
    names = observations["scientificName"].where(observations["scientificName"] != "", UNIDENTIFIED)
    return names.where(animal, "")


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


def _by_medium(traps: CameraTraps) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """Give the observations of each medium, and tell of those that are of no single one."""
    table = traps.observations
    direct = table[table["mediaID"] != ""]
    pairs = media_of_events(traps)
    alone = pairs[~pairs["observation"].duplicated(keep=False)]
    named = traps.media["mediaID"].iloc[alone["medium"]].to_numpy()
    placed = table.loc[alone["observation"]].assign(mediaID=named)
    placed = placed[~placed["mediaID"].isin(direct["mediaID"])]
    events = table[table["mediaID"] == ""]
    told = set(direct["mediaID"])
    shared = pairs[pairs["observation"].duplicated(keep=False)]
    unlabelled = {
        observation
        for observation, medium in shared.itertuples(index=False)
        if traps.media["mediaID"].iloc[medium] not in told
    }
    found = pd.concat([direct, placed])
    by_medium = {str(medium): rows for medium, rows in found.groupby("mediaID", sort=False)}
    if not unlabelled:
        return by_medium, []
    first = events.loc[min(unlabelled), "observationID"]
    what = f"observations of events with several media do not tell which shows it, first {first!r}"
    return by_medium, [Finding("unplaced", traps.name, what, len(unlabelled), wrong=False)]


def _recording(
    medium: dict,
    seen: pd.DataFrame | None,
    ethogram: Ethogram,
    sites: pd.Series,
    places: pd.DataFrame,
) -> Recording:
    name = medium["filePath"] if "://" not in medium["filePath"] else medium["mediaID"]
    video = Path(medium[FILE]) if medium[FILE] else None
    deployment = medium["deploymentID"]
    times = times_of_video(video)
    picture = medium["fileMediatype"].startswith("image")
    frames = len(times) if times is not None else int(picture)
    annotations = _annotations(name, seen, frames, ethogram)
    if times is not None:
        events = with_seconds(annotations.events, times)
        annotations = replace(annotations, events=events)
    place = places.loc[deployment].to_dict() if deployment in places.index else {}
    return Recording(
        name,
        video,
        annotations,
        groups={"site": str(sites.get(deployment, deployment)), "deployment": deployment},
        clock=_clock(medium),
        metadata={"medium": medium["mediaID"], **place},
    )


def _clock(medium: dict) -> RecordingClock | None:
    if pd.isna(medium["timestamp"]):
        return None
    zone = timezone(timedelta(minutes=0 if pd.isna(medium[OFFSET]) else medium[OFFSET]))
    return RecordingClock(start=medium["timestamp"].to_pydatetime().astimezone(zone))


def _annotations(
    name: str, seen: pd.DataFrame | None, frames: int, ethogram: Ethogram
) -> Annotations:
    nothing = Annotations(empty_events(), make_observed([]), ethogram)
    if seen is None or not frames:
        return nothing
    assessed = seen[~seen["observationType"].isin(_UNASSESSED)]
    if assessed.empty:
        return nothing
    span = {"video": name, "start_frame": 0, "stop_frame": frames}
    told = [span | {"kind": "state"} | event for event in _events(assessed, ethogram)]
    return Annotations(pd.DataFrame(told), make_observed([span]), ethogram)


@dataclass(frozen=True)
class _Said:
    """Who says what of a medium."""

    behavior: str
    judgement: str
    labeling_method: str = "manual"
    annotator: str = ""
    model: str = ""
    confidence: float = float("nan")

    def to_mapping(self) -> dict[str, object]:
        return dict(vars(self))


def _events(assessed: pd.DataFrame, ethogram: Ethogram) -> Iterator[dict[str, object]]:
    """Say each thing once, and what is unknown besides."""
    present: dict[str, _Said] = {}
    for row in assessed.to_dict("records"):
        for name in _names(row):
            present.setdefault(name, _said(name, row))
    yield from (said.to_mapping() for said in present.values())
    kinds = {item.name: item.category for item in ethogram}
    unknown: list[str] = []
    animals = assessed[assessed["observationType"] == "animal"]
    if (species_of(animals) == UNIDENTIFIED).any():
        unknown += _of_kind(kinds, "species")
    if len(animals) and not any(kinds[name] == "behavior" for name in present):
        unknown += _of_kind(kinds, "behavior")
    yield from (_Said(name, "unsure").to_mapping() for name in unknown if name not in present)


def _names(row: dict) -> list[str]:
    if row["observationType"] in CONTENT:
        return [row["observationType"]]
    species = [row["scientificName"]] if row["scientificName"] else []
    return [*species, *_behaviors(row["behavior"])]


def _behaviors(cell: str) -> list[str]:
    return [name.strip() for name in cell.split("|") if name.strip()]


def _said(name: str, row: dict) -> _Said:
    automated = row["classificationMethod"] == "machine"
    by = row["classifiedBy"]
    return _Said(
        name,
        "present",
        "automated" if automated else "manual",
        "" if automated else by,
        by if automated else "",
        row["classificationProbability"],
    )


def _of_kind(kinds: dict[str, str], kind: str) -> Sequence[str]:
    return [name for name, own in kinds.items() if own == kind]
