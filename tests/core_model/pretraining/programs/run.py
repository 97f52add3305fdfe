"""Train stage 2 on noise, as a process that can be killed.

    python run.py FOLDER PARAMETERS.npy

Prints each step's number when its metrics are written; at the end, saves all parameters.
"""

import sys
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np

from ethoprism_core.pretraining import (
    Batch,
    MaskedConfig,
    TargetSizes,
    TaughtBatches,
    masked_task,
    pooled_by_mean,
    train,
)


class Noise:
    def __init__(self):
        self.number = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.number += 1
        rng = np.random.default_rng(self.number)
        return Batch(rng.integers(0, 256, (8, 2, 32, 32, 3), np.uint8), corpus="noise")

    def get_state(self):
        return str(self.number).encode()

    def set_state(self, state):
        self.number = int(state)


def colours(video):
    return pooled_by_mean(video.reshape(8, 2, 4, 8, 4, 8, 3).mean((3, 5)).astype(np.float32))


def main(folder, parameters):
    config = replace(MaskedConfig.tiny(), clip=False)
    run = replace(config.run, steps=40, save_every=7)
    state = train(
        masked_task(config, TargetSizes(3, 3)),
        TaughtBatches(Noise(), colours),
        config.optimizer,
        run,
        folder,
        report=lambda step, metrics: print(step, flush=True),
    )
    leaves = [np.asarray(leaf).ravel() for leaf in jax.tree.leaves(state.params)]
    np.save(parameters, np.concatenate(leaves))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
