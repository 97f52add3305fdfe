"""Clips of the simulated lab in memory, drawn once and kept in a file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from ethoprism.cli.console import progress
from ethoprism_core.files import atomic_path, make_folder
from ethoprism_core.model.tokenizer import Tokenizer
from ethoprism_core.pretraining import Batch
from ethoprism_core.pretraining.data import DealtBatches
from ethoprism_domains.simulated import random_clip

TEXT_LENGTH = 40


@dataclass(frozen=True, eq=False)
class Clips:
    """Clips with their captions and what is known of them.

    Parameters
    ----------
    video
        The pictures.
    captions
        A sentence each.
    labels
        As in `ethoprism_domains.simulated.Clip`.
    """

    video: UInt8[np.ndarray, "clip time height width 3"]
    captions: list[str]
    labels: list[dict[str, object]]

    def __len__(self) -> int:
        return len(self.captions)


def simulated_clips(path: Path, seed: int, count: int, frames: int, size: int) -> Clips:
    """Draw clips, or read those that were drawn before."""
    if not path.is_file():
        make_folder(path.parent)
        with progress(f"drawing {path.stem}", "clips") as advance:
            drawn = []
            for number in range(count):
                drawn.append(random_clip(seed, number, frames, size))
                if advance:
                    advance(number + 1, count)
        told = json.dumps([{"caption": clip.caption, "labels": clip.labels} for clip in drawn])
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            np.savez(file, video=np.stack([clip.frames for clip in drawn]), told=np.array(told))
    with np.load(path) as kept:
        told = json.loads(str(kept["told"]))
        return Clips(
            kept["video"][:count],
            [one["caption"] for one in told][:count],
            [one["labels"] for one in told][:count],
        )


def captioned_batches(clips: Clips, tokenizer: Tokenizer, batch: int, seed: int) -> DealtBatches:
    """Deal the clips out with their captions."""
    ids, paddings = tokenizer(clips.captions)

    def make(chosen: Sequence[int], before: int) -> Batch:
        rows = list(chosen)
        return Batch(clips.video[rows], ids[rows], paddings[rows], corpus="simulated lab")

    return DealtBatches(make, len(clips), batch, seed)
