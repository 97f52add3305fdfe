"""Update both stages on one device and on eight, with copies of the parameters or with four shards.

    python devices.py RESULTS.npz

To be run with eight simulated devices. Saves each way's parameters, loss and gradient's norm, and
the shape of what one device holds of the largest parameter.
"""

import sys
from dataclasses import replace

import jax
import numpy as np
import optax

from ethoprism_core.pretraining import (
    Batch,
    ContrastiveConfig,
    MaskedConfig,
    Targets,
    TargetSizes,
    contrastive_task,
    make_mesh,
    masked_task,
)
from ethoprism_core.pretraining.sharding import put_batch, shardings, spread
from ethoprism_core.pretraining.state import first_state
from ethoprism_core.pretraining.step import make_step

WIDER = {"width": 64, "hidden": 256}


def main(path):
    rng = np.random.default_rng(0)
    batch = Batch(
        rng.integers(0, 256, (16, 2, 32, 32, 3), np.uint8),
        rng.integers(1, 50, (16, 6)).astype(np.int32),
        np.zeros((16, 6), np.float32),
        Targets(
            rng.normal(size=(16, 2, 2, 2, 3)).astype(np.float32),
            rng.normal(size=(16, 3)).astype(np.float32),
        ),
    )
    alone, copied, sharded = make_mesh(1, jax.devices()[:1]), make_mesh(), make_mesh(4)
    ways = {
        "contrastive": {"alone": alone, "copied": copied, "sharded": sharded},
        "masked": {"alone": alone, "sharded": sharded},
    }
    results = {}
    for stage, task in {"contrastive": contrastive(), "masked": masked()}.items():
        for way, mesh in ways[stage].items():
            for name, array in updated(task, batch, mesh).items():
                results[f"{stage}/{way}/{name}"] = array
    np.savez(path, **results)


def contrastive():
    config = ContrastiveConfig.tiny()
    video = replace(config.model.video, **WIDER)
    return contrastive_task(replace(config, model=replace(config.model, video=video)))


def masked():
    config = MaskedConfig.tiny()
    config = replace(config, student=replace(config.student, **WIDER))
    return masked_task(config, TargetSizes(3, 3))


def updated(task, batch, mesh):
    optimizer = optax.sgd(0.1, momentum=0.9)
    state = spread(first_state(task.params, optimizer, 0), mesh)
    step = jax.jit(
        make_step(task.objective, optimizer),
        donate_argnums=0,
        out_shardings=(shardings(state, mesh), None),
    )
    state, metrics = step(state, spread(task.frozen, mesh), put_batch(batch, mesh))
    leaves = jax.tree.leaves(state.params)
    largest = max(leaves, key=lambda leaf: leaf.size)
    memory = jax.tree.leaves(state.optimizer_state)
    held = sum(leaf.addressable_shards[0].data.size for leaf in [*leaves, *memory])
    return {
        "params": np.concatenate([np.asarray(leaf).ravel() for leaf in leaves]),
        "metrics": np.array([metrics["loss"], metrics["gradient_norm"]]),
        "shape": np.array([largest.size, largest.addressable_shards[0].data.size]),
        "held": np.array(held),
    }


if __name__ == "__main__":
    main(sys.argv[1])
