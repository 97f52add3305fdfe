"""Choosing how probabilities become bouts, on footage that the probe was not trained on.

For each behaviour a grid of thresholds, smoothing, gap filling and shortest bouts is searched for
the best mean of frame F1 and bout F1 at overlap 0.25. Durations are tried as shares of the
behaviour's own median bout. With few bouts a grid finds flukes, so the score of a threshold is
averaged with its neighbours', simpler rules win ties, and a behaviour with fewer than three bouts
keeps the default.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from jaxtyping import Float, Int8

from ethoprism_domains.annotation import frame_edges, runs
from ethoprism_domains.evaluation.bout_metrics import match_bouts
from ethoprism_domains.probe.postprocess import (
    BehaviorRule,
    PostProcessing,
    drop_short,
    fill_gaps,
    smooth,
)

_THRESHOLDS = (0.02, *(step / 20 for step in range(1, 20)), 0.98)
_SHARES = (0.0, 0.25, 0.5)
_OVERLAP = 0.25
_FEWEST_BOUTS = 3
_WORTHWHILE = 0.005  # a more complicated rule must be better by this


@dataclass(frozen=True, eq=False)
class Stretch:
    """Consecutive frames of one animal, with what was said and what is true.

    Parameters
    ----------
    probability
        Of each frame and behaviour, from a probe that was not trained on it.
    labels
        1 present, 0 absent, -1 unknown.
    frame_times
        In seconds.
    """

    probability: Float[np.ndarray, "time behavior"]
    labels: Int8[np.ndarray, "time behavior"]
    frame_times: Float[np.ndarray, " time"]


def choose_processing(
    stretches: Sequence[Stretch], behaviors: int, exclusive: Sequence[Sequence[int]] = ()
) -> PostProcessing:
    """Choose a rule for each behaviour.

    Parameters
    ----------
    stretches
        Held-out footage.
    behaviors
        How many columns there are.
    exclusive
        Passed on to the result.
    """
    rules = tuple(_choose_rule(stretches, column) for column in range(behaviors))
    return PostProcessing(rules, tuple(tuple(group) for group in exclusive))


def _choose_rule(stretches: Sequence[Stretch], column: int) -> BehaviorRule:
    tracks = [_Track.of(stretch, column) for stretch in stretches]
    durations = np.concatenate([track.true_durations for track in tracks] or [np.empty(0)])
    if len(durations) < _FEWEST_BOUTS:
        return BehaviorRule()
    trials = [round(share * float(np.median(durations)), 3) for share in _SHARES]
    best_rule, best_score = BehaviorRule(), -np.inf
    for smoothing, gap, shortest in product(trials, repeat=3):
        smoothed = [smooth(t.probability, t.frame_times, smoothing) for t in tracks]
        scores = np.array(
            [_score(tracks, smoothed, threshold, gap, shortest) for threshold in _THRESHOLDS]
        )
        scores = np.convolve(np.pad(scores, 1, mode="edge"), np.full(3, 1 / 3), mode="valid")
        if scores.max() > best_score + _WORTHWHILE:
            best_score = scores.max()
            threshold = _THRESHOLDS[_middle(scores)]
            best_rule = BehaviorRule(threshold, smoothing, gap, shortest)
    return best_rule


@dataclass(frozen=True, eq=False)
class _Track:
    """One behaviour in one stretch; what is unknown can be neither true nor predicted."""

    probability: np.ndarray
    frame_times: np.ndarray
    edges: np.ndarray
    unknown: np.ndarray
    true: np.ndarray
    true_before: np.ndarray

    @classmethod
    def of(cls, stretch: Stretch, column: int) -> "_Track":
        labels = stretch.labels[:, column]
        return cls(
            probability=stretch.probability[:, column],
            frame_times=stretch.frame_times,
            edges=frame_edges(stretch.frame_times),
            unknown=labels < 0,
            true=runs(labels == 1),
            true_before=np.concatenate([[0], np.cumsum(labels == 1)]),
        )

    @property
    def true_durations(self) -> np.ndarray:
        return np.diff(self.edges[self.true], axis=1)[:, 0]


def _score(
    tracks: Sequence[_Track],
    smoothed: Sequence[np.ndarray],
    threshold: float,
    gap: float,
    shortest: float,
) -> float:
    """Average frame F1 and bout F1 over all tracks together."""
    frame, bout = np.zeros(3), np.zeros(3)  # hits, predicted, true
    for track, probability in zip(tracks, smoothed, strict=True):
        said = runs((probability >= threshold) & ~track.unknown)
        said = drop_short(fill_gaps(said, track.edges, gap, track.unknown), track.edges, shortest)
        hits = np.diff(track.true_before[said], axis=1).sum()
        frame += hits, np.diff(said, axis=1).sum(), track.true_before[-1]
        bout += len(match_bouts(track.true, said, _OVERLAP)), len(said), len(track.true)
    return float(_f1(frame) + _f1(bout)) / 2


def _f1(counts: np.ndarray) -> float:
    hits, predicted, true = counts
    return 2 * hits / max(predicted + true, 1)


def _middle(scores: np.ndarray) -> int:
    """Give the middle of the best plateau."""
    best = np.flatnonzero(scores >= scores.max() - 1e-9)
    return int(best[len(best) // 2])
