"""Recorded signals: what was measured all the time, and times at which something fired."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr
from jaxtyping import Float

from ethoprism_core.errors import EthoprismError

_GAP = 3.0  # median intervals: where samples are further apart, nothing was recorded


@dataclass(frozen=True, eq=False)
class Continuous:
    """A signal that was sampled, such as photometry, running speed or the size of a pupil.

    Parameters
    ----------
    values
        A row a sample; NaN where nothing is known.
    times
        Seconds of the samples on the experiment's clock, increasing.
    channels
        A name for each column.

    Raises
    ------
    EthoprismError
        If these do not fit each other, or the times are not increasing.
    """

    values: Float[np.ndarray, "sample channel"]
    times: Float[np.ndarray, " time"]
    channels: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.times), len(self.channels)):
            told = f"{self.values.shape[0]} samples of {self.values.shape[1]} channels"
            raise EthoprismError(
                f"{told} do not fit {len(self.times)} times and {len(self.channels)} names"
            )
        if len(self.times) < 2 or not (np.diff(self.times) > 0).all():
            raise EthoprismError(
                "the signal's times do not increase", None, "give two samples or more, in order"
            )

    @classmethod
    def from_dataarray(cls, array: xr.DataArray) -> "Continuous":
        """Take a signal with a dim `time` in seconds, and any others as channels."""
        if "time" not in array.dims or "time" not in array.coords:
            raise EthoprismError("the signal has no dim time with its seconds", array.name)
        others = [dim for dim in array.dims if dim != "time"]
        flat = array.transpose("time", *others)
        values = flat.to_numpy().reshape(len(flat["time"]), -1).astype(np.float64)
        names = [str(array.name or "signal")]
        if others:
            stacked = flat.isel(time=0).stack(channel=others)
            names = [_name(label) for label in stacked["channel"].to_numpy().tolist()]
        return cls(values, flat["time"].to_numpy().astype(np.float64), tuple(names))

    @property
    def span(self) -> tuple[float, float]:
        """When recording began and ended, in seconds."""
        return float(self.times[0]), float(self.times[-1])

    def binned(
        self, starts: Float[np.ndarray, "*place"], width: float
    ) -> Float[np.ndarray, "*place channel"]:
        """Give the mean over each bin `[start, start + width)`.

        In a bin without a sample it is interpolated between the neighbours of the bin's middle,
        NaN where these are further apart than three median intervals, or there are none.
        """
        sums, counts = self._running
        low, high = np.searchsorted(self.times, starts), np.searchsorted(self.times, starts + width)
        number = counts[high] - counts[low]
        with np.errstate(invalid="ignore", divide="ignore"):
            means = (sums[high] - sums[low]) / number
        empty = high == low
        means[empty] = self._between(starts[empty] + width / 2)
        return means

    @cached_property
    def _running(self) -> tuple[np.ndarray, np.ndarray]:
        """Running sums of what is known, and how many samples these are, from 0 on."""
        is_known = np.isfinite(self.values)
        both = np.where(is_known, self.values, 0.0), is_known.astype(np.int64)
        sums, counts = (np.cumsum(each, axis=0) for each in both)
        return np.pad(sums, ((1, 0), (0, 0))), np.pad(counts, ((1, 0), (0, 0)))

    def _between(self, times: Float[np.ndarray, " place"]) -> Float[np.ndarray, "place channel"]:
        after = np.clip(np.searchsorted(self.times, times), 1, len(self.times) - 1)
        left, right = self.times[after - 1], self.times[after]
        share = ((times - left) / (right - left))[:, None]
        values = self.values[after - 1] * (1 - share) + self.values[after] * share
        is_gap = right - left > _GAP * np.median(np.diff(self.times))
        outside = (times < self.times[0]) | (times > self.times[-1])
        return np.where((is_gap | outside)[:, None], np.nan, values)


@dataclass(frozen=True, eq=False)
class Spikes:
    """Times at which each of some units fired; what is measured of them is their rate in Hz.

    Parameters
    ----------
    times
        Seconds on the experiment's clock, increasing, one array a unit.
    channels
        The units' names.
    span
        When recording began and ended: a unit that is silent there fires at 0 Hz.

    Raises
    ------
    EthoprismError
        If there are not as many names as units, a unit's times go back, or the span is empty.
    """

    times: tuple[np.ndarray, ...]
    channels: tuple[str, ...]
    span: tuple[float, float]

    def __post_init__(self) -> None:
        if len(self.times) != len(self.channels) or not self.times:
            raise EthoprismError(f"{len(self.times)} units and {len(self.channels)} names")
        if not self.span[1] > self.span[0]:
            raise EthoprismError("the recording of spikes has no length", self.span)
        for name, times in zip(self.channels, self.times, strict=True):
            if not (np.diff(times) >= 0).all():
                raise EthoprismError("spike times go back", f"unit {name}", "sort them")

    def binned(
        self, starts: Float[np.ndarray, "*place"], width: float
    ) -> Float[np.ndarray, "*place channel"]:
        """Give the rate in each bin `[start, start + width)`; NaN outside the recording."""
        # a rounding error at the edge is not outside
        slack = 1e-6 * width
        outside = (starts < self.span[0] - slack) | (starts + width > self.span[1] + slack)
        counts = [
            np.searchsorted(times, starts + width) - np.searchsorted(times, starts)
            for times in self.times
        ]
        rates = np.stack(counts, axis=-1) / width
        return np.where(outside[..., None], np.nan, rates)


Signal = Continuous | Spikes


def _name(label: object) -> str:
    return " ".join(map(str, label)) if isinstance(label, tuple) else str(label)
