"""Bento ``.annot``: a channel for each subject, and below it each behaviour's bouts in seconds.

The channel ``Ch1`` stands for nobody in particular. Behaviours all of whose bouts are without
duration are points. Bento in MATLAB writes as stop the time of the last frame, and durations that
are one frame longer than from start to stop; where all durations are so, stops are taken that way.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import write_text
from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    Subject,
    make_events,
    make_observed,
)
from ethoprism_domains.formats.base import (
    Format,
    Reading,
    ReadOptions,
    WriteOptions,
    complete,
    found_in,
    observed_intervals,
)
from ethoprism_domains.formats.clocks import Clock, spans_on_clock
from ethoprism_domains.formats.content import read_text
from ethoprism_domains.formats.losses import LossCounter
from ethoprism_domains.formats.seconds import laid, report_spans, rounded, with_told_kinds
from ethoprism_domains.formats.values import frame_number, number

_TITLE = "Bento annotation file"
_NOBODY = "Ch1"
_DASHES = "-" * 10
_DECIMALS = 6
_KEPT = ["video", "subject", "behavior", "kind", "start_frame", "stop_frame"]
_HEADING = re.compile(r"(.+?)-{3,}")
_COLUMNS = ["subject", "behavior", "start", "stop", "duration", "line"]


@dataclass
class _File:
    """What a file says."""

    header: dict[str, str] = field(default_factory=dict)
    channels: list[str] = field(default_factory=list)
    behaviors: list[str] = field(default_factory=list)
    rows: list[tuple[str, str, float, float, float, int]] = field(default_factory=list)


def sniff(path: Path, head: bytes) -> bool:
    """Recognise the file by its first line."""
    return head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_TITLE.lower().encode())


def read(path: Path, options: ReadOptions) -> Reading:
    """Read the bouts of one video."""
    found = _parse(path)
    video = found.header.get("movie file(s)", "") or options.video or ""
    if not video:
        raise EthoprismError("it does not tell the video", path, "say which video it is")
    rate = number(found.header.get("annotation framerate"))
    clock = options.clock(video, rate if 0 < rate < 1e6 else None)
    losses = LossCounter()
    rows = pd.DataFrame(found.rows, columns=_COLUMNS)
    rows = _with_kinds(_exclusive_stops(rows, rate))
    ethogram = options.ethogram or _ethogram(path, found, rows)
    events = _on_frames(rows, video, clock, losses)
    events = with_told_kinds(events, options.ethogram)
    told = _observed(found.header, video, clock)
    observed = observed_intervals(events, told, path, options)
    lines = events["line"].tolist()
    events = events[[*_KEPT, "start_s", "stop_s"]]
    return complete(path, events, lines, observed, ethogram, options, losses.report())


def carried(annotations: Annotations, options: WriteOptions) -> Annotations:
    """Keep present behaviours of subjects, and one observed interval."""
    present = annotations.events.loc[annotations.events["judgement"] == "present", _KEPT]
    present = present.assign(subject=present["subject"].replace(_NOBODY, ""))
    parts, seen = [present.iloc[:0]], [make_observed([])]
    for video in annotations.videos:
        clock = options.clock(annotations, video)
        own = annotations.of_video(video)
        parts.append(rounded(present[present["video"] == video], clock, _DECIMALS))
        seen.append(_hull(own, video, clock))
    kept = pd.concat(parts)
    kept = make_events(kept.sort_values(["start_frame", "stop_frame"], kind="stable"))
    behaviors = tuple(_plain(name, kept) for name in annotations.ethogram.names)
    names = dict.fromkeys([*annotations.ethogram.subject_names, *kept["subject"]])
    subjects = tuple(Subject(name) for name in names if name not in ("", _NOBODY))
    return Annotations(kept, make_observed(pd.concat(seen)), Ethogram(behaviors, subjects))


def write(path: Path, annotations: Annotations, options: WriteOptions) -> None:
    """Write the bouts of one video."""
    video = annotations.videos[0]
    clock = options.clock(annotations, video)
    start, stop = annotations.observed[["start_frame", "stop_frame"]].to_numpy()[0].tolist()
    names = annotations.ethogram.subject_names
    channels = [*([_NOBODY] if "" in {*annotations.events["subject"]} or not names else []), *names]
    lines = [
        f"{_TITLE} 1.0",
        "",
        f"Movie file(s): {video}",
        "Stimulus name:",
        f"Annotation start frame: {start + 1}",
        f"Annotation stop frame: {stop}",
        f"Annotation framerate: {clock.rate:.6f}",
        "",
        "List of channels:",
        *channels,
        "",
        "List of annotations:",
        *annotations.ethogram.names,
        "",
    ]
    for channel in channels:
        subject = "" if channel == _NOBODY else channel
        own = annotations.events[annotations.events["subject"] == subject]
        lines += [f"{channel}{_DASHES}", *_blocks(own, annotations.ethogram.names, clock)]
    write_text(path, "\n".join(lines) + "\n")


BENTO = Format(
    name="bento",
    description="Bento .annot: a channel for each subject, bouts in seconds",
    extensions=(".annot",),
    sniff=sniff,
    read=read,
    write=write,
    carried=carried,
    carries="present states and points, subjects, names of behaviours, one observed interval",
    loses="all else that events hold, the ethogram beyond names",
    one_video=True,
)


def _blocks(events: pd.DataFrame, names: Iterable[str], clock: Clock) -> Iterator[str]:
    """Yield the lines of one channel."""
    for name in names:
        own = events[events["behavior"] == name]
        if own.empty:
            continue
        yield from (f">{name}", "Start\tStop\tDuration")
        starts = clock.seconds(own["start_frame"].to_numpy()).tolist()
        stops = clock.seconds(own["stop_frame"].to_numpy()).tolist()
        for start, stop in zip(starts, stops, strict=True):
            yield f"{start:.{_DECIMALS}f}\t{stop:.{_DECIMALS}f}\t{stop - start:.{_DECIMALS}f}"
        yield ""


def _parse(path: Path) -> _File:
    """Take a file apart, line by line."""
    found, section, channel, behavior = _File(), "", "", ""
    for line, raw in enumerate(read_text(path).split("\n"), start=1):
        text = raw.strip()
        key = text.lower().rstrip(":")
        if not text:
            section, behavior = "", ""
        elif key in ("list of channels", "list of annotations"):
            section = key
        elif section:
            (found.channels if section.endswith("channels") else found.behaviors).append(text)
        elif text.startswith(">"):
            behavior = text[1:].strip()
        elif behavior:
            if not key.startswith("start"):
                found.rows.append(_row(path, line, channel, behavior, text))
        elif (heading := _heading(text, found.channels)) is not None:
            channel = heading
        elif ":" in text:
            name, _, value = text.partition(":")
            found.header.setdefault(name.strip().lower(), value.strip())
    return found


def _heading(text: str, channels: list[str]) -> str | None:
    """Give the channel that a line opens; None if it opens none."""
    for name in channels:
        if text == name + _DASHES:
            return name
    match = _HEADING.fullmatch(text)
    return match[1].strip() if match else None


def _row(
    path: Path, line: int, channel: str, behavior: str, text: str
) -> tuple[str, str, float, float, float, int]:
    cells = [number(cell) for cell in text.split()]
    if len(cells) < 2 or not np.isfinite(cells[:2]).all():
        told = f"expected a start and a stop in seconds, got {text[:40]!r}"
        raise EthoprismError(told, f"{path}, line {line}", "correct it there")
    if cells[1] < cells[0]:
        told = f"stop {cells[1]:g} is before start {cells[0]:g}"
        raise EthoprismError(told, f"{path}, line {line}", "correct it there")
    duration = cells[2] if len(cells) > 2 else np.nan
    subject = "" if channel == _NOBODY else channel
    return subject, behavior, cells[0], cells[1], duration, line


def _exclusive_stops(rows: pd.DataFrame, rate: float) -> pd.DataFrame:
    """Move stops behind the last frame, where they are its own time."""
    if not rate > 0 or rows.empty:
        return rows
    longer = rows["duration"] - (rows["stop"] - rows["start"])
    inclusive = bool((np.abs(longer * rate - 1) < 0.1).all())
    return rows.assign(stop=rows["stop"] + 1 / rate) if inclusive else rows


def _with_kinds(rows: pd.DataFrame) -> pd.DataFrame:
    stateful = set(rows.loc[rows["stop"] > rows["start"], "behavior"])
    is_state = rows["behavior"].isin(stateful)
    return rows.assign(kind=is_state.map({True: "state", False: "point"}))


def _on_frames(rows: pd.DataFrame, video: str, clock: Clock, losses: LossCounter) -> pd.DataFrame:
    spans = spans_on_clock(
        clock,
        rows["start"].to_numpy(np.float64),
        rows["stop"].to_numpy(np.float64),
        (rows["kind"] == "point").to_numpy(bool),
    )
    report_spans(spans, [f"line {line}" for line in rows["line"]], video, clock, losses)
    events = laid(rows.assign(video=video), spans, clock)
    return events.sort_values(["start_frame", "stop_frame"], kind="stable", ignore_index=True)


def _observed(header: dict[str, str], video: str, clock: Clock) -> pd.DataFrame:
    """Give the observed interval: from the first to the last annotated frame, counted from 1."""
    first = frame_number(header.get("annotation start frame"))
    last = frame_number(header.get("annotation stop frame"))
    spans = []
    if first is not None and last is not None and last >= first >= 0:
        stop = last if clock.count is None else min(last, clock.count)
        spans = [(video, min(max(first - 1, 0), stop), stop)]
    return pd.DataFrame(spans, columns=["video", "start_frame", "stop_frame"])


def _ethogram(path: Path, found: _File, rows: pd.DataFrame) -> Ethogram:
    names = dict.fromkeys([*found.behaviors, *rows["behavior"]])
    subjects = dict.fromkeys([*found.channels, *rows["subject"]])
    behaviors = tuple(_plain(name, rows) for name in names)
    return found_in(path, behaviors, tuple(Subject(n) for n in subjects if n not in ("", _NOBODY)))


def _plain(name: str, events: pd.DataFrame) -> Behavior:
    kinds = events.loc[events["behavior"] == name, "kind"]
    return Behavior(name, "point" if len(kinds) and (kinds == "point").all() else "state")


def _hull(own: Annotations, video: str, clock: Clock) -> pd.DataFrame:
    """Give one interval around all that was observed; around everything, if nothing was."""
    spans: Any = own.observed
    if spans.empty:
        last = int((own.events["stop_frame"] + 1).max()) if clock.count is None else clock.count
        return make_observed([{"video": video, "start_frame": 0, "stop_frame": last}])
    first, last = int(spans["start_frame"].min()), int(spans["stop_frame"].max())
    return make_observed([{"video": video, "start_frame": first, "stop_frame": last}])
