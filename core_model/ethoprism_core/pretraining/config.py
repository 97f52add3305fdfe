"""What to train and how: frozen, with the paper's recipe and one for a laptop as classmethods.

Figures are those of VideoPrism (arXiv 2402.13217). What it does not publish is said to be unknown
where it stands, and is ours.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from ethoprism_core.errors import EthoprismError
from ethoprism_core.model import VideoEncoderConfig, VideoTextConfig


@dataclass(frozen=True)
class OptimizerConfig:
    """An optimiser and the course of its learning rate.

    Parameters
    ----------
    kind
        ``"adafactor"`` keeps sums over rows and columns of the squared gradients, ``"adamw"`` each.
    peak_rate, final_rate
        Learning rate after the warm-up and at the end.
    warmup_steps
        Steps of linear warm-up from zero.
    decay
        ``"cosine"`` or ``"linear"``, from the peak to the end.
    weight_decay
        Of kernels and embeddings, times the learning rate; biases and norms are left alone.
    clip_norm
        Longer gradients are scaled down to this norm. Unknown in the paper.
    """

    kind: Literal["adafactor", "adamw"] = "adamw"
    peak_rate: float = 1e-3
    final_rate: float = 0.0
    warmup_steps: int = 100
    decay: Literal["cosine", "linear"] = "cosine"
    weight_decay: float = 0.05
    clip_norm: float = 1.0

    def __post_init__(self) -> None:
        _one_of("optimiser", self.kind, ("adafactor", "adamw"))
        _one_of("decay of the learning rate", self.decay, ("cosine", "linear"))


@dataclass(frozen=True)
class RunConfig:
    """The length of a run, its batches, and what is kept of it.

    Parameters
    ----------
    steps
        Updates of the parameters.
    batch
        Clips in an update, over all devices.
    accumulate
        Parts that a batch is worked through in, one after the other. The update is the same.
    save_every, keep
        Steps from checkpoint to checkpoint, and how many of them are kept.
    log_every
        Steps from one line of metrics to the next.
    seed
        Of the random parameters and of everything drawn in a step.
    """

    steps: int
    batch: int
    accumulate: int = 1
    save_every: int = 1000
    keep: int = 2
    log_every: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        if self.batch % self.accumulate:
            raise EthoprismError(
                "the batch does not split into so many parts",
                f"{self.batch} / {self.accumulate}",
                "choose numbers that divide",
            )


@dataclass(frozen=True)
class ContrastiveConfig:
    """Stage 1: clips and their texts close to each other, far from those of others.

    Parameters
    ----------
    model
        The two towers.
    optimizer, run
        How it is trained.
    frames, frame_size
        Of a clip, the size in pixels. Images are clips of one frame.
    drop
        Share of the positions (tubes through all frames) that the video tower does not see.
    temperature
        That similarities are divided by, at the start; it is learned. Unknown in the paper.
    freeze_encoder
        Re-tune the text tower and the pooler alone. The video encoder then sees everything.
    """

    model: VideoTextConfig
    optimizer: OptimizerConfig
    run: RunConfig
    frames: int
    frame_size: int
    drop: float = 0.5
    temperature: float = 0.07
    freeze_encoder: bool = False

    def __post_init__(self) -> None:
        _share("drop", self.drop)

    @classmethod
    def paper(cls) -> "ContrastiveConfig":
        """VideoPrism-B on 8 frames of 288 pixels, in bfloat16.

        Of the paper's two learning rates for this stage, 1e-4 and 5e-4, it is the one said to be
        the base model's. The auxiliary layers belong to the video-text models made afterwards.
        """
        video = VideoEncoderConfig.base().with_dtype("bfloat16")
        return cls(
            VideoTextConfig(video, auxiliary_layers=0),
            OptimizerConfig("adafactor", 1e-4, 0.0, 20_000, "linear", weight_decay=1e-4),
            RunConfig(steps=200_000, batch=4096),
            frames=8,
            frame_size=288,
        )

    @classmethod
    def laptop(cls) -> "ContrastiveConfig":
        """Ethoprism-small on a CPU: in small parts, which stay in its cache."""
        return cls(
            VideoTextConfig.small(),
            OptimizerConfig("adamw", 5e-4, 1e-6, 500, "cosine", weight_decay=0.05),
            RunConfig(steps=10_000, batch=64, accumulate=8, save_every=250),
            frames=12,
            frame_size=128,
        )

    @classmethod
    def tiny(cls) -> "ContrastiveConfig":
        """Give a size for tests: 2 frames of 32 pixels."""
        return cls(
            VideoTextConfig(_TINY, auxiliary_layers=0, text_layers=1, vocabulary=50),
            OptimizerConfig(peak_rate=3e-3, warmup_steps=2),
            RunConfig(steps=20, batch=8, save_every=5, log_every=1),
            frames=2,
            frame_size=32,
        )

    def retuning(self) -> "ContrastiveConfig":
        """Give the same with the video encoder frozen, to follow stage 2.

        What that encoder says of the clips may then come with the batches, as their targets'
        tokens: it is always the same, so it can be computed once.
        """
        return replace(self, freeze_encoder=True, drop=0.0)


@dataclass(frozen=True)
class DecoderConfig:
    """The decoders of stage 2, which are thrown away afterwards.

    Parameters
    ----------
    width, heads, hidden, layers
        Sizes of each of the two. The number of heads is unknown in the paper.
    """

    width: int = 512
    heads: int = 8
    hidden: int = 2048
    layers: int = 4


@dataclass(frozen=True)
class MaskedConfig:
    """Stage 2: from a part of a clip, say what a frozen teacher says of the whole.

    Parameters
    ----------
    student
        The video encoder.
    optimizer, run
        How it is trained.
    frames, frame_size
        Of the student's clips, the size in pixels. Larger clips, for the teacher, are shrunk.
    mask
        Share of the positions that the student does not see; 0 shows it all.
    tokens
        Predict the teacher's token of every position.
    clip
        Predict the teacher's embedding of the whole clip.
    shuffle
        Shuffle the tokens before the decoder numbers them, so that none can just be copied.
    decoder
        Sizes of the decoders.
    """

    student: VideoEncoderConfig
    optimizer: OptimizerConfig
    run: RunConfig
    frames: int
    frame_size: int
    mask: float = 0.65
    tokens: bool = True
    clip: bool = True
    shuffle: bool = True
    decoder: DecoderConfig = field(default_factory=DecoderConfig)

    def __post_init__(self) -> None:
        _share("mask", self.mask)
        if not (self.tokens or self.clip):
            raise EthoprismError(
                "nothing is to be predicted", "tokens and clip are both off", "switch one on"
            )

    @classmethod
    def paper(cls) -> "MaskedConfig":
        """VideoPrism-B in bfloat16, 16 frames of 288 pixels as in the published weights."""
        return cls(
            VideoEncoderConfig.base().with_dtype("bfloat16"),
            OptimizerConfig("adafactor", 5e-4, 1e-5, 25_000, "cosine", weight_decay=0.05),
            RunConfig(steps=300_000, batch=4096),
            frames=16,
            frame_size=288,
        )

    @classmethod
    def laptop(cls) -> "MaskedConfig":
        """Ethoprism-small on a CPU: in small parts, which stay in its cache."""
        return cls(
            VideoEncoderConfig.small(),
            OptimizerConfig("adamw", 5e-4, 1e-5, 500, "cosine", weight_decay=0.05),
            RunConfig(steps=10_000, batch=32, accumulate=16, save_every=250),
            frames=12,
            frame_size=128,
            decoder=DecoderConfig(192, 3, 768, layers=2),
        )

    @classmethod
    def tiny(cls) -> "MaskedConfig":
        """Give a size for tests: 2 frames of 32 pixels."""
        return cls(
            _TINY,
            OptimizerConfig(peak_rate=3e-3, warmup_steps=2),
            RunConfig(steps=20, batch=8, save_every=5, log_every=1),
            frames=2,
            frame_size=32,
            decoder=DecoderConfig(32, 2, 64, layers=1),
        )


_TINY = VideoEncoderConfig(
    32, 2, 64, spatial_layers=1, temporal_layers=1, grid=(2, 4, 4), patch=8, logit_cap=None
)


def _one_of(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise EthoprismError(f"unknown {what}", value, f"use one of {', '.join(known)}")


def _share(name: str, value: float) -> None:
    if not 0 <= value < 1:
        raise EthoprismError(f"{name} is no share below 1", value, "use a number such as 0.5")
