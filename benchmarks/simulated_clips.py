"""Clips of the simulated lab in memory, drawn once and kept in a file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from ethoprism.cli.console import progress
from ethoprism_core.files import atomic_path, make_folder
from ethoprism_core.model.tokenizer import Tokenizer
from ethoprism_core.pretraining import Batch
from ethoprism_core.pretraining.data.order import clip_number
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


class CaptionedBatches:
    """Batches of clips with their captions, in an order that follows from the seed alone."""

    def __init__(self, clips: Clips, tokenizer: Tokenizer, batch: int, seed: int) -> None:
        self._clips, self._batch, self._seed, self._number = clips, batch, seed, 0
        self._texts = tokenizer(clips.captions)

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        first = self._number * self._batch
        places = range(first, first + self._batch)
        chosen = [clip_number(at, len(self._clips), self._seed, 0)[1] for at in places]
        self._number += 1
        ids, paddings = (array[chosen] for array in self._texts)
        return Batch(self._clips.video[chosen], ids, paddings, corpus="simulated lab")

    def get_state(self) -> bytes:
        """Tell how many batches were dealt out."""
        return str(self._number).encode()

    def set_state(self, state: bytes) -> None:
        """Go on after so many batches."""
        self._number = int(state)
