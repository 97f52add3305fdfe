"""Train the first steps as one of several processes that find each other by the environment.

    python hosts.py FOLDER LAST_STEP

Each process brings its own share of every batch, and the two share one copy of the parameters. A
second call goes on where the first one ended.
"""

import sys
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from ethoprism_core.pretraining import (
    Batch,
    OptimizerConfig,
    RunConfig,
    Task,
    join_hosts,
    make_mesh,
    train,
)


@dataclass(frozen=True)
class Alike:
    """Tell clips apart by a product of their pixels; every clip is compared with every other."""

    separable: bool = False

    def outputs(self, params, frozen, batch, keys):
        pixels = batch.video.reshape(len(batch), -1).astype(jnp.float32) / 255
        noise = jax.vmap(lambda key: jax.random.normal(key, (16,)))(keys)
        return pixels @ params["kernel"] + 0.1 * noise

    def loss(self, params, outputs):
        return jax.nn.logsumexp(outputs @ outputs.T, axis=1).mean(), {}


class Share:
    """This process's share of the batches."""

    def __init__(self):
        self.number = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.number += 1
        rng = np.random.default_rng(self.number)
        video = rng.integers(0, 256, (8, 1, 16, 16, 3), np.uint8)
        count = 8 // jax.process_count()
        return Batch(video[jax.process_index() * count :][:count], corpus="noise")

    def get_state(self):
        return f"{jax.process_index()} {self.number}".encode()

    def set_state(self, state):
        process, self.number = map(int, state.split())
        assert process == jax.process_index()


def main(folder, last):
    join_hosts()
    kernel = np.random.default_rng(0).normal(size=(768, 16)).astype(np.float32) / 30
    task = Task(Alike(), {"kernel": kernel}, ())
    run = RunConfig(4, batch=8, log_every=1)
    share = Share()
    state = train(
        task,
        share,
        OptimizerConfig(warmup_steps=0),
        run,
        folder,
        make_mesh(jax.process_count()),
        stop=lambda: share.number == last,
    )
    held = state.params["kernel"].addressable_shards[0].data
    assert held.size * jax.process_count() == kernel.size


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
