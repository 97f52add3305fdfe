"""Each loss against its definition in numpy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import log_softmax

from ethoprism_core.pretraining.losses import contrastive_loss, cosine_distance, recall_at_one


def directions(seed, *shape):
    vectors = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


@pytest.mark.parametrize("temperature", [0.07, 1.0])
def test_contrastive_loss(temperature):
    video, text = directions(0, 6, 5), directions(1, 6, 5)
    logits = (video @ text.T).astype(np.float64) / temperature
    each = [log_softmax(logits, axis=axis)[np.arange(6), np.arange(6)] for axis in (0, 1)]
    loss = contrastive_loss(jnp.asarray(video), jnp.asarray(text), jnp.float32(temperature))
    assert float(loss) == pytest.approx(-np.mean(each), rel=1e-5)


def test_contrastive_loss_at_its_ends():
    same = jnp.eye(8)
    assert float(contrastive_loss(same, same, jnp.float32(0.01))) == pytest.approx(0, abs=1e-5)
    alike = jnp.ones((8, 1))
    assert float(contrastive_loss(alike, alike, jnp.float32(1))) == pytest.approx(np.log(8))


def test_the_gradient_of_an_embedding_comes_from_the_whole_batch():
    video, text = (jnp.asarray(directions(seed, 4, 3)) for seed in (0, 1))

    def first_of(text):
        return jax.jit(jax.grad(contrastive_loss))(video, text, jnp.float32(0.5))[0]

    moved = text.at[3].set(-text[3])
    assert np.abs(first_of(text) - first_of(moved)).max() > 1e-3


def test_cosine_distance():
    said, wanted = (np.random.default_rng(seed).normal(size=(2, 3, 7)) for seed in (0, 1))
    norms = np.linalg.norm(said, axis=-1) * np.linalg.norm(wanted, axis=-1)
    expected = 1 - (said * wanted).sum(-1) / norms
    distance = cosine_distance(jnp.asarray(said), jnp.asarray(wanted))
    np.testing.assert_allclose(distance, expected, atol=1e-6)
    np.testing.assert_allclose(
        cosine_distance(jnp.asarray(said), 3 * jnp.asarray(said)), 0, atol=1e-6
    )
    np.testing.assert_allclose(cosine_distance(jnp.asarray(said), -jnp.asarray(said)), 2, atol=1e-6)


def test_cosine_distance_of_nothing_is_a_number():
    gradient = jax.grad(lambda x: cosine_distance(x, jnp.ones(3)))(jnp.zeros(3))
    assert np.isfinite(gradient).all()


def test_recall():
    video = jnp.eye(4)
    assert float(recall_at_one(video, video)) == 1
    assert float(recall_at_one(video, video[jnp.array([1, 0, 2, 3])])) == 0.5
