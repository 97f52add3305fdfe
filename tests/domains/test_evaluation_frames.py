import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from ethoprism_domains.evaluation import (
    average_precision,
    confusion_matrix,
    frame_metrics,
    precision_recall_curve,
)
from ethoprism_domains.evaluation.bootstrap import (
    bootstrap_weights,
    percentile_interval,
    resampled_medians,
)

labels = st.sampled_from([-1, 0, 1])
scored = st.lists(st.tuples(labels, st.sampled_from(np.linspace(0, 1, 8).tolist())), max_size=40)


def split(pairs) -> tuple[np.ndarray, np.ndarray]:
    truth = np.array([label for label, _ in pairs], np.int8)
    return truth, np.array([score for _, score in pairs], np.float32)


@given(scored)
def test_average_precision_is_scikit_learns(pairs):
    truth, score = split(pairs)
    known = truth != -1
    ours = average_precision(truth, score)
    if (truth == 1).any():
        assert ours == pytest.approx(metrics.average_precision_score(truth[known], score[known]))
    else:
        assert np.isnan(ours)


@given(scored, st.integers(0, 99))
def test_weighted_average_precision_is_that_of_the_repeated_groups(pairs, seed):
    truth, score = split(pairs)
    group = np.random.default_rng(seed).integers(0, 3, len(truth))
    weights = bootstrap_weights(3, 20, seed)
    positive, negative = frame_metrics.level_counts(truth, score, group, 3)
    ours = frame_metrics.average_precision_of_levels(weights @ positive, weights @ negative)
    for row, weight in zip(ours, weights, strict=True):
        drawn = np.repeat(np.arange(len(truth)), weight[group])
        np.testing.assert_allclose(row, average_precision(truth[drawn], score[drawn]))


def test_merged_levels_hardly_change_average_precision():
    rng = np.random.default_rng(1)
    truth = (rng.random(20_000) < 0.1).astype(np.int8)
    score = (rng.random(20_000) + 0.4 * truth).astype(np.float32)
    group = np.zeros(len(truth), np.int64)
    counts = frame_metrics.level_counts(truth, score, group, 1, most_levels=2000)
    assert counts[0].shape == (1, 2000)
    assert counts[0].sum() + counts[1].sum() == len(truth)
    merged = frame_metrics.average_precision_of_levels(*counts)[0]
    assert merged == pytest.approx(average_precision(truth, score), abs=2e-3)


@given(st.lists(st.tuples(labels, st.sampled_from([0, 1])), min_size=1, max_size=30))
def test_precision_recall_and_f1_are_scikit_learns(pairs):
    truth = np.array([[one] for one, _ in pairs], np.int8)
    predicted = np.array([[other] for _, other in pairs], np.int8)
    counts = frame_metrics.count_frames(truth, predicted)
    known = truth[:, 0] != -1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = metrics.precision_recall_fscore_support(
            [*truth[known, 0], 0], [*predicted[known, 0], 0], labels=[1], zero_division=np.nan
        )
    ours = [metric(counts) for metric in (frame_metrics.precision, frame_metrics.recall)]
    np.testing.assert_allclose(ours, theirs[:2])
    said_or_true = (truth[known] == 1).any() or (predicted[known] == 1).any()
    expected = np.nan_to_num(theirs[2]) if said_or_true else [np.nan]
    np.testing.assert_allclose(frame_metrics.f1(counts), expected)
    assert counts.total[0] == known.sum() and counts.positive[0] == (truth == 1).sum()


def test_no_blind_guess_beats_the_chance_level_of_f1():
    rng = np.random.default_rng(0)
    truth = (rng.random((200_000, 1)) < 0.3).astype(np.int8)
    chance = frame_metrics.chance_f1(frame_metrics.count_frames(truth, truth))[0]
    for rate in (0.2, 0.5, 0.8, 1.0):
        guess = (rng.random(truth.shape) < rate).astype(np.int8)
        counts = frame_metrics.count_frames(truth, guess)
        assert frame_metrics.f1(counts)[0] < chance + 0.005
        assert frame_metrics.recall(counts)[0] == pytest.approx(
            frame_metrics.chance_recall(counts)[0], abs=0.01
        )
        assert frame_metrics.precision(counts)[0] == pytest.approx(
            frame_metrics.prevalence(counts)[0], abs=0.01
        )
    assert rate == 1.0 and frame_metrics.f1(counts)[0] == pytest.approx(chance)
    scores = rng.random(len(truth)).astype(np.float32)
    assert average_precision(truth[:, 0], scores) == pytest.approx(truth.mean(), abs=0.01)


@given(scored)
def test_the_curve_is_what_thresholds_give(pairs):
    truth, score = split(pairs)
    curve = precision_recall_curve(truth, score)
    assert len(curve) == len(np.unique(score[truth != -1]))
    assert curve["threshold"].is_monotonic_decreasing
    for row in curve.itertuples():
        predicted = (score >= np.float32(row.threshold)).astype(np.int8)
        counts = frame_metrics.count_frames(truth[:, None], predicted[:, None])
        np.testing.assert_allclose(row.precision, frame_metrics.precision(counts)[0])
        np.testing.assert_allclose(row.recall, frame_metrics.recall(counts)[0])


def test_a_long_curve_is_thinned_to_its_ends():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 5000).astype(np.int8)
    score = rng.random(5000).astype(np.float32)
    curve = precision_recall_curve(truth, score, points=50)
    assert len(curve) == 50
    assert curve["recall"].iloc[-1] == 1
    assert curve["threshold"].iloc[[0, -1]].tolist() == [score.max(), score.min()]


classes = st.lists(
    st.tuples(*[st.sampled_from([-1, 0, 0, 1])] * 2, *[st.booleans()] * 2), max_size=30
)


@given(classes)
def test_confusion_counts_frames_by_class(rows):
    truth = np.array([row[:2] for row in rows], np.int8).reshape(-1, 2)
    predicted = np.array([row[2:] for row in rows], np.int8).reshape(-1, 2)
    probability = np.tile(np.float32([0.6, 0.7]), (len(rows), 1))
    table = confusion_matrix(truth, predicted, probability, ("a", "b"))
    clear = [row for row in rows if -1 not in row[:2] and row[:2] != (1, 1)]
    names = {(1, 0): "a", (0, 1): "b", (0, 0): "none", (1, 1): "b"}
    expected = metrics.confusion_matrix(
        [names[row[:2]] for row in clear] + ["none"],
        [names[row[2:]] for row in clear] + ["none"],
        labels=["a", "b", "none"],
    )
    expected[2, 2] -= 1  # scikit-learn refuses empty lists
    np.testing.assert_array_equal(table.to_numpy(), expected)
    assert list(table.index) == list(table.columns) == ["a", "b", "none"]


def test_bootstrap_weights_are_seeded_and_draw_each_group_once_on_average():
    weights = bootstrap_weights(8, 4000, seed=3)
    np.testing.assert_array_equal(weights, bootstrap_weights(8, 4000, seed=3))
    assert (weights.sum(axis=1) == 8).all()
    np.testing.assert_allclose(weights.mean(axis=0), 1, atol=0.1)
    assert (bootstrap_weights(8, 50, seed=4) != weights[:50]).any()
    assert bootstrap_weights(1, 100, seed=0).shape == (0, 1)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    covered = 0
    for trial in range(200):
        sample = rng.normal(5, 2, size=40)
        means = bootstrap_weights(40, 500, seed=trial) @ sample[:, None] / 40
        (low,), (high,) = percentile_interval(means, 0.9)
        covered += low <= 5 <= high
    assert 165 <= covered <= 195


def test_undefined_replicates_are_left_out_of_the_interval():
    replicates = np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan]])
    low, high = percentile_interval(replicates, 0.95)
    assert 1 <= low[0] < high[0] <= 3
    assert np.isnan([low[1], high[1]]).all()
    low, high = percentile_interval(np.zeros((0, 2)), 0.95)
    assert np.isnan([low, high]).all()


@given(
    st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 3)), max_size=20), st.integers(0, 1000)
)
def test_resampled_medians_are_those_of_the_repeated_values(pairs, seed):
    values = np.array([value for value, _ in pairs], np.float64)
    group = np.array([number for _, number in pairs], np.int64)
    weights = bootstrap_weights(4, 10, seed)
    ours = resampled_medians(values, group, weights)
    for median, weight in zip(ours, weights, strict=True):
        drawn = np.sort(np.repeat(values, weight[group]))
        np.testing.assert_equal(median, drawn[(len(drawn) - 1) // 2] if len(drawn) else np.nan)
