"""Video and text in one space: cosine similarity says how well a text describes a clip."""

import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Int

from ethoprism_core.model.config import VideoTextConfig
from ethoprism_core.model.pooling import AttentionPooler
from ethoprism_core.model.text_encoder import TextEncoder
from ethoprism_core.model.transformer import Stack
from ethoprism_core.model.video_encoder import VideoEncoder

_SMALLEST_SQUARE = 1e-12


class VideoText(nnx.Module):
    """A video encoder with auxiliary layers and a pooler, and a text tower."""

    def __init__(self, config: VideoTextConfig, *, rngs: nnx.Rngs) -> None:
        video = config.video
        sizes = (video.width, video.heads, video.hidden, video.logit_cap)
        self.config = config
        self.vision_encoder = VideoEncoder(video, rngs=rngs)
        self.auxiliary_encoder = Stack(config.auxiliary_layers, *sizes, rngs=rngs)
        self.video_pooler = AttentionPooler(video.width, video.heads, 4 * video.width, rngs=rngs)
        self.text_encoder = TextEncoder(config, rngs=rngs)

    def tokens(
        self,
        video: Float[Array | np.ndarray, "batch time height width 3"],
        frame_paddings: Float[Array | np.ndarray, "batch time"] | None = None,
    ) -> Float[Array, "batch token channel"]:
        """Encode clips with the video encoder, before the auxiliary layers."""
        return self.vision_encoder.tokens(video, frame_paddings)

    def embed_video(
        self,
        video: Float[Array | np.ndarray, "batch time height width 3"],
        normalize: bool = True,
    ) -> Float[Array, "batch channel"]:
        """Embed whole clips of RGB values in [0, 1]; of unit length unless told otherwise."""
        return self.embed_tokens(self.tokens(video), normalize)

    def embed_tokens(
        self, tokens: Float[Array, "batch token channel"], normalize: bool = True
    ) -> Float[Array, "batch channel"]:
        """Embed clips whose `tokens` are at hand."""
        pooled = self.video_pooler(self.auxiliary_encoder(tokens))
        return unit_length(pooled) if normalize else pooled

    def embed_frames(
        self,
        video: Float[Array | np.ndarray, "batch time height width 3"],
        normalize: bool = True,
    ) -> Float[Array, "batch time channel"]:
        """Embed each frame of a clip, seen in the clip's context."""
        batch, times = video.shape[:2]
        tokens = self.auxiliary_encoder(self.tokens(video))
        pooled = self.video_pooler(tokens.reshape(batch * times, -1, tokens.shape[-1]))
        pooled = pooled.reshape(batch, times, -1)
        return unit_length(pooled) if normalize else pooled

    def embed_text(
        self,
        ids: Int[Array | np.ndarray, "batch piece"],
        paddings: Float[Array | np.ndarray, "batch piece"],
        normalize: bool = True,
    ) -> Float[Array, "batch channel"]:
        """Embed texts of token `ids`; `paddings` is 1 where there is none."""
        pooled = self.text_encoder(ids, paddings)
        return unit_length(pooled) if normalize else pooled


def unit_length(x: Float[Array, "*batch channel"]) -> Float[Array, "*batch channel"]:
    """Scale vectors to length one, in float32."""
    wide = x.astype(jnp.float32)
    return wide / jnp.sqrt(jnp.square(wide).sum(-1, keepdims=True) + _SMALLEST_SQUARE)
