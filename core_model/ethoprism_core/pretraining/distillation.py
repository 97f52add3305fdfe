"""Stage 2: from a part of a clip, say what a frozen teacher says of the whole."""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, Int, Key

from ethoprism_core.errors import EthoprismError
from ethoprism_core.model import VideoEncoder, VideoText
from ethoprism_core.pretraining.batch import Batch, Targets
from ethoprism_core.pretraining.config import MaskedConfig
from ethoprism_core.pretraining.decoders import ClipDecoder, TokenDecoder, places, shuffled
from ethoprism_core.pretraining.losses import cosine_distance
from ethoprism_core.pretraining.masks import block_tubes, seen_count
from ethoprism_core.pretraining.objective import Parameters, Task
from ethoprism_core.pretraining.teachers import (
    FrozenTeacher,
    TargetSizes,
    frozen_teacher,
    resampled,
)
from ethoprism_core.pretraining.visible import encode_visible, resized
from ethoprism_core.pretraining.weights import start_from


class Student(nnx.Module):
    """The video encoder that is trained, and the decoders that ask it."""

    def __init__(self, config: MaskedConfig, sizes: TargetSizes, *, rngs: nnx.Rngs) -> None:
        width = config.student.width
        self.encoder = VideoEncoder(config.student, rngs=rngs)
        rows, columns = self.encoder.patch_grid(config.frame_size, config.frame_size)
        times = config.student.token_times(config.frames)
        self.grid = (times, rows, columns)
        if config.tokens:
            self.token_decoder = TokenDecoder(
                config.decoder, width, sizes.tokens, times, rows * columns, rngs=rngs
            )
        if config.clip:
            self.clip_decoder = ClipDecoder(config.decoder, width, sizes.pooled, rngs=rngs)


@dataclass(frozen=True)
class MaskedObjective:
    """The loss of stage 2.

    Parameters
    ----------
    config
        The stage.
    definition
        How the `Student` is put together again from its parameters.
    teacher
        Says the targets where a batch does not bring them.
    """

    config: MaskedConfig
    definition: Any
    teacher: FrozenTeacher | None
    separable: bool = True

    def outputs(
        self, params: Parameters, frozen: Parameters, batch: Batch, keys: Key[Array, "batch"]
    ) -> dict[str, Float[Array, "batch"]]:
        """Give each clip's distances from what the teacher says."""
        targets = self._targets(frozen, batch)
        student = self.student(params)
        mask_keys, order_keys = jax.vmap(jax.random.split, out_axes=1)(keys)
        seen, hidden = self._tubes(mask_keys, student.grid)
        video = resized(jnp.asarray(batch.video), self.config.frame_size)
        tokens = encode_visible(student.encoder, video, seen)
        distances = {}
        if self.config.tokens:
            order = self._order(order_keys, seen, hidden, student.grid[0])
            said = student.token_decoder(tokens, order)
            wanted = resampled(jnp.asarray(targets.tokens), student.grid)
            distances["tokens"] = cosine_distance(said, wanted).mean(-1)
        if self.config.clip:
            distances["clip"] = cosine_distance(
                student.clip_decoder(tokens), jnp.asarray(targets.pooled)
            )
        return distances

    def loss(
        self, params: Parameters, outputs: dict[str, Float[Array, "batch"]]
    ) -> tuple[Float[Array, ""], dict[str, Float[Array, ""]]]:
        """Add up the mean distances."""
        means = {name: distances.mean() for name, distances in outputs.items()}
        return jnp.stack(list(means.values())).sum(), means

    def student(self, params: Parameters) -> Student:
        """Put the student together."""
        return nnx.merge(self.definition, params)

    def model(self, params: Parameters, frozen: Parameters) -> VideoEncoder:
        """Take the video encoder out of the student; its decoders are not kept."""
        return self.student(params).encoder

    def _targets(self, frozen: Parameters, batch: Batch) -> Targets:
        if batch.targets is not None:
            return batch.targets
        if self.teacher is None:
            raise EthoprismError(
                "nobody says what to learn",
                batch.corpus or None,
                "give the task a teacher, or the batches targets",
            )
        return jax.lax.stop_gradient(self.teacher(frozen, jnp.asarray(batch.video)))

    def _tubes(
        self, keys: Key[Array, "batch"], grid: tuple[int, int, int]
    ) -> tuple[Int[Array, "batch seen"], Int[Array, "batch hidden"]]:
        _, rows, columns = grid
        return block_tubes(keys, (rows, columns), seen_count(rows * columns, self.config.mask))

    def _order(
        self,
        keys: Key[Array, "batch"],
        seen: Int[Array, "batch seen"],
        hidden: Int[Array, "batch hidden"],
        times: int,
    ) -> Int[Array, "batch place"]:
        """Say which token the decoder finds at each place.

        The teacher's token of a place is asked for at that place either way. Where the tokens are
        shuffled, the one that stands there comes from elsewhere: none can be copied, and what the
        encoder knows of a token's place is all that tells where it belongs.
        """
        if self.config.shuffle:
            return shuffled(keys, times * (seen.shape[1] + hidden.shape[1]))
        return places(seen, hidden, times)


def masked_task(
    config: MaskedConfig,
    teacher: VideoEncoder | VideoText | TargetSizes,
    student: VideoEncoder | None = None,
) -> Task:
    """Prepare stage 2.

    Parameters
    ----------
    config
        The stage.
    teacher
        A model, which then runs frozen within the step; or the sizes of what a teacher outside
        the step says, whose words come with the batches (`TaughtBatches`).
    student
        Start from its weights, as the paper does from the teacher's own; otherwise from random
        ones.
    """
    if isinstance(teacher, TargetSizes):
        inside, weights, sizes = None, (), teacher
    else:
        inside, weights, sizes = frozen_teacher(teacher)
    model = Student(config, sizes, rngs=nnx.Rngs(config.run.seed))
    if student is not None:
        start_from(model.encoder, student)
    definition, params = nnx.split(model)
    return Task(MaskedObjective(config, definition, inside), params, weights)
