"""Choosing how probabilities become bouts, on footage that the probe was not trained on.

For each behaviour, the rule is sought that has the best mean of frame F1 and bout F1 at overlap
0.25: first threshold and smoothing, then threshold, gaps and shortest bouts. Durations are tried as
shares of the behaviour's own median bout. With few bouts a search finds flukes, so a threshold's
score is averaged with its neighbours', the fewer bouts there are the more a threshold far from one
half has to earn, a more complicated rule must be better by a margin, and a behaviour with fewer
than three bouts keeps the default.
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

_THRESHOLDS = np.array([0.02, *(step / 20 for step in range(1, 20)), 0.98])
_SHARES = (0.25, 0.5)
_OVERLAP = 0.25
_FEWEST_BOUTS = 3
_WORTHWHILE = 0.005  # a more complicated rule must be better by this
_APART_S = 1e4  # stretches are laid end to end, too far apart for smoothing to join them

_SERIES = np.array([round(step * 10.0**power, 3) for power in range(-3, 4) for step in (1, 2, 5)])

_Times = tuple[float, float, float]  # smoothing, gap, shortest bout


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


@dataclass(frozen=True)
class TunedRules:
    """The rules that were chosen.

    Parameters
    ----------
    overall
        On all footage: those for a probe that is fitted on everything.
    without
        Without the footage of each fold in turn: those that make that fold's labels, so that its
        scores are honest.
    """

    overall: PostProcessing
    without: tuple[PostProcessing, ...]


def choose_processing(
    folds: Sequence[Sequence[Stretch]], behaviors: int, exclusive: Sequence[Sequence[int]] = ()
) -> TunedRules:
    """Choose a rule for each behaviour, on all footage and without each fold.

    Parameters
    ----------
    folds
        The footage that each fold held out.
    behaviors
        How many columns there are.
    exclusive
        Groups of columns of which one holds at a time; passed on to the result.
    """
    groups = tuple(tuple(group) for group in exclusive)
    chosen = [_choose_rules(folds, column) for column in range(behaviors)]
    overall, *without = (PostProcessing(rules, groups) for rules in zip(*chosen, strict=True))
    return TunedRules(overall, tuple(without))


def _choose_rules(folds: Sequence[Sequence[Stretch]], column: int) -> list[BehaviorRule]:
    """Choose one behaviour's rule on all folds, then without each."""
    counter = _Counter([_Track.join(stretches, column) for stretches in folds])
    everything = np.ones(len(folds), bool)
    without = everything & ~np.eye(len(folds), dtype=bool)
    return [counter.best_rule(used) for used in (everything, *without)]


class _Counter:
    """Counts of what rules find, kept by fold: counts of folds add up, so each is made once."""

    def __init__(self, tracks: Sequence["_Track"]) -> None:
        self._tracks = tracks
        self._counts: dict[_Times, np.ndarray] = {}

    def best_rule(self, used: np.ndarray) -> BehaviorRule:
        """Search with the folds that are marked as used."""
        tracks = [track for track, use in zip(self._tracks, used, strict=True) if use]
        durations = np.concatenate([track.true_durations for track in tracks] or [np.empty(0)])
        if len(durations) < _FEWEST_BOUTS:
            return BehaviorRule()
        trials = [0.0, *(_rounded(share * float(np.median(durations))) for share in _SHARES)]
        smoothing, _, _ = self._best([(trial, 0.0, 0.0) for trial in trials], used)[0]
        times = [(smoothing, gap, shortest) for gap, shortest in product(trials, repeat=2)]
        (smoothing, gap, shortest), threshold = self._best(times, used)
        return BehaviorRule(threshold, smoothing, gap, shortest)

    def _best(self, candidates: list[_Times], used: np.ndarray) -> tuple[_Times, float]:
        best, best_score, threshold = candidates[0], -np.inf, 0.5
        for times in candidates:
            scores = _score(self._of(times)[used].sum(axis=0))
            if scores.max() > best_score + _WORTHWHILE:
                best, best_score = times, scores.max()
                threshold = float(_THRESHOLDS[_middle(scores)])
        return best, threshold

    def _of(self, times: _Times) -> np.ndarray:
        if times not in self._counts:
            self._counts[times] = np.stack([track.count(times) for track in self._tracks])
        return self._counts[times]


@dataclass(frozen=True, eq=False)
class _Track:
    """One behaviour in one fold's stretches, end to end, with an unknown frame after each."""

    probability: np.ndarray
    frame_times: np.ndarray
    edges: np.ndarray
    unknown: np.ndarray
    true: np.ndarray
    true_before: np.ndarray

    @classmethod
    def join(cls, stretches: Sequence[Stretch], column: int) -> "_Track":
        times, labels, probability, start = [], [], [], 0.0
        for stretch in stretches:
            edges = frame_edges(stretch.frame_times)
            times.append(edges - edges[0] + start)
            labels.append(np.append(stretch.labels[:, column], np.int8(-1)))
            probability.append(np.append(stretch.probability[:, column], np.float32(0)))
            start = times[-1][-1] + _APART_S
        label = np.concatenate(labels or [np.empty(0, np.int8)])
        frame_times = np.concatenate(times or [np.empty(0)])
        return cls(
            probability=np.concatenate(probability or [np.empty(0, np.float32)]),
            frame_times=frame_times,
            edges=frame_edges(frame_times),
            unknown=label < 0,
            true=runs(label == 1),
            true_before=np.concatenate([[0], np.cumsum(label == 1)]),
        )

    @property
    def true_durations(self) -> np.ndarray:
        return np.diff(self.edges[self.true], axis=1)[:, 0]

    def count(self, times: _Times) -> np.ndarray:
        """Count (hits, predicted, true) of frames and bouts at every threshold.

        What is unknown is neither predicted nor bridged.
        """
        smoothing, gap, shortest = times
        smoothed = smooth(self.probability, self.frame_times, smoothing)
        counts = np.zeros((len(_THRESHOLDS), 2, 3))
        for row, threshold in enumerate(_THRESHOLDS):
            said = runs((smoothed >= threshold) & ~self.unknown)
            said = fill_gaps(said, self.edges, gap, self.unknown)
            said = drop_short(said, self.edges, shortest)
            hits = np.diff(self.true_before[said], axis=1).sum()
            counts[row, 0] = hits, np.diff(said, axis=1).sum(), self.true_before[-1]
            counts[row, 1] = len(match_bouts(self.true, said, _OVERLAP)), len(said), len(self.true)
        return counts


def _score(counts: np.ndarray) -> np.ndarray:
    """Average frame F1 and bout F1 at each threshold, and over neighbouring thresholds.

    Less the threshold's distance from one half, divided by the number of true bouts.
    """
    f1 = 2 * counts[..., 0] / np.maximum(counts[..., 1] + counts[..., 2], 1)
    even = np.convolve(np.pad(f1.mean(axis=1), 1, mode="edge"), np.full(3, 1 / 3), mode="valid")
    bouts = max(counts[0, 1, 2], 1)
    return even - np.abs(_THRESHOLDS - 0.5) / bouts


def _middle(scores: np.ndarray) -> int:
    """Give the middle of the best thresholds."""
    best = np.flatnonzero(scores >= scores.max() - 1e-9)
    return int(best[len(best) // 2])


def _rounded(seconds: float) -> float:
    """Round to the series 0.1, 0.2, 0.5, 1, ..., so that all folds try the same durations."""
    return float(_SERIES[np.abs(np.log(_SERIES) - np.log(max(seconds, 1e-3))).argmin()])
