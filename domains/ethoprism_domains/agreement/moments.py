"""What two coders say at the same moments, counted."""

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

_ROUNDING_S = 1e-6  # frame times are sums of fractions: a tolerance of 0.5 s includes 0.5 s


def sampled_frames(
    frame_times: Float[np.ndarray, " time"], interval: float | None
) -> Int[np.ndarray, " moment"]:
    """Choose the frames that are compared: all, or the one on screen at 0, 1, 2... intervals.

    Parameters
    ----------
    interval
        In seconds from the first frame; every frame if not given.
    """
    if interval is None:
        return np.arange(len(frame_times))
    first, last = frame_times[[0, -1]].tolist()
    moments = first + interval * np.arange(int((last - first + _ROUNDING_S) // interval) + 1)
    return np.searchsorted(frame_times, moments + _ROUNDING_S, side="right") - 1


def compare_pair(
    first: Shaped[np.ndarray, " time"],
    second: Shaped[np.ndarray, " time"],
    frame_times: Float[np.ndarray, " time"],
    categories: int,
    frames: Int[np.ndarray, " moment"],
    unit: Int[np.ndarray, " time"],
    units: int,
    tolerance: float = 0.0,
) -> Float[np.ndarray, "unit category category"]:
    """Count how often the first coder chose the row while the second chose the column.

    Parameters
    ----------
    first, second
        The category each coder chose in each frame, -1 where it is not known: these are left out.
    frames
        The frames that are compared.
    unit
        Which of the `units` tables each frame counts in.
    tolerance
        In seconds. Where the coders differ, but each said within this time what the other says
        now, they agree, and the moment counts half for each of the two categories. A short bout
        that one of them missed is no such case: the other never said that it is there.
    """
    a, b = first[frames].astype(int), second[frames].astype(int)
    known = (a != -1) & (b != -1)
    excused = known & (a != b) & (tolerance > 0)
    near = _window(frame_times, frames, tolerance)
    excused &= _said(second, a, near, categories) & _said(first, b, near, categories)
    counts = np.zeros((units, categories, categories))
    strict = known & ~excused
    np.add.at(counts, (unit[frames][strict], a[strict], b[strict]), 1.0)
    for chosen in (a[excused], b[excused]):
        np.add.at(counts, (unit[frames][excused], chosen, chosen), 0.5)
    return counts


def _window(
    frame_times: Float[np.ndarray, " time"], frames: Int[np.ndarray, " moment"], tolerance: float
) -> Int[np.ndarray, "2 moment"]:
    reach = tolerance + _ROUNDING_S
    starts = np.searchsorted(frame_times, frame_times[frames] - reach, side="left")
    stops = np.searchsorted(frame_times, frame_times[frames] + reach, side="right")
    return np.stack([starts, stops])


def _said(
    said: Shaped[np.ndarray, " time"],
    wanted: Int[np.ndarray, " moment"],
    near: Int[np.ndarray, "2 moment"],
    categories: int,
) -> Bool[np.ndarray, " moment"]:
    """Say whether the category that is wanted at each moment was said near it."""
    found = np.zeros(len(wanted), bool)
    for category in range(categories):
        times_said = np.concatenate([[0], np.cumsum(said == category)])
        found |= (wanted == category) & (times_said[near[1]] > times_said[near[0]])
    return found
