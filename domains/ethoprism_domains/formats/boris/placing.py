"""Bouts in an observation's seconds to events in the frames of its videos."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.formats.base import ReadOptions
from ethoprism_domains.formats.boris.observations import Bout, Media, Observation
from ethoprism_domains.formats.clocks import Clock, Spans, spans_on_clock
from ethoprism_domains.formats.losses import LossCounter
from ethoprism_domains.formats.seconds import report_spans

Interval = dict[str, Any]


def place(
    observation: Observation, bouts: Sequence[Bout], options: ReadOptions, losses: LossCounter
) -> tuple[list[dict[str, Any]], list[Interval]]:
    """Lay bouts on the frames of an observation's videos.

    Returns
    -------
    Records for `make_events`, and the observed intervals as far as they are told.
    """
    if observation.kind == "IMAGES":
        return _place_images(observation, bouts, losses)
    media = observation.media or (Media(observation.name),)
    if not observation.media and options.fps is None and options.times_of(media[0].name) is None:
        told = "events of observations without a video, left out (give their frames per second)"
        losses.add(told, observation.name, len(bouts))
        return [], []
    clocks = [options.clock(item.name, item.fps, item.count) for item in media]
    starts = _starts(media, clocks)
    pieces = defaultdict(list)
    for bout in bouts:
        for number, piece in _split(bout, starts, losses):
            pieces[number].append(piece)
    records: list[dict[str, Any]] = []
    for number, own in sorted(pieces.items()):
        records += _on_frames(media[number], own, clocks[number], losses)
    if not observation.media and clocks[0].count is None and records:
        losses.add("live observations, observed up to their last event", observation.name)
        return records, [_up_to_last(observation.name, records)]
    spans = zip(media, clocks, starts, strict=True)
    seen = (_observed(observation, item, clock, start) for item, clock, start in spans)
    return records, [interval for interval in seen if interval is not None]


def _starts(media: Sequence[Media], clocks: Sequence[Clock]) -> np.ndarray:
    """Give the second at which each file starts; infinite behind one of unknown length."""
    lengths = [
        item.length if item.length > 0 else clock.end()
        for item, clock in zip(media, clocks, strict=True)
    ]
    return np.concatenate([[0.0], np.cumsum(lengths)[:-1]])


def _split(bout: Bout, starts: np.ndarray, losses: LossCounter) -> Iterator[tuple[int, Bout]]:
    """Yield the parts of a bout in each file it touches, in the file's own seconds."""
    first = max(int(np.searchsorted(starts, bout.start, "right")) - 1, 0)
    last = max(int(np.searchsorted(starts, bout.stop, "left")) - 1, first)
    if last > first:
        losses.add("states that run over the end of a file, split", bout.where)
    for number in range(first, last + 1):
        own_start, own_stop = number == first, number == last
        yield (
            number,
            replace(
                bout,
                start=bout.start - starts[first] if own_start else 0.0,
                stop=(bout.stop if own_stop else starts[number + 1]) - starts[number],
                frames=(
                    bout.frames[0] if own_start else None,
                    bout.frames[1] if own_stop else None,
                ),
            ),
        )


def _on_frames(
    media: Media, bouts: Sequence[Bout], clock: Clock, losses: LossCounter
) -> list[dict[str, Any]]:
    spans = spans_on_clock(
        clock,
        np.array([bout.start for bout in bouts], np.float64),
        np.array([bout.stop for bout in bouts], np.float64),
        np.array([bout.is_point for bout in bouts], bool),
    )
    _report_spans(media.name, bouts, spans, clock, losses)
    inside = np.flatnonzero(~spans.outside)
    seconds = {name: clock.seconds(getattr(spans, name)) for name in ("start", "stop")}
    return [
        record(
            media.name,
            bouts[row],
            (int(spans.start[row]), int(spans.stop[row])),
            (float(seconds["start"][row]), float(seconds["stop"][row])),
        )
        for row in inside.tolist()
    ]


def _report_spans(
    video: str, bouts: Sequence[Bout], spans: Spans, clock: Clock, losses: LossCounter
) -> None:
    report_spans(spans, [bout.where for bout in bouts], video, clock, losses)
    for bout, start, stop, outside in zip(
        bouts, spans.start.tolist(), spans.stop.tolist(), spans.outside.tolist(), strict=True
    ):
        for told, ours in zip(bout.frames, (start, stop), strict=True):
            if told is not None and not outside and abs(told - ours) > 1:
                what = "frame numbers more than one from their times (times were followed)"
                losses.add(what, f"{bout.where}: frame {told} in the file, {ours} by its time")
                break


def record(
    video: str, bout: Bout, frames: tuple[int, int], seconds: tuple[float, float]
) -> dict[str, Any]:
    """Make the record of an event."""
    return {
        "video": video,
        "subject": bout.subject,
        "behavior": bout.behavior,
        "kind": "point" if bout.is_point else "state",
        "start_frame": frames[0],
        "stop_frame": frames[1],
        "start_s": seconds[0],
        "stop_s": seconds[1],
        "modifiers": bout.modifiers,
        "comment": bout.comment,
        "where": bout.where,
    }


def _observed(
    observation: Observation, media: Media, clock: Clock, start: float
) -> Interval | None:
    """Give the frames of one file that were observed; None where its length is not known."""
    if not np.isfinite(start):
        return None
    first, last = 0, clock.count
    if observation.interval is not None:
        edges = np.array(observation.interval) - start
        cut = np.clip(edges, 0.0, clock.end())
        first, last = (int(frame) for frame in clock.frames(cut))
    if last is None or min(first, last) < 0:
        return None
    return {"video": media.name, "start_frame": first, "stop_frame": max(first, last)}


def _place_images(
    observation: Observation, bouts: Sequence[Bout], losses: LossCounter
) -> tuple[list[dict[str, Any]], list[Interval]]:
    """Take images for frames: BORIS counts them from 1 on, older files from 0."""
    told = [frame for bout in bouts for frame in bout.frames if frame is not None]
    base = min(1, min(told, default=1))
    if base < 0:
        raise EthoprismError("an image of a negative number", observation.name, "correct it there")
    records = []
    for bout in bouts:
        if bout.frames[0] is None or bout.frames[1] is None:
            losses.add("events without an image number, left out", bout.where)
            continue
        start, stop = bout.frames[0] - base, bout.frames[1] - base
        stop = start if bout.is_point else max(stop, start + 1)
        records.append(record(observation.name, bout, (start, stop), (np.nan, np.nan)))
    if not records:
        return [], []
    losses.add("observations of images, observed up to the last coded image", observation.name)
    return records, [_up_to_last(observation.name, records)]


def _up_to_last(video: str, records: Sequence[dict[str, Any]]) -> Interval:
    last = max(item["stop_frame"] + (item["kind"] == "point") for item in records)
    return {"video": video, "start_frame": 0, "stop_frame": last}


def as_events(records: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Make a table of records, in the order of their videos and starts."""
    columns = ["video", "subject", "behavior", "kind", "start_frame", "stop_frame", "where"]
    events = pd.DataFrame(list(records), columns=None if records else columns)
    return events.astype({"start_frame": np.int64, "stop_frame": np.int64})
