"""One update: the same in parts as at once, by either optimiser, at the rate of its step."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_core.pretraining import OptimizerConfig, RunConfig
from ethoprism_core.pretraining.optimizer import learning_rate, make_optimizer
from ethoprism_core.pretraining.state import first_state
from ethoprism_core.pretraining.step import make_step


def updated(jit, objective, params, batch, accumulate):
    optimizer = optax.sgd(0.1)
    step = jit(make_step(objective, optimizer, accumulate))
    return step(first_state(params, optimizer, seed=5), (), batch.unnamed())


@pytest.mark.parametrize("kind", ["plain_objective", "comparing_objective"])
def test_parts_give_the_update_of_the_whole(request, plain_params, noise_batch, quick_jit, kind):
    objective = request.getfixturevalue(kind)
    batch = noise_batch(0)
    whole, metrics = updated(quick_jit, objective, plain_params, batch, 1)
    parts, parts_metrics = updated(quick_jit, objective, plain_params, batch, 4)
    for name in ("kernel", "bias"):
        assert np.abs(whole.params[name] - plain_params[name]).max() > 1e-3
        np.testing.assert_allclose(parts.params[name], whole.params[name], atol=1e-6)
    for name in ("loss", "mean", "gradient_norm"):
        np.testing.assert_allclose(parts_metrics[name], metrics[name], rtol=1e-5)
    assert int(parts.step) == 1


def test_every_step_draws_its_own_noise(plain_objective, plain_params, noise_batch, quick_jit):
    optimizer = optax.sgd(0.0)
    step = quick_jit(make_step(plain_objective, optimizer))
    state = first_state(plain_params, optimizer, seed=5)
    batch = noise_batch(0).unnamed()
    second, metrics = step(state, (), batch)
    _, again = step(state, (), batch)
    _, other = step(second, (), batch)
    assert metrics["loss"] == again["loss"] != other["loss"]


def test_batches_that_do_not_split():
    with pytest.raises(EthoprismError, match="does not split into so many parts, 8 / 3"):
        RunConfig(steps=1, batch=8, accumulate=3)


@pytest.mark.parametrize("decay", ["cosine", "linear"])
def test_the_course_of_the_learning_rate(decay):
    config = OptimizerConfig(peak_rate=2.0, final_rate=0.5, warmup_steps=10, decay=decay)
    rate = learning_rate(config, 110)
    left = np.linspace(1, 0, 101)
    share = left if decay == "linear" else (1 + np.cos(np.pi * (1 - left))) / 2
    expected = np.concatenate([np.linspace(0, 2, 11)[:-1], 0.5 + 1.5 * share])
    np.testing.assert_allclose(
        [rate(step) for step in (0, 5, 10, 60, 110)], expected[[0, 5, 10, 60, 110]], atol=1e-6
    )


@pytest.mark.parametrize("kind", ["adafactor", "adamw"])
def test_optimisers_go_downhill(kind, quick_jit):
    config = OptimizerConfig(kind, 0.05, 0.05, 0, weight_decay=0.0)
    optimizer = make_optimizer(config, 100)
    wanted = jnp.asarray(np.random.default_rng(0).normal(size=(4, 3)), jnp.float32)

    def step(carried, _):
        params, state = carried
        gradients = jax.grad(lambda p: jnp.square(p["kernel"] - wanted).sum())(params)
        updates, state = optimizer.update(gradients, state, params)
        return (optax.apply_updates(params, updates), state), None

    params = {"kernel": jnp.zeros((4, 3))}
    descend = quick_jit(lambda carried: jax.lax.scan(step, carried, length=100)[0])
    params, _ = descend((params, optimizer.init(params)))
    assert np.abs(params["kernel"] - wanted).max() < 0.2


def test_only_kernels_and_embeddings_decay(quick_jit):
    config = OptimizerConfig(peak_rate=0.5, warmup_steps=0, weight_decay=0.1)
    optimizer = make_optimizer(config, 10)
    params = {"layer": {"qkv_kernel": jnp.ones((2, 2)), "qkv_bias": jnp.ones((2, 2))}}
    params["token_embedding"] = jnp.ones(2)
    nothing = jax.tree.map(jnp.zeros_like, params)
    updates, _ = quick_jit(optimizer.update)(nothing, optimizer.init(params), params)
    np.testing.assert_allclose(updates["layer"]["qkv_kernel"], -0.05)
    np.testing.assert_allclose(updates["token_embedding"], -0.05)
    np.testing.assert_allclose(updates["layer"]["qkv_bias"], 0)


def test_adafactor_remembers_rows_and_columns_not_every_number():
    params = {"kernel": jax.ShapeDtypeStruct((256, 512), np.float32)}
    sizes = {}
    for kind in ("adafactor", "adamw"):
        state = jax.eval_shape(make_optimizer(OptimizerConfig(kind), 10).init, params)
        sizes[kind] = sum(leaf.size for leaf in jax.tree.leaves(state))
    numbers = 256 * 512
    assert sizes["adafactor"] < 1.01 * numbers  # the momentum
    assert sizes["adamw"] > 2 * numbers
