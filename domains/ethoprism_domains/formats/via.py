"""VIA's temporal segments as CSV: an attribute for each thing that an event tells.

The time of a point is one number, that of a state two, in seconds. Rows whose attribute ``kind`` is
``observed`` are no events: they tell which frames were looked at. In files from elsewhere the
behaviour is the attribute of such a name, else the first one; a segment of two times is a state.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation import (
    Annotations,
    derive_ethogram,
    empty_events,
    make_events,
    make_observed,
)
from ethoprism_domains.annotation.behaviors import name_is_clean
from ethoprism_domains.formats.base import (
    Format,
    Reading,
    ReadOptions,
    WriteOptions,
    complete,
    observed_intervals,
)
from ethoprism_domains.formats.clocks import spans_on_clock
from ethoprism_domains.formats.content import read_text
from ethoprism_domains.formats.losses import LossCounter
from ethoprism_domains.formats.seconds import (
    in_order,
    laid,
    observed_frames,
    report_spans,
    rounded,
    rounded_observed,
    with_told_kinds,
)
from ethoprism_domains.formats.values import mapping, number, text

_DECIMALS = 6
_OBSERVED = "observed"
_COLUMNS = (
    "metadata_id",
    "file_list",
    "flags",
    "temporal_coordinates",
    "spatial_coordinates",
    "metadata",
)
_ATTRIBUTES = (
    "behavior",
    "subject",
    "kind",
    "modifiers",
    "judgement",
    "labeling_method",
    "annotator",
    "confidence",
    "model",
    "comment",
)
_DEFAULTS = {"kind": "state", "judgement": "present", "labeling_method": "manual"}
_BEHAVIOR_NAMES = ("behavior", "behaviour", "activity", "action", "label", "event", "class")
_FREE_TEXT = 1


def sniff(path: Path, head: bytes) -> bool:
    """Recognise the table by its header, which is a comment."""
    return b"temporal_coordinates" in head and b"CSV_HEADER" in head


def read(path: Path, options: ReadOptions) -> Reading:
    """Read the segments of all videos."""
    losses = LossCounter()
    rows = _without_bad_ids(list(_rows(path, options, losses)))
    parts, seen = [empty_events()], [make_observed([])]
    for video, own in _by_video(rows):
        clock = options.clock(video)
        events = own[own["kind"] != _OBSERVED]
        spans = spans_on_clock(
            clock,
            events["start"].to_numpy(np.float64),
            events["stop"].to_numpy(np.float64),
            (events["kind"] == "point").to_numpy(bool),
        )
        report_spans(spans, events["place"].tolist(), video, clock, losses)
        parts.append(laid(events, spans, clock))
        told = own.loc[own["kind"] == _OBSERVED, ["start", "stop"]].to_numpy(np.float64)
        frames = pd.DataFrame(observed_frames(clock, told), columns=["start_frame", "stop_frame"])
        seen.append(frames.assign(video=video))
    events = pd.concat([part.astype(object) for part in parts])
    events = with_told_kinds(in_order(events), options.ethogram)
    observed = observed_intervals(events, pd.concat(seen), path, options)
    return complete(path, events, None, observed, options.ethogram, options, losses.report())


def carried(annotations: Annotations, options: WriteOptions) -> Annotations:
    """Keep all that events hold, to the microsecond."""
    parts, seen = [empty_events()], [make_observed([])]
    for video in annotations.videos:
        clock = options.clock(annotations, video)
        own = annotations.of_video(video)
        parts.append(rounded(own.events, clock, _DECIMALS))
        seen.append(rounded_observed(own.observed, clock, _DECIMALS))
    events = make_events(in_order(pd.concat(parts)))
    return Annotations(events, make_observed(pd.concat(seen)), derive_ethogram(events))


def write(path: Path, annotations: Annotations, options: WriteOptions) -> None:
    """Write a row for each event, and for each observed interval."""
    attributes = {
        str(number): {
            "aname": name,
            "anchor_id": "FILE1_Z2_XY0",
            "type": _FREE_TEXT,
            "desc": "",
            "options": {},
            "default_option_id": "",
        }
        for number, name in enumerate(_ATTRIBUTES, start=1)
    }
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# ATTRIBUTE = {json.dumps(attributes)}\n")
        file.write(f"# CSV_HEADER = {','.join(_COLUMNS)}\n")
        csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(
            _cells(annotations, options)
        )


VIA = Format(
    name="via",
    description="VIA temporal segments, CSV",
    extensions=(".csv",),
    sniff=sniff,
    read=read,
    write=write,
    carried=carried,
    carries="everything that an event holds, and the observed intervals, in microseconds",
    loses="the ethogram, but for the names and kinds of what occurs",
)


def _cells(annotations: Annotations, options: WriteOptions) -> Iterator[list[str]]:
    """Yield the cells of the events, then of the observed intervals."""
    identity = {name: str(at) for at, name in enumerate(_ATTRIBUTES, start=1)}
    for video in annotations.videos:
        clock = options.clock(annotations, video)
        own = annotations.of_video(video)
        for event in own.events.to_dict("records"):
            edges = np.array([event["start_frame"], event["stop_frame"]])
            told = {name: _as_text(event[name]) for name in _ATTRIBUTES}
            said = {
                identity[name]: value
                for name, value in told.items()
                if value != _DEFAULTS.get(name, "")
            }
            point = event["kind"] == "point"
            yield _row(event["event_id"], video, clock.seconds(edges[: 1 if point else 2]), said)
        spans = own.observed[["start_frame", "stop_frame"]].to_numpy().tolist() or [[0, 0]]
        for at, span in enumerate(spans):
            name = f"{_OBSERVED} {at} {video}"
            yield _row(name, video, clock.seconds(np.array(span)), {identity["kind"]: _OBSERVED})


def _row(name: str, video: str, seconds: np.ndarray, said: Mapping[str, str]) -> list[str]:
    times = [round(second, _DECIMALS) for second in seconds.tolist()]
    return [name, json.dumps([video]), "0", json.dumps(times), "[]", json.dumps(said)]


def _as_text(value: object) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else repr(value)
    return str(value)


def _rows(path: Path, options: ReadOptions, losses: LossCounter) -> Iterator[dict[str, Any]]:
    """Yield the segments, with times in seconds."""
    header, attributes, lines = _head(path)
    behavior = _behavior_attribute(attributes)
    reader = csv.reader(io.StringIO("\n".join(lines), newline=""), strict=True)
    try:
        for row in reader:
            cells = dict(zip(header, row, strict=False))
            place = f"row {reader.line_num}"
            times = [number(value) for value in _json_list(cells.get("temporal_coordinates", ""))]
            if row and not 1 <= len(times) <= 2:
                losses.add("annotations without a time, such as regions", place)
            elif row:
                said = mapping(_json(cells.get("metadata", "")))
                segment = _segment(times, said, attributes, behavior, place, losses)
                if segment is not None:
                    name = cells.get("metadata_id", "")
                    video = _video(path, cells, options, place, losses)
                    yield {"event_id": name, "video": video, **segment}
    except csv.Error as error:
        raise EthoprismError(f"cannot read the table ({error})", path, "export it again") from error


def _head(path: Path) -> tuple[list[str], dict[str, Mapping[str, Any]], list[str]]:
    """Give the header, the attributes by their ids, and the lines of the table."""
    header, attributes, lines = list(_COLUMNS), {}, []
    for line in read_text(path).split("\n"):
        name, _, value = line.removeprefix("#").partition("=")
        if not line.startswith("#"):
            lines.append(line)
        elif name.strip() == "CSV_HEADER":
            header = [cell.strip() for cell in value.split(",")]
        elif name.strip() == "ATTRIBUTE":
            attributes = {key: mapping(item) for key, item in mapping(_json(value)).items()}
    return header, attributes, lines


def _behavior_attribute(attributes: Mapping[str, Mapping[str, Any]]) -> str:
    """Give the id of the attribute that holds the behaviour."""
    names = {text(item.get("aname")).strip().lower(): key for key, item in attributes.items()}
    found = [names[name] for name in _BEHAVIOR_NAMES if name in names]
    return (found or list(attributes) or ["1"])[0]


def _segment(
    times: Sequence[float],
    said: Mapping[str, Any],
    attributes: Mapping[str, Mapping[str, Any]],
    behavior: str,
    place: str,
    losses: LossCounter,
) -> dict[str, Any] | None:
    """Give what a row tells; None if it is no event."""
    found: dict[str, Any] = dict.fromkeys(_ATTRIBUTES, "") | {"behavior": ""}
    for key, value in said.items():
        attribute = attributes.get(key, {})
        name = "behavior" if key == behavior else text(attribute.get("aname")).strip().lower()
        if name in _ATTRIBUTES:
            found[name] = _meant(value, attribute)
        else:
            losses.add("values of attributes that annotations do not have", f"{place}: {name}")
    is_event = found["kind"] != _OBSERVED
    if not np.isfinite(times).all() or times[-1] < times[0] or (is_event and not found["behavior"]):
        losses.add("segments without a behaviour, or without proper times", place)
        return None
    found["kind"] = found["kind"] or ("point" if len(times) == 1 else "state")
    found["confidence"] = number(found["confidence"])
    found |= {name: value for name, value in _DEFAULTS.items() if not found[name]}
    names = {name: found[name].strip() for name in ("behavior", "subject")}
    return {**found, **names, "start": times[0], "stop": times[-1], "place": place}


def _meant(value: object, attribute: Mapping[str, Any]) -> str:
    """Give the text that a value stands for: of choices, the file holds the numbers."""
    choices = mapping(attribute.get("options"))
    return text(choices[text(value)]) if text(value) in choices else text(value)


def _video(
    path: Path,
    cells: Mapping[str, str],
    options: ReadOptions,
    place: str,
    losses: LossCounter,
) -> str:
    files = [text(name).strip() for name in _json_list(cells.get("file_list", ""))]
    if len(files) > 1:
        losses.add("further videos of a segment, besides its first", place, len(files) - 1)
    video = (files[0] if files else "") or options.video or ""
    if not video:
        raise EthoprismError("it does not tell the video", f"{path}, {place}", "say which it is")
    return video


def _without_bad_ids(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave ids out where they are no names, or not each event's own."""
    ids = [row["event_id"] for row in rows]
    good = len({*ids}) == len(ids) and all(map(name_is_clean, ids))
    return rows if good else [{**row, "event_id": ""} for row in rows]


def _by_video(rows: list[dict[str, Any]]) -> Iterator[tuple[str, pd.DataFrame]]:
    videos: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        videos.setdefault(row["video"], []).append(row)
    for video, own in videos.items():
        yield video, pd.DataFrame(own)


def _json(cell: str) -> Any:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return None


def _json_list(cell: str) -> list[Any]:
    found = _json(cell)
    return found if isinstance(found, list) else []
