"""Boxes of a detector joined to tracks: where each animal is in every frame of a clip.

A detector looks at some frames, and at each by itself. Boxes of one frame are matched to the
animals of the frames before as the built-in follower matches blobs: at the least total distance,
within reach. An animal that is not found again for `patience` seconds is gone; a stretch that is
too short is no animal. Between the frames that were looked at, boxes move in straight lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.assignment import match
from ethoprism_core.video.tracks import make_tracks
from ethoprism_domains.ecology.megadetector import ANIMAL


@dataclass(frozen=True)
class JoinSettings:
    """How boxes become tracks.

    Parameters
    ----------
    threshold
        The least confidence of a box.
    reach
        How far an animal may come between two frames that were looked at, in lengths of its box
        (the longer side), for each second between them and once more for none.
    patience
        Seconds unseen after which an animal is gone.
    fewest
        Boxes that make an animal; but a clip of which fewer frames were looked at needs no more
        than half of them.
    most
        Animals that are kept: those with the most confidence in all.
    """

    threshold: float = 0.2
    reach: float = 1.5
    patience: float = 3.0
    fewest: int = 3
    most: int = 8

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1 or self.reach <= 0 or self.patience < 0:
            told = "expected a threshold from 0 to 1, and reach and patience above 0"
            raise EthoprismError(told, None, "give other numbers")
        if self.fewest < 1 or self.most < 1:
            raise EthoprismError("expected at least one box and one animal", None, "ask for more")


@dataclass(eq=False)
class _Animal:
    """The boxes of one animal: frames, times, and centre, size and confidence."""

    frames: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    boxes: list[np.ndarray] = field(default_factory=list)

    def expected(self) -> np.ndarray:
        """Give where it should be next: where it was last."""
        return self.boxes[-1][:2]

    def take(self, frame: int, time: float, box: np.ndarray) -> None:
        self.frames.append(frame)
        self.times.append(time)
        self.boxes.append(box)

    @property
    def trust(self) -> float:
        return float(sum(box[4] for box in self.boxes))


def tracks_from_detections(
    boxes: pd.DataFrame,
    frames: Sequence[int],
    frame_times: Float[np.ndarray, " time"],
    size: tuple[int, int],
    settings: JoinSettings | None = None,
) -> xr.Dataset | None:
    """Join the boxes of animals in one clip to tracks.

    Parameters
    ----------
    boxes
        As `Detections.of` gives them.
    frames
        The frames that were looked at.
    frame_times
        Of the clip, in seconds.
    size
        Height and width of its pictures in pixels.

    Returns
    -------
    A `movement`-style box dataset with places in every frame, the surest animal first: confidence
    is the detector's where it looked, between it and the next sight what a straight line gives, and
    0 before the first and after the last sight, where the box stays. None without an animal.

    Raises
    ------
    EthoprismError
        If a box is of a frame that the clip does not have.
    """
    chosen = settings or JoinSettings()
    sure = boxes[(boxes["category"] == ANIMAL) & (boxes["confidence"] >= chosen.threshold)]
    if len(sure) and sure["frame"].max() >= len(frame_times):
        told = f"a box of frame {sure['frame'].max()}, and the clip has {len(frame_times)} frames"
        raise EthoprismError(told, sure["file"].iloc[0], "run the detector on this very file")
    animals = _join(sure, frame_times, size, chosen)
    fewest = min(chosen.fewest, max(1, len(set(frames)) // 2))
    kept = [animal for animal in animals if len(animal.frames) >= fewest]
    kept = sorted(kept, key=lambda animal: -animal.trust)[: chosen.most]
    if not kept:
        return None
    whole = np.stack([_every_frame(animal, len(frame_times)) for animal in kept], axis=2)
    return make_tracks(
        frame_times,
        whole[:, :2],
        whole[:, 2:4],
        whole[:, 4],
        [f"animal-{number + 1}" for number in range(len(kept))],
        source_software="MegaDetector",
        picture_size=list(size),
    )


def _join(
    boxes: pd.DataFrame, frame_times: np.ndarray, size: tuple[int, int], chosen: JoinSettings
) -> list[_Animal]:
    """Match the boxes of each frame to the animals that are still there."""
    animals: list[_Animal] = []
    for frame, own in boxes.groupby("frame", sort=True):
        number = int(str(frame))
        time = float(frame_times[number])
        found = _in_pixels(own, size)
        alive = [animal for animal in animals if time - animal.times[-1] <= chosen.patience]
        taken = set()
        for animal, box in _matched(alive, found, time, chosen.reach):
            alive[animal].take(number, time, found[box])
            taken.add(box)
        for box in range(len(found)):
            if box not in taken:
                animals.append(_Animal())
                animals[-1].take(number, time, found[box])
    return animals


def _matched(
    alive: list[_Animal], found: np.ndarray, time: float, reach: float
) -> list[tuple[int, int]]:
    if not alive:
        return []
    expected = np.stack([animal.expected() for animal in alive])
    lengths = np.array([animal.boxes[-1][2:4].max() for animal in alive])
    passed = np.array([time - animal.times[-1] for animal in alive])
    return match(expected, found[:, :2], reach * lengths * (1 + passed))


def _in_pixels(boxes: pd.DataFrame, size: tuple[int, int]) -> np.ndarray:
    """Give centre x and y, width, height and confidence; boxes are clipped to the picture."""
    height, width = size
    shares = boxes[["left", "top", "width", "height"]].to_numpy(np.float64)
    low = np.clip(shares[:, :2], 0, 1)
    high = np.clip(shares[:, :2] + shares[:, 2:], 0, 1)
    scale = np.array([width, height], np.float64)
    parts = ((low + high) / 2 * scale, (high - low) * scale, boxes[["confidence"]].to_numpy())
    return np.concatenate(parts, axis=1)


def _every_frame(animal: _Animal, count: int) -> Float[np.ndarray, "time 5"]:
    """Move in straight lines from box to box; outside, the first and last box stay."""
    at = np.arange(count)
    known = np.stack(animal.boxes)
    columns = [np.interp(at, animal.frames, column) for column in known.T]
    whole = np.stack(columns, axis=1)
    whole[(at < animal.frames[0]) | (at > animal.frames[-1]), 4] = 0
    return whole
