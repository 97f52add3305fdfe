"""Planted signals: what each kind of probe can see, measured on samples it was not trained on."""

import numpy as np
import pytest

from ethoprism_domains.evaluation.frame_metrics import average_precision
from ethoprism_domains.probe import (
    AttentionProbe,
    CompactProbe,
    LinearProbe,
    ProbeEstimator,
    SampleLayout,
)
from ethoprism_domains.probe.holdout import hold_out

LAYOUT = SampleLayout(1, (4, 1, 4), 6, 2)


def noise(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    tokens = generator.normal(size=(rows, *LAYOUT.token_shape, LAYOUT.feature_dim))
    y = generator.integers(0, 2, (rows, 1)).astype(np.int8)
    return tokens, generator.normal(size=(rows, LAYOUT.trajectory_dim)), y


def flat(tokens: np.ndarray, moved: np.ndarray) -> np.ndarray:
    return np.concatenate([tokens.reshape(len(tokens), -1), moved], axis=1).astype(np.float16)


def one_token(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The behaviour shows in one token, at the same place."""
    tokens, moved, y = noise(rows, seed)
    tokens[:, 2, 0, 1, 3] += 3 * y[:, 0]
    return flat(tokens, moved), y


def order(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A mark moves to the right, or to the left: at each time the mean over space is the same."""
    tokens, moved, y = noise(rows, seed)
    for row in range(rows):
        columns = np.arange(4) if y[row, 0] else np.arange(4)[::-1]
        tokens[row, np.arange(4), 0, columns, :2] += 4
    return flat(tokens, moved), y


def trajectory(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The behaviour shows in the movement numbers alone."""
    tokens, moved, y = noise(rows, seed)
    moved[:, 1] += 3 * y[:, 0]
    return flat(tokens, moved * [1, 1000]), y


def unseen_precision(probe: ProbeEstimator, make: object, rows: int = 300) -> float:
    probe.fit(*make(rows, seed=1))
    X, y = make(400, seed=2)
    return average_precision(y[:, 0], probe.predict_proba(X)[:, 0])


def attention(**settings: object) -> AttentionProbe:
    return AttentionProbe(LAYOUT, **{"steps": 300, "width": 48, **settings})


def compact(**settings: object) -> CompactProbe:
    return CompactProbe(LAYOUT, **{"steps": 300, "batch_size": 32, **settings})


@pytest.mark.parametrize("probe", [compact(), attention()], ids=["compact", "attention"])
def test_attention_sees_what_pooling_cannot(probe: ProbeEstimator) -> None:
    assert unseen_precision(probe, order) > 0.9
    assert unseen_precision(LinearProbe(LAYOUT), order) < 0.65


@pytest.mark.parametrize(
    ("probe", "rows"),
    [(compact(), 300), (LinearProbe(LAYOUT), 300), (attention(steps=600), 1500)],
    ids=["compact", "linear", "attention"],
)
@pytest.mark.parametrize(("make", "at_least"), [(one_token, 0.75), (trajectory, 0.95)])
def test_a_planted_signal_is_found(
    probe: ProbeEstimator, rows: int, make: object, at_least: float
) -> None:
    """The wide attention head needs more labels than the others."""
    assert unseen_precision(probe, make, rows) > at_least


@pytest.mark.parametrize("kind", [CompactProbe, AttentionProbe, LinearProbe])
def test_animals_are_treated_alike(kind: type[ProbeEstimator]) -> None:
    """Swapping the animals of a scene changes no answer."""
    layout = SampleLayout(2, (2, 1, 2), 6, 2)
    generator = np.random.default_rng(0)
    X = generator.normal(size=(60, layout.columns)).astype(np.float32)
    y = (layout.split(X)[0][..., 0].mean(axis=(1, 2))[:, None] > 0).astype(np.int8)
    settings = {} if kind is LinearProbe else {"steps": 30}
    probe = kind(layout, **settings).fit(X, y)
    tokens, moved = layout.split(X)
    swapped = np.concatenate([tokens[:, ::-1].reshape(60, -1), moved[:, ::-1].reshape(60, -1)], 1)
    np.testing.assert_allclose(probe.predict_proba(swapped), probe.predict_proba(X), atol=1e-5)
    assert probe.predict_proba(X).std() > 1e-3


def test_weighting_finds_more_of_a_rare_behaviour_before_calibration() -> None:
    """In the loss a rare presence counts for more, so fewer are missed at the same cost."""
    X, y = one_token(400, seed=1)
    rare = np.where(np.arange(400)[:, None] % 8 == 0, y, 0).astype(np.int8)
    shift = {}
    for weighted in (True, False):
        probe = compact(weighted=weighted, steps=100).fit(X, rare)
        shift[weighted] = float(probe.parameters_["bias"][0])
        assert probe.predict_proba(X).mean() == pytest.approx(rare.mean(), abs=0.05)
    assert shift[True] > shift[False] + 0.5


def test_stopping_early_keeps_the_best_step() -> None:
    X, y = noise(200, seed=3)[0].reshape(200, -1), noise(200, seed=3)[2]
    layout = SampleLayout(1, (4, 1, 4), 6)
    probe = CompactProbe(layout, steps=200, learning_rate=1e-2).fit(X.astype(np.float32), y)
    quality = dict(probe.history_)
    assert quality[probe.steps_] >= max(quality.values()) - 0.01
    later = [value for step, value in quality.items() if step > probe.steps_]
    assert all(value < max(quality.values()) for value in later)


def test_another_seed_is_another_probe() -> None:
    X, y = one_token(100, seed=1)
    first, second = (compact(steps=20, random_state=seed).fit(X, y) for seed in (0, 1))
    assert not np.array_equal(first.predict_proba(X), second.predict_proba(X))


def test_whole_groups_are_held_out() -> None:
    groups = np.repeat(np.arange(10), 20)
    y = np.random.default_rng(0).integers(0, 2, (200, 2)).astype(np.int8)
    training, validation = hold_out(np.arange(200), y, groups, seed=0)
    assert not set(groups[training]) & set(groups[validation])
    assert len(training) + len(validation) == 200
    assert 20 <= len(validation) <= 60


def test_blocks_are_held_out_with_a_gap_where_there_are_no_groups() -> None:
    y = np.tile([[0], [1]], (100, 1)).astype(np.int8)
    training, validation = hold_out(np.arange(200), y, None, seed=0)
    distance = np.abs(training[:, None] - validation[None]).min()
    assert distance == 3
    assert 20 <= len(validation) <= 50


def test_the_only_bout_of_a_behaviour_is_trained_on() -> None:
    y = np.zeros((100, 2), np.int8)
    y[30:35, 0], y[::2, 1] = 1, 1
    for seed in range(20):
        training, _ = hold_out(np.arange(100), y, None, seed)
        assert (y[training, 0] == 1).any()


def test_a_handful_of_samples_is_not_split() -> None:
    training, validation = hold_out(np.arange(12), np.ones((12, 1), np.int8), None, seed=0)
    assert len(training) == 12
    assert len(validation) == 0
