"""Our own model files: weights and the sizes that they fit, in one ``.safetensors`` file."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from flax import nnx
from safetensors.numpy import save

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_core.model.array_files import SAFETENSORS, open_arrays
from ethoprism_core.model.checkpoints import load_checkpoint
from ethoprism_core.model.config import VideoEncoderConfig, VideoTextConfig
from ethoprism_core.model.layout import entries, parameters
from ethoprism_core.model.video_encoder import VideoEncoder
from ethoprism_core.model.video_text import VideoText

Config = VideoEncoderConfig | VideoTextConfig
_ENCODER, _VIDEO_TEXT = "video encoder", "video-text"


def save_model(
    model: VideoEncoder | VideoText,
    path: str | Path,
    dtype: str = "float16",
    notes: Mapping[str, str] | None = None,
) -> None:
    """Write a model with its sizes.

    Parameters
    ----------
    model
        A video encoder or a video-text model.
    path
        A ``.safetensors`` file.
    dtype
        Of the stored numbers, ``"float16"`` or ``"float32"``.
    notes
        What else the file is to say about itself, such as what it learned from.

    Raises
    ------
    EthoprismError
        If the name ends otherwise, a number does not fit the dtype, or the file cannot be written.
    """
    path = Path(path)
    if path.suffix != SAFETENSORS:
        raise EthoprismError("a model file has another ending", path, f"call it *{SAFETENSORS}")
    state = parameters(model)
    arrays = {}
    for entry in entries(model):
        for name, array in zip(entry.names, entry.arrays(state), strict=True):
            arrays[name] = _narrowed(name, np.asarray(array), dtype)
    with atomic_path(path) as temporary:
        # its own way to a file would make one that nobody else may read
        temporary.write_bytes(save(arrays, {**(notes or {}), **_described(model.config)}))


def load_model(path: str | Path, dtype: str | None = None) -> VideoEncoder | VideoText:
    """Read a model of the sizes that its file tells, with activations of `dtype`.

    Raises
    ------
    EthoprismError
        If the file is missing, damaged, or does not tell the sizes.
    """
    config = read_config(path).with_dtype(dtype)
    return load_checkpoint(partial(_build, config), path)


def read_config(path: str | Path) -> Config:
    """Read the sizes of a model from its file; `load_model` tells the errors."""
    with open_arrays(path) as file:
        notes = file.notes()
    try:
        return _config(notes["model"], json.loads(notes["sizes"]))
    except (KeyError, TypeError, ValueError) as error:
        raise EthoprismError(
            "the file does not tell the model's sizes", path, "use a model file of ethoprism"
        ) from error


def _build(config: Config, rngs: nnx.Rngs) -> VideoEncoder | VideoText:
    if isinstance(config, VideoTextConfig):
        return VideoText(config, rngs=rngs)
    return VideoEncoder(config, rngs=rngs)


def _described(config: Config) -> dict[str, str]:
    kind = _VIDEO_TEXT if isinstance(config, VideoTextConfig) else _ENCODER
    return {"model": kind, "sizes": json.dumps(asdict(config))}


def _config(kind: str, sizes: dict[str, Any]) -> Config:
    if kind == _VIDEO_TEXT:
        return VideoTextConfig(**{**sizes, "video": _encoder_config(sizes["video"])})
    if kind == _ENCODER:
        return _encoder_config(sizes)
    raise ValueError(f"unknown kind of model {kind}")


def _encoder_config(sizes: dict[str, Any]) -> VideoEncoderConfig:
    return VideoEncoderConfig(**{**sizes, "grid": tuple(sizes["grid"])})


def _narrowed(name: str, array: np.ndarray, dtype: str) -> np.ndarray:
    with np.errstate(over="ignore"):
        stored = array.astype(dtype)
    if not np.isfinite(stored).all():
        raise EthoprismError(f"a weight does not fit {dtype}", name, "store it as float32")
    return stored
