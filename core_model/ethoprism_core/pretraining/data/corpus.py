"""What training clips are drawn from: a corpus gives clip number n, the same one every time."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from jaxtyping import UInt8


@dataclass(frozen=True)
class ClipShape:
    """What the clips of a run have in common.

    Parameters
    ----------
    frames
        Length; corpora of images give one frame all the same.
    size
        Height and width in pixels.
    """

    frames: int
    size: int


class Sample(NamedTuple):
    """One clip as it is learned from.

    Parameters
    ----------
    video
        Its pictures.
    source
        Where it was cut from, for messages.
    caption
        What it shows, in words; empty where nobody said.
    """

    video: UInt8[np.ndarray, "time height width 3"]
    source: str
    caption: str = ""


@runtime_checkable
class Corpus(Protocol):
    """Clips of one kind. It is sent to worker processes, so it must be small and picklable."""

    @property
    def name(self) -> str:
        """Its name, for the log."""

    @property
    def count(self) -> int | None:
        """Clips in an epoch; None for a corpus without end."""

    @property
    def captioned(self) -> bool:
        """Whether every clip has a caption."""

    def sample(self, number: int, rng: np.random.Generator, shape: ClipShape) -> Sample:
        """Give clip `number`; all that is left to chance comes from `rng`.

        Raises
        ------
        EthoprismError
            If it cannot be read: another one then takes its place.
        """
