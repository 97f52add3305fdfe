"""Training of the encoder: video-text contrastive learning, then masked distillation."""

from ethoprism_core.pretraining.batch import Batch, BatchIterator, Targets

__all__ = ["Batch", "BatchIterator", "Targets"]
