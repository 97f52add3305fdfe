"""A video-text model as an encoder of whole clips: embeddings are stored as features are."""

import numpy as np
from jaxtyping import Float, UInt8

from ethoprism_core.encoders.base import VideoTextEncoder, uses_every


class ClipEmbedding:
    """Give each clip one token: its embedding in the space that it shares with texts.

    Overlapping windows share the first half of the model. The second half needs all rows and
    columns, for the embedding is pooled over them.

    Parameters
    ----------
    model
        A video-text model.
    """

    def __init__(self, model: VideoTextEncoder) -> None:
        self._model = model
        self.name = f"{model.name}-clip"
        self.fingerprint = f"{model.fingerprint}-clip"
        self.clip_frames = model.clip_frames
        self.frame_size = model.frame_size
        self.token_shape = (1, 1, 1)
        self.feature_dim = model.feature_dim
        self.uses_every = uses_every(model)

    def encode(
        self, clips: Float[np.ndarray, "batch time height width 3"]
    ) -> Float[np.ndarray, "batch 1 1 1 feature"]:
        """Embed whole clips with values in [0, 1]."""
        return _as_token(self._model.embed_tokens(self._model.encode(clips)))

    def encode_frames(
        self,
        frames: UInt8[np.ndarray, "frame height width 3"],
        previous: UInt8[np.ndarray, "frame height width 3"],
    ) -> Float[np.ndarray, "frame token_row token_column channel"]:
        """Encode each frame, as the model does."""
        return self._model.encode_frames(frames, previous)

    def encode_windows(
        self, frame_features: Float[np.ndarray, "window time row column channel"]
    ) -> Float[np.ndarray, "window 1 1 1 feature"]:
        """Embed windows of whole frames' features."""
        return _as_token(self._model.embed_tokens(self._model.encode_windows(frame_features)))


def _as_token(embedded: np.ndarray) -> np.ndarray:
    return embedded[:, None, None, None, :]
