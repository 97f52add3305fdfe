"""One step of training, as a pure function."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from ethoprism_core.pretraining.batch import Batch
from ethoprism_core.pretraining.objective import Objective, Parameters
from ethoprism_core.pretraining.state import TrainState

Metrics = dict[str, Float[Array, ""]]
Step = Callable[[TrainState, Parameters, Batch], tuple[TrainState, Metrics]]


def make_step(
    objective: Objective, optimizer: optax.GradientTransformation, accumulate: int = 1
) -> Step:
    """Make the step ``(state, frozen, batch) -> (state, metrics)``, not yet compiled.

    Parameters
    ----------
    objective
        The loss.
    optimizer
        Turns gradients into updates.
    accumulate
        Parts that the batch is worked through in. The update is that of the whole batch, also
        where the loss compares its clips with each other; it then costs a second forward pass.

    Returns
    -------
    The step. Its metrics are ``loss``, ``gradient_norm`` and those of the objective.
    """

    def step(state: TrainState, frozen: Parameters, batch: Batch) -> tuple[TrainState, Metrics]:
        key = jax.random.fold_in(state.key, state.step)
        keyed = batch, jax.random.split(key, len(batch))
        loss, metrics, gradients = _gradients(objective, state.params, frozen, keyed, accumulate)
        updates, optimizer_state = optimizer.update(gradients, state.optimizer_state, state.params)
        params = optax.apply_updates(state.params, updates)
        metrics = {"loss": loss, "gradient_norm": _norm(gradients), **metrics}
        return TrainState(params, optimizer_state, state.step + 1, state.key), metrics

    return step


def _gradients(
    objective: Objective, params: Parameters, frozen: Parameters, keyed: Any, accumulate: int
) -> tuple[Array, Metrics, Parameters]:
    if accumulate > 1:
        parts = _split(keyed, accumulate)
        if objective.separable:
            return _averaged(objective, params, frozen, parts)
        return _through_outputs(objective, params, frozen, parts)
    return _at_once(objective, params, frozen, keyed)


def _at_once(
    objective: Objective, params: Parameters, frozen: Parameters, keyed: Any
) -> tuple[Array, Metrics, Parameters]:
    def loss(params: Parameters) -> tuple[Array, Metrics]:
        return objective.loss(params, objective.outputs(params, frozen, *keyed))

    (value, metrics), gradients = jax.value_and_grad(loss, has_aux=True)(params)
    return value, metrics, gradients


def _averaged(
    objective: Objective, params: Parameters, frozen: Parameters, parts: Any
) -> tuple[Array, Metrics, Parameters]:
    """Average over the parts, one after the other."""

    def one(part: Any) -> tuple[Array, Metrics, Parameters]:
        return _at_once(objective, params, frozen, part)

    def add(total: Any, part: Any) -> tuple[Any, None]:
        return jax.tree.map(jnp.add, total, one(part)), None

    first = jax.tree.map(lambda array: array[0], parts)
    nothing = jax.tree.map(
        lambda array: jnp.zeros(array.shape, array.dtype), jax.eval_shape(one, first)
    )
    total, _ = jax.lax.scan(add, nothing, parts)
    count = len(jax.tree.leaves(parts)[0])
    return jax.tree.map(lambda array: array / count, total)


def _through_outputs(
    objective: Objective, params: Parameters, frozen: Parameters, parts: Any
) -> tuple[Array, Metrics, Parameters]:
    """Compute all outputs, the loss's gradient by them, then each part again with its share of it.

    So only one part's activations are in the memory at a time (as in "Scaling deep contrastive
    learning batch size under memory limited setup", arXiv 2101.06983).
    """

    def outputs(params: Parameters, part: Any) -> Any:
        return objective.outputs(params, frozen, *part)

    by_part = jax.lax.map(lambda part: outputs(params, part), parts)
    joined = jax.tree.map(lambda array: array.reshape(-1, *array.shape[2:]), by_part)
    grad = jax.value_and_grad(objective.loss, argnums=(0, 1), has_aux=True)
    (loss, metrics), (direct, by_output) = grad(params, joined)
    shares = jax.tree.map(lambda share, like: share.reshape(like.shape), by_output, by_part)

    def add(total: Parameters, part_and_share: Any) -> tuple[Parameters, None]:
        part, share = part_and_share
        _, pull_back = jax.vjp(lambda params: outputs(params, part), params)
        return jax.tree.map(jnp.add, total, pull_back(share)[0]), None

    gradients, _ = jax.lax.scan(add, direct, (parts, shares))
    return loss, metrics, gradients


def _split(tree: Any, count: int) -> Any:
    """Split the batch, dealing it out: each device then has some of every part."""

    def deal(array: Array) -> Array:
        return array.reshape(-1, count, *array.shape[1:]).swapaxes(0, 1)

    return jax.tree.map(deal, tree)


def _norm(tree: Any) -> Array:
    return jnp.sqrt(sum(jnp.square(leaf).sum() for leaf in jax.tree.leaves(tree)))
