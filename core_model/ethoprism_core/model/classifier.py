"""A video classifier: the encoder, a pooler and a linear layer."""

import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from ethoprism_core.model.config import VideoClassifierConfig
from ethoprism_core.model.pooling import AttentionPooler
from ethoprism_core.model.transformer import Linear
from ethoprism_core.model.video_encoder import VideoEncoder


class VideoClassifier(nnx.Module):
    """Give every clip a logit for each class."""

    def __init__(self, config: VideoClassifierConfig, *, rngs: nnx.Rngs) -> None:
        width, heads = config.video.width, config.video.heads
        self.config = config
        self.encoder = VideoEncoder(config.video, rngs=rngs)
        self.pooler = AttentionPooler(width, heads, width, rngs=rngs)
        self.projection = Linear(width, config.classes, rngs=rngs)

    def tokens(
        self,
        video: Float[Array | np.ndarray, "batch time height width 3"],
        frame_paddings: Float[Array | np.ndarray, "batch time"] | None = None,
    ) -> Float[Array, "batch token channel"]:
        """Encode clips with the video encoder."""
        return self.encoder.tokens(video, frame_paddings)

    def embed_video(
        self, video: Float[Array | np.ndarray, "batch time height width 3"]
    ) -> Float[Array, "batch channel"]:
        """Pool each clip into one embedding."""
        return self.pooler(self.tokens(video))

    def classify(
        self, video: Float[Array | np.ndarray, "batch time height width 3"]
    ) -> Float[Array, "batch class"]:
        """Logits of each clip."""
        return self.projection(self.embed_video(video))
