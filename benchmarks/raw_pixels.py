"""Raw pixels as an encoder: the baseline that has seen nothing and computes nothing.

Each picture is shrunk to 32 x 32 grey pixels in a grid of 4 x 4 cells, and the frames of a window
to four times of three frames, so that a token is the 192 pixels of its cell: as many numbers as a
token of ethoprism-small has.
"""

import cv2
import numpy as np
from jaxtyping import Float, UInt8

_CELLS, _SIDE, _TIMES, _FRAMES = 4, 8, 4, 3


class RawPixels:
    """Pixels behind the `Encoder` protocol."""

    name = fingerprint = "raw-pixels"
    clip_frames = _TIMES * _FRAMES
    frame_size = 128
    token_shape = (_TIMES, _CELLS, _CELLS)
    feature_dim = _FRAMES * _SIDE**2

    def encode(
        self, clips: Float[np.ndarray, "batch time height width 3"]
    ) -> Float[np.ndarray, "batch token_time token_row token_column feature"]:
        """Shrink whole clips with values in [0, 1]."""
        batch, times = clips.shape[:2]
        frames = np.round(clips * 255).astype(np.uint8).reshape(-1, *clips.shape[2:])
        cells = self.encode_frames(frames, frames)
        return self.encode_windows(cells.reshape(batch, times, *cells.shape[1:]))

    def encode_frames(
        self,
        frames: UInt8[np.ndarray, "frame height width 3"],
        previous: UInt8[np.ndarray, "frame height width 3"],
    ) -> Float[np.ndarray, "frame token_row token_column channel"]:
        """Shrink each picture and cut it into cells; the frames before do not matter."""
        side = _CELLS * _SIDE
        small = [
            cv2.resize(
                cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), (side, side), interpolation=cv2.INTER_AREA
            )
            for frame in frames
        ]
        cells = np.stack(small).reshape(-1, _CELLS, _SIDE, _CELLS, _SIDE).transpose(0, 1, 3, 2, 4)
        return cells.reshape(len(frames), _CELLS, _CELLS, -1).astype(np.float32) / 255

    def encode_windows(
        self, frame_features: Float[np.ndarray, "window time row column channel"]
    ) -> Float[np.ndarray, "window token_time row column feature"]:
        """Put three frames of a cell side by side."""
        windows, _, rows, columns, channels = frame_features.shape
        split = frame_features.reshape(windows, _TIMES, _FRAMES, rows, columns, channels)
        moved = split.transpose(0, 1, 3, 4, 2, 5)
        return moved.reshape(windows, _TIMES, rows, columns, _FRAMES * channels)
