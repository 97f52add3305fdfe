"""Encoders by name: `load_encoder` imports only the one that is asked for."""

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from ethoprism_core.encoders import hub
from ethoprism_core.encoders.base import Encoder, EncoderFactory, VideoTextEncoder, uses_every
from ethoprism_core.errors import EthoprismError

__all__ = [
    "Encoder",
    "EncoderFactory",
    "VideoTextEncoder",
    "encoder_names",
    "load_encoder",
    "uses_every",
]

_GROUP = "ethoprism.encoders"
_BUILT_IN = {
    "videoprism-base": "ethoprism_core.encoders.videoprism:base",
    "videoprism-large": "ethoprism_core.encoders.videoprism:large",
    "videoprism-giant": "ethoprism_core.encoders.videoprism:giant",
    "videoprism-lvt-base": "ethoprism_core.encoders.videoprism:lvt_base",
    "videoprism-lvt-large": "ethoprism_core.encoders.videoprism:lvt_large",
    "ethoprism-small": "ethoprism_core.encoders.model_files:load_small",
    "trained": "ethoprism_core.encoders.model_files:trained",
    "classical": "ethoprism_core.encoders.classical:load_classical",
}


def encoder_names() -> list[str]:
    """Names that `load_encoder` knows: the built-in ones, then those of installed packages."""
    return list(_entries())


def load_encoder(
    name: str,
    checkpoint: str | Path | None = None,
    dtype: str | None = None,
    frame_size: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Encoder:
    """Load an encoder by its name.

    Parameters
    ----------
    name
        One of `encoder_names()`. Packages add theirs under the entry point group
        ``ethoprism.encoders``.
    checkpoint
        A file of weights. By default the encoder's public one, fetched on first use; ``"random"``
        gives seeded random weights, a control that has learned nothing. For ``"trained"``, a model
        file that `ethoprism_core.pretraining` made, of whatever sizes it tells.
    dtype
        ``"float32"`` or ``"bfloat16"``; by default the encoder's own choice.
    frame_size
        Height and width of the pictures it is fed, in pixels; by default what it was trained on.
    progress
        Called with the bytes that are there and the bytes of the whole file, while public weights
        are downloaded.

    Raises
    ------
    EthoprismError
        If no encoder has that name, its weights cannot be fetched, or it cannot be built as asked
        for.
    """
    entries = _entries()
    if name not in entries:
        raise EthoprismError("there is no such encoder", name, f"use one of {', '.join(entries)}")
    if checkpoint is None and name in hub.WEIGHTS:
        checkpoint = hub.fetch(hub.WEIGHTS[name], progress)
    factory: EncoderFactory = entries[name].load()
    return factory(checkpoint, dtype, frame_size)


def _entries() -> dict[str, EntryPoint]:
    built_in = {name: EntryPoint(name, value, _GROUP) for name, value in _BUILT_IN.items()}
    installed = {entry.name: entry for entry in entry_points(group=_GROUP)}
    return built_in | {name: installed[name] for name in sorted(installed) if name not in built_in}
