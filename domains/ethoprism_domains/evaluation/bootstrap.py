"""Confidence intervals by drawing whole groups again, with replacement.

Frames of a video are not independent of each other, videos are; so groups are drawn, not frames
(the cluster bootstrap; Davison and Hinkley 1997, "Bootstrap Methods and their Application", ch. 3).
A replicate is told by how often it holds each group, so that all scores that are made of sums over
groups come from one matrix product.
"""

import warnings

import numpy as np
from jaxtyping import Float, Int

FEWEST_GROUPS = 2
_CHUNK_CELLS = 4_000_000


def bootstrap_weights(
    group_count: int, replicates: int, seed: int
) -> Int[np.ndarray, "replicate group"]:
    """Draw how often each replicate holds each group.

    With fewer than two groups nothing can be said: then there are no replicates.
    """
    if group_count < FEWEST_GROUPS:
        return np.zeros((0, group_count), np.int64)
    rng = np.random.default_rng(seed)
    return rng.multinomial(group_count, np.full(group_count, 1 / group_count), size=replicates)


def percentile_interval(
    replicates: Float[np.ndarray, "replicate score"], confidence: float
) -> tuple[Float[np.ndarray, " score"], Float[np.ndarray, " score"]]:
    """Give the percentile interval; replicates where a score is undefined (NaN) are left out."""
    if len(replicates) == 0:
        unknown = np.full(replicates.shape[1], np.nan)
        return unknown, unknown.copy()
    tail = 50 * (1 - confidence)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # undefined in all replicates: NaN
        low, high = np.nanpercentile(replicates, [tail, 100 - tail], axis=0)
    return low, high


def resampled_medians(
    values: Float[np.ndarray, " value"],
    group: Int[np.ndarray, " value"],
    weights: Int[np.ndarray, "replicate group"],
) -> Float[np.ndarray, " replicate"]:
    """Give the (lower) median of `values` in each replicate; NaN where it holds none of them."""
    medians = np.full(len(weights), np.nan)
    if len(values) == 0:
        return medians
    order = np.argsort(values)
    values, group = values[order], group[order]
    step = max(1, _CHUNK_CELLS // len(values))
    for start in range(0, len(weights), step):
        counts = np.cumsum(weights[start : start + step, group], axis=1)
        total = counts[:, -1]
        at_middle = (2 * counts >= total[:, None]).argmax(axis=1)
        medians[start : start + step] = np.where(total > 0, values[at_middle], np.nan)
    return medians
