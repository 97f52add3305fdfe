"""A tiny encoder that obeys the contract of the two halves, and counts what it is asked to do."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest


class TinyEncoder:
    """Cell means and their change; a window's tokens are nonlinear mixtures over its time."""

    name = "tiny"
    fingerprint = "tiny-1"

    def __init__(
        self,
        clip_frames: int = 4,
        frame_size: int = 12,
        token_shape: tuple[int, int] = (3, 3),
        uses_every: int = 1,
    ) -> None:
        self.uses_every = uses_every
        self.clip_frames, self.frame_size = clip_frames, frame_size
        self.token_shape = (clip_frames, *token_shape)
        self.feature_dim = 2
        self.frame_shapes: list[tuple[int, ...]] = []
        self.window_shapes: list[tuple[int, ...]] = []
        mix = np.random.default_rng(0).normal(size=(clip_frames, clip_frames))
        self._mix = mix.astype(np.float32)

    def encode(self, clips: np.ndarray) -> np.ndarray:
        frames = np.rint(clips * 255).astype(np.uint8)
        previous = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
        return np.stack(
            [
                self._windows(self._frames(clip, before)[None])[0]
                for clip, before in zip(frames, previous, strict=True)
            ]
        )

    def encode_frames(self, frames: np.ndarray, previous: np.ndarray) -> np.ndarray:
        self.frame_shapes.append(frames.shape)
        return self._frames(frames, previous)

    def encode_windows(self, frame_features: np.ndarray) -> np.ndarray:
        self.window_shapes.append(frame_features.shape)
        return self._windows(frame_features)

    def _frames(self, frames: np.ndarray, previous: np.ndarray) -> np.ndarray:
        now, before = self._cells(frames), self._cells(previous)
        return np.stack([now, np.abs(now - before)], axis=-1)

    def _windows(self, frame_features: np.ndarray) -> np.ndarray:
        features = frame_features.copy()
        features[:, 0, ..., 1] = 0  # the first frame's change comes from outside the window
        features[:, np.arange(features.shape[1])[::-1] % self.uses_every != 0] = 0
        mixed = np.einsum("ts,wsrcf->wtrcf", self._mix, features, optimize=False)
        return np.tanh(mixed).astype(np.float32)

    def _cells(self, frames: np.ndarray) -> np.ndarray:
        rows, columns = self.token_shape[1:]
        size = self.frame_size
        cells = frames.reshape(len(frames), rows, size // rows, columns, size // columns, 3)
        return (cells.mean(axis=(2, 4, 5)) / 255).astype(np.float32)


def write_noise(path: Path, frames: int, size: tuple[int, int] = (48, 64)) -> Path:
    """Write a lossless video of slowly changing noise."""
    rng = np.random.default_rng(frames)
    blocks = rng.integers(0, 255, (6, 8, 3))
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264rgb", rate=30)
        stream.height, stream.width = size
        stream.pix_fmt, stream.options = "rgb24", {"qp": "0", "preset": "ultrafast", "g": "20"}
        for _ in range(frames):
            blocks = np.clip(blocks + rng.integers(-60, 61, blocks.shape), 0, 255)
            picture = np.kron(blocks.astype(np.uint8), np.ones((size[0] // 6, size[1] // 8, 1)))
            frame = av.VideoFrame.from_ndarray(picture.astype(np.uint8), "rgb24")
            file.mux(stream.encode(frame.reformat(format="rgb24")))
        file.mux(stream.encode())
    return path


@pytest.fixture
def tiny_encoder() -> Callable[..., TinyEncoder]:
    """Make a tiny encoder."""
    return TinyEncoder


@pytest.fixture
def noise_video(tmp_path: Path) -> Callable[..., Path]:
    """Make a video of noise: ``noise_video(frames, name="noise.mp4")``."""
    return lambda frames, name="noise.mp4": write_noise(tmp_path / name, frames)
