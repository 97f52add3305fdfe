"""Who is learned from: a model that runs within the training step, or any encoder beside it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from ethoprism.embedding import Stages, fetch_encoder, silently
from ethoprism_core.encoders import Encoder
from ethoprism_core.encoders.videoprism import VideoPrism
from ethoprism_core.model import VideoEncoder, VideoText, load_model
from ethoprism_core.pretraining import Targets, TargetSizes, pooled_by_mean

Model = VideoEncoder | VideoText


@dataclass(frozen=True)
class EncoderTeacher:
    """Any encoder as a teacher; clips of another length are thinned or repeated to its own.

    Parameters
    ----------
    encoder
        The encoder.
    """

    encoder: Encoder

    @property
    def sizes(self) -> TargetSizes:
        """How many numbers it says."""
        return TargetSizes(self.encoder.feature_dim, self.encoder.feature_dim)

    def __call__(self, video: UInt8[np.ndarray, "batch time height width 3"]) -> Targets:
        """See the whole clips."""
        last = video.shape[1] - 1
        frames = np.linspace(0, last, self.encoder.clip_frames).round().astype(int)
        clips = video[:, frames].astype(np.float32) / 255
        return pooled_by_mean(self.encoder.encode(clips))


def load_teacher(
    teacher: str | Path, checkpoint: str | None = None, stages: Stages = silently
) -> Model | EncoderTeacher:
    """Load a teacher: a model file, or an encoder by its name.

    Raises
    ------
    EthoprismError
        If there is no such file or encoder, or its weights cannot be had.
    """
    if Path(teacher).suffix == ".safetensors":
        return load_model(teacher)
    encoder = fetch_encoder(str(teacher), checkpoint, stages=stages)
    return encoder.model if isinstance(encoder, VideoPrism) else EncoderTeacher(encoder)


def picture_size(teacher: Model | EncoderTeacher | None, student: int) -> int:
    """Return the size that clips are read in: the larger of what student and teacher see."""
    if teacher is None:
        return student
    if isinstance(teacher, EncoderTeacher):
        # the teacher is shown what is read, as it is
        return teacher.encoder.frame_size
    config = video_encoder(teacher).config
    return max(student, config.grid[1] * config.patch)


def video_encoder(model: Model) -> VideoEncoder:
    """Return the part that sees videos."""
    return model.vision_encoder if isinstance(model, VideoText) else model
