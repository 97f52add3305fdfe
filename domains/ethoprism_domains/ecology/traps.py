"""Camera traps in memory: three tables with the columns of Camtrap DP, times in UTC."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.base import Finding

# kinds of columns: text (empty where unknown), number (NaN), whole (NaN), truth, time (NaT)
DEPLOYMENTS: Mapping[str, str] = {
    **dict.fromkeys(("deploymentID", "locationID", "locationName"), "text"),
    **dict.fromkeys(("latitude", "longitude"), "number"),
    "coordinateUncertainty": "whole",
    **dict.fromkeys(("deploymentStart", "deploymentEnd"), "time"),
    **dict.fromkeys(("setupBy", "cameraID", "cameraModel"), "text"),
    "cameraDelay": "whole",
    **dict.fromkeys(("cameraHeight", "cameraDepth"), "number"),
    **dict.fromkeys(("cameraTilt", "cameraHeading"), "whole"),
    "detectionDistance": "number",
    **dict.fromkeys(("timestampIssues", "baitUse"), "truth"),
    **dict.fromkeys(("featureType", "habitat", "deploymentGroups"), "text"),
    **dict.fromkeys(("deploymentTags", "deploymentComments"), "text"),
}
MEDIA: Mapping[str, str] = {
    **dict.fromkeys(("mediaID", "deploymentID", "captureMethod"), "text"),
    "timestamp": "time",
    "filePath": "text",
    "filePublic": "truth",
    **dict.fromkeys(("fileName", "fileMediatype", "exifData"), "text"),
    "favorite": "truth",
    "mediaComments": "text",
}
OBSERVATIONS: Mapping[str, str] = {
    **dict.fromkeys(("observationID", "deploymentID", "mediaID", "eventID"), "text"),
    **dict.fromkeys(("eventStart", "eventEnd"), "time"),
    **dict.fromkeys(("observationLevel", "observationType", "cameraSetupType"), "text"),
    "scientificName": "text",
    "count": "whole",
    **dict.fromkeys(("lifeStage", "sex", "behavior", "individualID"), "text"),
    **dict.fromkeys(("individualPositionRadius", "individualPositionAngle"), "number"),
    "individualSpeed": "number",
    **dict.fromkeys(("bboxX", "bboxY", "bboxWidth", "bboxHeight"), "number"),
    **dict.fromkeys(("classificationMethod", "classifiedBy"), "text"),
    "classificationTimestamp": "time",
    "classificationProbability": "number",
    **dict.fromkeys(("observationTags", "observationComments"), "text"),
}
OFFSET = "utcOffset"  # minutes that the clock on the wall is ahead of UTC
FILE = "file"  # where a medium is on this machine; empty if it is not there
DEPLOYMENT_TABLE: Mapping[str, str] = {**DEPLOYMENTS, OFFSET: "whole"}
MEDIA_TABLE: Mapping[str, str] = {**MEDIA, OFFSET: "whole", FILE: "text"}
BLANK = "blank"
CONTENT = (BLANK, "human", "vehicle")  # what observations are of besides animals
UNIDENTIFIED = "unidentified animal"


@dataclass(frozen=True, eq=False)
class CameraTraps:
    """Deployments of cameras, what they recorded, and what was seen in that.

    Parameters
    ----------
    name
        What people call it.
    deployments
        Columns `DEPLOYMENT_TABLE`.
    media
        Columns `MEDIA_TABLE`.
    observations
        Columns `OBSERVATIONS`; one row a species and behaviour of a medium or event.
    findings
        What was odd about the files.
    metadata
        What else a package says of itself, as plain values.

    Raises
    ------
    EthoprismError
        If two rows of a table have one id.
    """

    name: str
    deployments: pd.DataFrame
    media: pd.DataFrame
    observations: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for table in (self.deployments, self.media, self.observations):
            _refuse_twins(table, self.name)

    @property
    def sites(self) -> pd.Series:
        """The site of each deployment, by its id: its location, or else the deployment itself."""
        table = self.deployments.set_index("deploymentID")
        place = table["locationID"].where(table["locationID"] != "", table["locationName"])
        return place.where(place != "", table.index.to_series()).rename("site")

    def observing(self, observations: pd.DataFrame) -> "CameraTraps":
        """Give the same footage with other observations."""
        return replace(self, observations=observations)


def make_table(records: Iterable[Mapping[str, Any]], kinds: Mapping[str, str]) -> pd.DataFrame:
    """Make one of the tables of records; what they do not tell is empty.

    Parameters
    ----------
    kinds
        `DEPLOYMENT_TABLE`, `MEDIA_TABLE` or `OBSERVATIONS`.
    """
    rows = list(records)
    columns = {name: _column([row.get(name) for row in rows], kind) for name, kind in kinds.items()}
    return pd.DataFrame(columns)


def species_of(observations: pd.DataFrame) -> pd.Series:
    """Give the species of each observation of an animal, `UNIDENTIFIED` where nobody told it.

    Empty for other observations.
    """
    animal = observations["observationType"] == "animal"
    names = observations["scientificName"].where(observations["scientificName"] != "", UNIDENTIFIED)
    return names.where(animal, "")


def _column(cells: list[Any], kind: str) -> pd.Series:
    if kind == "time":
        return pd.to_datetime(pd.Series(cells, dtype=object), utc=True).dt.as_unit("us")
    if kind in ("number", "whole"):
        return pd.Series([np.nan if cell is None else cell for cell in cells], dtype="float64")
    return pd.Series(["" if cell is None else str(cell) for cell in cells], dtype="str")


def _refuse_twins(table: pd.DataFrame, where: str) -> None:
    key = table.columns[0]
    twins = table.loc[table[key].duplicated(), key]
    if len(twins):
        raise EthoprismError(f"two rows have the {key} {twins.iloc[0]!r}", where, "rename one")
