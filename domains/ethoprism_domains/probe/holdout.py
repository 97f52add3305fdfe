"""Which training samples to hold out, to know when to stop."""

import numpy as np
from jaxtyping import Int, Int8

_SHARE = 0.2
_FEWEST_GROUPS = 4
_FEWEST_ROWS = 30
_BLOCKS = 10


def hold_out(
    rows: Int[np.ndarray, " row"],
    y: Int8[np.ndarray, "sample behavior"],
    groups: np.ndarray | None,
    seed: int,
) -> tuple[Int[np.ndarray, " training"], Int[np.ndarray, " validation"]]:
    """Split labelled rows into those to train on and about a fifth to watch.

    With four groups or more, whole groups are held out, as long as every behaviour keeps both
    answers in training. Otherwise two of ten blocks of consecutive rows are, and the rows beside
    them are used for neither, since windows overlap. Too few rows are all trained on.

    Parameters
    ----------
    rows
        Row numbers, in order of time.
    y
        The labels of all samples.
    groups
        The group of each sample.
    seed
        Chooses the groups or blocks.
    """
    if len(rows) < _FEWEST_ROWS:
        return rows, rows[:0]
    by_group = groups is not None and len(np.unique(groups[rows])) >= _FEWEST_GROUPS
    parts = (
        groups[rows]
        if by_group and groups is not None
        else np.arange(len(rows)) * _BLOCKS // len(rows)
    )
    held = _choose(parts, y[rows], seed)
    near = held if by_group else _widened(held)
    return rows[~near], rows[held]


def _choose(parts: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Add parts in random order while they stay within the share and leave both answers."""
    held = np.zeros(len(parts), bool)
    for part in np.random.default_rng(seed).permutation(np.unique(parts)):
        wider = held | (parts == part)
        if wider.mean() <= _SHARE + 0.05 and _same_answers(y, y[~wider]):
            held = wider
    return held


def _same_answers(every: np.ndarray, left: np.ndarray) -> bool:
    return all(
        np.array_equal((every == answer).any(axis=0), (left == answer).any(axis=0))
        for answer in (0, 1)
    )


def _widened(held: np.ndarray) -> np.ndarray:
    padded = np.pad(held, 2)
    return np.any([padded[shift : shift + len(held)] for shift in range(5)], axis=0)
