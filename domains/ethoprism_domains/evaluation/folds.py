"""Which samples to train on and which to test on, so that a score is about unseen data.

Frames of one video resemble each other far more than frames of another, and neighbouring frames
are nearly the same picture. So whole groups (videos, animals, sites) are left out, or, within a
single video, blocks of time with a gap.
"""

from collections.abc import Iterator, Sequence, Sized
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Int8, Real

from ethoprism_core.errors import EthoprismError


@dataclass(frozen=True, eq=False)
class Folds:
    """A fixed list of (training samples, test samples), as positions.

    It is a scikit-learn splitter: give it to `cross_validate` as `cv`, for the very samples it was
    made for.

    Parameters
    ----------
    splits
        Sorted positions `(train, test)` of each fold.
    names
        What each fold leaves out, for people.
    sample_count
        How many samples it was made for.
    """

    splits: tuple[tuple[np.ndarray, np.ndarray], ...]
    names: tuple[str, ...]
    sample_count: int

    def split(
        self, X: Sized | None = None, y: object = None, groups: object = None
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield `(train, test)`; the arguments are scikit-learn's protocol.

        Raises
        ------
        EthoprismError
            If `X` has another number of samples than the folds were made for.
        """
        if X is not None and len(X) != self.sample_count:
            raise EthoprismError(f"these folds are of {self.sample_count} other samples")
        yield from self.splits

    def get_n_splits(self, X: object = None, y: object = None, groups: object = None) -> int:
        """Count the folds; the arguments are scikit-learn's protocol."""
        return len(self.splits)

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        return iter(self.splits)

    def __len__(self) -> int:
        return len(self.splits)


def leave_groups_out(
    groups: Sequence[str] | np.ndarray,
    labels: Int8[np.ndarray, "sample behavior"] | None = None,
    max_folds: int = 10,
) -> Folds:
    """Leave out whole groups: each in turn, or if there are many, a share of them in each fold.

    Beyond `max_folds` groups, groups are dealt out greedily, the most telling first, each to the
    fold where it evens out the counts best: the samples and, if `labels` are given, the positive
    samples of each behaviour, each counted relative to its total, so that rare behaviours weigh as
    much as common ones.

    Parameters
    ----------
    groups
        The video, animal or site of each sample.
    labels
        1 present, 0 absent, -1 unknown; used only to balance.

    Raises
    ------
    EthoprismError
        If there is only one group.
    """
    names, at_group = np.unique(np.asarray(groups).astype(str), return_inverse=True)
    if len(names) < 2:
        told = f"only one group ({names[0]})" if len(names) else "no samples"
        raise EthoprismError(
            f"{told} to leave out", None, "use blocks of time, or give more videos or animals"
        )
    fold_of_group = np.arange(len(names))
    if len(names) > max_folds:
        fold_of_group = _deal(_shares(at_group, labels, len(names)), max_folds)
    fold = fold_of_group[at_group]
    return _folds(
        [(fold != number, fold == number) for number in range(fold_of_group.max() + 1)],
        [", ".join(names[fold_of_group == n]) for n in range(fold_of_group.max() + 1)],
    )


def time_blocks(
    positions: Real[np.ndarray, " sample"], blocks: int = 5, gap: float | int = 0
) -> Folds:
    """Leave out one block of time after the other, and do not train on what is near it.

    Parameters
    ----------
    positions
        The frame or the time of each sample, of one video, in any order.
    blocks
        How many blocks of equal length; one that holds no sample makes no fold.
    gap
        Samples nearer than this to the test block are not trained on; in the unit of `positions`.
        At least the length of a window, so that no frame is in both.

    Raises
    ------
    EthoprismError
        If all samples are at one time, or the gap leaves nothing to train on.
    """
    if len(positions) == 0 or positions.min() == positions.max():
        raise EthoprismError("too few samples for blocks of time", None, "label a longer stretch")
    edges = np.linspace(positions.min(), positions.max(), blocks + 1)
    block = np.clip(np.searchsorted(edges, positions, side="right") - 1, 0, blocks - 1)
    splits, names = [], []
    for number in np.unique(block):
        test = block == number
        own = positions[test]
        splits.append(((positions < own.min() - gap) | (positions > own.max() + gap), test))
        names.append(f"{edges[number]:g} to {edges[number + 1]:g}")
    return _folds(splits, names)


def first_last(
    positions: Real[np.ndarray, " sample"], train_share: float = 0.7, gap: float | int = 0
) -> Folds:
    """Train on the first part of a video and test on the last, with a gap between.

    Parameters
    ----------
    positions
        The frame or the time of each sample, in any order.
    train_share
        Where the first part ends, as a share of the time from the first sample to the last.
    gap
        The test part begins more than this after the last training sample; in the unit of
        `positions`.

    Raises
    ------
    EthoprismError
        If either part is empty.
    """
    if len(positions) == 0:
        raise EthoprismError("no samples to split in time", None, "label some frames")
    cut = positions.min() + train_share * (positions.max() - positions.min())
    train = positions < cut
    end = positions[train].max() if train.any() else cut
    return _folds([(train, ~train & (positions > end + gap))], [f"{cut:g} on"])


def _shares(
    at_group: np.ndarray, labels: np.ndarray | None, group_count: int
) -> Float[np.ndarray, "group count"]:
    """Give each group's share of the samples and of each behaviour's positive samples."""
    counted = np.ones((len(at_group), 1))
    if labels is not None:
        counted = np.column_stack([counted, labels == 1])
    counts = np.zeros((group_count, counted.shape[1]))
    np.add.at(counts, at_group, counted)
    return counts / np.maximum(counts.sum(axis=0), 1)


def _deal(shares: Float[np.ndarray, "group count"], folds: int) -> Int[np.ndarray, " group"]:
    """Deal groups to folds: the largest shares first, each where the squared sums stay least."""
    sums = np.zeros((folds, shares.shape[1]))
    fold_of_group = np.zeros(len(shares), np.int64)
    for group in np.argsort(-shares.max(axis=1), kind="stable"):
        # adding s to a sum t raises its square by s (s + 2 t)
        cost = (shares[group] * (shares[group] + 2 * sums)).sum(axis=1)
        fold_of_group[group] = np.lexsort([sums[:, 0], cost])[0]
        sums[fold_of_group[group]] += shares[group]
    return fold_of_group


def _folds(masks: Sequence[tuple[np.ndarray, np.ndarray]], names: Sequence[str]) -> Folds:
    for (train, test), name in zip(masks, names, strict=True):
        if not train.any() or not test.any():
            missing = "train on" if test.any() else "test on"
            raise EthoprismError(
                f"nothing to {missing} when {name} is left out",
                None,
                "choose a smaller gap, or label more",
            )
    splits = tuple((np.flatnonzero(train), np.flatnonzero(test)) for train, test in masks)
    return Folds(splits, tuple(names), len(masks[0][0]))
