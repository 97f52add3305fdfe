"""Training of the encoder: video-text contrastive learning, then masked distillation.

Read `config` for what there is, `contrastive` and `distillation` for the two stages, and `loop` for
how they are trained.
"""

from ethoprism_core.pretraining.batch import Batch, BatchIterator, Targets
from ethoprism_core.pretraining.config import (
    ContrastiveConfig,
    DecoderConfig,
    MaskedConfig,
    OptimizerConfig,
    RunConfig,
)
from ethoprism_core.pretraining.contrastive import contrastive_task
from ethoprism_core.pretraining.distillation import masked_task
from ethoprism_core.pretraining.export import export_checkpoint
from ethoprism_core.pretraining.loop import train
from ethoprism_core.pretraining.objective import Objective, Task
from ethoprism_core.pretraining.sharding import join_hosts, make_mesh
from ethoprism_core.pretraining.state import TrainState
from ethoprism_core.pretraining.teachers import TargetSizes, TaughtBatches, pooled_by_mean
from ethoprism_core.pretraining.weights import with_encoder

__all__ = [
    "Batch",
    "BatchIterator",
    "ContrastiveConfig",
    "DecoderConfig",
    "MaskedConfig",
    "Objective",
    "OptimizerConfig",
    "RunConfig",
    "TargetSizes",
    "Targets",
    "Task",
    "TaughtBatches",
    "TrainState",
    "contrastive_task",
    "export_checkpoint",
    "join_hosts",
    "make_mesh",
    "masked_task",
    "pooled_by_mean",
    "train",
    "with_encoder",
]
