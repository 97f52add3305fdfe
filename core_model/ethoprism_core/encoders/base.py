"""What every encoder is: two exact halves, one frame at a time and one position at a time."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, UInt8


@runtime_checkable
class Encoder(Protocol):
    """Turn clips into token features.

    Pictures go in as square RGB; features come out as float32 numpy arrays. For a clip of uint8
    frames, ``encode(clip / 255)`` equals ``encode_windows(encode_frames(frames, previous))``,
    so that overlapping windows may share the first half, and the second half may be run at the
    positions that are kept only. All three take any number of clips, frames or windows: how they
    are batched and compiled is the encoder's own business. An encoder that looks at some of a
    window's frames only says so by an attribute `uses_every`; ask the function of that name.
    """

    @property
    def name(self) -> str:
        """The name it was loaded by."""

    @property
    def fingerprint(self) -> str:
        """Identifies everything that its numbers depend on: name, weights, dtype, frame size."""

    @property
    def clip_frames(self) -> int:
        """Frames of a clip, as it was trained."""

    @property
    def frame_size(self) -> int:
        """Height and width of its pictures, in pixels."""

    @property
    def token_shape(self) -> tuple[int, int, int]:
        """Token times, rows and columns of one clip of `clip_frames` frames."""

    @property
    def feature_dim(self) -> int:
        """Numbers in a token."""

    def encode(
        self, clips: Float[np.ndarray, "batch time height width 3"]
    ) -> Float[np.ndarray, "batch token_time token_row token_column feature"]:
        """Encode whole clips with values in [0, 1]."""

    def encode_frames(
        self,
        frames: UInt8[np.ndarray, "frame height width 3"],
        previous: UInt8[np.ndarray, "frame height width 3"],
    ) -> Float[np.ndarray, "frame token_row token_column channel"]:
        """Encode each frame, given the one before it in its clip (itself at a clip's start)."""

    def encode_windows(
        self, frame_features: Float[np.ndarray, "window time row column channel"]
    ) -> Float[np.ndarray, "window token_time row column feature"]:
        """Encode windows of frame features, at any subset of rows and columns."""


def uses_every(encoder: Encoder) -> int:
    """Say which frames' features `encode_windows` looks at: every so many, the last among them.

    The others need not be encoded. They are all looked at where the encoder says nothing of it.
    """
    return getattr(encoder, "uses_every", 1)


@runtime_checkable
class VideoTextEncoder(Encoder, Protocol):
    """An encoder that also puts clips and texts into one space, where close means alike."""

    @property
    def prompt(self) -> str:
        """The sentence that its texts are put into, ``{}`` being the text."""

    def embed_tokens(
        self, tokens: Float[np.ndarray, "batch token_time token_row token_column feature"]
    ) -> Float[np.ndarray, "batch feature"]:
        """Embed clips by their tokens, at length one."""

    def embed_text(self, texts: Sequence[str]) -> Float[np.ndarray, "text feature"]:
        """Embed texts, at length one."""


# What an entry point of the group `ethoprism.encoders` names: (checkpoint, dtype, frame_size).
EncoderFactory = Callable[[str | Path | None, str | None, int | None], Encoder]
