from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from ethoprism_domains.annotation import runs
from ethoprism_domains.evaluation import ScoredVideo, bout_metrics, edge_errors, match_bouts
from ethoprism_domains.evaluation import time_budget as budget


@st.composite
def bouts(draw) -> np.ndarray:
    edges = np.cumsum(draw(st.lists(st.integers(1, 6), max_size=14)))
    spans = [(start, stop) for start, stop in pairwise(edges.tolist()) if draw(st.booleans())]
    return np.array(spans, np.int64).reshape(-1, 2)


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    first, second = set(range(*one)), set(range(*other))
    return len(first & second) / len(first | second)


def video(truth, predicted, times=None, behaviors=("walk",)) -> ScoredVideo:
    truth, predicted = np.array(truth, np.int8), np.array(predicted, np.int8)
    shape = (len(truth), 1, len(behaviors))
    return ScoredVideo(
        "v",
        "v",
        behaviors,
        np.arange(len(truth)) / 10 if times is None else np.array(times),
        truth.reshape(shape),
        predicted.reshape(shape),
        predicted.reshape(shape).astype(np.float32),
    )


@given(bouts(), bouts())
def test_overlaps_are_those_of_every_pair(true, predicted):
    pairs, shares = bout_metrics.overlapping_pairs(true, predicted)
    found = dict(zip(map(tuple, pairs.tolist()), shares.tolist(), strict=True))
    for (i, one), (j, other) in product(enumerate(true), enumerate(predicted)):
        assert found.pop((i, j), 0) == pytest.approx(overlap(one, other))
    assert not found


@given(bouts(), bouts(), st.sampled_from([0.1, 0.25, 0.5, 0.9]))
def test_matching_is_the_best_assignment(true, predicted, threshold):
    matches = match_bouts(true, predicted, threshold)
    assert len(set(matches[:, 0].tolist())) == len(set(matches[:, 1].tolist())) == len(matches)
    shares = np.array([[overlap(t, p) for p in predicted] for t in true])
    shares = shares.reshape(len(true), len(predicted))
    assert (shares[tuple(matches.T)] >= threshold).all()
    # the most pairs first, then the largest total overlap
    worth = np.where(shares >= threshold, 1000 + shares, 0)
    best = worth[linear_sum_assignment(worth, maximize=True)]
    assert len(matches) == (best > 0).sum()
    assert shares[tuple(matches.T)].sum() == pytest.approx(best.sum() - 1000 * (best > 0).sum())


def test_a_greedy_matching_would_find_fewer():
    # the one predicted bout overlaps both true ones best and second best
    true = np.array([[0, 10], [10, 14]])
    predicted = np.array([[4, 14], [14, 20]])
    assert match_bouts(true, predicted, 0.1).tolist() == [[0, 0]]
    predicted = np.array([[0, 4], [4, 14]])
    assert match_bouts(true, predicted, 0.1).tolist() == [[0, 0], [1, 1]]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from([-1, 0, 1, 1]), st.integers(0, 1)), max_size=40))
def test_bouts_are_counted_within_the_known_frames(pairs):
    truth = np.array([t for t, _ in pairs], np.int8)
    said = np.array([p for _, p in pairs], np.int8)
    shape = (len(pairs), 1, 1)
    matched, true, predicted = bout_metrics.count_bouts(
        truth.reshape(shape), said.reshape(shape), (0.1, 0.5)
    )
    spans = runs(truth == 1), runs((said == 1) & (truth != -1))
    assert [true[0], predicted[0]] == [len(spans[0]), len(spans[1])]
    assert matched[:, 0].tolist() == [len(match_bouts(*spans, share)) for share in (0.1, 0.5)]


def test_individuals_and_behaviours_are_kept_apart():
    rng = np.random.default_rng(0)
    truth = rng.integers(-1, 2, (200, 3, 2)).astype(np.int8)
    said = rng.integers(0, 2, (200, 3, 2)).astype(np.int8)
    whole = bout_metrics.count_bouts(truth, said, (0.5,))
    for behavior in range(2):
        single = [
            bout_metrics.count_bouts(
                truth[:, [i]][:, :, [behavior]], said[:, [i]][:, :, [behavior]], (0.5,)
            )
            for i in range(3)
        ]
        assert whole[0][0, behavior] == sum(part[0][0, 0] for part in single)
        assert whole[2][behavior] == sum(part[2][0] for part in single)


def test_edges_are_measured_in_frames_and_by_the_videos_times():
    times = [0.0, 0.1, 0.3, 0.4, 0.5, 0.9, 1.0, 1.1, 1.2, 1.3]
    truth = [0, 0, 1, 1, 1, 1, 0, 0, 0, 0]
    predicted = [0, 1, 1, 1, 1, 1, 1, 1, 0, 0]
    (row,) = edge_errors(video(truth, predicted, times), 0.5).itertuples()
    assert (row.onset_frames, row.offset_frames) == (-1, 2)
    assert (row.onset_s, row.offset_s) == (pytest.approx(-0.2), pytest.approx(0.2))
    assert row.behavior == "walk"


@pytest.mark.parametrize(
    ("truth", "predicted", "onset", "offset"),
    [
        ([1, 1, 1, 0, 0], [1, 1, 0, 0, 0], None, -1),  # was on when the video began
        ([0, 1, 1, 1, 1], [0, 0, 1, 1, 1], 1, None),  # still on when it ended
        ([-1, 1, 1, 0, 0], [0, 1, 1, 1, 0], None, 1),  # not assessed before
        ([0, 1, 1, -1, 0], [0, 1, 1, 1, 1], 0, None),  # not assessed after
        ([0, 1, 1, 0, 0], [1, 1, 1, 0, 0], None, 0),  # predicted from the first frame on
    ],
)
def test_edges_that_nobody_saw_are_not_measured(truth, predicted, onset, offset):
    (row,) = edge_errors(video(truth, predicted), 0.1).itertuples()
    for found, expected in ((row.onset_frames, onset), (row.offset_frames, offset)):
        np.testing.assert_equal(found, np.nan if expected is None else expected)


def test_the_time_budget_counts_known_time_by_the_videos_times():
    times = [0.0, 1.0, 3.0, 4.0, 5.0]
    (row,) = budget(video([1, 1, 0, -1, 0], [0, 1, 1, 1, 0], times)).itertuples()
    assert row.observed_s == pytest.approx(5)  # all but the fourth frame
    assert row.truth == pytest.approx(3 / 5)
    assert row.predicted == pytest.approx(3 / 5)
    assert row.error == pytest.approx(0)
    assert budget(video([-1, -1], [0, 1])).empty


@given(
    st.lists(st.tuples(st.sampled_from([-1, 0, 1]), st.integers(0, 1)), max_size=30),
    st.integers(0, 99),
)
def test_a_shift_keeps_what_is_predicted_and_moves_it(pairs, seed):
    truth = np.array([t for t, _ in pairs], np.int8).reshape(-1, 1, 1)
    said = np.array([p for _, p in pairs], np.int8).reshape(-1, 1, 1)
    turned = bout_metrics.shifted(truth, said, np.random.default_rng(seed))
    known = truth != -1
    np.testing.assert_array_equal(turned[~known], said[~known])
    before, after = said[known], turned[known]
    rolls = [np.roll(before, shift).tolist() for shift in range(1, max(len(before), 2))]
    assert after.tolist() in rolls
