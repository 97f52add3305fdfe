"""The pictures an encoder is shown: whole frames, an arena, or squares that follow the animals."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8

from ethoprism_core.features.sharing import PicturePair
from ethoprism_core.features.windows import WindowPlan
from ethoprism_core.video import Crop, Rectangle, Video, cut

Crops = tuple[Crop | Rectangle, ...]


@dataclass(frozen=True, eq=False)
class View:
    """What is cut out of each frame; the whole frame by default.

    Parameters
    ----------
    size
        Height and width of the pictures that the encoder is shown.
    arena
        A fixed part of the frame, squeezed into a square.
    squares
        One square for each frame and individual: ``(centre_x, centre_y, side)`` in pixels.
    """

    size: int
    arena: Rectangle | None = None
    squares: Float[np.ndarray, "time individual 3"] | None = None

    @property
    def decoded_size(self) -> tuple[int, int] | None:
        """``(height, width)`` to resize to while decoding: where the whole frame is shown."""
        whole = self.arena is None and self.squares is None
        return (self.size, self.size) if whole else None

    def crops(self, frame: int) -> Crops:
        """Return where `frame` is looked at, once for each individual."""
        if self.squares is not None:
            return tuple(Crop(*map(float, square)) for square in self.squares[frame])
        return (self.arena or Rectangle(0, 0, self.size, self.size),)

    def cut(
        self, picture: UInt8[np.ndarray, "height width 3"], crops: Crops
    ) -> UInt8[np.ndarray, "individual size size 3"]:
        """Cut the `crops` out of a picture of the decoded size."""
        return np.stack([cut(picture, crop, self.size) for crop in crops])


def picture_pairs(video: Video, plan: WindowPlan, view: View) -> Generator[PicturePair, None, None]:
    """Yield for each needed position what is shown there and what came before it.

    The video is decoded once, and nothing is decoded that no window holds but what lies on the
    way. The picture before is cut where the picture itself is cut, so that what stands still in
    the arena stands still between the two.
    """
    frames, previous = plan.frames, plan.previous_frames
    by_previous = np.argsort(previous, kind="stable")
    waiting: dict[int, np.ndarray] = {}
    place = paired = 0
    for frame, picture in video.visit(map(int, np.unique(frames)), view.decoded_size):
        cuts = _Cuts(view, picture)
        while paired < len(frames) and previous[by_previous[paired]] == frame:
            later = int(by_previous[paired])
            waiting[later] = cuts.at(int(frames[later]))
            paired += 1
        while place < len(frames) and frames[place] == frame:
            yield cuts.at(frame), waiting.pop(place)
            place += 1


class _Cuts:
    """What is cut out of one picture, each cut made once."""

    def __init__(self, view: View, picture: np.ndarray) -> None:
        self._view, self._picture = view, picture
        self._made: dict[Crops, np.ndarray] = {}

    def at(self, frame: int) -> UInt8[np.ndarray, "individual size size 3"]:
        """Return the picture cut where `frame` is looked at."""
        crops = self._view.crops(frame)
        if crops not in self._made:
            self._made[crops] = self._view.cut(self._picture, crops)
        return self._made[crops]
