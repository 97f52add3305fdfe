"""Read an NWB file; see the package."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import (
    Ethogram,
    derive_ethogram,
    empty_events,
    make_events,
    make_observed,
)
from ethoprism_domains.formats.base import (
    Reading,
    ReadOptions,
    complete,
    observed_intervals,
)
from ethoprism_domains.formats.clocks import Spans
from ethoprism_domains.formats.hdf5 import has_root, read_hdf5
from ethoprism_domains.formats.losses import LossCounter
from ethoprism_domains.formats.nwb.catalogue import ethogram_of
from ethoprism_domains.formats.nwb.found import FoundTable, find_tables, find_videos
from ethoprism_domains.formats.nwb.layout import (
    ATTRIBUTES,
    ETHOGRAM,
    FRAMES,
    NAMES,
    NO_BEHAVIOR,
    OBSERVED_NAMES,
    SUBJECTS,
    TIMES,
)
from ethoprism_domains.formats.nwb.placing import SPAN, SessionClock, VideoNamer, session_clocks
from ethoprism_domains.formats.seconds import (
    in_order,
    laid,
    observed_frames,
    report_spans,
    with_told_kinds,
)
from ethoprism_domains.formats.values import number


def sniff(path: Path, head: bytes) -> bool:
    """Recognise it by the version that its root tells."""
    return has_root(path, head, lambda file: "nwb_version" in file.attrs)


def read(path: Path, options: ReadOptions) -> Reading:
    """Read the tables of behaviour; see the package."""
    return read_hdf5(path, lambda opened: _read(opened, options), bounded=False)


def _read(path: Path, options: ReadOptions) -> Reading:
    with h5py.File(path) as file:
        if "nwb_version" not in file.attrs:
            raise EthoprismError("the file is no NWB", path, "export it again")
        tables, videos = find_tables(file, path), find_videos(file, path)
    losses = LossCounter()
    catalogues, watched, behavior = _sorted(tables)
    skipped = [item for item in behavior if item.name in NO_BEHAVIOR]
    for item in skipped:
        losses.add("tables that tell of no behaviour", item.name)
    behavior = [item for item in behavior if item not in skipped]
    if not behavior and not watched:
        raise EthoprismError("no table of behaviour in it", path, "check what it holds")
    namer = VideoNamer(path, options, videos, losses)
    rows = [_rows(item, namer, losses) for item in behavior]
    seen = [_spans_of(item, namer) for item in watched]
    clocks = session_clocks([*rows, *seen], namer, options, losses)
    events = _on_frames(rows, clocks, losses)
    ethogram = _ethogram(catalogues, events, path)
    events = in_order(with_told_kinds(events, options.ethogram or ethogram))
    observed = _observed(seen, clocks, path, events, options)
    told = ethogram if options.ethogram is None else options.ethogram
    return complete(path, events, None, observed, told, options, losses.report())


def tells_of_behavior(file: h5py.File, path: Path) -> bool:
    """Say whether a file has a table of behaviour, or of when somebody looked."""
    _, watched, behavior = _sorted(find_tables(file, path))
    return bool(watched or [item for item in behavior if item.name not in NO_BEHAVIOR])


def _sorted(
    tables: Sequence[FoundTable],
) -> tuple[list[FoundTable], list[FoundTable], list[FoundTable]]:
    """Tell tables of behaviours and subjects, of what was observed, and all others."""
    catalogues = [item for item in tables if item.name in (ETHOGRAM, SUBJECTS)]
    catalogues += [item for item in tables if item.type_name == "Ethogram"]
    watched = _observation_tables(tables)
    rest = [item for item in tables if item not in catalogues and item not in watched]
    return catalogues, watched, rest


def _observation_tables(tables: Sequence[FoundTable]) -> list[FoundTable]:
    linked = {item.links.get("observation_intervals") for item in tables}
    return [
        item
        for item in tables
        if item.path in linked or (item.name in OBSERVED_NAMES and "start_time" in item.columns)
    ]


def _rows(table: FoundTable, namer: VideoNamer, losses: LossCounter) -> pd.DataFrame:
    """Give a row for each event, in seconds of the session."""
    columns = {field: _column(table, field) for field in NAMES}
    label = columns["behavior"] or next(iter(table.categories), None)
    used = {label, *columns.values(), *TIMES, *FRAMES}
    for name in (*table.unread, *(name for name in table.columns if name not in used)):
        losses.add("columns that annotations have no place for", f"{table.name}, {name}")
    found = _spans_of(table, namer)
    found["behavior"] = [table.name] * len(table) if label is None else _texts(table, label)
    for field in ("subject", "modifiers", "comment", "judgement", "event_id"):
        found[field] = _texts(table, columns[field])
    for field, attribute in ATTRIBUTES.items():
        said = table.attributes.get(attribute, "")
        found[field] = _texts(table, columns[field]) if columns[field] else [said] * len(table)
    found["confidence"] = _numbers(table, columns["confidence"])
    for field in ("behavior", "subject"):
        found[field] = found[field].map(str.strip)
    unnamed = (found["behavior"] == "").to_numpy()
    proper = np.isfinite(found["start"]) & np.isfinite(found["stop"])
    wrong = unnamed | ~(proper & (found["stop"] >= found["start"])).to_numpy()
    for place in found.loc[wrong, "place"]:
        losses.add("events without a behaviour, or without proper times", place)
    return found[~wrong]


def _spans_of(table: FoundTable, namer: VideoNamer) -> pd.DataFrame:
    """Give the columns `SPAN` of a table."""
    if "start_time" in table.columns:
        start, stop = _numbers(table, "start_time"), _numbers(table, "stop_time")
        kind = np.full(len(table), "state", object)
    else:
        start = _numbers(table, "timestamp")
        duration = _numbers(table, "duration")
        duration = np.where(np.isfinite(duration), duration, 0.0)
        stop, kind = start + duration, np.where(duration > 0, "state", "point").astype(object)
    frames = [_numbers(table, name) for name in FRAMES]
    places = [f"row {row} of {table.name}" for row in range(len(table))]
    values = (namer.names(table), kind, start, stop, *frames, places)
    return pd.DataFrame(dict(zip(SPAN, values, strict=True)))


def _column(table: FoundTable, field: str) -> str | None:
    return next((name for name in NAMES[field] if name in table.columns), None)


def _texts(table: FoundTable, name: str | None) -> list[str]:
    if name is None:
        return [""] * len(table)
    return [str(value) for value in table.columns[name].tolist()]


def _numbers(table: FoundTable, name: str | None) -> np.ndarray:
    if name is None or name not in table.columns:
        return np.full(len(table), np.nan)
    return np.array([number(value) for value in table.columns[name].tolist()], np.float64)


def _on_frames(
    parts: Sequence[pd.DataFrame], clocks: Mapping[str, SessionClock], losses: LossCounter
) -> pd.DataFrame:
    found = [empty_events().astype(object)]
    for video, rows in _by_video(parts):
        session = clocks[video]
        spans = session.spans(rows)
        if session.clock is None:
            kept = rows.assign(start_frame=spans.start, stop_frame=spans.stop)
            kept = kept.assign(start_s=rows["start"] - session.shift)
            kept = kept.assign(stop_s=rows["stop"] - session.shift)
        else:
            report_spans(spans, rows["place"].tolist(), video, session.clock, losses)
            kept = laid(rows, spans, session.clock)
            _report_frames(rows, spans, losses)
        found.append(kept.drop(columns=[name for name in SPAN if name not in ("video", "kind")]))
    return make_events(pd.concat(found))


def _report_frames(rows: pd.DataFrame, spans: Spans, losses: LossCounter) -> None:
    """Count rows whose frames are not those of their times."""
    told = rows[["told_start", "told_stop"]].to_numpy(np.float64)
    differ = np.isfinite(told).all(axis=1) & ~spans.outside & ~spans.cut
    differ &= (told[:, 0] != spans.start) | (told[:, 1] != spans.stop)
    for row in np.flatnonzero(differ).tolist():
        what = "events whose frames are not those of their times, which count"
        losses.add(what, rows["place"].iloc[row])


def _by_video(parts: Sequence[pd.DataFrame]) -> Iterator[tuple[str, pd.DataFrame]]:
    full = [part for part in parts if len(part)]
    if full:
        for video, rows in pd.concat(full).groupby("video", sort=False):
            yield str(video), rows


def _observed(
    seen: Sequence[pd.DataFrame],
    clocks: Mapping[str, SessionClock],
    path: Path,
    events: pd.DataFrame,
    options: ReadOptions,
) -> pd.DataFrame:
    """Give the observed intervals: as told, else by the option; a file may know how long it is."""
    told = [make_observed([])]
    for video, rows in _by_video(seen):
        spans = _observed_spans(clocks[video], rows)
        told.append(pd.DataFrame(spans, columns=["start_frame", "stop_frame"]).assign(video=video))
    known = {video for video, _ in _by_video(seen)}
    if options.observed != "coded span":
        for video in set(events["video"]) - known:
            clock = clocks[video].clock
            if clock is not None and clock.count is not None:
                whole = {"video": [video], "start_frame": [0], "stop_frame": [clock.count]}
                told.append(pd.DataFrame(whole))
    return observed_intervals(events, pd.concat(told), path, options)


def _observed_spans(session: SessionClock, rows: pd.DataFrame) -> np.ndarray:
    if session.clock is None:
        return rows[["told_start", "told_stop"]].to_numpy(np.int64)
    edges = rows[["start", "stop"]].to_numpy(np.float64) - session.shift
    return observed_frames(session.clock, edges)


def _ethogram(catalogues: Sequence[FoundTable], events: pd.DataFrame, path: Path) -> Ethogram:
    """Make the ethogram of the file's own tables, and of what else occurs."""
    derived = derive_ethogram(events)
    behaviors = next((item for item in catalogues if "behavior" in item.columns), None)
    subjects = next((item for item in catalogues if "subject" in item.columns), None)
    told = ethogram_of(
        [] if behaviors is None else behaviors.rows(),
        [] if subjects is None else subjects.rows(),
        path,
    )
    missing = tuple(item for item in derived if item.name not in told)
    known = behaviors is not None or subjects is not None
    individuals = told.subjects if known else derived.subjects
    return Ethogram((*told.behaviors, *missing), individuals)
