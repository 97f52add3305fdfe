"""Scores of whole bouts: which were found, how far off their edges are, and the time budget.

Bouts are matched one to one. Among all ways to pair true with predicted bouts whose overlap
(intersection over union, in frames) reaches a threshold, the one with the most pairs is taken, and
among those the one with the largest total overlap: an optimal matching, not a greedy one.
"""

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int, Int8

from ethoprism_domains.annotation import frame_edges, runs
from ethoprism_domains.evaluation.scored import ScoredVideo

_TIE_WEIGHT = 1e-6  # total overlap only decides between matchings of equal size


def match_bouts(
    true: Int[np.ndarray, "true 2"], predicted: Int[np.ndarray, "predicted 2"], overlap: float
) -> Int[np.ndarray, "match 2"]:
    """Match bouts one to one.

    Parameters
    ----------
    true, predicted
        Half-open spans, each list sorted and without overlaps.
    overlap
        The least intersection over union of a pair, above 0.

    Returns
    -------
    Positions `(true, predicted)` of the pairs.

    Notes
    -----
    Sorted by position, the pairs that overlap never cross, and pairs that share a bout stand next
    to each other. So the best matching is the best set of entries of a list of which certain
    neighbours exclude each other, found in one pass as in weighted interval scheduling (Kleinberg
    and Tardos 2006, "Algorithm Design", section 6.1).
    """
    pairs, overlaps = overlapping_pairs(true, predicted)
    return _best_matching(pairs[overlaps >= overlap], overlaps[overlaps >= overlap])


def overlapping_pairs(
    true: Int[np.ndarray, "true 2"], predicted: Int[np.ndarray, "predicted 2"]
) -> tuple[Int[np.ndarray, "pair 2"], Float[np.ndarray, " pair"]]:
    """List the pairs of bouts that share a frame, sorted, with their intersection over union."""
    first = np.searchsorted(predicted[:, 1], true[:, 0], side="right")
    beyond = np.searchsorted(predicted[:, 0], true[:, 1], side="left")
    counts = np.maximum(beyond - first, 0)
    at_true = np.repeat(np.arange(len(true)), counts)
    offset = np.arange(len(at_true)) - np.repeat(np.cumsum(counts) - counts, counts)
    at_predicted = first[at_true] + offset
    t, p = true[at_true], predicted[at_predicted]
    shared = np.minimum(t[:, 1], p[:, 1]) - np.maximum(t[:, 0], p[:, 0])
    union = np.maximum(t[:, 1], p[:, 1]) - np.minimum(t[:, 0], p[:, 0])
    return np.stack([at_true, at_predicted], axis=1), shared / np.maximum(union, 1)


def count_bouts(
    truth: Int8[np.ndarray, "time individual behavior"],
    predicted: Int8[np.ndarray, "time individual behavior"],
    overlaps: tuple[float, ...],
) -> tuple[
    Int[np.ndarray, "overlap behavior"], Int[np.ndarray, " behavior"], Int[np.ndarray, " behavior"]
]:
    """Count the matched, the true and the predicted bouts of each behaviour.

    Frames whose truth is unknown (-1) belong to no bout, true or predicted.
    """
    behaviors = truth.shape[2]
    matched = np.zeros((len(overlaps), behaviors), np.int64)
    totals = np.zeros((2, behaviors), np.int64)
    for individual, behavior in np.ndindex(truth.shape[1:]):
        track = truth[:, individual, behavior]
        true = runs(track == 1)
        said = runs((predicted[:, individual, behavior] == 1) & (track != -1))
        totals[:, behavior] += len(true), len(said)
        pairs, shares = overlapping_pairs(true, said)
        for row, overlap in enumerate(overlaps):
            good = shares >= overlap
            matched[row, behavior] += len(_best_matching(pairs[good], shares[good]))
    return matched, totals[0], totals[1]


def shifted(
    truth: Int8[np.ndarray, "time individual behavior"],
    predicted: Int8[np.ndarray, "time individual behavior"],
    rng: np.random.Generator,
) -> Int8[np.ndarray, "time individual behavior"]:
    """Turn predictions by a random time, over the known frames, end joined to start.

    What it scores is chance: as many bouts, as long, in the same order, at the wrong time.
    """
    turned = predicted.copy()
    for individual, behavior in np.ndindex(truth.shape[1:]):
        known = truth[:, individual, behavior] != -1
        track = predicted[known, individual, behavior]
        if len(track) > 1:
            turned[known, individual, behavior] = np.roll(track, rng.integers(1, len(track)))
    return turned


def edge_errors(video: ScoredVideo, overlap: float) -> pd.DataFrame:
    """Measure how far the edges of matched bouts are off.

    Returns
    -------
    One row a matched bout: `behavior`, and `onset` and `offset` errors in frames and seconds
    (`onset_frames, onset_s, offset_frames, offset_s`), predicted minus true, so that positive is
    late. An edge is NaN where the truth or the prediction stops only because the video or the
    knowledge of it does: nobody knows where it really is.
    """
    edges = frame_edges(video.frame_times)
    tables = []
    for individual, behavior in np.ndindex(video.truth.shape[1:]):
        track = video.truth[:, individual, behavior]
        true = runs(track == 1)
        said = runs((video.predicted[:, individual, behavior] == 1) & (track != -1))
        at_true, at_said = match_bouts(true, said, overlap).T
        t, p = true[at_true], said[at_said]
        seen = _edge_is_seen(t, track != -1) & _edge_is_seen(p, track != -1)
        frames = np.where(seen, p - t, np.nan)
        seconds = np.where(seen, edges[p] - edges[t], np.nan)
        columns = {
            "onset_frames": frames[:, 0],
            "onset_s": seconds[:, 0],
            "offset_frames": frames[:, 1],
            "offset_s": seconds[:, 1],
        }
        tables.append(pd.DataFrame({"behavior": video.behaviors[behavior], **columns}))
    return pd.concat(tables, ignore_index=True)


def time_budget(video: ScoredVideo) -> pd.DataFrame:
    """Compare the shares of the known time that each behaviour takes.

    Returns
    -------
    One row an individual and behaviour that is known somewhere: `video, group, individual`
    (number), `behavior, observed_s, truth, predicted, error` (predicted minus true share).
    """
    duration = np.diff(frame_edges(video.frame_times))[:, None, None]
    known = video.truth != -1
    observed = (duration * known).sum(axis=0)
    shares = [
        (duration * (known & (values == 1))).sum(axis=0) / np.where(observed > 0, observed, np.nan)
        for values in (video.truth, video.predicted)
    ]
    individual, behavior = np.indices(observed.shape)
    table = pd.DataFrame(
        {
            "video": video.video,
            "group": video.group,
            "individual": individual.ravel(),
            "behavior": np.array(video.behaviors, dtype=object)[behavior.ravel()],
            "observed_s": observed.ravel(),
            "truth": shares[0].ravel(),
            "predicted": shares[1].ravel(),
        }
    )
    table["error"] = table["predicted"] - table["truth"]
    return table[table["observed_s"] > 0].reset_index(drop=True)


def _best_matching(
    pairs: Int[np.ndarray, "pair 2"], overlaps: Float[np.ndarray, " pair"]
) -> Int[np.ndarray, "match 2"]:
    """Choose the pairs of the best matching; see `match_bouts`."""
    if len(pairs) == 0:
        return pairs
    # the first pair of the run that shares this one's true or predicted bout
    start = np.minimum(
        np.searchsorted(pairs[:, 0], pairs[:, 0]), np.searchsorted(pairs[:, 1], pairs[:, 1])
    ).tolist()
    best = [0.0]
    for weight, before in zip((1 + _TIE_WEIGHT * overlaps).tolist(), start, strict=True):
        best.append(max(best[-1], best[before] + weight))
    chosen = []
    at = len(pairs)
    while at > 0:
        if best[at] > best[at - 1]:
            chosen.append(at - 1)
            at = start[at - 1]
        else:
            at -= 1
    return pairs[chosen[::-1]]


def _edge_is_seen(
    bouts: Int[np.ndarray, "bout 2"], known: Bool[np.ndarray, " time"]
) -> Bool[np.ndarray, "bout 2"]:
    """Say whether the frames just before and just after each bout are known."""
    padded = np.concatenate([[False], known, [False]])
    return np.stack([padded[bouts[:, 0]], padded[bouts[:, 1] + 1]], axis=1)
