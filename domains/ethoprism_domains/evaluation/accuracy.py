"""Accuracy of behaviours that exclude one another: whether the most probable is the true one.

A sample counts where exactly one behaviour of an exclusive group is known to be present. The
accuracy of a behaviour is the share of its samples that are right, so that its mean over behaviours
is the accuracy averaged over classes; the share of all samples is the accuracy per instance.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int, Int8

from ethoprism_domains.evaluation.frame_metrics import ratio

RIGHT, TRUE, SAID = range(3)


def count_right(
    truth: Int8[np.ndarray, "*sample behavior"],
    probability: Float[np.ndarray, "*sample behavior"],
    exclusive: Sequence[Sequence[int]],
) -> Int[np.ndarray, "behavior 3"]:
    """Count each behaviour's samples: those that are right, are true, and were said to be it.

    Parameters
    ----------
    truth
        1 present, 0 absent, -1 unknown.
    exclusive
        Groups of columns of which one holds at a time; columns in none have no counts.
    """
    behaviors = truth.shape[-1]
    truth, probability = truth.reshape(-1, behaviors), probability.reshape(-1, behaviors)
    counts = np.zeros((behaviors, 3), np.int64)
    for group in exclusive:
        columns = np.array(group)
        own = truth[:, columns]
        clear = (own != -1).all(axis=1) & ((own == 1).sum(axis=1) == 1)
        true, said = own[clear].argmax(axis=1), probability[clear][:, columns].argmax(axis=1)
        for kind, chosen in ((RIGHT, true[true == said]), (TRUE, true), (SAID, said)):
            counts[columns, kind] += np.bincount(chosen, minlength=len(columns))
    return counts


def class_accuracy(
    counts: Int[np.ndarray, "*rest behavior 3"],
) -> Float[np.ndarray, "*rest behavior"]:
    """Give the share of each behaviour's samples that are right; NaN if there are none."""
    return ratio(counts[..., RIGHT], counts[..., TRUE])


def chance_class_accuracy(counts: Int[np.ndarray, "behavior 3"]) -> Float[np.ndarray, " behavior"]:
    """Give what a guess scores that says each behaviour as often as the prediction did."""
    return ratio(counts[:, SAID], np.broadcast_to(counts[:, TRUE].sum(), counts.shape[:1]))


def instance_accuracy(counts: Int[np.ndarray, "behavior 3"]) -> float:
    """Give the share of all samples that are right; NaN if there are none."""
    return float(ratio(counts[:, RIGHT].sum(keepdims=True), counts[:, TRUE].sum(keepdims=True))[0])
