import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut, cross_validate

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.evaluation import first_last, leave_groups_out, time_blocks

letters = st.lists(st.sampled_from("abcdefghijklmnop"), min_size=2, max_size=60)
frames = st.lists(st.integers(0, 500), min_size=3, max_size=80, unique=True).map(np.array)


def positions_tested(folds) -> list[int]:
    return sorted(position for _, test in folds for position in test)


@given(letters, st.integers(2, 12))
def test_groups_are_never_in_both_parts_and_each_sample_is_tested_once(groups, max_folds):
    groups = np.array(groups)
    if len(set(groups)) < 2:
        with pytest.raises(EthoprismError, match="only one group"):
            leave_groups_out(groups)
        return
    folds = leave_groups_out(groups, max_folds=max_folds)
    assert len(folds) == min(max_folds, len(set(groups)))
    assert positions_tested(folds) == list(range(len(groups)))
    for train, test in folds:
        assert not set(groups[train]) & set(groups[test])
        assert len(train) + len(test) == len(groups)


def test_few_groups_are_left_out_one_by_one_as_in_scikit_learn():
    groups = np.array(list("bbaccad"))
    ours = leave_groups_out(groups)
    theirs = LeaveOneGroupOut().split(groups, groups=groups)
    for (train, test), (their_train, their_test), name in zip(
        ours, theirs, ours.names, strict=True
    ):
        np.testing.assert_array_equal(train, their_train)
        np.testing.assert_array_equal(test, their_test)
        assert set(groups[test]) == {name}


def test_a_rare_behaviour_is_spread_over_the_folds():
    # 40 videos of equal length; the rare behaviour is in five of them, one after the other
    groups = np.repeat([f"video {n:02d}" for n in range(40)], 50)
    labels = np.zeros((2000, 2), np.int8)
    labels[::3, 0] = 1
    labels[500:750, 1] = 1
    folds = leave_groups_out(groups, labels, max_folds=5)
    assert [int((labels[test, 1] == 1).sum()) for _, test in folds] == [50] * 5
    assert [len(test) for _, test in folds] == [400] * 5
    plain = leave_groups_out(groups, max_folds=5)
    assert [len(test) for _, test in plain] == [400] * 5


@given(frames, st.integers(2, 8), st.integers(0, 40))
def test_blocks_of_time_are_complete_and_keep_their_distance(positions, blocks, gap):
    try:
        folds = time_blocks(positions, blocks, gap)
    except EthoprismError as error:
        assert "nothing to train on" in str(error)
        return
    assert positions_tested(folds) == list(range(len(positions)))
    for train, test in folds:
        distance = np.abs(positions[train][:, None] - positions[test]).min()
        assert distance > gap
        own = positions[test]
        between = (positions >= own.min()) & (positions <= own.max())
        assert set(np.flatnonzero(between)) == set(test)
        # nothing else is left out than what is near
        left = np.setdiff1d(np.arange(len(positions)), np.concatenate([train, test]))
        near = np.minimum(abs(positions[left] - own.min()), abs(positions[left] - own.max()))
        assert (near <= gap).all()


@given(frames, st.floats(0.1, 0.9), st.integers(0, 100))
def test_first_and_last_keep_their_distance(positions, share, gap):
    try:
        ((train, test),) = first_last(positions, share, gap)
    except EthoprismError as error:
        assert "nothing to" in str(error)
        return
    assert positions[test].min() - positions[train].max() > gap
    cut = positions.min() + share * np.ptp(positions)
    assert (positions[train] < cut).all() and (positions[test] >= cut).all()
    assert set(train) == set(np.flatnonzero(positions < cut))


def test_folds_work_in_scikit_learn():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3))
    y = (X[:, 0] > 0).astype(int)
    for folds in (
        leave_groups_out(np.repeat(list("abcdef"), 20)),
        time_blocks(np.arange(120), 4, gap=5),
        first_last(np.arange(120) / 30, 0.6, gap=0.5),
    ):
        scores = cross_validate(LogisticRegression(), X, y, cv=folds)["test_score"]
        assert len(scores) == folds.get_n_splits() == len(folds)
        assert scores.min() > 0.8


def test_what_cannot_be_split_says_what_to_do():
    with pytest.raises(EthoprismError, match=r"only one group .*use blocks of time"):
        leave_groups_out(["a", "a"])
    with pytest.raises(EthoprismError, match="no samples"):
        leave_groups_out([])
    with pytest.raises(EthoprismError, match="label a longer stretch"):
        time_blocks(np.array([3, 3]))
    with pytest.raises(EthoprismError, match="choose a smaller gap"):
        time_blocks(np.arange(10), 2, gap=20)
    with pytest.raises(EthoprismError, match="nothing to test on"):
        first_last(np.arange(10), 0.7, gap=20)
    with pytest.raises(EthoprismError, match="of 3 other samples"):
        list(leave_groups_out(list("aab")).split(np.zeros((4, 1))))
