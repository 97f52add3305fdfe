"""VideoPrism as an encoder: its spatial and temporal stacks, compiled once for each shape.

Both halves walk through their input in batches of one size, the last one filled up, so that any
number of frames or windows runs the same compiled program, and a batch stays in the processor's
cache.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, UInt8

from ethoprism_core.encoders import hub
from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import fingerprint_file
from ethoprism_core.model import (
    VideoEncoder,
    VideoEncoderConfig,
    VideoText,
    VideoTextConfig,
    load_checkpoint,
    random_model,
)
from ethoprism_core.model.motion import paired
from ethoprism_core.model.tokenizer import Tokenizer

Model = TypeVar("Model", VideoEncoder, VideoText)

RANDOM = "random"
_SEED = 0
# small batches stay in a CPU's cache; a base clip at once fills an accelerator
_TOKENS_AT_ONCE = {"cpu": 512}
_TOKENS_ON_ACCELERATOR = 4096


class VideoPrism:
    """A VideoPrism video encoder behind the `Encoder` protocol.

    Parameters
    ----------
    name
        The name it was asked for by.
    model
        The video encoder.
    weights
        Identifies the parameters.
    frame_size
        Height and width of the pictures, in pixels; by default what the model was trained on.
        Position embeddings are interpolated for any other.

    Raises
    ------
    EthoprismError
        If `frame_size` is not a multiple of the patch.
    """

    def __init__(
        self, name: str, model: VideoEncoder, weights: str, frame_size: int | None = None
    ) -> None:
        config = model.config
        times, rows, _ = config.grid
        self.name = name
        self.frame_size = rows * config.patch if frame_size is None else frame_size
        self.clip_frames = config.clip_frames
        self.feature_dim = config.width
        self.token_shape = (times, *model.patch_grid(self.frame_size, self.frame_size))
        self.fingerprint = _digest(name, weights, config.dtype, self.frame_size)
        self._pairs = config.pairs
        self.uses_every = 2 if config.pairs else 1
        self._definition, self._state = nnx.split(model)

    @property
    def model(self) -> VideoEncoder | VideoText:
        """The model itself, to be learned from."""
        return nnx.merge(self._definition, self._state)

    def encode(
        self, clips: Float[np.ndarray, "batch time height width 3"]
    ) -> Float[np.ndarray, "batch token_time token_row token_column feature"]:
        """Encode whole clips with values in [0, 1]."""
        clips = clips.astype(np.float32)
        looks = np.asarray(paired(jnp.asarray(clips))) if self._pairs else clips
        frames = self._spatial(looks.reshape(-1, *looks.shape[2:]))
        return self._temporal(frames.reshape(*looks.shape[:2], *frames.shape[1:]))

    def encode_frames(
        self,
        frames: UInt8[np.ndarray, "frame height width 3"],
        previous: UInt8[np.ndarray, "frame height width 3"],
    ) -> Float[np.ndarray, "frame token_row token_column channel"]:
        """Run the spatial stack on each frame; the one before matters where pairs are seen."""
        return self._spatial(np.concatenate([previous, frames], -1) if self._pairs else frames)

    def encode_windows(
        self, frame_features: Float[np.ndarray, "window time row column channel"]
    ) -> Float[np.ndarray, "window token_time row column feature"]:
        """Run the temporal stack at each position of windows of frame features.

        Of pairs, each encoded under its second frame, a window holds every other one.
        """
        first = (frame_features.shape[1] - 1) % self.uses_every
        return self._temporal(frame_features[:, first :: self.uses_every])

    def _temporal(self, frame_features: np.ndarray) -> np.ndarray:
        windows, times, rows, columns, width = frame_features.shape
        sequences = frame_features.transpose(0, 2, 3, 1, 4).reshape(-1, times, width)
        run = partial(_temporal, self._definition, self._state)
        encoded = _in_batches(run, times, sequences)
        return encoded.reshape(windows, rows, columns, times, width).transpose(0, 3, 1, 2, 4)

    def _spatial(self, frames: np.ndarray) -> np.ndarray:
        _, rows, columns = self.token_shape
        run = partial(_spatial, self._definition, self._state)
        return _in_batches(run, rows * columns, frames)


class VideoTextPrism(VideoPrism):
    """The video encoder of a video-text model, with embeddings of clips and texts beside it.

    Clips and texts whose embeddings have a large dot product belong together.

    Parameters
    ----------
    name, model, weights, frame_size
        As for `VideoPrism`.
    vocabulary
        The text vocabulary's file; None for the public one, fetched on first use.
    """

    prompt = "a video of {}."

    def __init__(
        self,
        name: str,
        model: VideoText,
        weights: str,
        frame_size: int | None = None,
        vocabulary: Path | None = None,
    ) -> None:
        super().__init__(name, model.vision_encoder, weights, frame_size)
        self._model = nnx.split(model)
        self._vocabulary = vocabulary

    @property
    def model(self) -> VideoText:
        """The model itself, to be learned from."""
        return nnx.merge(*self._model)

    def embed_video(
        self, clips: Float[np.ndarray, "batch time height width 3"]
    ) -> Float[np.ndarray, "batch feature"]:
        """Embed whole clips with values in [0, 1], at length one."""
        return self.embed_tokens(self.encode(clips))

    def embed_tokens(
        self, tokens: Float[np.ndarray, "batch token_time token_row token_column feature"]
    ) -> Float[np.ndarray, "batch feature"]:
        """Embed clips whose tokens are at hand, at length one."""
        flat = tokens.reshape(len(tokens), -1, self.feature_dim)
        return _in_batches(partial(_embed_tokens, *self._model), flat.shape[1], flat)

    def embed_text(self, texts: Sequence[str]) -> Float[np.ndarray, "text feature"]:
        """Embed texts such as "a video of a mouse grooming", at length one."""
        ids, paddings = self._tokenizer(texts)
        return _in_batches(partial(_embed_text, *self._model), ids.shape[1], ids, paddings)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return Tokenizer(self._vocabulary or hub.fetch(hub.VOCABULARY))


@partial(jax.jit, static_argnums=0)
def _spatial(definition: nnx.GraphDef, state: Any, frames: Array) -> Array:
    if frames.dtype == jnp.uint8:
        frames = frames.astype(jnp.float32) / 255
    return nnx.merge(definition, state).spatial(frames).astype(jnp.float32)


@partial(jax.jit, static_argnums=0)
def _temporal(definition: nnx.GraphDef, state: Any, sequences: Array) -> Array:
    model = nnx.merge(definition, state)
    return model.temporal_sequences(sequences.astype(model.config.dtype)).astype(jnp.float32)


@partial(jax.jit, static_argnums=0)
def _embed_tokens(definition: nnx.GraphDef, state: Any, tokens: Array) -> Array:
    model = nnx.merge(definition, state)
    return model.embed_tokens(tokens.astype(model.config.video.dtype))


@partial(jax.jit, static_argnums=0)
def _embed_text(definition: nnx.GraphDef, state: Any, ids: Array, paddings: Array) -> Array:
    return nnx.merge(definition, state).embed_text(ids, paddings)


def _in_batches(run: Callable[..., Array], tokens: int, *inputs: np.ndarray) -> np.ndarray:
    """Apply `run` to batches of one size, and put the results together.

    `tokens` is what an element of the inputs amounts to, in tokens.
    """
    at_once = _TOKENS_AT_ONCE.get(jax.default_backend(), _TOKENS_ON_ACCELERATOR)
    size = max(1, at_once // tokens)
    count = len(inputs[0])
    results = [
        run(*(_filled_up(array[start : start + size], size) for array in inputs))
        for start in range(0, max(count, 1), size)
    ]
    return np.concatenate(results)[:count]


def _filled_up(array: np.ndarray, size: int) -> np.ndarray:
    missing = size - len(array)
    return np.pad(array, [(0, missing)] + [(0, 0)] * (array.ndim - 1)) if missing else array


def _digest(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]


def load_video_encoder(
    name: str,
    config: VideoEncoderConfig,
    checkpoint: str | Path | None,
    dtype: str | None = None,
    frame_size: int | None = None,
) -> VideoPrism:
    """Load a video encoder of any sizes; see `load_encoder` for the arguments and errors."""
    config = replace(config, dtype=dtype or config.dtype)
    model, weights = _load(name, lambda rngs: VideoEncoder(config, rngs=rngs), checkpoint)
    return VideoPrism(name, model, weights, frame_size)


def load_video_text(
    name: str,
    config: VideoTextConfig,
    checkpoint: str | Path | None,
    dtype: str | None = None,
    frame_size: int | None = None,
) -> VideoTextPrism:
    """Load a video-text model of any sizes; see `load_encoder` for the arguments and errors.

    A vocabulary that lies beside the checkpoint (`vocabulary_beside`) is used in place of the
    public one.
    """
    config = replace(config, video=replace(config.video, dtype=dtype or config.video.dtype))
    model, weights = _load(name, lambda rngs: VideoText(config, rngs=rngs), checkpoint)
    beside = None if checkpoint is None else vocabulary_beside(checkpoint)
    vocabulary = beside if beside is not None and beside.is_file() else None
    return VideoTextPrism(name, model, weights, frame_size, vocabulary)


def vocabulary_beside(checkpoint: str | Path) -> Path:
    """Return where a checkpoint's own text vocabulary lies: ``small.npz``, ``small.spm.model``."""
    return Path(checkpoint).with_suffix(".spm.model")


def _load(
    name: str, build: Callable[[nnx.Rngs], Model], checkpoint: str | Path | None
) -> tuple[Model, str]:
    """Return the model and what identifies its parameters."""
    if checkpoint is None:
        raise EthoprismError("the encoder has no public weights", name, "give it a checkpoint")
    if str(checkpoint) == RANDOM:
        return random_model(build, _SEED), f"{RANDOM} {_SEED}"
    # the end of the file lists the checksums of all its arrays: a changed number is noticed
    return load_checkpoint(build, checkpoint), fingerprint_file(checkpoint)


base = partial(load_video_encoder, "videoprism-base", VideoEncoderConfig.base())
large = partial(load_video_encoder, "videoprism-large", VideoEncoderConfig.large())
giant = partial(load_video_encoder, "videoprism-giant", VideoEncoderConfig.giant())
lvt_base = partial(load_video_text, "videoprism-lvt-base", VideoTextConfig.lvt_base())
lvt_large = partial(load_video_text, "videoprism-lvt-large", VideoTextConfig.lvt_large())
