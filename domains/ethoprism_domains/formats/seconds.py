"""For formats that hold seconds of few decimals: what comes back of frames, and in what order."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from ethoprism_domains.annotation import EVENT_COLUMNS, Ethogram, make_observed
from ethoprism_domains.formats.clocks import Clock, Spans, spans_on_clock
from ethoprism_domains.formats.losses import LossCounter

_NOT_SAID = ("event_id", "start_s", "stop_s")
_SAID = [name for name in EVENT_COLUMNS if name not in _NOT_SAID]


def rounded(events: pd.DataFrame, clock: Clock, decimals: int | None = None) -> pd.DataFrame:
    """Give one video's events the frames that their times have once they are rounded, if they are.

    An event that no time stands for is left out.
    """
    start, stop = (
        _written(clock, events[column], decimals) for column in ("start_frame", "stop_frame")
    )
    spans = spans_on_clock(clock, start, stop, (events["kind"] == "point").to_numpy())
    return laid(events, spans, clock)


def laid(events: pd.DataFrame, spans: Spans, clock: Clock) -> pd.DataFrame:
    """Give events the frames of their spans, and the seconds of these; drop what lies outside."""
    return events.assign(
        start_frame=spans.start,
        stop_frame=spans.stop,
        start_s=clock.seconds(spans.start),
        stop_s=clock.seconds(spans.stop),
    )[~spans.outside]


def rounded_observed(
    observed: pd.DataFrame, clock: Clock, decimals: int | None = None
) -> pd.DataFrame:
    """Give one video's observed intervals the frames that their times have, rounded."""
    edges = {
        column: clock.frames(_written(clock, observed[column], decimals))
        for column in ("start_frame", "stop_frame")
    }
    return make_observed(observed.assign(**edges))


def _written(clock: Clock, frames: pd.Series, decimals: int | None) -> np.ndarray:
    seconds = clock.seconds(frames.to_numpy())
    return seconds if decimals is None else np.round(seconds, decimals)


def observed_frames(
    clock: Clock, seconds: Float[np.ndarray, "interval 2"]
) -> Int[np.ndarray, "interval 2"]:
    """Lay observed intervals on frames, cut at the video's ends; reversed ones are left out."""
    inside = np.clip(seconds, 0.0, clock.end())
    frames = clock.frames(inside.ravel()).reshape(-1, 2)
    return frames[(frames >= 0).all(axis=1) & (frames[:, 1] >= frames[:, 0])]


def in_order(events: pd.DataFrame) -> pd.DataFrame:
    """Sort events by video and time, alike ones by all else that they say."""
    first = ["video", "start_frame", "stop_frame"]
    known = [name for name in _SAID if name in events]
    return events.sort_values(
        [*first, *(name for name in known if name not in first)], ignore_index=True
    )


def report_spans(
    spans: Spans, places: Sequence[str], video: str, clock: Clock, losses: LossCounter
) -> None:
    """Count what lies outside a video or was cut at its end, and a clock that is only assumed."""
    for row in np.flatnonzero(spans.outside).tolist():
        losses.add("events outside their video, left out", places[row])
    for row in np.flatnonzero(spans.cut & ~spans.outside).tolist():
        losses.add("events that reach beyond their video, cut", places[row])
    if not clock.is_exact and len(places):
        told = f"{video}, at {clock.fps:g} frames per second"
        losses.add("events placed by a constant frame rate, not by the video", told, len(places))


def with_told_kinds(events: pd.DataFrame, ethogram: Ethogram | None) -> pd.DataFrame:
    """Make points and states of what an ethogram says are such, whatever their file did.

    A state that becomes a point is its middle frame, a point that becomes a state is one frame.
    """
    if ethogram is None or events.empty:
        return events
    told = {behavior.name: behavior.kind for behavior in ethogram}
    judged = events["judgement"] if "judgement" in events else ["present"] * len(events)
    columns = zip(events["behavior"], events["kind"], judged, strict=True)
    kind = pd.Series(
        [told.get(name, own) if said == "present" else own for name, own, said in columns],
        events.index,
        dtype=object,
    )
    start, stop = events["start_frame"].astype(np.int64), events["stop_frame"].astype(np.int64)
    to_point = (kind == "point") & (events["kind"] == "state")
    start = start.mask(to_point, (start + stop - 1) // 2)
    stop = stop.mask(kind == "point", start)
    stop = stop.mask((kind == "state") & (stop == start), start + 1)
    return events.assign(kind=kind, start_frame=start, stop_frame=stop)
