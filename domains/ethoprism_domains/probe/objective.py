"""What a probe is trained to do: the loss over known labels, its weights, and probabilities.

Behaviours are independent (sigmoid cross-entropy) unless they belong to an exclusive group. A
group is a softmax over its behaviours and an implicit "none of them" whose logit is fixed at zero:
the probabilities of a group and of "none" sum to one, and the group's own sum is the probability
that any of it happens.

Rare behaviours weigh more in the loss, by the square root of their rarity. Weighting shifts every
logit by a known amount (Elkan, 2001, "The foundations of cost-sensitive learning"), which is taken
off again before probabilities are given out, so that these stay calibrated.
"""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, Int8

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.probe.layout import Rows

Groups = tuple[tuple[int, ...], ...]

_WEIGHT_BOUND = 8.0


class ClassWeights(NamedTuple):
    """How much each answer counts in the loss.

    Attributes
    ----------
    present
        Weight of a behaviour's presence, one a behaviour.
    none
        Weight of "none of them", one an exclusive group.
    learnable
        False for a behaviour outside every group that is never, or always, present: there is
        nothing to learn, so it is left out of the loss.
    """

    present: Float[np.ndarray | Array, "behavior"]
    none: Float[np.ndarray | Array, "group"]
    learnable: Bool[np.ndarray | Array, "behavior"]


def check_exclusive(exclusive: Sequence[Sequence[int]], behaviors: int) -> Groups:
    """Return the exclusive groups as tuples of column numbers, each column in one at most.

    Raises
    ------
    EthoprismError
        If a group names a column twice, or one that is not there, or has fewer than two.
    """
    groups = tuple(tuple(int(column) for column in group) for group in exclusive)
    columns = [column for group in groups for column in group]
    if len(set(columns)) != len(columns) or any(not 0 <= c < behaviors for c in columns):
        raise EthoprismError(
            f"expected each of the columns 0 to {behaviors - 1} in one exclusive group at most",
            f"exclusive={groups}",
        )
    if any(len(group) < 2 for group in groups):
        raise EthoprismError("an exclusive group needs two behaviours", f"exclusive={groups}")
    return groups


def check_labels(y: np.ndarray, samples: int, exclusive: Groups) -> None:
    """Refuse labels that no probe can learn from.

    Raises
    ------
    EthoprismError
        If `y` is not ``(sample, behavior)`` of -1, 0 and 1, knows nothing at all, or shows two
        exclusive behaviours at once.
    """
    if y.ndim != 2 or len(y) != samples or y.shape[1] == 0:
        raise EthoprismError(f"expected y of shape ({samples}, behavior), got {y.shape}", "y")
    if not np.isin(y, (-1, 0, 1)).all():
        raise EthoprismError("labels are 1 (present), 0 (absent) or -1 (unknown)", "y")
    if not (y >= 0).any():
        raise EthoprismError(
            "no sample has a label", "y", "label a few bouts in the videos that were embedded"
        )
    for group in exclusive:
        clashes = int(((y[:, group] == 1).sum(axis=1) > 1).sum())
        if clashes:
            raise EthoprismError(
                f"{clashes} samples show two behaviours that exclude each other",
                f"behaviours in columns {group}",
                "correct the labels, or do not declare them exclusive",
            )


def class_weights(y: Int8[np.ndarray, "sample behavior"], exclusive: Groups) -> ClassWeights:
    """Weigh rare answers by the square root of their rarity, within a factor of eight."""
    positive = (y == 1).sum(axis=0)
    negative = (y == 0).sum(axis=0)
    learnable = (positive > 0) & (negative > 0)
    present = _bounded_root(negative, positive)
    none = np.ones(len(exclusive), np.float32)
    for index, group in enumerate(exclusive):
        columns = list(group)
        absent = int((y[:, columns] == 0).all(axis=1).sum())
        counts = np.append(positive[columns], absent)
        weights = _bounded_root(np.full(len(counts), counts.sum() / len(counts)), counts)
        present[columns], none[index] = weights[:-1], weights[-1]
        learnable[columns] = counts.sum() > 0
    return ClassWeights(present, none, learnable)


def _bounded_root(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    ratio = np.maximum(numerator, 0.5) / np.maximum(denominator, 0.5)
    return np.clip(np.sqrt(ratio), 1 / _WEIGHT_BOUND, _WEIGHT_BOUND).astype(np.float32)


def weighted_loss(
    logits: Float[np.ndarray | Array, "sample behavior"],
    y: Int8[np.ndarray | Array, "sample behavior"],
    weights: ClassWeights,
    exclusive: Groups,
) -> tuple[Float[Array, ""], Int[Array, ""]]:
    """Sum the cross-entropy of the known labels, and count them; unknown ones add nothing."""
    logits, y = jnp.asarray(logits), jnp.asarray(y)
    grouped = np.zeros(logits.shape[1], bool)
    grouped[[column for group in exclusive for column in group]] = True
    known = (y >= 0) & weights.learnable & ~grouped
    losses = jnp.where(y == 1, weights.present * jax.nn.softplus(-logits), jax.nn.softplus(logits))
    total, count = jnp.sum(losses * known), jnp.sum(known)
    for index, group in enumerate(exclusive):
        columns = np.asarray(group)
        answers = jnp.append(weights.present[columns], weights.none[index])
        group_losses, group_known = _group_loss(logits[:, columns], y[:, columns], answers)
        total, count = total + jnp.sum(group_losses * group_known), count + jnp.sum(group_known)
    return total, count


def _group_loss(
    logits: Float[Array, "sample member"],
    y: Int8[Array, "sample member"],
    weights: Float[Array, "answer"],
) -> tuple[Float[Array, "sample"], Bool[Array, "sample"]]:
    answer = group_answers(y)
    log_odds = jnp.concatenate([logits, jnp.zeros((len(logits), 1))], axis=1)
    chosen = jnp.maximum(answer, 0)
    log_probability = jax.nn.log_softmax(log_odds)[jnp.arange(len(chosen)), chosen]
    return -weights[chosen] * log_probability, answer >= 0


def group_answers(y: Rows) -> Rows:
    """Which member of an exclusive group is present: its number, the last for none, -1 unknown.

    One known presence settles the whole group; "none" needs every member known to be absent.
    """
    present = y == 1
    answer = present.argmax(axis=1) + (~present.any(axis=1)) * y.shape[1]
    settled = present.any(axis=1) | (y == 0).all(axis=1)
    return answer * settled - (1 - settled)


def prior_logits(
    y: Int8[np.ndarray, "sample behavior"], weights: ClassWeights, exclusive: Groups
) -> Float[np.ndarray, "behavior"]:
    """Give the constant logits that fit the labels best: where the output biases start."""
    present, absent = (y == 1).sum(axis=0) + 0.5, (y == 0).sum(axis=0) + 0.5
    logits = np.log(present / absent) + np.log(weights.present)
    for index, group in enumerate(exclusive):
        columns = list(group)
        none = (y[:, columns] == 0).all(axis=1).sum() + 0.5
        logits[columns] = np.log(present[columns] / none)
        logits[columns] += np.log(weights.present[columns] / weights.none[index])
    return logits.astype(np.float32)


def probabilities(
    logits: Float[np.ndarray, "sample behavior"], weights: ClassWeights, exclusive: Groups
) -> Float[np.ndarray, "sample behavior"]:
    """Turn the logits of a weighted objective into calibrated probabilities."""
    shifted = logits - np.log(weights.present)
    result = _sigmoid(shifted)
    for index, group in enumerate(exclusive):
        columns = list(group)
        odds = shifted[:, columns] + np.log(weights.none[index])
        odds = np.concatenate([odds, np.zeros((len(odds), 1), odds.dtype)], axis=1)
        odds = np.exp(odds - odds.max(axis=1, keepdims=True))
        result[:, columns] = (odds / odds.sum(axis=1, keepdims=True))[:, :-1]
    return result.astype(np.float32)


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return 0.5 * (1.0 + np.tanh(0.5 * logits))


def constant_answers(
    y: Int8[np.ndarray, "sample behavior"], learnable: Bool[np.ndarray, "behavior"]
) -> Float[np.ndarray, "behavior"]:
    """Answer for behaviours with nothing to learn: 1 if always present, else 0; NaN for others."""
    always = ((y == 1).any(axis=0)) & ~((y == 0).any(axis=0))
    return np.where(learnable, np.nan, always).astype(np.float32)
