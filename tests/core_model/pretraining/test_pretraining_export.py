"""From a checkpoint to a model file."""

import jax
import numpy as np
import pytest
from flax import nnx

from ethoprism_core.errors import EthoprismError
from ethoprism_core.model import load_model
from ethoprism_core.pretraining import MaskedConfig, TargetSizes, export_checkpoint, masked_task
from ethoprism_core.pretraining.checkpointing import Checkpoints
from ethoprism_core.pretraining.loop import begin
from ethoprism_core.pretraining.sharding import make_mesh

CONFIG = MaskedConfig.tiny()


def test_the_encoder_alone_is_exported(tmp_path):
    task = masked_task(CONFIG, TargetSizes(3, 3))
    settings = task, CONFIG.optimizer, CONFIG.run
    with pytest.raises(EthoprismError, match="no checkpoint yet"):
        export_checkpoint(*settings, tmp_path, tmp_path / "model.safetensors")
    with Checkpoints(tmp_path / "checkpoints") as checkpoints:
        checkpoints.save(begin(*settings, make_mesh()), b"")
    path = tmp_path / "model.safetensors"
    assert export_checkpoint(*settings, tmp_path, path, "float32") == 0
    encoder = load_model(path)
    assert encoder.config == CONFIG.student
    trained = task.objective.model(task.params, ())
    for one, other in zip(
        jax.tree.leaves(nnx.state(encoder)), jax.tree.leaves(nnx.state(trained)), strict=True
    ):
        np.testing.assert_array_equal(one, other)
