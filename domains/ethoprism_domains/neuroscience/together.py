"""A signal and behaviour in the same bins of time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int8

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.neuroscience.signals import Signal


@dataclass(frozen=True, eq=False)
class Binned:
    """A session's signal and labels in bins of equal length.

    Parameters
    ----------
    name
        Of the session.
    times
        Starts of the bins in seconds, without holes; what is not known is NaN or -1.
    step_s
        Their length.
    features
        The signal in each bin.
    labels
        1 present, 0 absent, -1 unknown.
    channels, behaviors
        The names of the columns.
    """

    name: str
    times: Float[np.ndarray, " bin"]
    step_s: float
    features: Float[np.ndarray, "bin channel"]
    labels: Int8[np.ndarray, "bin behavior"]
    channels: tuple[str, ...]
    behaviors: tuple[str, ...]


def bin_together(
    name: str,
    signal: Signal,
    labels: Int8[np.ndarray, "time behavior"],
    clock_times: Float[np.ndarray, " time"],
    behaviors: Sequence[str],
    step_s: float = 0.1,
) -> Binned:
    """Bring a signal and the labels of a video's frames into bins.

    A bin's label is that of most of its frames (present wins a tie), unknown where any frame is
    unknown or there is none; where frames are longer than bins, that of the frame that is shown.

    Parameters
    ----------
    labels
        1 present, 0 absent, -1 unknown, of one individual.
    clock_times
        The frames' times on the signal's clock.

    Raises
    ------
    EthoprismError
        If signal and video do not overlap.
    """
    start, stop = max(signal.span[0], clock_times[0]), min(signal.span[1], clock_times[-1])
    count = int((stop - start) / step_s + 1e-9)
    if count < 1:
        told = f"the signal is from {signal.span[0]:g} to {signal.span[1]:g} s"
        raise EthoprismError(
            f"signal and video do not overlap: {told}, "
            f"the video from {clock_times[0]:g} to {clock_times[-1]:g} s",
            name,
            "bring them to one clock first",
        )
    times = start + np.arange(count) * step_s
    binned = _labels(labels, clock_times, times, step_s)
    features = signal.binned(times, step_s)
    return Binned(name, times, step_s, features, binned, signal.channels, tuple(behaviors))


def with_history(
    features: Float[np.ndarray, "bin channel"], bins_before: int
) -> Float[np.ndarray, "bin stacked"]:
    """Put the bins before beside each bin's own, the latest first; NaN before the first bin."""
    count = len(features)
    padded = np.pad(features, ((bins_before, 0), (0, 0)), constant_values=float("nan"))
    return np.concatenate(
        [padded[bins_before - lag : bins_before - lag + count] for lag in range(bins_before + 1)],
        axis=1,
    )


def _labels(
    labels: Int8[np.ndarray, "time behavior"],
    clock_times: Float[np.ndarray, " time"],
    starts: Float[np.ndarray, " bin"],
    step_s: float,
) -> Int8[np.ndarray, "bin behavior"]:
    low, high = np.searchsorted(clock_times, starts), np.searchsorted(clock_times, starts + step_s)
    # a bin in which no frame begins shows the one before
    shown = np.searchsorted(clock_times, starts + step_s / 2, side="right") - 1
    low, high = np.where(high > low, low, shown), np.where(high > low, high, shown + 1)
    zero = np.zeros((1, labels.shape[1]), np.int64)
    present = np.concatenate([zero, np.cumsum(labels == 1, axis=0)])
    unknown = np.concatenate([zero, np.cumsum(labels == -1, axis=0)])
    of_bin = present[high] - present[low]
    values = (2 * of_bin >= (high - low)[:, None]).astype(np.int8)
    values[unknown[high] - unknown[low] > 0] = -1
    return values
