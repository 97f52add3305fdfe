"""Batches of noise from a position that can be kept, and a loss that compiles in no time."""

from dataclasses import dataclass, replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ethoprism_core.pretraining import Batch

# compiling takes most of the time of small models: code that runs for moments need not be fast
_QUICKLY = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}


@pytest.fixture(scope="session")
def quick_jit():
    return partial(jax.jit, compiler_options=_QUICKLY)


class NoiseBatches:
    """The same batch for the same number; `damage` changes some of them."""

    def __init__(self, clips=8, size=32, damage=None, last=None):
        self.number, self.clips, self.size = 0, clips, size
        self.damage, self.last = damage or {}, last

    def __iter__(self):
        return self

    def __next__(self):
        if self.number == self.last:
            raise StopIteration
        self.number += 1
        batch = noise_batch(self.number, self.clips, self.size)
        return self.damage.get(self.number, lambda batch: batch)(batch)

    def get_state(self):
        return str(self.number).encode()

    def set_state(self, state):
        self.number = int(state)


def noise_batch(seed, clips=8, size=32, times=2):
    rng = np.random.default_rng(seed)
    return Batch(
        rng.integers(0, 256, (clips, times, size, size, 3), np.uint8),
        rng.integers(1, 50, (clips, 6)).astype(np.int32),
        np.zeros((clips, 6), np.float32),
        corpus="noise",
        sources=tuple(f"noise-{seed}-{clip}.mp4" for clip in range(clips)),
    )


@dataclass(frozen=True)
class PlainObjective:
    """Guess the mean brightness of clips, disturbed by noise from their keys."""

    separable: bool = True

    def outputs(self, params, frozen, batch, keys):
        colours = batch.video.astype(jnp.float32).mean((1, 2, 3)) / 255
        said = colours @ params["kernel"] + params["bias"]
        said = said + 0.1 * jax.vmap(lambda key: jax.random.normal(key, (2,)))(keys)
        return said + batch.text_paddings[:, :2]

    def loss(self, params, outputs):
        if self.separable:
            return jnp.square(outputs - 0.3).mean(), {"mean": outputs.mean()}
        # every clip against every other: no mean over parts
        alike = outputs @ outputs.T * jnp.exp(params["bias"].sum())
        return jax.nn.logsumexp(alike, axis=1).mean(), {"mean": outputs.mean()}

    def model(self, params, frozen):
        return params


def plain_params():
    rng = np.random.default_rng(0)
    return {"kernel": jnp.asarray(rng.normal(size=(3, 2)), jnp.float32), "bias": jnp.zeros(2)}


@pytest.fixture
def noise_batches():
    return NoiseBatches


@pytest.fixture(name="noise_batch")
def make_noise_batch():
    return noise_batch


@pytest.fixture
def plain_objective():
    return PlainObjective()


@pytest.fixture
def comparing_objective():
    return PlainObjective(separable=False)


@pytest.fixture(name="plain_params")
def make_plain_params():
    return plain_params()


def not_a_number(batch):
    return replace(batch, text_paddings=np.full_like(batch.text_paddings, np.nan))


@pytest.fixture
def damaged():
    """Make a batch whose loss is not a number."""
    return not_a_number
