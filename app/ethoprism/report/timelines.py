"""Ethograms for the page: bouts and probabilities as percent of a timeline."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Float

from ethoprism.report.content import Lane, Span, Tick, Timeline

_CURVE_POINTS = 240
_TENTHS_AND_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0)
_MINUTES_AND_HOURS = (60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0)
_STEPS_S = _TENTHS_AND_SECONDS + _MINUTES_AND_HOURS
_MOST_TICKS = 8


def clock(seconds: float) -> str:
    """Write a time as min:s, or h:min:s from an hour on; tenths only where there are any."""
    whole, tenth = divmod(round(10 * seconds), 10)
    minutes, rest = divmod(whole, 60)
    tail = f"{rest:02d}.{tenth}" if tenth else f"{rest:02d}"
    if minutes < 60:
        return f"{minutes}:{tail}"
    return f"{minutes // 60}:{minutes % 60:02d}:{tail}"


def build_timeline(
    title: str,
    seconds: float,
    colors: Mapping[str, str],
    predicted: pd.DataFrame,
    coded: pd.DataFrame,
    probability: Mapping[str, Float[np.ndarray, " time"]],
) -> Timeline:
    """Lay out one subject's ethogram.

    Parameters
    ----------
    seconds
        The video's duration.
    colors
        ``#rrggbb`` by behaviour, in the order of the rows.
    predicted, coded
        Event tables with `behavior, start_s, stop_s`.
    probability
        By behaviour, one for each frame.
    """
    lanes = tuple(
        Lane(
            behavior,
            color,
            _spans(coded, behavior, seconds),
            _spans(predicted, behavior, seconds),
            _polygon(probability[behavior]),
        )
        for behavior, color in colors.items()
    )
    return Timeline(title, lanes, _ticks(seconds))


def _spans(events: pd.DataFrame, behavior: str, seconds: float) -> tuple[Span, ...]:
    mine = events[events["behavior"] == behavior]
    return tuple(
        Span(
            round(100 * start / seconds, 3),
            round(100 * (stop - start) / seconds, 3),
            f"{behavior}, {clock(start)} to {clock(stop)}",
        )
        for start, stop in zip(mine["start_s"], mine["stop_s"], strict=True)
    )


def _polygon(probability: np.ndarray) -> str:
    """Outline the curve in a box of 100 x 100; each point is the peak of its share of the time."""
    pieces = np.array_split(probability, min(_CURVE_POINTS, len(probability)))
    peaks = [float(piece.max()) for piece in pieces]
    points = [
        f"{100 * (k + 0.5) / len(peaks):.1f},{100 - 100 * p:.0f}" for k, p in enumerate(peaks)
    ]
    return " ".join(["0,100", *points, "100,100"])


def tick_step(seconds: float) -> float:
    """Return how far the marks of a time axis are apart: a round number of seconds or minutes."""
    return next((step for step in _STEPS_S if seconds / step <= _MOST_TICKS), _STEPS_S[-1])


def _ticks(seconds: float) -> tuple[Tick, ...]:
    step = tick_step(seconds)
    return tuple(
        Tick(round(100 * second / seconds, 3), clock(second))
        for second in np.arange(0, seconds, step)
    )
