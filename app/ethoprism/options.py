"""How videos are embedded, in plain values: as typed, and as kept in a probe's card."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from ethoprism.defaults import DEFAULT_ENCODER
from ethoprism.embedding import Recipe, Stages, fetch_encoder, silently
from ethoprism_core.features import EmbedSettings, Grid
from ethoprism_core.video import Rectangle, read_regions
from ethoprism_domains.probe import Probe

_KEY = "embedding"


@dataclass(frozen=True)
class EmbedOptions:
    """How every video of a study is embedded.

    Parameters
    ----------
    encoder, checkpoint, dtype, size
        What `load_encoder` takes; `size` is its frame size.
    stride, frame_step
        Frames from one window to the next (8, or half a window of `milliseconds`, if not given),
        and from one frame of a window to the next.
    grid
        ``TIMExROWxCOLUMN``, ``TIMExROWxCOLUMN:lattice`` or ``full``; None for the encoder's own.
    crop
        The part of the picture that is encoded: left, top, width and height in pixels.
    regions
        Named parts of it that are encoded each by itself: boxes as `read_regions` takes them.
    milliseconds
        How long a window lasts, in place of `frame_step`.
    follow
        How many animals are followed, each in a square of its own; 0 for the picture as it is.
    """

    encoder: str = DEFAULT_ENCODER
    checkpoint: str | None = None
    dtype: str | None = None
    size: int | None = None
    stride: int | None = None
    frame_step: int = 1
    grid: str | None = None
    crop: tuple[int, int, int, int] | None = None
    follow: int = 1
    regions: Mapping[str, str] = field(default_factory=dict)
    milliseconds: float | int | None = None

    def recipe(self, out: Path, stages: Stages = silently) -> Recipe:
        """Load the encoder, fetched if need be; features are kept under the folder `out`."""
        encoder = fetch_encoder(self.encoder, self.checkpoint, self.dtype, self.size, stages)
        grid = None if self.grid is None else Grid.parse(self.grid, encoder.token_shape)
        return Recipe(encoder, replace(self.without_grid(), grid=grid), self.follow, out=out)

    def without_grid(self) -> EmbedSettings:
        """Give windows, crop and regions; the grid needs the encoder."""
        return EmbedSettings(
            self.stride,
            self.frame_step,
            crop=None if self.crop is None else Rectangle(*self.crop),
            regions=read_regions(self.regions),
            milliseconds=self.milliseconds,
        )


def with_options(probe: Probe, options: EmbedOptions) -> Probe:
    """Note in a probe's card how its videos were embedded."""
    return replace(probe, training={**probe.training, _KEY: asdict(options)})


def options_of(probe: Probe) -> EmbedOptions:
    """Read how the videos of a probe are to be embedded.

    A probe that was trained on feature stores alone tells its encoder and grid, and no more.
    """
    noted: Mapping[str, Any] = probe.training.get(_KEY, {})
    known = {item.name: noted[item.name] for item in fields(EmbedOptions) if item.name in noted}
    if known.get("crop") is not None:
        known["crop"] = tuple(known["crop"])
    source = probe.source
    follows = source.crop == "follow"
    told: dict[str, Any] = {"encoder": source.encoder, "grid": source.grid}
    if source.milliseconds is None:
        told["frame_step"] = source.frame_step
    else:
        told["milliseconds"] = source.milliseconds
    return EmbedOptions(**{**told, "follow": int(follows), **known})
