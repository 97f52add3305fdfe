"""Encoders from our own model files, which tell their sizes: ethoprism-small, and a lab's own."""

from functools import partial
from pathlib import Path

from ethoprism_core.encoders.videoprism import (
    RANDOM,
    VideoPrism,
    load_video_encoder,
    load_video_text,
)
from ethoprism_core.errors import EthoprismError
from ethoprism_core.model import VideoEncoderConfig, VideoTextConfig, read_config

_SMALL = "ethoprism-small"
# trained here, and described in docs/ethoprism-small.md
_SMALL_WEIGHTS = Path(__file__).with_name("weights") / "ethoprism-small.safetensors"


def load_model_file(
    name: str,
    checkpoint: str | Path | None,
    dtype: str | None = None,
    frame_size: int | None = None,
) -> VideoPrism:
    """Load a model of the sizes that its file tells; see `load_encoder` for the arguments.

    A video-text model also embeds texts.

    Raises
    ------
    EthoprismError
        If there is no file, or it is damaged or no model file.
    """
    if checkpoint is None:
        raise EthoprismError("an encoder of one's own needs its file", name, "give it a checkpoint")
    config = read_config(checkpoint)
    if isinstance(config, VideoTextConfig):
        return load_video_text(name, config, checkpoint, dtype, frame_size)
    return load_video_encoder(name, config, checkpoint, dtype, frame_size)


def load_small(
    checkpoint: str | Path | None, dtype: str | None = None, frame_size: int | None = None
) -> VideoPrism:
    """Load ethoprism-small: with the weights that come with it, another file's, or random ones.

    Raises
    ------
    EthoprismError
        If the file is damaged, or it is of a model of other sizes.
    """
    small = VideoEncoderConfig.small()
    if str(checkpoint) == RANDOM:
        return load_video_encoder(_SMALL, small, checkpoint, dtype, frame_size)
    checkpoint = checkpoint or _SMALL_WEIGHTS
    if _video_config(checkpoint) != small:
        raise EthoprismError(
            f"the model file is of other sizes than {_SMALL}",
            checkpoint,
            "load it as the encoder trained",
        )
    return load_model_file(_SMALL, checkpoint, dtype, frame_size)


def _video_config(checkpoint: str | Path) -> VideoEncoderConfig:
    config = read_config(checkpoint)
    video = config.video if isinstance(config, VideoTextConfig) else config
    return video.with_dtype("float32")


trained = partial(load_model_file, "trained")
