import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.metrics import log_loss

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.probe.objective import (
    ClassWeights,
    check_exclusive,
    check_labels,
    class_weights,
    group_answers,
    prior_logits,
    probabilities,
    weighted_loss,
)


def even(behaviors: int, groups: int = 0) -> ClassWeights:
    ones = np.ones(behaviors, np.float32)
    return ClassWeights(ones, np.ones(groups, np.float32), np.ones(behaviors, bool))


def random_labels(rows: int, behaviors: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-1, 2, (rows, behaviors)).astype(np.int8)


def test_loss_is_the_log_loss_of_known_labels() -> None:
    y = random_labels(200, 3)
    logits = np.random.default_rng(1).normal(size=y.shape).astype(np.float32)
    total, count = weighted_loss(logits, y, even(3), ())
    known = y >= 0
    expected = log_loss(y[known], 1 / (1 + np.exp(-logits[known].astype(float))), normalize=False)
    assert float(total) == pytest.approx(expected, rel=1e-5)
    assert int(count) == known.sum()


def test_unknown_labels_have_no_gradient() -> None:
    y = random_labels(50, 4)
    gradient = jax.grad(lambda logits: weighted_loss(logits, y, even(4, 1), ((1, 2),))[0])(
        jnp.ones((50, 4))
    )
    np.testing.assert_array_equal(np.asarray(gradient)[:, [0, 3]][y[:, [0, 3]] < 0], 0)
    unsettled = group_answers(y[:, 1:3]) < 0
    assert unsettled.any()
    np.testing.assert_array_equal(np.asarray(gradient)[unsettled][:, 1:3], 0)


def test_exclusive_loss_is_the_log_loss_over_members_and_none() -> None:
    answers = np.random.default_rng(2).integers(0, 4, 100)
    y = np.eye(4, dtype=np.int8)[answers][:, :3]
    logits = np.random.default_rng(3).normal(size=(100, 3)).astype(np.float32)
    odds = np.exp(np.concatenate([logits, np.zeros((100, 1))], axis=1).astype(float))
    expected = log_loss(answers, odds / odds.sum(axis=1, keepdims=True), normalize=False)
    total, count = weighted_loss(logits, y, even(3, 1), ((0, 1, 2),))
    assert float(total) == pytest.approx(expected, rel=1e-5)
    assert int(count) == 100


def _loss(logits: jax.Array, y: np.ndarray, weights: ClassWeights, groups: tuple) -> jax.Array:
    return weighted_loss(jnp.broadcast_to(logits, y.shape), y, weights, groups)[0]


@pytest.mark.parametrize(
    ("labels", "answer"),
    [((0, 1, -1), 1), ((0, 0, 0), 3), ((0, 0, -1), -1), ((-1, -1, -1), -1), ((-1, -1, 1), 2)],
)
def test_one_presence_settles_a_group_and_none_needs_all(
    labels: tuple[int, ...], answer: int
) -> None:
    assert group_answers(np.array([labels], np.int8)).tolist() == [answer]


def test_rare_answers_weigh_more_within_bounds() -> None:
    y = np.zeros((1000, 3), np.int8)
    y[:10, 0], y[:500, 1], y[:999, 2] = 1, 1, 1
    weights = class_weights(y, ())
    assert weights.present[0] == 8.0
    assert weights.present[1] == pytest.approx(1.0)
    assert weights.present[2] == pytest.approx(1 / 8)


def test_weights_of_a_group_follow_the_rarity_of_its_answers() -> None:
    y = np.eye(3, dtype=np.int8)[np.repeat([0, 1, 2], [50, 200, 650])][:, :2]
    weights = class_weights(y, ((0, 1),))
    np.testing.assert_allclose(weights.present, np.sqrt([300 / 50, 300 / 200]), rtol=1e-6)
    np.testing.assert_allclose(weights.none, np.sqrt([300 / 650]), rtol=1e-6)


def test_weighting_does_not_shift_probabilities() -> None:
    """The constant logits that minimise the weighted loss give back the base rates."""
    y = np.zeros((400, 3), np.int8)
    y[:20, 0], y[:40, 1], y[60:160, 2] = 1, 1, 1
    exclusive = ((1, 2),)
    weights = class_weights(y, exclusive)
    logits = jnp.zeros(3)
    gradient = jax.jit(jax.grad(lambda one: _loss(one, y, weights, exclusive)))
    for _ in range(2000):
        logits = logits - 2e-3 * gradient(logits)
    rates = probabilities(np.asarray(logits)[None], weights, exclusive)[0]
    np.testing.assert_allclose(rates, [0.05, 0.1, 0.25], atol=2e-3)
    np.testing.assert_allclose(prior_logits(y, weights, exclusive), logits, atol=0.05)


def test_a_group_and_none_of_it_sum_to_one() -> None:
    logits = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32) * 5
    result = probabilities(logits, even(4, 1), ((0, 1, 3),))
    odds = np.exp(logits[:, [0, 1, 3]])
    none = 1 / (1 + odds.sum(axis=1))
    np.testing.assert_allclose(result[:, [0, 1, 3]].sum(axis=1) + none, 1, atol=1e-5)
    np.testing.assert_allclose(result[:, 2], 1 / (1 + np.exp(-logits[:, 2])), atol=1e-5)


def test_what_cannot_be_learnt_is_told_apart() -> None:
    y = np.array([[0, 1, 0, -1], [0, 1, 1, -1]], np.int8)
    assert class_weights(y, ()).learnable.tolist() == [False, False, True, False]
    assert class_weights(y, ((0, 2),)).learnable.tolist() == [True, False, True, False]


@pytest.mark.parametrize("groups", [[(0, 1), (1, 2)], [(0, 3)], [(1,)], [(0, 0)]])
def test_impossible_groups_are_refused(groups: list[tuple[int, ...]]) -> None:
    with pytest.raises(EthoprismError, match="exclusive"):
        check_exclusive(groups, 3)


@pytest.mark.parametrize(
    ("y", "told"),
    [
        (np.full((4, 2), -1), "no sample has a label"),
        (np.array([[2, 0]] * 4), "1 \\(present\\)"),
        (np.zeros((3, 2)), "expected y of shape"),
        (np.zeros(4), "expected y of shape"),
        (np.ones((4, 2)), "4 samples show two behaviours"),
    ],
)
def test_labels_of_no_use_are_refused(y: np.ndarray, told: str) -> None:
    with pytest.raises(EthoprismError, match=told):
        check_labels(y, 4, ((0, 1),))
