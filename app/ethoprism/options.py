"""How videos are embedded, in plain values: as typed, and as kept in a probe's card."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from ethoprism.defaults import DEFAULT_ENCODER
from ethoprism.embedding import Recipe, Stages, fetch_encoder, make_settings, silently
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
        Frames from one window to the next, and from one frame of a window to the next.
    grid
        ``TIMExROWxCOLUMN``, ``TIMExROWxCOLUMN:lattice`` or ``full``; None for the encoder's own.
    crop
        The part of the picture that is encoded: left, top, width and height in pixels.
    follow
        How many animals are followed, each in a square of its own; 0 for the picture as it is.
    """

    encoder: str = DEFAULT_ENCODER
    checkpoint: str | None = None
    dtype: str | None = None
    size: int | None = None
    stride: int = 8
    frame_step: int = 1
    grid: str | None = None
    crop: tuple[int, int, int, int] | None = None
    follow: int = 1

    def recipe(self, out: Path, stages: Stages = silently) -> Recipe:
        """Load the encoder, fetched if need be; features are kept under the folder `out`."""
        encoder = fetch_encoder(self.encoder, self.checkpoint, self.dtype, self.size, stages)
        settings = make_settings(encoder, self.stride, self.frame_step, self.grid, self.crop)
        return Recipe(encoder, settings, self.follow, out=out)


def with_options(probe: Probe, options: EmbedOptions) -> Probe:
    """Note in a probe's card how its videos were embedded."""
    return replace(probe, training={**probe.training, _KEY: asdict(options)})


def options_of(probe: Probe) -> EmbedOptions:
    """Read how the videos of a probe are to be embedded.

    A probe that was trained on feature stores alone tells its encoder and grid, and no more.
    """
    noted: Mapping[str, Any] = probe.training.get(_KEY, {})
    known = {field.name: noted[field.name] for field in fields(EmbedOptions) if field.name in noted}
    if known.get("crop") is not None:
        known["crop"] = tuple(known["crop"])
    source = probe.source
    follows = source.crop == "follow"
    told = {"encoder": source.encoder, "frame_step": source.frame_step, "grid": source.grid}
    return EmbedOptions(**{**told, "follow": int(follows), **known})
