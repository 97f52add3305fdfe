"""Events to observations of Camtrap DP."""

import csv
from collections.abc import Hashable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation import Annotations, derive_ethogram
from ethoprism_domains.formats.base import WriteOptions
from ethoprism_domains.formats.camtrap_dp.media import Medium, join_tags, media_beside
from ethoprism_domains.formats.camtrap_dp.read import OBSERVED
from ethoprism_domains.formats.clocks import Clock

COLUMNS = (
    *("observationID", "deploymentID", "mediaID", "eventID", "eventStart", "eventEnd"),
    *("observationLevel", "observationType", "cameraSetupType", "scientificName", "count"),
    *("lifeStage", "sex", "behavior", "individualID", "individualPositionRadius"),
    *("individualPositionAngle", "individualSpeed", "bboxX", "bboxY", "bboxWidth", "bboxHeight"),
    *("classificationMethod", "classifiedBy", "classificationTimestamp"),
    *("classificationProbability", "observationTags", "observationComments"),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNKNOWN = "unknown"


def write(path: Path, annotations: Annotations, options: WriteOptions) -> None:
    """Write a row for each event and each observed interval; see the package."""
    media = {medium.name: medium for medium in media_beside(path)}
    rows = list(_rows(annotations, media, options))
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(COLUMNS)
        # a lone carriage return in a comment is quoted only where everything is
        writer = csv.DictWriter(file, COLUMNS, "", lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerows(rows)


def carried(annotations: Annotations, options: WriteOptions) -> Annotations:
    """Keep all but what the ethogram says of behaviours beyond their names."""
    events = annotations.events
    return Annotations(events, annotations.observed, derive_ethogram(events))


def _rows(
    annotations: Annotations, media: dict[str, Medium], options: WriteOptions
) -> Iterator[dict[str, Any]]:
    events, observed = annotations.events, annotations.observed
    taken = set(events["event_id"])
    places = {
        video: (
            options.clock(annotations, video),
            media.get(PurePosixPath(video.replace("\\", "/")).name),
        )
        for video in annotations.videos
    }
    for event in events.to_dict("records"):
        yield _place(event, *places[event["video"]]) | _event(event)
    unobserved = set(events["video"]) - set(observed["video"])
    nothing: list[dict[Hashable, Any]] = [
        {"video": video, "start_frame": 0, "stop_frame": 0} for video in sorted(unobserved)
    ]
    names = (name for n in count(1) if (name := f"observed_{n}") not in taken)
    spans = [*observed.to_dict("records"), *nothing]
    for span, name in zip(spans, names, strict=False):
        key = {"observationID": name, "observationType": "unclassified"}
        yield _place({**span, OBSERVED: "true"}, *places[span["video"]]) | key


def _place(event: dict[Any, Any], clock: Clock, medium: Medium | None) -> dict[str, Any]:
    """Say where and when; the frames and what has no column are tags."""
    video = event["video"]
    frames = np.array([event["start_frame"], event["stop_frame"]], np.int64)
    seconds = clock.seconds(frames)
    if np.isnan(seconds).any():
        raise EthoprismError(f"frame {frames.max()} is beyond the end of {video}", None)
    start = _EPOCH if medium is None else medium.start
    moments = [start + timedelta(seconds=int(value)) for value in seconds.tolist()]
    tags = {"video": video, "start_frame": frames[0], "stop_frame": frames[1]}
    tags |= {OBSERVED: event.get(OBSERVED, ""), "clock": _UNKNOWN if medium is None else ""}
    return {
        "deploymentID": _UNKNOWN if medium is None else medium.deployment,
        "mediaID": video if medium is None else medium.key,
        "eventStart": _written(moments[0]),
        "eventEnd": _written(moments[1]),
        "observationLevel": "media",
        "observationTags": join_tags(tags | _tags(event)),
    }


def _tags(event: dict[Any, Any]) -> dict[str, str]:
    """Give what an event says that no column holds."""
    if OBSERVED in event:
        return {}
    present = event["judgement"] == "present"
    return {
        "judgement": "" if present else event["judgement"],
        "behavior": "" if present else event["behavior"],
        "labeling_method": event["labeling_method"],
        "modifiers": event["modifiers"],
        "annotator": event["annotator"],
        "model": event["model"],
    }


def _event(event: dict[Any, Any]) -> dict[str, Any]:
    automated = event["labeling_method"] == "automated"
    return {
        "observationID": event["event_id"],
        "observationType": "animal",
        "behavior": event["behavior"] if event["judgement"] == "present" else "",
        "individualID": event["subject"],
        "classificationMethod": "machine" if automated else "human",
        "classifiedBy": event["model"] if automated else event["annotator"],
        "classificationProbability": "" if pd.isna(event["confidence"]) else event["confidence"],
        "observationComments": event["comment"],
    }


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
