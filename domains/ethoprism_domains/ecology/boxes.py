"""Boxes that people or detectors drew around animals, as tracks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float, Int

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.tracks import make_tracks
from ethoprism_domains.formats.expect import expect_list


@dataclass(frozen=True, eq=False)
class AnimalBoxes:
    """The boxes of one animal.

    Parameters
    ----------
    name
        Of the animal.
    frames
        Ascending.
    corners
        Left, top, right and bottom in pixels.
    seen
        Whether the animal is in the picture from that frame on; until the next if it is.
    """

    name: str
    frames: Int[np.ndarray, " box"]
    corners: Float[np.ndarray, "box 4"]
    seen: Bool[np.ndarray, " box"]

    def each_frame(self, count: int) -> Float[np.ndarray, "time 4"]:
        """Give the box in each of `count` frames, NaN where the animal is not in the picture.

        From a box to the next it moves evenly; before an animal leaves, its box stays.
        """
        every = np.arange(count)
        at = np.searchsorted(self.frames, every, side="right") - 1
        after = np.minimum(at + 1, len(self.frames) - 1)
        known = (at >= 0) & self.seen[at] & (every <= self.frames[-1])
        stays = ~self.seen[after] | (after == at)
        span = np.where(stays, 1, self.frames[after] - self.frames[at])
        share = np.where(stays, 0.0, (every - self.frames[at]) / np.maximum(span, 1))[:, None]
        moved = self.corners[at] * (1 - share) + self.corners[after] * share
        return np.where(known[:, None], moved, np.nan)


def expect_box(value: object, path: Path, where: str) -> tuple[float, float, float, float]:
    """Give the four numbers of a box in a JSON file.

    Raises
    ------
    EthoprismError
        If it is none.
    """
    box = expect_list(value, path, f"{where}, bbox")
    if len(box) != 4 or not all(isinstance(side, int | float) for side in box):
        raise EthoprismError(f"{where}: a box that is not four numbers", path, "export it again")
    one, two, three, four = map(float, box)
    return one, two, three, four


def tracks_of_boxes(
    animals: Sequence[AnimalBoxes], frame_times: Float[np.ndarray, " time"], source: str
) -> xr.Dataset:
    """Make a box dataset; frames in which an animal has no box are NaN, of confidence 0.

    Parameters
    ----------
    animals
        At least one.
    frame_times
        Seconds of the video's frames.
    source
        The program or set they come from.
    """
    corners = np.stack([animal.each_frame(len(frame_times)) for animal in animals], axis=2)
    low, high = corners[:, :2], corners[:, 2:]
    confidence = np.isfinite(corners).all(axis=1).astype(np.float64)
    names = [animal.name for animal in animals]
    middle, size = (low + high) / 2, high - low
    return make_tracks(frame_times, middle, size, confidence, names, source_software=source)
