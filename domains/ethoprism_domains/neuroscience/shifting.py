"""A test that keeps the structure of time: moments shifted around the recording as a whole.

The moments of a session are moved together by a random amount, a window or more, around the end
and on from the beginning (Harris 2020, "A shift test for independence in generic time series",
discusses such tests). So bouts stay as clustered and the signal as slow as they are; only what
ties one to the other is broken. The statistic is the mean response at each lag, as a distance
from the mean of all shifts in their standard deviations; its largest over all lags tests a channel
(Westfall and Young 1993, "Resampling-Based Multiple Testing").
"""

from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr
from jaxtyping import Float

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.neuroscience.windows import Session, WindowSettings, cut

_CHUNK_CELLS = 2_000_000
_FEWEST_WINDOWS = 4


def shift_test(
    sessions: Sequence[Session],
    times: Sequence[Float[np.ndarray, " _"]],
    settings: WindowSettings,
    shifts: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> xr.Dataset:
    """Compare the mean response with that to shifted moments.

    Parameters
    ----------
    times
        The moments of each session that are used, in seconds.
    shifts
        How many times all sessions are shifted, each by an amount of its own.

    Returns
    -------
    `null_mean (lag, channel)` and `null_sd`, of the shifted means; `z (lag, channel)`; p values:
    `p_lag_pointwise (lag, channel)` of each lag by itself, `p_lag` corrected for all lags, `p
    (channel)` of the channel, `p_all (channel)` corrected for all channels.

    Raises
    ------
    EthoprismError
        If there is no time to shift moments in.
    """
    rng = np.random.default_rng(seed)
    circles = [_circle(session, settings) for session in sessions]
    sums: np.ndarray | float = 0.0
    counts: np.ndarray | float = 0.0
    for number, (session, own, circle) in enumerate(zip(sessions, times, circles, strict=True)):
        # the first row is not shifted: the real moments are one of the arrangements
        amounts = np.concatenate([[0.0], _amounts(rng, float(circle[-1, 2]), settings, shifts)])
        total, count = _sums(session, own, circle, amounts, settings)
        sums, counts = sums + total, counts + count
        if progress is not None:
            progress(number + 1, len(sessions))
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.asarray(sums / counts)
    return _compared(means, settings, sessions[0].signal.channels)


def _amounts(
    rng: np.random.Generator, length: float, settings: WindowSettings, shifts: int
) -> Float[np.ndarray, " shift"]:
    """Draw shifts of at least a window either way: smaller ones show the same response again."""
    least = settings.reach[1] - settings.reach[0]
    if length < _FEWEST_WINDOWS * least:
        told = f"{length:g} s of observed recording for windows of {least:g} s"
        raise EthoprismError(
            f"too little to shift moments in, {told}",
            None,
            "choose shorter windows, or no shifts",
        )
    return rng.uniform(least, length - least, shifts)


def _circle(session: Session, settings: WindowSettings) -> Float[np.ndarray, "edge 3"]:
    """Lay what is observed, where windows fit into the recording, end to end.

    Returns
    -------
    Start, stop, and the sum of all lengths up to the stop, of each stretch.
    """
    first, last = session.signal.span
    low = np.maximum(session.observed[:, 0], first - settings.reach[0])
    high = np.minimum(session.observed[:, 1], last - settings.reach[1])
    keep = high > low
    if not keep.any():
        raise EthoprismError(
            "no observed time in which a whole window fits into the recording",
            session.name,
            "choose shorter windows, or check that the clocks are the same",
        )
    low, high = low[keep], high[keep]
    return np.stack([low, high, np.cumsum(high - low)], axis=1)


def _shifted(
    times: Float[np.ndarray, " event"],
    circle: Float[np.ndarray, "edge 3"],
    amounts: Float[np.ndarray, " shift"],
) -> Float[np.ndarray, "shift event"]:
    """Move times around the circle; by 0 they stay where they are."""
    start, stop, end = circle.T
    begin = end - (stop - start)
    at = np.clip(np.searchsorted(start, times, side="right") - 1, 0, len(start) - 1)
    along = np.clip(times, start[at], stop[at]) - start[at] + begin[at]
    moved = (along + amounts[:, None]) % end[-1]
    there = np.clip(np.searchsorted(end, moved, side="right"), 0, len(end) - 1)
    placed = start[there] + moved - begin[there]
    return np.where(amounts[:, None] == 0, times, placed)


def _sums(
    session: Session,
    times: Float[np.ndarray, " event"],
    circle: Float[np.ndarray, "edge 3"],
    amounts: Float[np.ndarray, " shift"],
    settings: WindowSettings,
) -> tuple[np.ndarray, np.ndarray]:
    """Sum the windows of each shift over its moments, and count what is known of them."""
    moved = _shifted(times, circle, amounts)
    cells = len(times) * len(settings.lags) * len(session.signal.channels)
    step = max(1, _CHUNK_CELLS // max(cells, 1))
    sums, counts = [], []
    for start in range(0, len(moved), step):
        windows = cut(session.signal, moved[start : start + step], settings)
        sums.append(np.nansum(windows, axis=1))
        counts.append(np.isfinite(windows).sum(axis=1))
    return np.concatenate(sums), np.concatenate(counts)


def _compared(
    means: Float[np.ndarray, "shift lag channel"],
    settings: WindowSettings,
    channels: tuple[str, ...],
) -> xr.Dataset:
    count = np.isfinite(means).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        center = np.nansum(means, axis=0) / count
        spread = np.sqrt(np.nansum((means - center) ** 2, axis=0) / (count - 1))
        z = (means - center) / np.where(spread > 0, spread, np.nan)
    distance = np.nan_to_num(np.abs(z), nan=-1.0)
    largest = distance.max(axis=1)
    unknown = np.isnan(z[0])
    pointwise = (distance >= distance[0]).mean(axis=0)
    of_lags = (largest[:, None, :] >= distance[0]).mean(axis=0)
    of_channel = (largest >= largest[0]).mean(axis=0)
    of_all = (largest.max(axis=1)[:, None] >= largest[0]).mean(axis=0)
    silent = unknown.all(axis=0)
    grid = ("lag", "channel")
    return xr.Dataset(
        {
            "null_mean": (grid, center),
            "null_sd": (grid, spread),
            "z": (grid, z[0]),
            "p_lag_pointwise": (grid, np.where(unknown, np.nan, pointwise)),
            "p_lag": (grid, np.where(unknown, np.nan, of_lags)),
            "p": ("channel", np.where(silent, np.nan, of_channel)),
            "p_all": ("channel", np.where(silent, np.nan, of_all)),
        },
        coords={"lag": settings.lags, "channel": list(channels)},
    )
