"""Pulses of a recorded line: exposures of a camera, or any TTL signal.

A trace is made high or low with hysteresis (a Schmitt trigger), so that noise at the threshold is
no edge; what is shorter than the chatter of a switch is joined or left out, and counted.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int, Real

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import runs

Moment = Literal["start", "middle", "stop"]


@dataclass(frozen=True)
class PulseSettings:
    """How pulses are found in a trace.

    Parameters
    ----------
    polarity
        ``high`` for pulses that go up, ``low`` for those that go down.
    threshold
        Between the two levels; midway between the least and the largest value if not given.
    hysteresis
        How far beyond the threshold a level counts, as a share of the distance of the levels.
    chatter_s
        Gaps shorter than this join two pulses, pulses shorter than this are none; in seconds.
    """

    polarity: Literal["high", "low"] = "high"
    threshold: float | None = None
    hysteresis: float = 0.1
    chatter_s: float = 0.0


@dataclass(frozen=True, eq=False)
class Pulses:
    """Pulses in order.

    Parameters
    ----------
    start, stop
        Seconds at which each begins and ends; the stop of one that goes on at the end is NaN.
    notices
        What the user should know.
    """

    start: Float[np.ndarray, " pulse"]
    stop: Float[np.ndarray, " pulse"]
    notices: tuple[str, ...] = ()

    def times(self, moment: Moment = "start") -> Float[np.ndarray, " known"]:
        """Give one time for each pulse; a pulse without an end has no middle and no stop."""
        if moment == "start":
            return self.start
        known = np.isfinite(self.stop)
        if moment == "stop":
            return self.stop[known]
        return (self.start[known] + self.stop[known]) / 2


def find_pulses(
    trace: Real[np.ndarray, " sample"] | Bool[np.ndarray, " sample"],
    times: Float[np.ndarray, " sample"],
    settings: PulseSettings | None = None,
) -> Pulses:
    """Find the pulses of a sampled line.

    A pulse that is on at the first sample began before it, nobody knows when: it is left out and
    told.

    Parameters
    ----------
    trace
        Its samples, analogue or digital.
    times
        Their times in seconds, increasing.

    Raises
    ------
    EthoprismError
        If trace and times are not of one length, or the line never changes.
    """
    settings = settings or PulseSettings()
    if len(trace) != len(times):
        raise EthoprismError(f"{len(trace)} samples of the line and {len(times)} of its times")
    is_on = _levels(np.asarray(trace, np.float64), settings)
    spans, joined, short = _without_chatter(runs(is_on), times, settings.chatter_s)
    notices = []
    if joined or short:
        notices.append(f"chatter: {joined} gaps were joined and {short} short pulses left out")
    if len(spans) and spans[0, 0] == 0:
        notices.append("the line is on at the start: this first pulse is left out")
        spans = spans[1:]
    stop = np.append(times, np.nan)[spans[:, 1]]
    if len(stop) and np.isnan(stop[-1]):
        notices.append("the line is on at the end: the last pulse has no end")
    return Pulses(times[spans[:, 0]], stop, tuple(notices))


def pulses_from_edges(
    times: Float[np.ndarray, " edge"],
    states: Bool[np.ndarray, " edge"],
    settings: PulseSettings | None = None,
) -> Pulses:
    """Find the pulses of a line of which the changes were recorded: when, and whether it went up.

    Raises
    ------
    EthoprismError
        If times and states are not of one length, or times go back.
    """
    settings = settings or PulseSettings()
    if len(times) != len(states) or (np.diff(times) < 0).any():
        raise EthoprismError("edges must be in order, each with its state", None, "export it again")
    is_on = states if settings.polarity == "high" else ~states
    # an edge to the state that the line is in already says that one was lost: the first one counts
    changes = np.flatnonzero(np.diff(is_on, prepend=not is_on[0]) if len(is_on) else is_on)
    lost = len(is_on) - len(changes)
    edges, is_on = times[changes], is_on[changes]
    notices = [f"{lost} edges to the state that the line was in already"] if lost else []
    if len(is_on) and not is_on[0]:
        notices.append("the line is on at the start: this first pulse is left out")
        edges, is_on = edges[1:], is_on[1:]
    edges = np.append(edges, np.nan) if len(edges) % 2 else edges
    start, stop = edges[0::2], edges[1::2]
    if len(stop) and np.isnan(stop[-1]):
        notices.append("the line is on at the end: the last pulse has no end")
    spans = np.arange(2 * len(start)).reshape(-1, 2)
    spans, joined, short = _without_chatter(spans, edges, settings.chatter_s)
    if joined or short:
        notices.append(f"chatter: {joined} gaps were joined and {short} short pulses left out")
    return Pulses(edges[spans[:, 0]], edges[spans[:, 1]], tuple(notices))


def _levels(
    trace: Float[np.ndarray, " sample"], settings: PulseSettings
) -> Bool[np.ndarray, " sample"]:
    """Say where the line is on; between the two thresholds it stays as it was."""
    finite = trace[np.isfinite(trace)]
    low, high = (finite.min(), finite.max()) if len(finite) else (0.0, 0.0)
    if not high > low:
        raise EthoprismError("the line never changes", None, "choose another channel")
    threshold = (low + high) / 2 if settings.threshold is None else settings.threshold
    if not low < threshold < high:
        told = f"the line goes from {low:g} to {high:g}, the threshold is {threshold:g}"
        raise EthoprismError(told, None, "choose a threshold between")
    margin = settings.hysteresis * min(threshold - low, high - threshold)
    is_high, is_low = trace > threshold + margin, trace < threshold - margin
    decided = np.where(is_high | is_low, np.arange(len(trace)), -1)
    last = np.maximum.accumulate(decided)
    first = int(np.argmax(decided >= 0))
    state = is_high[np.where(last < 0, first, last)]
    return state if settings.polarity == "high" else ~state


def _without_chatter(
    spans: Int[np.ndarray, "pulse 2"], times: Float[np.ndarray, " sample"], shortest: float
) -> tuple[Int[np.ndarray, "kept 2"], int, int]:
    """Join pulses across short gaps, then leave out short pulses; say how many of each."""
    if not len(spans) or shortest <= 0:
        return spans, 0, 0
    at = np.append(times, np.inf)
    gap = at[spans[1:, 0]] - at[spans[:-1, 1]]
    is_apart = np.concatenate([[True], gap >= shortest])
    begin = spans[is_apart, 0]
    end = spans[np.append(is_apart[1:], True), 1]
    length = at[end] - at[begin]
    is_long = ~(length < shortest)
    kept = np.stack([begin, end], axis=1)[is_long]
    return kept, int((~is_apart).sum()), int((~is_long).sum())
