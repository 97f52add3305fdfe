"""Train the first steps as one of several processes that find each other by the environment.

    python hosts.py FOLDER STEPS

Each process brings its own half of every batch. A second call goes on where the first one ended.
"""

import sys
from dataclasses import replace

import jax
import numpy as np

from ethoprism_core.pretraining import (
    Batch,
    ContrastiveConfig,
    contrastive_task,
    join_hosts,
    make_mesh,
    train,
)


class Share:
    """This process's share of the batches."""

    def __init__(self):
        self.number = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.number += 1
        rng = np.random.default_rng(self.number)
        video = rng.integers(0, 256, (8, 2, 32, 32, 3), np.uint8)
        ids = rng.integers(1, 50, (8, 6)).astype(np.int32)
        count = 8 // jax.process_count()
        own = slice(jax.process_index() * count, (jax.process_index() + 1) * count)
        return Batch(video[own], ids[own], np.zeros(ids[own].shape, np.float32), corpus="noise")

    def get_state(self):
        return f"{jax.process_index()} {self.number}".encode()

    def set_state(self, state):
        process, self.number = map(int, state.split())
        assert process == jax.process_index()


def main(folder, steps):
    join_hosts()
    config = ContrastiveConfig.tiny()
    run = replace(config.run, steps=steps, save_every=2)
    mesh = make_mesh(2 if jax.process_count() > 1 else 1)
    train(contrastive_task(config), Share(), config.optimizer, run, folder, mesh)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
