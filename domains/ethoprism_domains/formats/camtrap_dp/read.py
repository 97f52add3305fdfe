"""Observations of Camtrap DP to events."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.formats.base import Reading, ReadOptions, complete, observed_intervals
from ethoprism_domains.formats.camtrap_dp.media import Medium, media_beside, moment, split_tags
from ethoprism_domains.formats.clocks import spans_on_clock
from ethoprism_domains.formats.losses import LossCounter
from ethoprism_domains.formats.tables import Table, read_table

KEYS = ("observationid", "deploymentid", "eventstart", "eventend")
_DETAILS = ("count", "lifestage", "sex", "bboxx", "individualspeed", "individualpositionradius")
_FROM_TAGS = ("kind", "modifiers", "judgement", "labeling_method", "annotator", "model")
OBSERVED = "observed"

Row = dict[str, str]


def read(path: Path, options: ReadOptions) -> Reading:
    """Read observations; see the package."""
    table = read_table(path)
    missing = [key for key in KEYS if key not in table]
    if missing:
        raise EthoprismError(f"no column {missing[0]!r}", path, "give observations of Camtrap DP")
    media = {medium.key: medium for medium in media_beside(path)}
    losses = LossCounter()
    events: list[dict[str, Any]] = []
    observed: list[dict[str, Any]] = []
    columns = {key: table.text(key) for key in table.keys if key}
    for row in range(len(table)):
        cells = {key: cells[row] for key, cells in columns.items()}
        tags = split_tags(cells.get("observationtags", ""))
        if "start_frame" in tags:
            event = _own(table, row, cells, tags)
            (observed if event["behavior"] == "" else events).append(event)
        else:
            events += _foreign(table, row, cells, media, options, losses)
    found = pd.DataFrame(events, columns=_columns(events))
    pictures = [event for event in events if event.get("is_picture")]
    told = pd.DataFrame(observed + pictures, columns=["video", "start_frame", "stop_frame"])
    spans = observed_intervals(found, told, path, options)
    lines = found["line"].tolist()
    records = found.drop(columns=["line", "is_picture"], errors="ignore")
    return complete(path, records, lines, spans, options.ethogram, options, losses.report())


def _columns(events: list[dict[str, Any]]) -> list[str]:
    needed = ("video", "subject", "behavior", "kind", "start_frame", "stop_frame", "line")
    return list(dict.fromkeys([*needed, *(key for event in events for key in event)]))


def _own(table: Table, row: int, cells: Row, tags: dict[str, str]) -> dict[str, Any]:
    """Take an event of ours: its frames, and what has no column, are tags."""
    event: dict[str, Any] = {key: tags[key] for key in _FROM_TAGS if key in tags}
    for key in ("start_frame", "stop_frame"):
        if not tags.get(key, "").isdecimal() or len(tags[key]) > 9:
            raise table.error(row, f"tag {key} {tags.get(key, '')!r} is no frame number")
        event[key] = int(tags[key])
    is_point = event["start_frame"] == event["stop_frame"]
    return event | {
        "event_id": cells["observationid"],
        "video": tags.get("video", cells.get("mediaid", "")),
        "subject": cells.get("individualid", "").strip(),
        "behavior": "" if OBSERVED in tags else tags.get("behavior", cells.get("behavior", "")),
        "kind": event.get("kind", "point" if is_point else "state"),
        "confidence": _probability(table, row, cells),
        "comment": cells.get("observationcomments", ""),
        "line": table.lines[row],
    }


def _foreign(
    table: Table,
    row: int,
    cells: Row,
    media: dict[str, Medium],
    options: ReadOptions,
    losses: LossCounter,
) -> list[dict[str, Any]]:
    """Take the events of a row of another program: one for each behaviour."""
    where = f"line {table.lines[row]}"
    names = [name.strip() for name in cells.get("behavior", "").split("|") if name.strip()]
    medium = media.get(cells.get("mediaid", "").strip())
    if not cells.get("mediaid", "").strip():
        losses.add("observations of no single medium", where)
    elif not names:
        losses.add("observations without a behaviour", where)
    elif medium is None:
        losses.add("observations of media that no table beside tells the start of", where)
    else:
        if any(cells.get(key, "").strip() for key in _DETAILS):
            losses.add("observations with a count, life stage, sex, place, speed or box", where)
        span = _span(table, row, medium, options, losses)
        said = _said(table, row, cells)
        return [{"behavior": name} | span | said for name in names] if span else []
    return []


def _span(
    table: Table, row: int, medium: Medium, options: ReadOptions, losses: LossCounter
) -> dict[str, Any]:
    """Lay a row's times on the frames of its medium; nothing if it is outside."""
    place = {"video": medium.name, "is_picture": medium.is_picture}
    if medium.is_picture:
        return place | {"kind": "state", "start_frame": 0, "stop_frame": 1}
    seconds = [
        (moment(table, row, key) - medium.start).total_seconds()
        for key in ("eventstart", "eventend")
    ]
    is_point = seconds[0] == seconds[1]
    start, stop = (np.array([value]) for value in seconds)
    spans = spans_on_clock(options.clock(medium.name), start, stop, np.array([is_point]))
    where = f"line {table.lines[row]}"
    if spans.outside[0] or spans.stop[0] < spans.start[0]:
        losses.add("observations outside their video", where)
        return {}
    losses.add("observations cut at the end of their video", where, int(spans.cut[0]))
    frames = {"start_frame": int(spans.start[0]), "stop_frame": int(spans.stop[0])}
    return place | frames | {"kind": "point" if is_point else "state"}


def _said(table: Table, row: int, cells: Row) -> dict[str, Any]:
    automated = cells.get("classificationmethod", "").strip() == "machine"
    return {
        "subject": cells.get("individualid", "").strip() or cells.get("scientificname", "").strip(),
        "labeling_method": "automated" if automated else "manual",
        "model" if automated else "annotator": cells.get("classifiedby", "").strip(),
        "confidence": _probability(table, row, cells),
        "comment": cells.get("observationcomments", ""),
        "line": table.lines[row],
    }


def _probability(table: Table, row: int, cells: Row) -> float:
    cell = cells.get("classificationprobability", "").strip()
    try:
        value = float(cell or "nan")
    except ValueError:
        value = -1.0
    if value < 0 or value > 1:
        raise table.error(row, f"classificationProbability {cell!r} is not within 0 and 1")
    return value
