"""The order of a review: what is doubtful and unlike what was chosen before comes first.

The greedy solution of the k-centre problem takes, again and again, what lies furthest from
everything chosen so far (Gonzalez 1985, "Clustering to minimize the maximum intercluster distance",
Theor. Comput. Sci. 38); as a choice of what to label it is known as a core-set (Sener and Savarese
2018, "Active learning for convolutional neural networks: a core-set approach", ICLR). Here the
distance is weighed with the doubt, so that neither ten near copies of one doubtful bout nor ten
clear ones fill the top.
"""

import numpy as np
from jaxtyping import Float, Int


def choose_queue(
    doubt: Float[np.ndarray, " candidate"],
    vectors: Float[np.ndarray, "candidate feature"],
    length: int | None = None,
) -> Int[np.ndarray, " chosen"]:
    """Order candidates by doubt times the distance from those before.

    Parameters
    ----------
    doubt
        Of each candidate, within 0 and 1.
    vectors
        What each looks like. Columns are brought to the same spread first.
    length
        How many to choose; all if not given.

    Returns
    -------
    Positions of the chosen candidates, the first to look at first. The first is the most doubtful;
    of equals the earlier one comes first.

    Notes
    -----
    The distance is Euclidean, as a share of the largest from the first candidate. One that equals a
    chosen one has no distance, and comes after all others in the order of doubt.
    """
    count = len(doubt)
    length = count if length is None else min(length, count)
    if length == 0:
        return np.zeros(0, np.int64)
    points = _standardized(vectors)
    chosen = [int(np.argmax(doubt))]
    nearest = _distances(points, chosen[0])
    scale = max(float(nearest.max()), 1e-12)
    left = np.ones(count, bool)
    left[chosen[0]] = False
    while len(chosen) < length:
        # the second term decides among candidates that look the same as one chosen before
        worth = np.where(left, doubt * nearest / scale + 1e-9 * doubt, -1.0)
        chosen.append(int(np.argmax(worth)))
        left[chosen[-1]] = False
        nearest = np.minimum(nearest, _distances(points, chosen[-1]))
    return np.array(chosen, np.int64)


def _standardized(vectors: np.ndarray) -> np.ndarray:
    spread = vectors.std(axis=0)
    return np.asarray((vectors - vectors.mean(axis=0)) / np.where(spread > 0, spread, 1.0))


def _distances(points: np.ndarray, number: int) -> np.ndarray:
    return np.asarray(np.sqrt(np.square(points - points[number]).sum(axis=1)))
