import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from ethoprism_domains.probe import LinearProbe, SampleLayout
from ethoprism_domains.probe.linear import pool


def random_rows(layout: SampleLayout, rows: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(rows, layout.columns)).astype(np.float32)


def test_pooling_keeps_time_and_treats_animals_alike() -> None:
    layout = SampleLayout(3, (2, 2, 3), 4, 5)
    X = random_rows(layout, 7)
    tokens = X[:, : 3 * 12 * 4].reshape(7, 3, 2, 6, 4)
    moved = X[:, 3 * 12 * 4 :].reshape(7, 3, 5)
    of_each = [
        np.concatenate([tokens[:, i].mean(axis=2).reshape(7, 8), moved[:, i]], axis=1)
        for i in range(3)
    ]
    expected = np.concatenate([np.mean(of_each, axis=0), np.max(of_each, axis=0)], axis=1)
    np.testing.assert_allclose(pool(X, layout), expected, rtol=1e-5, atol=1e-6)


def test_equals_logistic_regression_on_pooled_features() -> None:
    layout = SampleLayout(1, (2, 2, 2), 3, 2)
    X = random_rows(layout, 200)
    y = (X[:, :2] + np.random.default_rng(1).normal(size=(200, 2)) > 0).astype(np.int8)
    probe = LinearProbe(layout, weighted=False, C=0.5).fit(X, y)
    pooled = StandardScaler().fit_transform(pool(X, layout))
    pooled[:, :-2] *= np.sqrt(2 / 6)  # six numbers of pictures beside two of the trajectory
    for column in range(2):
        model = LogisticRegression(C=0.5).fit(pooled, y[:, column])
        np.testing.assert_allclose(
            probe.predict_proba(X)[:, column], model.predict_proba(pooled)[:, 1], atol=1e-3
        )


def test_a_wider_encoder_drowns_no_trajectory() -> None:
    """Three hundred numbers that say nothing take little from two that tell the answer."""
    told = SampleLayout(1, (1, 1, 1), 3, 2)
    drowned = SampleLayout(1, (1, 1, 1), 300, 2)
    moved = np.random.default_rng(2).normal(size=(300, 2)).astype(np.float32)
    y = (moved[:, :1] > 0).astype(np.int8)
    agreed = []
    for layout in (told, drowned):
        X = np.hstack([random_rows(layout, 300)[:, :-2], moved])
        probe = LinearProbe(layout, C=0.01).fit(X[:150], y[:150])
        agreed.append(((probe.predict_proba(X[150:]) > 0.5) == y[150:]).mean())
    assert agreed[1] > agreed[0] - 0.05


def test_an_exclusive_group_equals_multinomial_regression() -> None:
    layout = SampleLayout(1, (2, 2, 2), 3)
    X = random_rows(layout, 200)
    answer = np.abs(X[:, :3]).argmax(axis=1)
    y = np.eye(3, dtype=np.int8)[answer][:, :2]  # the third answer is "none of them"
    probe = LinearProbe(layout, exclusive=((0, 1),), weighted=False, C=0.5).fit(X, y)
    pooled = StandardScaler().fit_transform(pool(X, layout))
    expected = LogisticRegression(C=0.5).fit(pooled, answer).predict_proba(pooled)
    np.testing.assert_allclose(probe.predict_proba(X), expected[:, :2], atol=1e-3)


def test_the_penalty_follows_the_data() -> None:
    """Noise asks for a strong penalty, a clear signal for a weak one."""
    layout = SampleLayout(1, (1, 1, 1), 60)
    X = random_rows(layout, 120)
    clear = (X[:, :1] > 0).astype(np.int8)
    noise = np.random.default_rng(5).integers(0, 2, (120, 1)).astype(np.int8)
    chosen = [LinearProbe(layout).fit(X, y).C_ for y in (clear, noise)]
    assert chosen[0] > chosen[1]


@pytest.mark.parametrize("individuals", [1, 2])
def test_positions_that_are_not_finite_are_left_out_of_means(individuals: int) -> None:
    layout = SampleLayout(individuals, (1, 1, 2), 2)
    X = random_rows(layout, 3)
    X[0, 0] = np.nan
    pooled = pool(X, layout)
    assert np.isfinite(pooled).all()
    if individuals == 1:
        assert pooled[0, 0] == X[0, 2]
