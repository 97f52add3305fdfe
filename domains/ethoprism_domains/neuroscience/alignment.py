"""From one clock to another by an offset and a drift, from events that both recorded.

Which event is which is found from the intervals between them: neighbouring pairs that are equally
far apart on both clocks are seeds; from each, a line is fitted by least squares to ever more
events around, and the one that brings the most events together is taken. Events of one side only
are left out; so are, at the end, those that lie far from the line (beyond four times the scaled
median absolute residual; Rousseeuw and Leroy 1987, "Robust Regression and Outlier Detection").
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from ethoprism_core.errors import EthoprismError

_FEWEST = 3
_MOST_SEEDS = 400
_SEEDS_EACH = 40
_SCALED_MAD = 1.4826
_FAR = 4.0
_NEARLY = 0.9
_PARTS_PER_MILLION = 1e6


@dataclass(frozen=True)
class AlignSettings:
    """How events of two clocks are brought together.

    Parameters
    ----------
    tolerance_s
        How far apart the two times of one event may be after fitting; a quarter of the median
        interval, at most 0.1 s, if not given.
    most_drift
        The largest drift, in seconds a second.
    """

    tolerance_s: float | None = None
    most_drift: float = 1e-3


@dataclass(frozen=True, eq=False)
class ClockFit:
    """The line ``target = offset + rate * source``.

    Parameters
    ----------
    offset
        Target seconds at source time 0.
    rate
        Target seconds in a second of the source.
    source, target
        Positions of the events that were brought together, in order.
    residuals
        Target time less the line's, of each of these; in seconds.
    source_left, target_left
        Positions of the events that only one side has.
    notices
        What the user should know.
    """

    offset: float
    rate: float
    source: Int[np.ndarray, " pair"]
    target: Int[np.ndarray, " pair"]
    residuals: Float[np.ndarray, " pair"]
    source_left: Int[np.ndarray, " left"]
    target_left: Int[np.ndarray, " right"]
    notices: tuple[str, ...] = ()

    @property
    def drift_ppm(self) -> float:
        """How much faster the target's clock counts, in parts per million."""
        return (self.rate - 1) * _PARTS_PER_MILLION

    @property
    def median_s(self) -> float:
        """The median absolute residual in seconds."""
        return float(np.median(np.abs(self.residuals)))

    @property
    def max_s(self) -> float:
        """The largest absolute residual in seconds."""
        return float(np.abs(self.residuals).max())

    def to_target(self, seconds: Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
        """Carry times of the source over to the target's clock."""
        return self.offset + self.rate * seconds

    def to_source(self, seconds: Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
        """Carry times of the target over to the source's clock."""
        return (seconds - self.offset) / self.rate


def align_clocks(
    source: Float[np.ndarray, " event"],
    target: Float[np.ndarray, " other"],
    settings: AlignSettings | None = None,
) -> ClockFit:
    """Find offset and drift from the times of shared events on two clocks.

    Parameters
    ----------
    source, target
        Seconds of the events on each clock, increasing. Either may have some that the other lacks.

    Raises
    ------
    EthoprismError
        If there are fewer than three shared events, or they are so regular that nothing tells
        which is which.
    """
    settings = settings or AlignSettings()
    if min(len(source), len(target)) < _FEWEST:
        told = f"{len(source)} and {len(target)} events"
        raise EthoprismError(told, None, f"{_FEWEST} that both clocks have are needed")
    for times in (source, target):
        if (np.diff(times) <= 0).any():
            raise EthoprismError("the shared events are not in order", None, "sort them")
    tolerance = settings.tolerance_s or _tolerance(source, target)
    seeds = _seeds(source, target, tolerance, settings.most_drift)
    grown = [_grow(source, target, seed, tolerance, settings.most_drift) for seed in seeds]
    fits = sorted(grown, key=lambda found: -len(found[0]))
    if not fits or len(fits[0][0]) < _FEWEST:
        raise EthoprismError(
            "the two clocks have no pattern of events in common",
            None,
            "check that both recorded the same events, in seconds",
        )
    return _fit(source, target, *fits[0], _refuse_tie(fits))


def _tolerance(source: np.ndarray, target: np.ndarray) -> float:
    step = min(float(np.median(np.diff(source))), float(np.median(np.diff(target))))
    return min(0.1, step / 4)


def _seeds(
    source: np.ndarray, target: np.ndarray, tolerance: float, most_drift: float
) -> Iterator[tuple[int, int]]:
    """Yield pairs of positions whose next two intervals agree, the most alike first."""
    steps, others = np.diff(source), np.diff(target)
    tried = np.unique(np.linspace(0, len(steps) - 2, _SEEDS_EACH).astype(int))
    found: list[tuple[int, int]] = []
    for at in tried.tolist():
        near = 2 * tolerance + most_drift * steps[at : at + 2]
        agree = (np.abs(others[:-1] - steps[at]) < near[0]) & (
            np.abs(others[1:] - steps[at + 1]) < near[1]
        )
        places = np.flatnonzero(agree)
        error = np.maximum(
            np.abs(others[places] - steps[at]), np.abs(others[places + 1] - steps[at + 1])
        )
        rough = np.rint(10 * error / tolerance)  # regular events are told apart by their number
        nearest = places[np.lexsort([np.abs(places - at), rough])]
        found += [(at, place) for place in nearest[: _MOST_SEEDS // _SEEDS_EACH].tolist()]
    yield from found


def _grow(
    source: np.ndarray,
    target: np.ndarray,
    seed: tuple[int, int],
    tolerance: float,
    most_drift: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Fit a line around a pair of events, to twice as many each time; give the events it joins."""
    here, there = seed
    offset, rate, reach = target[there] - source[here], 1.0, 2
    while True:
        low, high = max(0, here - reach), min(len(source), here + reach + 1)
        mine = np.arange(low, high)
        own, other = _joined(offset + rate * source[mine], target, tolerance)
        if len(own) >= _FEWEST:
            rate, offset = _line(source[mine[own]], target[other])
            rate = float(np.clip(rate, 1 - most_drift, 1 + most_drift))
            offset = float(np.mean(target[other] - rate * source[mine[own]]))
        if low == 0 and high == len(source):
            own, other = _joined(offset + rate * source, target, tolerance)
            return own, other
        reach *= 2


def _joined(
    predicted: np.ndarray, target: np.ndarray, tolerance: float
) -> tuple[np.ndarray, np.ndarray]:
    """Pair each predicted time with its nearest event, where that is mutual and near enough."""
    there = _nearest(target, predicted)
    back = _nearest(predicted, target)
    is_pair = (back[there] == np.arange(len(predicted))) & (
        np.abs(target[there] - predicted) <= tolerance
    )
    own = np.flatnonzero(is_pair)
    return own, there[own]


def _nearest(times: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    after = np.clip(np.searchsorted(times, wanted), 1, len(times) - 1)
    return np.where(wanted - times[after - 1] <= times[after] - wanted, after - 1, after)


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Give slope and intercept of least squares; centred, so that large clocks lose no digits."""
    middle, level = x.mean(), y.mean()
    slope = float(((x - middle) * (y - level)).sum() / ((x - middle) ** 2).sum())
    return slope, float(level - slope * middle)


def _fit(
    source: np.ndarray,
    target: np.ndarray,
    own: np.ndarray,
    other: np.ndarray,
    notices: tuple[str, ...],
) -> ClockFit:
    rate, offset = _line(source[own], target[other])
    residuals = target[other] - (offset + rate * source[own])
    far = _FAR * _SCALED_MAD * np.median(np.abs(residuals))
    keep = np.abs(residuals) <= max(far, 1e-9)
    if keep.sum() >= _FEWEST:
        own, other = own[keep], other[keep]
        rate, offset = _line(source[own], target[other])
    residuals = target[other] - (offset + rate * source[own])
    left = np.setdiff1d(np.arange(len(source)), own)
    right = np.setdiff1d(np.arange(len(target)), other)
    if len(left) or len(right):
        told = f"{len(left)} and {len(right)} events have no counterpart on the other clock"
        notices = (*notices, told)
    return ClockFit(offset, rate, own, other, residuals, left, right, notices)


def _refuse_tie(fits: list[tuple[np.ndarray, np.ndarray]]) -> tuple[str, ...]:
    """Refuse a tie; tell of a rival that is nearly as good, which regular events have."""
    best = dict(zip(*(side.tolist() for side in fits[0]), strict=True))
    for own, other in fits[1:]:
        if len(own) < _NEARLY * len(best):
            break
        rival = dict(zip(own.tolist(), other.tolist(), strict=True))
        if all(rival[at] == best[at] for at in rival.keys() & best.keys()):
            continue
        if len(rival) == len(best):
            raise EthoprismError(
                "the shared events are so regular that nothing tells which is which",
                None,
                "give both clocks the same first and last event, or events at irregular times",
            )
        return ("the shared events are regular: another offset joins nearly as many",)
    return ()
