"""Stage 1: a video tower and a text tower that agree on what belongs together."""

import math
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, Key

from ethoprism_core.errors import EthoprismError
from ethoprism_core.model import VideoEncoder, VideoText
from ethoprism_core.pretraining.batch import Batch
from ethoprism_core.pretraining.config import ContrastiveConfig
from ethoprism_core.pretraining.losses import contrastive_loss, recall_at_one
from ethoprism_core.pretraining.masks import random_tubes, seen_count
from ethoprism_core.pretraining.objective import Parameters, Task
from ethoprism_core.pretraining.visible import encode_visible, resized
from ethoprism_core.pretraining.weights import start_from

_LEAST_TEMPERATURE = 0.01  # as in CLIP (arXiv 2103.00020)


class TwoTowers(nnx.Module):
    """A video-text model with the temperature of its similarities."""

    def __init__(self, config: ContrastiveConfig, *, rngs: nnx.Rngs) -> None:
        self.model = VideoText(config.model, rngs=rngs)
        self.log_temperature = nnx.Param(jnp.float32(math.log(config.temperature)))


@dataclass(frozen=True)
class ContrastiveObjective:
    """The loss of stage 1, and of re-tuning the text tower.

    Parameters
    ----------
    config
        The stage.
    definition
        How `TwoTowers` are put together again from what is frozen and what is trained.
    """

    config: ContrastiveConfig
    definition: Any
    separable: bool = False

    def outputs(
        self, params: Parameters, frozen: Parameters, batch: Batch, keys: Key[Array, "batch"]
    ) -> tuple[Float[Array, "batch feature"], Float[Array, "batch feature"]]:
        """Embed the clips and their texts, at length one."""
        if batch.text_ids is None or batch.text_paddings is None:
            raise EthoprismError(
                "the batch has no texts", batch.corpus or None, "train on a corpus with captions"
            )
        model = self.model(params, frozen)
        tokens = self._tokens(model.vision_encoder, batch, keys)
        clips = model.embed_tokens(tokens.reshape(len(batch), -1, tokens.shape[-1]))
        return clips, model.embed_text(batch.text_ids, batch.text_paddings)

    def _tokens(self, encoder: VideoEncoder, batch: Batch, keys: Key[Array, "batch"]) -> Array:
        """Encode what is seen of the clips; what a frozen encoder says may be known already."""
        if self.config.freeze_encoder and batch.targets is not None:
            return jnp.asarray(batch.targets.tokens, jnp.float32)
        video = resized(jnp.asarray(batch.video), self.config.frame_size)
        rows, columns = encoder.patch_grid(*video.shape[2:4])
        seen = seen_count(rows * columns, self.config.drop)
        return encode_visible(encoder, video, random_tubes(keys, rows * columns, seen))

    def loss(
        self,
        params: Parameters,
        outputs: tuple[Float[Array, "batch feature"], Float[Array, "batch feature"]],
    ) -> tuple[Float[Array, ""], dict[str, Float[Array, ""]]]:
        """Compare all clips of the batch with all of its texts."""
        temperature = jnp.maximum(jnp.exp(_log_temperature(params)), _LEAST_TEMPERATURE)
        video, text = outputs
        watched = {
            "temperature": temperature,
            "video_to_text": recall_at_one(video, text),
            "text_to_video": recall_at_one(text, video),
        }
        return contrastive_loss(video, text, temperature), watched

    def model(self, params: Parameters, frozen: Parameters) -> VideoText:
        """Put the video-text model together."""
        return nnx.merge(self.definition, frozen, params).model


def contrastive_task(config: ContrastiveConfig, model: VideoText | None = None) -> Task:
    """Prepare stage 1, or the re-tuning of the text tower.

    Parameters
    ----------
    config
        The stage. ``config.retuning()`` is the re-tuning.
    model
        Start from its weights; otherwise from random ones. For the re-tuning, the video encoder
        of stage 2 is put into the model of stage 1 beforehand (`with_encoder`).
    """
    towers = TwoTowers(config, rngs=nnx.Rngs(config.run.seed))
    if model is not None:
        start_from(towers.model, model)
    kept = nnx.PathContains("vision_encoder") if config.freeze_encoder else nnx.Nothing()
    definition, *states = nnx.split(towers, kept, nnx.Everything())
    frozen, params = states
    return Task(ContrastiveObjective(config, definition), params, frozen)


def _log_temperature(params: Parameters) -> Array:
    return params["log_temperature"].get_value()
