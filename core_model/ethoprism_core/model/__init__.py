"""VideoPrism in Flax: the video encoder, the video-text model, their sizes and checkpoints."""

from ethoprism_core.model.checkpoints import load_checkpoint, random_model, save_checkpoint
from ethoprism_core.model.classifier import VideoClassifier
from ethoprism_core.model.config import (
    VideoClassifierConfig,
    VideoEncoderConfig,
    VideoTextConfig,
)
from ethoprism_core.model.model_file import load_model, read_config, save_model
from ethoprism_core.model.reference import from_reference
from ethoprism_core.model.video_encoder import VideoEncoder
from ethoprism_core.model.video_text import VideoText

__all__ = [
    "VideoClassifier",
    "VideoClassifierConfig",
    "VideoEncoder",
    "VideoEncoderConfig",
    "VideoText",
    "VideoTextConfig",
    "from_reference",
    "load_checkpoint",
    "load_model",
    "random_model",
    "read_config",
    "save_checkpoint",
    "save_model",
]
