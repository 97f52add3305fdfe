"""Build the model that a reference-style configuration describes."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flax import nnx

from ethoprism_core.errors import EthoprismError
from ethoprism_core.model.checkpoints import load_checkpoint
from ethoprism_core.model.classifier import VideoClassifier
from ethoprism_core.model.config import (
    VideoClassifierConfig,
    VideoEncoderConfig,
    VideoTextConfig,
)
from ethoprism_core.model.video_encoder import VideoEncoder
from ethoprism_core.model.video_text import VideoText

Model = VideoEncoder | VideoText | VideoClassifier


def from_reference(config: Mapping[str, Any], checkpoint: str | Path) -> Model:
    """Build a video encoder, a video-text model or a classifier with its weights.

    Parameters
    ----------
    config
        Sizes by the reference implementation's names. ``num_unimodal_layers`` tells a video-text
        model, ``encoder_params`` and ``num_classes`` a classifier. ``scan``, how the reference
        walks through its layers, changes no number and is not read.
    checkpoint
        The ``.npz`` file of its parameters.

    Returns
    -------
    A model with ``tokens(video, frame_paddings=None)``, and where it has them ``embed_video``,
    ``embed_frames``, ``embed_text`` and ``classify``.

    Raises
    ------
    EthoprismError
        If the configuration lacks a size, or the checkpoint does not fit it.
    """
    try:
        build = _builder(config)
    except KeyError as error:
        raise EthoprismError(
            "the model's configuration lacks a size", error.args[0], "add it"
        ) from error
    return load_checkpoint(build, checkpoint)


def _builder(config: Mapping[str, Any]) -> Callable[[nnx.Rngs], Model]:
    if "num_classes" in config:
        classifier = VideoClassifierConfig.from_reference(config)
        return lambda rngs: VideoClassifier(classifier, rngs=rngs)
    if "num_unimodal_layers" in config:
        video_text = VideoTextConfig.from_reference(config)
        return lambda rngs: VideoText(video_text, rngs=rngs)
    encoder = VideoEncoderConfig.from_reference(config)
    return lambda rngs: VideoEncoder(encoder, rngs=rngs)
