"""The training loop: AdamW on a cosine schedule, one compiled step, the best state kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int8, Key

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.evaluation.frame_metrics import average_precision
from ethoprism_domains.probe.heads import Head, Parameters
from ethoprism_domains.probe.objective import ClassWeights, Groups, weighted_loss
from ethoprism_domains.probe.scaling import Scaling, scaled_input

Progress = Callable[[int, int], None]

_CHECKS = 20  # looks at the validation rows in a whole run
_PATIENCE = 8  # looks without a better one after which training stops
_TIE = 0.01  # of two states about as good the later is kept: it has learnt at a lower rate
_ADAM = optax.scale_by_adam()
_ROWS = 256  # rows in one evaluation call; the last is filled up, so one shape is compiled


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to learn.

    Parameters
    ----------
    steps
        Optimiser steps, whatever the number of samples: training time does not grow with the data.
    batch_size
        Samples in a step.
    learning_rate
        Peak, reached after 5 % of the steps; a cosine takes it to zero.
    weight_decay
        Decoupled decay of AdamW, on matrices only.
    """

    steps: int
    batch_size: int
    learning_rate: float
    weight_decay: float

    def rates(self) -> np.ndarray:
        """Give the learning rate of every step."""
        rate = optax.warmup_cosine_decay_schedule(
            init_value=0.0,
            peak_value=self.learning_rate,
            warmup_steps=max(1, round(0.05 * self.steps)),
            decay_steps=max(2, self.steps),
        )
        return np.asarray(rate(jnp.arange(1, self.steps + 1)))


@dataclass(frozen=True)
class Task:
    """What is compiled, once for all folds: the head, and the groups that exclude each other."""

    head: Head
    exclusive: Groups


@dataclass(frozen=True)
class Outcome:
    """A trained head: its best parameters, the step they are from, and how good each check was."""

    parameters: Parameters
    steps: int
    history: list[tuple[int, float]]


def train(
    task: Task,
    schedule: Schedule,
    parameters: Parameters,
    scaling: Scaling,
    X: Float[np.ndarray, "sample column"],
    y: Int8[np.ndarray, "sample behavior"],
    weights: ClassWeights,
    training: np.ndarray,
    validation: np.ndarray,
    seed: int,
    progress: Progress | None = None,
) -> Outcome:
    """Train on the rows `training` and keep the state that does best on the rows `validation`.

    Best is the highest average precision, over the behaviours of which validation has both answers.
    The loss is no good judge where labels are few: it rises with overconfidence long before
    the ranking, and so the labels made by tuned thresholds, gets worse.
    With no validation rows the last state is kept. Rows of `X` stay as they are (float16) until a
    batch is on the device.

    Raises
    ------
    EthoprismError
        If the loss stops being a finite number.
    """
    state = (parameters, _ADAM.init(parameters))
    key, rates = jax.random.key(seed, impl="unsafe_rbg"), schedule.rates()
    every = max(1, schedule.steps // _CHECKS)
    best, best_quality, best_step, history = parameters, -np.inf, 0, []
    for step, rows in enumerate(_batches(training, schedule, seed), start=1):
        pace = (rates[step - 1], np.float32(schedule.weight_decay))
        state, loss = _step(task, state, scaling, X[rows], y[rows], weights, pace, key, step)
        if step % every and step != schedule.steps:
            continue
        quality = -_finite(loss)
        if len(validation):
            quality = _quality(task, state[0], scaling, X, y, weights, validation)
        history.append((step, quality))
        if quality > best_quality - _TIE or not len(validation):
            best, best_quality, best_step = state[0], max(quality, best_quality), step
        if progress is not None:
            progress(step, schedule.steps)
        if step - best_step >= _PATIENCE * every:
            break
    if progress is not None:
        progress(schedule.steps, schedule.steps)
    return Outcome(best, best_step, history)


def predict_logits(
    head: Head, parameters: Parameters, scaling: Scaling, X: Float[np.ndarray, "sample column"]
) -> Float[np.ndarray, "sample behavior"]:
    """Run a head over all rows of `X` without dropout, in calls of one shape."""
    parts = [
        np.asarray(_forward(head, parameters, scaling, _filled(X[start : start + _ROWS])))
        for start in range(0, len(X), _ROWS)
    ]
    return np.concatenate(parts)[: len(X)]


def _batches(rows: np.ndarray, schedule: Schedule, seed: int) -> Iterator[np.ndarray]:
    """Deal the rows out in full batches: every row once before any comes again."""
    generator = np.random.default_rng(seed)
    waiting = np.empty(0, rows.dtype)
    for _ in range(schedule.steps):
        while len(waiting) < schedule.batch_size:
            waiting = np.concatenate([waiting, generator.permutation(rows)])
        yield waiting[: schedule.batch_size]
        waiting = waiting[schedule.batch_size :]


@partial(jax.jit, static_argnums=0)
def _step(
    task: Task,
    state: tuple[Parameters, optax.OptState],
    scaling: Scaling,
    X: Float[Array, "batch column"],
    y: Int8[Array, "batch behavior"],
    weights: ClassWeights,
    pace: tuple[Array, Array],
    key: Key[Array, ""],
    step: Array,
) -> tuple[tuple[Parameters, optax.OptState], Array]:
    parameters, optimizer_state = state
    tokens, trajectory = scaled_input(scaling, X, task.head.layout)

    def loss(parameters: Parameters) -> Array:
        logits = task.head.apply(parameters, tokens, trajectory, jax.random.fold_in(key, step))
        total, count = weighted_loss(logits, y, weights, task.exclusive)
        return total / jnp.maximum(count, 1)

    value, gradient = jax.value_and_grad(loss)(parameters)
    updates, optimizer_state = _ADAM.update(gradient, optimizer_state)
    rate, decay = pace

    def moved(parameter: Array, update: Array) -> Array:
        pull = decay * parameter if parameter.ndim > 1 else 0.0  # AdamW, on matrices only
        return parameter - rate * (update + pull)

    return (jax.tree.map(moved, parameters, updates), optimizer_state), value


@partial(jax.jit, static_argnums=0)
def _forward(
    head: Head, parameters: Parameters, scaling: Scaling, X: Float[Array, "batch column"]
) -> Float[Array, "batch behavior"]:
    tokens, trajectory = scaled_input(scaling, X, head.layout)
    return head.apply(parameters, tokens, trajectory)


def _quality(
    task: Task,
    parameters: Parameters,
    scaling: Scaling,
    X: np.ndarray,
    y: np.ndarray,
    weights: ClassWeights,
    rows: np.ndarray,
) -> float:
    """Give the mean average precision on some rows; without any, the negative mean loss."""
    logits, y = predict_logits(task.head, parameters, scaling, X[rows]), y[rows]
    both = (y == 1).any(axis=0) & (y == 0).any(axis=0)
    if both.any():
        columns = np.flatnonzero(both)
        return float(np.mean([average_precision(y[:, c], logits[:, c]) for c in columns]))
    total, count = weighted_loss(logits, y, weights, task.exclusive)
    return -float(total) / max(float(count), 1.0)


def _filled(X: np.ndarray) -> np.ndarray:
    return np.pad(X, ((0, _ROWS - len(X)), (0, 0)))


def _finite(loss: Array | float) -> float:
    if not np.isfinite(loss):
        raise EthoprismError("training diverged", f"loss {float(loss)}", "lower the learning rate")
    return float(loss)
