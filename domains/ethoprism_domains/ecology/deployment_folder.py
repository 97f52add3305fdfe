"""A plain folder of camera traps: a folder a site, in it the clips, or folders of deployments.

Two tables may lie beside the sites. ``deployments.csv`` has a row a deployment: `deployment` (its
folder), and as far as known `site`, `latitude`, `longitude`, `start`, `end`, `time_zone` (a place
or an offset), `clock_ahead_s` (seconds by which the camera's clock was ahead), `camera`. In
``clips.csv`` (or ``labels.csv``) is a row for each species and behaviour seen in a clip: `file`,
`species` (or `label`: ``blank``, ``human`` and ``vehicle`` are told apart), and as far as known
`time`, `behavior`, `count`, `annotator`, `comment`. A clip without a time there has the one in its
name.
"""

import mimetypes
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.base import Finding, times_of_video
from ethoprism_domains.ecology.deployment_tables import (
    DEPLOYMENTS_FILE,
    ClipRow,
    Deployed,
    read_clip_rows,
    read_deployments,
)
from ethoprism_domains.ecology.finding import check_traps, media_files
from ethoprism_domains.ecology.times import Placed, place, read_time
from ethoprism_domains.ecology.traps import (
    DEPLOYMENT_TABLE,
    FILE,
    MEDIA_TABLE,
    OBSERVATIONS,
    OFFSET,
    CameraTraps,
    make_table,
)

_KINDS = {
    **dict.fromkeys(("blank", "empty", "nothing", "none"), "blank"),
    **dict.fromkeys(("human", "person", "homo sapiens"), "human"),
    "vehicle": "vehicle",
    **dict.fromkeys(("unknown", "unclear"), "unknown"),
}
_NO_NAME = ("animal", "unidentified", "unidentified animal")
_IN_NAME = re.compile(
    r"(?<!\d)(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)[-_T ]?(\d\d)[-_.h]?(\d\d)[-_.m]?(\d\d)(?!\d)"
)
_TOLD = {
    "no time zone": "times without a time zone are taken for UTC: sun time will be wrong",
    "ambiguous time": "daylight saving repeats this hour: the first of both is taken",
    "skipped time": "daylight saving leaves this hour out: the camera's clock was not set anew",
    "missing file": "rows of a clip that is not there",
    "no row": "clips that the table of labels does not list are taken for unlabelled",
}
_REMARKS = ("ambiguous time",)


def is_deployment_folder(path: Path) -> bool:
    """Say whether it is a folder with a table of deployments, and no package."""
    table = path / DEPLOYMENTS_FILE
    return path.is_dir() and table.is_file() and not (path / "datapackage.json").exists()


def read_deployment_folder(path: str | Path) -> CameraTraps:
    """Read a folder of deployments.

    Raises
    ------
    EthoprismError
        If there is no clip, or a table is damaged. What is merely odd is among the findings.
    """
    folder = Path(path)
    rows = read_clip_rows(folder)
    files = [file.relative_to(folder) for file in media_files(folder)]
    names = [file.as_posix() for file in files if len(file.parts) > 1]
    if not names:
        remedy = "put the clips into a folder for each site"
        raise EthoprismError("there are no clips in folders of sites", folder, remedy)
    read = _Folder(folder, read_deployments(folder), rows or {})
    media = [read.medium(name) for name in names]
    observations = [row for medium in media for row in read.observations(medium)]
    if rows is not None:
        read.compare(names)
    read.remember_empty(media)
    traps = CameraTraps(
        folder.resolve().name,
        make_table(read.deployment_rows(), DEPLOYMENT_TABLE),
        make_table(media, MEDIA_TABLE),
        make_table(observations, OBSERVATIONS),
        tuple(read.findings()),
    )
    return check_traps(traps, folder)


@dataclass
class _Folder:
    """What is known while the folder is read, and what was odd."""

    folder: Path
    deployments: dict[str, Deployed]
    rows: dict[str, list[ClipRow]]
    odd: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: dict[tuple[str, str], str] = field(default_factory=dict)
    listed: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.listed = frozenset(self.deployments)

    def medium(self, name: str) -> dict[str, Any]:
        """Describe a clip, named by its path below the folder."""
        deployed = self._deployment(name)
        told = [row.time for row in self.rows.get(name, ()) if row.time is not None]
        time = told[0] if told else _time_in(PurePosixPath(name).name)
        placed = self._place(time, deployed, name, deployed.ahead)
        kind = mimetypes.guess_type(name)[0] or "video/unknown"
        return {
            "mediaID": name,
            "deploymentID": deployed.name,
            "captureMethod": "activityDetection",
            "timestamp": None if placed is None else placed.instant,
            "filePath": name,
            "filePublic": "false",
            "fileName": PurePosixPath(name).name,
            "fileMediatype": kind,
            OFFSET: None if placed is None else placed.offset,
            FILE: str(self.folder / name),
        }

    def observations(self, medium: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Say what was seen in a clip: a row for each row of the table."""
        name, start = medium["mediaID"], medium["timestamp"]
        end = start
        if start is not None and not medium["fileMediatype"].startswith("image"):
            end = start + _lasting(Path(medium[FILE]))
        for number, row in enumerate(self.rows.get(name, ()), 1):
            kind = _KINDS.get(row.species.casefold(), "animal")
            nameless = kind != "animal" or row.species.casefold() in _NO_NAME
            yield {
                "observationID": f"{name}:{number}",
                "deploymentID": medium["deploymentID"],
                "mediaID": name,
                "eventStart": start,
                "eventEnd": end,
                "observationLevel": "media",
                "observationType": kind if row.species or row.behavior else "unclassified",
                "scientificName": "" if nameless else row.species,
                "count": row.count,
                "behavior": row.behavior,
                "classificationMethod": "human",
                "classifiedBy": row.annotator,
                "observationComments": row.comment,
            }

    def compare(self, names: Iterable[str]) -> None:
        """Note clips without a row, and rows without a clip."""
        there = set(names)
        for name in there - set(self.rows):
            self._note("no row", self._deployment(name).name, name)
        for name in sorted(set(self.rows) - there):
            self._note("missing file", self._deployment(name).name, name)

    def remember_empty(self, media: list[dict[str, Any]]) -> None:
        """Note deployments of the table that recorded nothing: their effort counts all the same."""
        for name in set(self.deployments) - {medium["deploymentID"] for medium in media}:
            self._note("no clip", name, name)

    def deployment_rows(self) -> Iterator[dict[str, Any]]:
        """Describe the deployments."""
        for deployed in self.deployments.values():
            start, end = (
                self._place(time, deployed, side)
                for side, time in (("its start", deployed.start), ("its end", deployed.end))
            )
            known = start or end
            yield {
                "deploymentID": deployed.name,
                "locationID": deployed.site,
                "latitude": deployed.latitude,
                "longitude": deployed.longitude,
                "deploymentStart": None if start is None else start.instant,
                "deploymentEnd": None if end is None else end.instant,
                "cameraID": deployed.camera,
                OFFSET: 0 if known is None else known.offset,
            }

    def findings(self) -> Iterator[Finding]:
        """Tell what was odd, once a deployment."""
        told = {**_TOLD, "no clip": "it recorded nothing"}
        for (kind, where), count in self.odd.items():
            what = f"{told[kind]}, first {self.first[kind, where]!r}"
            yield Finding(kind, where, what, count, kind not in (*_REMARKS, "no clip"))

    def _deployment(self, name: str) -> Deployed:
        """Find the deployment of a clip: the deepest folder that the table knows, or its own."""
        above = [path.as_posix() for path in PurePosixPath(name).parents][:-1]
        known = next((path for path in above if path in self.listed), None)
        if known is None:
            known = "/".join(PurePosixPath(name).parts[:-1][:2])
            self.deployments.setdefault(known, Deployed(known, PurePosixPath(name).parts[0]))
        return self.deployments[known]

    def _place(
        self, time: datetime | None, deployed: Deployed, name: str, ahead: timedelta = timedelta()
    ) -> Placed | None:
        if time is None:
            return None
        zone = deployed.zone
        if zone is None and time.tzinfo is None:
            self._note("no time zone", deployed.name, name)
            zone = UTC
        placed = place(time, zone, ahead)
        if placed.doubt:
            self._note(f"{placed.doubt} time", deployed.name, name)
        return placed

    def _note(self, kind: str, where: str, name: str) -> None:
        self.odd[kind, where] += 1
        self.first.setdefault((kind, where), name)


def _time_in(name: str) -> datetime | None:
    """Read a time such as 20260501_213000 in a file's name."""
    found = _IN_NAME.search(name)
    if found is None:
        return None
    year, month, day, *rest = found.groups()
    return read_time(f"{year}-{month}-{day}T{':'.join(rest)}")


def _lasting(path: Path) -> timedelta:
    times = times_of_video(path)
    return timedelta(seconds=float(times[-1])) if times is not None and len(times) else timedelta()
