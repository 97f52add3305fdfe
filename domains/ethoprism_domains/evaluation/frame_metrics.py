"""Scores of single frames: average precision, precision, recall, F1, confusion.

Everything is made of sums over samples, so that the same functions serve one data set, one group,
or a thousand bootstrap replicates along a leading axis. A score that is undefined is NaN, never 0.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Int8, Real


@dataclass(frozen=True, eq=False)
class FrameCounts:
    """Numbers of frames by truth and prediction.

    Parameters
    ----------
    cells
        Last axis: true positive, false positive, false negative, true negative.
    """

    cells: Real[np.ndarray, "*rest behavior 4"]

    @property
    def true_positive(self) -> Real[np.ndarray, "*rest behavior"]:
        """Present, and predicted so."""
        return self.cells[..., 0]

    @property
    def said(self) -> Real[np.ndarray, "*rest behavior"]:
        """Predicted present."""
        return self.cells[..., 0] + self.cells[..., 1]

    @property
    def positive(self) -> Real[np.ndarray, "*rest behavior"]:
        """Present."""
        return self.cells[..., 0] + self.cells[..., 2]

    @property
    def total(self) -> Real[np.ndarray, "*rest behavior"]:
        """Known."""
        return self.cells.sum(axis=-1)

    def weighted(self, weights: Real[np.ndarray, "*replicate group"]) -> "FrameCounts":
        """Sum counts `(group, behavior)`, each group as often as its weight says."""
        return FrameCounts(np.tensordot(weights, self.cells, axes=1))


def count_frames(
    truth: Int8[np.ndarray, "*sample behavior"], predicted: Int8[np.ndarray, "*sample behavior"]
) -> FrameCounts:
    """Count samples by truth (1, 0; -1 is left out) and prediction (1 or not)."""
    cells = [(truth == t) & ((predicted == 1) == p) for t, p in ((1, 1), (0, 1), (1, 0), (0, 0))]
    samples = tuple(range(truth.ndim - 1))
    return FrameCounts(np.stack([cell.sum(axis=samples) for cell in cells], axis=-1))


def precision(counts: FrameCounts) -> Float[np.ndarray, "*rest behavior"]:
    """Share of the predicted frames that are right; NaN if none was predicted."""
    return ratio(counts.true_positive, counts.said)


def recall(counts: FrameCounts) -> Float[np.ndarray, "*rest behavior"]:
    """Share of the behaviour's frames that were found; NaN if there are none."""
    return ratio(counts.true_positive, counts.positive)


def f1(counts: FrameCounts) -> Float[np.ndarray, "*rest behavior"]:
    """Harmonic mean of precision and recall; NaN if the behaviour neither is nor was predicted."""
    return ratio(2 * counts.true_positive, counts.said + counts.positive)


def prevalence(counts: FrameCounts) -> Float[np.ndarray, "*rest behavior"]:
    """Share of the known frames in which the behaviour is present.

    It is the chance level of average precision and of precision: the expectation for a score that
    knows nothing.
    """
    return ratio(counts.positive, counts.total)


def chance_recall(counts: FrameCounts) -> Float[np.ndarray, "*rest behavior"]:
    """Recall of a guess that says "present" as often as the prediction did."""
    return ratio(counts.said, counts.total)


def chance_f1(counts: FrameCounts) -> Float[np.ndarray, "*rest behavior"]:
    """F1 of the best guess that knows nothing, which is to say "present" always.

    Of all guesses that ignore the frame it has the highest F1, 2p / (1 + p) at a prevalence of p
    (Lipton, Elkan and Naryanaswamy 2014, "Optimal thresholding of classifiers to maximize F1").
    """
    share = prevalence(counts)
    return ratio(2 * share, np.where(share > 0, 1 + share, 0.0))


def average_precision(
    truth: Int8[np.ndarray, " sample"], score: Float[np.ndarray, " sample"]
) -> float:
    """Area under the precision-recall steps; NaN without positives. Equal to scikit-learn's.

    Parameters
    ----------
    truth
        1 present, 0 absent; -1 is left out.
    score
        Higher where the behaviour is more likely.
    """
    group = np.zeros(len(truth), np.int64)
    positive, negative = level_counts(truth, score, group, 1)
    return float(average_precision_of_levels(positive, negative)[0])


def level_counts(
    truth: Int8[np.ndarray, " sample"],
    score: Float[np.ndarray, " sample"],
    group: Int[np.ndarray, " sample"],
    group_count: int,
    most_levels: int | None = None,
) -> tuple[Int[np.ndarray, "group level"], Int[np.ndarray, "group level"]]:
    """Count positives and negatives at each level of the score, from the highest down.

    Parameters
    ----------
    group
        Number of each sample's group, from 0.
    most_levels
        Merge neighbouring levels, each holding about as many samples, until there are no more
        than this many.
    """
    known = truth != -1
    truth, group = truth[known], group[known]
    levels, at_level, sizes = np.unique(-score[known], return_inverse=True, return_counts=True)
    count = len(levels)
    if most_levels is not None and count > most_levels:
        merged = (np.cumsum(sizes) - sizes) * most_levels // len(truth)
        at_level, count = merged[at_level], most_levels
    counts = np.zeros((2, group_count, count), np.int64)
    np.add.at(counts, (truth, group, at_level), 1)
    return counts[1], counts[0]


def average_precision_of_levels(
    positive: Real[np.ndarray, "*rest level"], negative: Real[np.ndarray, "*rest level"]
) -> Float[np.ndarray, "*rest"]:
    """Give the average precision from counts at each level, from the highest score down."""
    found = np.cumsum(positive, axis=-1)
    said = found + np.cumsum(negative, axis=-1)
    hits = (positive * found / np.maximum(said, 1)).sum(axis=-1)
    return ratio(hits, positive.sum(axis=-1))


def precision_recall_curve(
    truth: Int8[np.ndarray, " sample"],
    score: Float[np.ndarray, " sample"],
    points: int = 200,
) -> pd.DataFrame:
    """Give precision and recall over thresholds of the score.

    Returns
    -------
    Columns `threshold, precision, recall`, from the highest threshold down, at most `points` rows:
    a prediction is present where its score is at least the threshold.
    """
    known = truth != -1
    order = np.argsort(-score[known], kind="stable")
    truth, score = truth[known][order], score[known][order]
    level_ends = np.flatnonzero(np.append(score[1:] != score[:-1], len(score) > 0))
    kept = np.linspace(0, len(level_ends) - 1, min(points, len(level_ends)))
    at = level_ends[kept.round().astype(np.int64)]
    found = np.cumsum(truth == 1)
    return pd.DataFrame(
        {
            "threshold": score[at].astype(np.float64),
            "precision": ratio(found[at], at + 1),
            "recall": ratio(found[at], np.full(len(at), (truth == 1).sum())),
        }
    )


def confusion_matrix(
    truth: Int8[np.ndarray, "sample class"],
    predicted: Int8[np.ndarray, "sample class"],
    probability: Float[np.ndarray, "sample class"],
    names: tuple[str, ...],
) -> pd.DataFrame:
    """Count frames by true and predicted behaviour of an exclusive group.

    ``none`` stands for frames without any of them. Frames where the truth of one is unknown, or
    where more than one is true, are left out; where more than one is predicted the most probable
    counts.

    Returns
    -------
    Rows are the truth, columns the prediction.
    """
    clear = (truth != -1).all(axis=1) & ((truth == 1).sum(axis=1) <= 1)
    classes = len(names)
    true_class = np.where(truth.max(axis=1) == 1, truth.argmax(axis=1), classes)
    likely = np.where(predicted == 1, probability, -np.inf)
    said_class = np.where((predicted == 1).any(axis=1), likely.argmax(axis=1), classes)
    counts = np.zeros((classes + 1, classes + 1), np.int64)
    np.add.at(counts, (true_class[clear], said_class[clear]), 1)
    labels = [*names, "none"]
    return pd.DataFrame(
        counts, index=pd.Index(labels, name="truth"), columns=pd.Index(labels, name="predicted")
    )


def ratio(
    part: Real[np.ndarray, "*shape"], whole: Real[np.ndarray, "*shape"]
) -> Float[np.ndarray, "*shape"]:
    """Divide; NaN where `whole` is 0."""
    out = np.full(np.shape(whole), np.nan)
    return np.divide(part, whole, out=out, where=np.asarray(whole) > 0)
