"""Counts, durations, shares of observed time, latencies and the intervals between bouts."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.budget.tracks import BoutTrack

BUDGET_COLUMNS = (
    "video",
    "subject",
    "behavior",
    "kind",
    "start_s",
    "stop_s",
    "observed_s",
    "count",
    "total_s",
    "proportion",
    "mean_s",
    "median_s",
    "interval_mean_s",
    "interval_median_s",
    "latency_s",
)


def durations(
    tracks: Sequence[BoutTrack], bin_s: float | None = None, offset_s: float = 0.0
) -> pd.DataFrame:
    """Measure what was done, one row a video, subject and behaviour, and bin of time if asked.

    Parameters
    ----------
    bin_s
        Length of the bins in seconds; the whole video is one if not given.
    offset_s
        How long before the first frame a bin begins, so that bins follow the clock on the wall.

    Returns
    -------
    Columns `BUDGET_COLUMNS`. `start_s` and `stop_s` bound the row's part of the video. A bout
    counts where it starts, with its whole duration; `total_s` are the seconds within the part, and
    `proportion` their share of `observed_s`, the time in which the behaviour was assessed. An
    interval runs from one bout's end to the next one's start, through observed time only, and
    counts where it starts. `latency_s` runs from the first observed frame to the first start, and
    is told of whole videos only. What is undefined is NaN or NA: durations of points, means of no
    bouts, all of what nobody observed, a latency across time that nobody observed.

    Raises
    ------
    EthoprismError
        If `bin_s` is not above 0.
    """
    if bin_s is not None and not 0 < bin_s < np.inf:
        raise EthoprismError("bins must be longer than 0 s", bin_s, "as in 60")
    rows = [
        _row(track, part, bin_s is None)
        for track in tracks
        for part in _parts(track.edges, bin_s, offset_s)
    ]
    table = pd.DataFrame(rows, columns=list(BUDGET_COLUMNS))
    return table.astype({"count": "Int64"})


def _parts(
    edges: Float[np.ndarray, " edge"], bin_s: float | None, offset_s: float
) -> Iterator[tuple[int, int, float, float]]:
    """Yield the first frame, the one beyond the last, and the bounds in seconds of each part."""
    first, end = edges[[0, -1]].tolist()
    if bin_s is None:
        yield 0, len(edges) - 1, first, end
        return
    zero = first - offset_s % bin_s
    for number in range(max(1, int(np.ceil((end - zero) / bin_s - 1e-9)))):
        start, stop = max(first, zero + number * bin_s), min(end, zero + (number + 1) * bin_s)
        # a frame belongs to the bin in which it starts; times are sums of fractions
        at = np.searchsorted(edges[:-1], np.array([start, stop]) - 1e-6)
        beyond = len(edges) - 1 if stop == end else int(at[1])
        yield int(at[0]), beyond, start, stop


def _row(
    track: BoutTrack, part: tuple[int, int, float, float], is_whole: bool
) -> tuple[object, ...]:
    lo, hi, start_s, stop_s = part
    seconds, labels = np.diff(track.edges)[lo:hi], track.labels[lo:hi]
    observed = float(seconds[labels != -1].sum())
    is_known, is_state = bool((labels != -1).any()), track.kind == "state"
    started = _starting(track.spans, track.spans[:, 0], lo, hi)
    lengths = _lengths(started, track.edges) if is_state else np.empty(0)
    total = float(seconds[labels == 1].sum()) if is_known and is_state else np.nan
    gaps = _gaps(track)
    intervals = _lengths(_starting(gaps, gaps[:, 0], lo, hi), track.edges)
    return (
        *(track.video, track.subject, track.behavior, track.kind, start_s, stop_s, observed),
        len(started) if is_known else pd.NA,
        total,
        total / observed if observed else np.nan,
        *_mean_and_median(lengths),
        *_mean_and_median(intervals),
        _latency(track) if is_whole else np.nan,
    )


def _starting(
    spans: Int[np.ndarray, "span 2"], at: Int[np.ndarray, " span"], lo: int, hi: int
) -> Int[np.ndarray, "chosen 2"]:
    return spans[(at >= lo) & (at < hi)]


def _lengths(
    spans: Int[np.ndarray, "span 2"], edges: Float[np.ndarray, " edge"]
) -> Float[np.ndarray, " span"]:
    return edges[spans[:, 1]] - edges[spans[:, 0]]


def _gaps(track: BoutTrack) -> Int[np.ndarray, "gap 2"]:
    """List the spans between bouts in which every frame is known."""
    gaps = np.stack([track.spans[:-1, 1], track.spans[1:, 0]], axis=1)
    unknown = np.concatenate([[0], np.cumsum(~track.known)])
    return gaps[unknown[gaps[:, 1]] == unknown[gaps[:, 0]]]


def _latency(track: BoutTrack) -> float:
    if not len(track.spans):
        return np.nan
    first, begin = int(track.known.argmax()), int(track.spans[0, 0])
    if not track.known[first:begin].all():
        return np.nan
    return float(track.edges[begin] - track.edges[first])


def _mean_and_median(values: Float[np.ndarray, " value"]) -> tuple[float, float]:
    return (float(values.mean()), float(np.median(values))) if len(values) else (np.nan, np.nan)
