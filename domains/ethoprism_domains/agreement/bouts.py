"""Whole bouts of two coders, matched one to one."""

import numpy as np
from jaxtyping import Float, Int, Int8

from ethoprism_domains.annotation import runs
from ethoprism_domains.evaluation import match_bouts
from ethoprism_domains.evaluation.frame_metrics import ratio


def count_pair_bouts(
    first: Int8[np.ndarray, " time"],
    second: Int8[np.ndarray, " time"],
    overlap: float,
    unit: Int[np.ndarray, " time"],
    units: int,
) -> Float[np.ndarray, "unit 3"]:
    """Count matched bouts, the first coder's bouts and the second's.

    Frames that are unknown (-1) to either belong to no bout. A bout counts in the unit of its first
    frame, a match in that of the first coder's bout.
    """
    known = (first != -1) & (second != -1)
    of_first, of_second = runs((first == 1) & known), runs((second == 1) & known)
    matched = match_bouts(of_first, of_second, overlap)[:, 0]
    starts = of_first[matched, 0], of_first[:, 0], of_second[:, 0]
    return np.stack([np.bincount(unit[at], minlength=units) for at in starts], axis=1).astype(float)


def bout_f1(counts: Float[np.ndarray, "batch 3"]) -> Float[np.ndarray, " batch"]:
    """Give F1, which is the same whoever of the two is called the truth; NaN without any bout."""
    return ratio(2 * counts[:, 0], counts[:, 1] + counts[:, 2])
