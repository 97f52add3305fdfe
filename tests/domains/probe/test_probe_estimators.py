from collections.abc import Callable

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GroupKFold, cross_validate

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.probe import (
    AttentionProbe,
    CompactProbe,
    LinearProbe,
    ProbeEstimator,
    SampleLayout,
)

Make = Callable[..., ProbeEstimator]
QUICK = {"steps": 40, "batch_size": 16}
KINDS = {"compact": CompactProbe, "attention": AttentionProbe, "linear": LinearProbe}


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest, layout: SampleLayout) -> Make:
    """Make a small probe of each kind."""
    quick = {} if request.param == "linear" else QUICK

    def build(**settings: object) -> ProbeEstimator:
        return KINDS[request.param](**{"layout": layout, **quick, **settings})

    return build


def data(layout: SampleLayout, rows: int = 80, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(rows, layout.columns)).astype(np.float16)
    y = generator.integers(-1, 2, (rows, 3)).astype(np.int8)
    X[:, 0] += 2 * y[:, 0]
    return X, y


def test_cross_validate_with_groups(make: Make, layout: SampleLayout) -> None:
    X, y = data(layout)
    groups = np.arange(len(X)) // 20
    scores = cross_validate(
        make(), X, y, groups=groups, cv=GroupKFold(2), params={"groups": groups}
    )
    assert np.isfinite(scores["test_score"]).all()


def test_clone_keeps_every_setting_and_forgets_the_fit(make: Make, layout: SampleLayout) -> None:
    fitted = make(exclusive=((0, 1),), weighted=False, random_state=3)
    settings = fitted.get_params()
    y = np.where(data(layout)[1][:, :1] == 1, [[1, 0, 1]], [[0, 1, 0]]).astype(np.int8)
    copy = clone(fitted.fit(data(layout)[0], y))
    assert copy.get_params() == settings
    with pytest.raises(NotFittedError):
        copy.predict_proba(data(layout)[0])


def test_the_same_inputs_give_the_same_probe_to_the_bit(make: Make, layout: SampleLayout) -> None:
    X, y = data(layout)
    first, second = (make().fit(X, y, np.arange(len(X)) // 10).arrays() for _ in range(2))
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)


def test_samples_of_which_nothing_is_known_change_nothing(make: Make, layout: SampleLayout) -> None:
    X, y = data(layout)
    y[::3] = -1
    other = X.copy()
    other[::3] = np.random.default_rng(9).normal(size=other[::3].shape) * 100
    first, second = (make().fit(rows, y).arrays() for rows in (X, other))
    for name in first:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)


def test_an_unknown_label_teaches_its_behaviour_nothing(make: Make, layout: SampleLayout) -> None:
    """A behaviour's labels matter where they are known: marking half unknown changes the probe."""
    X, y = data(layout)
    y = np.abs(y)
    hidden = y.copy()
    hidden[:40, 0] = -1
    tested = make().fit(X, hidden).predict_proba(X)
    relabelled = hidden.copy()
    relabelled[:40, 0] = -1  # what stood there does not matter
    np.testing.assert_array_equal(make().fit(X, relabelled).predict_proba(X), tested)
    assert not np.array_equal(make().fit(X, y).predict_proba(X), tested)


def test_float16_and_float32_are_the_same(make: Make, layout: SampleLayout) -> None:
    X, y = data(layout)
    probe = make().fit(X, y)
    np.testing.assert_allclose(
        probe.predict_proba(X.astype(np.float32)), probe.predict_proba(X), atol=1e-5
    )


def test_predict_is_more_likely_than_not(make: Make, layout: SampleLayout) -> None:
    X, y = data(layout)
    probe = make().fit(X, y)
    np.testing.assert_array_equal(probe.predict(X), probe.predict_proba(X) >= 0.5)
    assert probe.predict_proba(X).dtype == np.float32
    assert probe.predict_proba(X[:1]).shape == (1, 3)


def test_a_behaviour_without_both_answers_is_a_constant(make: Make, layout: SampleLayout) -> None:
    X, y = data(layout)
    y[:, 1], y[:, 2] = -1, np.where(y[:, 2] < 0, -1, 1)
    y[:10, 1] = 0
    probability = make().fit(X, y).predict_proba(X)
    assert (probability[:, 1] == 0).all()
    assert (probability[:, 2] == 1).all()
    assert len(np.unique(probability[:, 0])) > 1


def test_one_sample_is_enough_to_answer(make: Make, layout: SampleLayout) -> None:
    X, _ = data(layout, rows=1)
    probability = make().fit(X, np.array([[1, 0, -1]], np.int8)).predict_proba(X)
    assert probability.tolist() == [[1.0, 0.0, 0.0]]


def test_constant_features_say_the_base_rate(make: Make, layout: SampleLayout) -> None:
    X = np.full((60, layout.columns), 3.7, np.float16)
    y = (np.arange(60)[:, None] % 4 == 0).astype(np.int8)
    np.testing.assert_allclose(make().fit(X, y).predict_proba(X), 0.25, atol=0.05)


def test_numbers_that_are_not_finite_do_no_harm(make: Make, layout: SampleLayout) -> None:
    X, y = data(layout)
    X[::7, 5], X[::5, 20], X[3, -2:] = np.nan, np.inf, np.nan
    probability = make().fit(X, y).predict_proba(X)
    assert np.isfinite(probability).all()


def test_features_that_are_nowhere_finite_are_refused(make: Make, layout: SampleLayout) -> None:
    X, y = data(layout)
    with pytest.raises(EthoprismError, match="no feature is a finite number"):
        make().fit(np.full_like(X, np.nan), y)


def test_exclusive_behaviours_share_their_probability(make: Make, layout: SampleLayout) -> None:
    X, _ = data(layout)
    y = np.eye(4, dtype=np.int8)[np.arange(len(X)) % 4][:, :3]
    probability = make(exclusive=((0, 1, 2),)).fit(X, y).predict_proba(X)
    total = probability.sum(axis=1)
    assert (total > 0).all() and (total <= 1 + 1e-6).all()
    assert total.mean() == pytest.approx(0.75, abs=0.1)


def test_an_exhaustive_group_sums_to_one(make: Make, layout: SampleLayout) -> None:
    X, _ = data(layout)
    y = np.eye(3, dtype=np.int8)[np.arange(len(X)) % 3]
    probability = make(exclusive=((0, 1, 2),)).fit(X, y).predict_proba(X)
    np.testing.assert_allclose(probability.sum(axis=1), 1, atol=0.05)


@pytest.mark.parametrize(
    ("X", "told"),
    [
        (np.zeros((4, 7), np.float32), "expected X to have shape"),
        (np.zeros((0, 98), np.float32), "at least one sample"),
        (np.zeros((4, 98)), "float16 or float32"),
        (np.zeros(98, np.float32), "expected X to have shape"),
    ],
)
def test_samples_of_another_layout_are_refused(make: Make, X: np.ndarray, told: str) -> None:
    with pytest.raises(EthoprismError, match=told):
        make().fit(X, np.zeros((len(X), 1), np.int8))


def test_groups_that_do_not_correspond_are_refused(make: Make, layout: SampleLayout) -> None:
    X, y = data(layout)
    with pytest.raises(EthoprismError, match="80 samples, but 3 groups"):
        make().fit(X, y, groups=np.arange(3))


def test_progress_comes_to_its_end(make: Make, layout: SampleLayout) -> None:
    seen: list[tuple[int, int]] = []
    X, y = data(layout)
    make().fit(X, y, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]
