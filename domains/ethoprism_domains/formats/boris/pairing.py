"""Starts and stops to bouts: in BORIS files they stand in lines of their own."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

from ethoprism_domains.formats.boris.observations import Bout, Coded, Observation
from ethoprism_domains.formats.losses import LossCounter

CLOSED = "states never stopped, closed at the end of the observation"
OPEN = "states never stopped, left out"
UNSTARTED = "stops of states never started, left out"
TIMELESS = "events without a time, left out"


def pair(observation: Observation, close_open: bool, losses: LossCounter) -> list[Bout]:
    """Make bouts of the lines of an observation, in the order of their starts.

    Lines of one subject, behaviour and modifiers belong together, by time. Where they do not say
    whether they start or stop, they do so in turn.

    Parameters
    ----------
    close_open
        Whether what is never stopped is closed at the observation's end, or left out.
    """
    rows = [row for row in observation.rows if _has_time(observation, row)]
    for row in observation.rows:
        if not _has_time(observation, row):
            losses.add(TIMELESS, row.where)
    bouts = [_bout(row, row) for row in rows if row.status == "POINT"]
    states = defaultdict(list)
    for row in rows:
        if row.status != "POINT":
            states[row.subject, row.behavior, row.modifiers].append(row)
    end = _end(observation, rows)
    for lines in states.values():
        lines.sort(key=lambda row: _place(observation, row))
        bouts += _paired(lines, end if close_open else None, losses)
    images = observation.kind == "IMAGES"
    return sorted(bouts, key=lambda bout: (bout.frames[0] or 0) if images else bout.start)


def _has_time(observation: Observation, row: Coded) -> bool:
    return math.isfinite(row.time) or (observation.kind == "IMAGES" and row.frame is not None)


def _place(observation: Observation, row: Coded) -> float:
    return float(row.frame or 0) if observation.kind == "IMAGES" else row.time


def _end(observation: Observation, rows: Sequence[Coded]) -> Coded | None:
    """Give a line at the end of the observation: that of the media, else the last that there is."""
    if not rows:
        return None
    last = max(rows, key=lambda row: _place(observation, row))
    end = observation.length
    if math.isfinite(end) and end >= last.time:
        return Coded(end, "", "", "", "", "STOP")
    return Coded(last.time, "", "", "", "", "STOP", last.frame)


def _paired(lines: Sequence[Coded], end: Coded | None, losses: LossCounter) -> Iterator[Bout]:
    opened: Coded | None = None
    for row in lines:
        stops = row.status == "STOP" or (row.status == "STATE" and opened is not None)
        if not stops:
            if opened is not None:
                losses.add(OPEN, opened.where)
            opened = row
        elif opened is None:
            losses.add(UNSTARTED, row.where)
        else:
            yield _bout(opened, row)
            opened = None
    if opened is not None:
        losses.add(CLOSED if end else OPEN, opened.where)
        if end:
            yield _bout(opened, end)


def _bout(start: Coded, stop: Coded) -> Bout:
    comments = [start.comment] if stop is start else [start.comment, stop.comment]
    return Bout(
        start.time,
        stop.time,
        start.subject,
        start.behavior,
        start.modifiers,
        "; ".join(comment for comment in comments if comment),
        stop is start,
        (start.frame, stop.frame),
        start.where,
    )
