"""Sizes of the models: frozen, with the published ones as classmethods."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ethoprism_core.errors import EthoprismError


@dataclass(frozen=True)
class VideoEncoderConfig:
    """A VideoPrism video encoder (arXiv 2402.13217): a spatial, then a temporal Transformer.

    Parameters
    ----------
    width, heads, hidden
        Numbers in a token, attention heads, and numbers inside a feed-forward layer.
    spatial_layers, temporal_layers
        Blocks in each stack.
    grid
        Learned positions in time, rows and columns. Other sizes of input interpolate them.
    patch
        Side of a patch, in pixels.
    logit_cap
        Attention logits are capped smoothly to plus or minus this; None leaves them as they are.
    dtype
        Of the activations, ``"float32"`` or ``"bfloat16"``. Parameters stay float32.
    pairs
        A token sees a pair of frames, the second picture and how it changed from the first, in
        place of one: motion is seen where it happens, and there are half as many tokens.
    """

    width: int
    heads: int
    hidden: int
    spatial_layers: int
    temporal_layers: int
    grid: tuple[int, int, int]
    patch: int = 18
    logit_cap: float | None = 50.0
    dtype: str = "float32"
    pairs: bool = False

    def __post_init__(self) -> None:
        if self.width % self.heads:
            raise EthoprismError(
                "the width is not a multiple of the heads",
                f"{self.width} / {self.heads}",
                "choose sizes that divide",
            )
        if self.dtype not in ("float32", "bfloat16"):
            raise EthoprismError("unknown dtype", self.dtype, "use float32 or bfloat16")

    @classmethod
    def base(cls) -> "VideoEncoderConfig":
        """VideoPrism-B, 16 frames of 288 pixels."""
        return cls(768, 12, 3072, spatial_layers=12, temporal_layers=4, grid=(16, 16, 16))

    @classmethod
    def large(cls) -> "VideoEncoderConfig":
        """VideoPrism-L, 8 frames of 288 pixels."""
        return cls(1024, 16, 4096, spatial_layers=24, temporal_layers=4, grid=(8, 16, 16))

    @classmethod
    def giant(cls) -> "VideoEncoderConfig":
        """VideoPrism-g, 8 frames of 288 pixels; its weights are not public."""
        return cls(1408, 16, 6144, spatial_layers=40, temporal_layers=4, grid=(8, 16, 16))

    @classmethod
    def small(cls) -> "VideoEncoderConfig":
        """Ethoprism-small, 6 pairs of frames of 128 pixels: made for laptops, our own."""
        return cls(
            192,
            3,
            768,
            spatial_layers=6,
            temporal_layers=3,
            grid=(6, 8, 8),
            patch=16,
            logit_cap=None,
            pairs=True,
        )

    @classmethod
    def tiny(cls) -> "VideoEncoderConfig":
        """Give a size for tests: 4 frames of 72 pixels."""
        return cls(48, 4, 96, spatial_layers=3, temporal_layers=2, grid=(4, 4, 4))

    @classmethod
    def from_reference(cls, config: Mapping[str, Any]) -> "VideoEncoderConfig":
        """Read the reference implementation's names for the same sizes."""
        return cls(
            width=config["model_dim"],
            heads=config["num_heads"],
            hidden=config["mlp_dim"],
            spatial_layers=config["num_spatial_layers"],
            temporal_layers=config["num_temporal_layers"],
            grid=tuple(config["pos_emb_shape"]),
            patch=config["patch_size"],
            logit_cap=config.get("atten_logit_cap") or None,
        )

    def with_dtype(self, dtype: str | None) -> "VideoEncoderConfig":
        """Give the same sizes with other activations; None changes nothing."""
        return self if dtype is None else replace(self, dtype=dtype)

    @property
    def clip_frames(self) -> int:
        """Frames that the learned positions in time stand for."""
        return self.grid[0] * (2 if self.pairs else 1)

    @property
    def channels(self) -> int:
        """Numbers that a token sees of each pixel."""
        return 6 if self.pairs else 3

    def token_times(self, frames: int) -> int:
        """Count the tokens that a position has in a clip of so many frames."""
        return -(-frames // 2) if self.pairs else frames

    def clip_flops(self, frames: int, rows: int, columns: int) -> int:
        """Count the floating-point operations of the matrix products for one clip."""
        times = self.token_times(frames)
        tokens = times * rows * columns
        patches = 2 * tokens * self.patch**2 * self.channels * self.width
        projections = 2 * tokens * (4 * self.width**2 + 2 * self.width * self.hidden)
        spatial = projections + 4 * tokens * rows * columns * self.width
        temporal = projections + 4 * tokens * times * self.width
        return patches + self.spatial_layers * spatial + self.temporal_layers * temporal


@dataclass(frozen=True)
class VideoTextConfig:
    """A video encoder with auxiliary layers and a pooler, and a text tower beside it.

    Parameters
    ----------
    video
        The video encoder; the text tower shares its width, heads and logit cap.
    auxiliary_layers
        Blocks over all tokens of a clip, after the video encoder.
    text_layers, vocabulary
        Blocks of the text tower, and pieces that it knows.
    causal
        Whether a piece of text sees only those before it.
    """

    video: VideoEncoderConfig
    auxiliary_layers: int = 2
    text_layers: int = 12
    vocabulary: int = 32_000
    causal: bool = True

    @classmethod
    def lvt_base(cls) -> "VideoTextConfig":
        """VideoPrism-LvT-B."""
        return cls(VideoEncoderConfig.base())

    @classmethod
    def lvt_large(cls) -> "VideoTextConfig":
        """VideoPrism-LvT-L."""
        return cls(VideoEncoderConfig.large())

    @classmethod
    def small(cls) -> "VideoTextConfig":
        """Ethoprism-small with its text tower; its vocabulary is learned from the captions."""
        return cls(VideoEncoderConfig.small(), auxiliary_layers=0, text_layers=3, vocabulary=1000)

    @classmethod
    def tiny(cls) -> "VideoTextConfig":
        """Give a size for tests."""
        return cls(VideoEncoderConfig.tiny(), text_layers=2, vocabulary=1000)

    @classmethod
    def from_reference(cls, config: Mapping[str, Any]) -> "VideoTextConfig":
        """Read the reference implementation's names for the same sizes."""
        norm = config.get("norm_policy", "pre")
        if norm != "pre":
            raise EthoprismError(
                "unknown order of normalisation in the text tower", norm, "only pre is supported"
            )
        return cls(
            VideoEncoderConfig.from_reference(config),
            auxiliary_layers=config["num_auxiliary_layers"],
            text_layers=config["num_unimodal_layers"],
            vocabulary=config["vocabulary_size"],
            causal=config.get("enable_causal_atten", True),
        )

    def with_dtype(self, dtype: str | None) -> "VideoTextConfig":
        """Give the same sizes with other activations; None changes nothing."""
        return replace(self, video=self.video.with_dtype(dtype))


@dataclass(frozen=True)
class VideoClassifierConfig:
    """A video encoder, a pooler and a linear layer.

    Parameters
    ----------
    video
        The video encoder.
    classes
        Numbers that come out.
    """

    video: VideoEncoderConfig
    classes: int

    @classmethod
    def tiny(cls) -> "VideoClassifierConfig":
        """Give a size for tests."""
        return cls(VideoEncoderConfig.tiny(), classes=5)

    @classmethod
    def from_reference(cls, config: Mapping[str, Any]) -> "VideoClassifierConfig":
        """Read the reference implementation's names for the same sizes."""
        video = VideoEncoderConfig.from_reference(config["encoder_params"])
        return cls(video, classes=config["num_classes"])
