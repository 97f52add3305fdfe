"""Read a BORIS project, ``.boris`` or ``.boris.gz``."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Ethogram
from ethoprism_domains.formats.base import Reading, ReadOptions, complete, observed_intervals
from ethoprism_domains.formats.boris.definitions import read_ethogram
from ethoprism_domains.formats.boris.observations import (
    NO_SUBJECT,
    Bout,
    Coded,
    Media,
    Observation,
    plain_modifiers,
)
from ethoprism_domains.formats.boris.pairing import pair
from ethoprism_domains.formats.boris.placing import as_events, place
from ethoprism_domains.formats.content import read_json
from ethoprism_domains.formats.losses import LossCounter
from ethoprism_domains.formats.values import frame_number, mapping, number, text

_KEYS = (b'"behaviors_conf"', b'"subjects_conf"', b'"project_format_version"', b'"time_format"')
_KINDS = ("MEDIA", "LIVE", "IMAGES")


def sniff(path: Path, head: bytes) -> bool:
    """Recognise a project by its keys."""
    return head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") and (
        sum(key in head for key in _KEYS) > 1
    )


def read(path: Path, options: ReadOptions) -> Reading:
    """Read the observations of a project, or the one that is asked for."""
    project = read_json(path)
    observations = mapping(mapping(project).get("observations"))
    if "observations" not in mapping(project):
        raise EthoprismError("it has no observations", path, "is it a BORIS project?")
    losses = LossCounter()
    chosen = choose_observation(list(observations), options.observation, path)
    _report_project(project, {name: mapping(observations[name]) for name in chosen}, losses)
    codes = _codes(observations[name] for name in chosen)
    ethogram = options.ethogram or read_ethogram(project, path, codes, losses)
    read_ones = [_observation(name, observations[name], ethogram, losses) for name in chosen]
    return assemble(path, read_ones, ethogram, options, losses)


def read_project_ethogram(path: Path) -> Ethogram:
    """Read what a project codes, whatever was coded with it.

    Raises
    ------
    EthoprismError
        If it cannot be read, or is no project.
    """
    project = mapping(read_json(path))
    if "behaviors_conf" not in project:
        raise EthoprismError("it has no behaviours", path, "is it a BORIS project?")
    return read_ethogram(project, path, (), LossCounter())


def choose_observation(names: Sequence[str], wanted: str | None, path: Path) -> list[str]:
    """Choose one observation by its name, or all."""
    if wanted is None:
        return list(names)
    if wanted not in names:
        told = ", ".join(names)
        raise EthoprismError(f"no observation {wanted!r}", path, f"choose among {told}")
    return [wanted]


def assemble(
    path: Path,
    observations: Sequence[Observation],
    ethogram: Ethogram | None,
    options: ReadOptions,
    losses: LossCounter,
    bouts_of: Mapping[str, Sequence[Bout]] | None = None,
) -> Reading:
    """Pair and place the events of observations, and put them together.

    Parameters
    ----------
    bouts_of
        Each observation's bouts, where the file holds them paired.
    """
    records, told = [], []
    for one in observations:
        bouts = pair(one, options.close_open, losses) if bouts_of is None else bouts_of[one.name]
        found, seen = place(one, bouts, options, losses)
        records += found
        told += seen
    _report_shared(observations, losses)
    events = as_events(records)
    columns = ["video", "start_frame", "stop_frame"]
    observed = observed_intervals(events, pd.DataFrame(told, columns=columns), path, options)
    events = events.drop(columns="where")
    return complete(path, events, None, observed, ethogram, options, losses.report())


def _observation(
    name: str, content: object, ethogram: Ethogram, losses: LossCounter
) -> Observation:
    told = mapping(content)
    kind = text(told.get("type")).upper()
    media = tuple(_media(told, losses, name)) if kind != "LIVE" else ()
    if kind not in _KINDS:
        kind = "MEDIA" if media else "LIVE"
    offset = _offset(told, media, name, losses)
    return Observation(
        name=name,
        kind=kind,
        media=media if kind == "MEDIA" else (),
        interval=_interval(told.get("observation time interval"), offset),
        rows=tuple(_rows(name, kind, told.get("events"), offset, ethogram, losses)),
    )


def _media(told: Mapping[str, Any], losses: LossCounter, name: str) -> Iterator[Media]:
    """Yield the files of the first player that has any; those of others show the same events."""
    players = [files for files in mapping(told.get("file")).values() if isinstance(files, list)]
    players = [files for files in players if files]
    info = mapping(told.get("media_info"))
    lengths, rates = mapping(info.get("length")), mapping(info.get("fps"))
    for files in players[1:]:
        losses.add(
            "videos of further players (the events are those of the first)", name, len(files)
        )
    for file in players[0] if players else []:
        path = text(file).strip()
        rate = number(rates.get(path))
        yield Media(path, number(lengths.get(path)), rate if 0 < rate < 1e6 else None)


def _offset(
    told: Mapping[str, Any], media: Sequence[Media], name: str, losses: LossCounter
) -> float:
    """Give the seconds at which the observation's clock starts."""
    offset = number(told.get("time offset", 0.0))
    offset = 0.0 if np.isnan(offset) else offset
    if told.get("media_creation_date_as_offset") is True and media:
        created = mapping(mapping(told.get("media_info")).get("media_creation_time"))
        epoch = number(created.get(media[0].name))
        if np.isnan(epoch):
            losses.add("observations by the date of their video, which is not told", name)
        else:
            offset += epoch
    return offset


def _interval(told: object, offset: float) -> tuple[float, float] | None:
    """Give the observed seconds; BORIS writes 0 and 0 where all was observed."""
    if not isinstance(told, list) or len(told) != 2:
        return None
    start, stop = number(told[0]), number(told[1])
    if not stop > start:
        return None
    return start - offset, stop - offset


def _rows(
    name: str,
    kind: str,
    events: object,
    offset: float,
    ethogram: Ethogram,
    losses: LossCounter,
) -> Iterator[Coded]:
    """Yield events: time, subject, code, modifiers, comment, and in newer files a frame."""
    for line, row in enumerate(events if isinstance(events, list) else [], start=1):
        where = f"event {line} of {name}"
        if not isinstance(row, list) or len(row) < 4 or not text(row[2]).strip():
            losses.add("damaged lines of events, left out", where)
            continue
        cells = [*row, *[""] * 6]
        subject, code = text(cells[1]).strip(), text(cells[2]).strip()
        is_point = code not in ethogram or ethogram[code].kind == "point"
        yield Coded(
            time=number(cells[0]) - offset,
            subject="" if subject == NO_SUBJECT else subject,
            behavior=code,
            modifiers=plain_modifiers(text(cells[3])),
            comment=text(cells[4]),
            status="POINT" if is_point else "STATE",
            frame=None if kind == "LIVE" else frame_number(cells[5]),
            where=where,
        )


def _codes(observations: Iterator[Any]) -> list[str]:
    events = [mapping(one).get("events") for one in observations]
    rows = [row for own in events if isinstance(own, list) for row in own]
    codes = (text(row[2]).strip() for row in rows if isinstance(row, list) and len(row) > 3)
    return [code for code in codes if code]


def _report_project(
    project: Mapping[str, Any], chosen: Mapping[str, Mapping[str, Any]], losses: LossCounter
) -> None:
    """Count what a project holds that annotations do not."""
    for name, told in chosen.items():
        if any(text(value) for value in mapping(told.get("independent_variables")).values()):
            losses.add("observations' independent variables", name)
        if text(told.get("description")).strip():
            losses.add("observations' descriptions", name)
    for key in ("coding_map", "behaviors_coding_map"):
        maps = project.get(key)
        losses.add("coding maps", key, len(maps) if isinstance(maps, dict | list) else 0)


def _report_shared(observations: Sequence[Observation], losses: LossCounter) -> None:
    """Count observations of one video: their events are told apart no more.

    Those of a stretch each, one after the other, are one coding of what was observed.
    """
    users = defaultdict(list)
    for one in observations:
        for item in one.media if one.rows else ():
            users[item.name].append(one)
    for video, own in users.items():
        if len(own) > 1 and not _one_after_the_other(own):
            what = "observations of a video that has several (choose one by its name)"
            losses.add(what, video, len(own))


def _one_after_the_other(observations: Sequence[Observation]) -> bool:
    """Tell whether each observed another stretch of its one file."""
    spans = sorted(one.interval for one in observations if one.interval and len(one.media) == 1)
    return len(spans) == len(observations) and all(
        stop <= start for (_, stop), (start, _) in pairwise(spans)
    )
