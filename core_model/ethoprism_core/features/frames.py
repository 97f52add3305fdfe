"""The pictures an encoder is shown: whole frames, fixed parts, or squares that follow animals."""

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
    arenas
        Fixed parts of the frame, each squeezed into a square.
    squares
        One square for each frame and individual: ``(centre_x, centre_y, side)`` in pixels.
    """

    size: int
    arenas: tuple[Rectangle, ...] = ()
    squares: Float[np.ndarray, "time individual 3"] | None = None

    @property
    def decoded_size(self) -> tuple[int, int] | None:
        """``(height, width)`` to resize to while decoding: where the whole frame is shown."""
        whole = not self.arenas and self.squares is None
        return (self.size, self.size) if whole else None

    def crops(self, frame: int) -> Crops:
        """Return where `frame` is looked at, once for each individual or region."""
        if self.squares is not None:
            return tuple(Crop(*map(float, square)) for square in self.squares[frame])
        return self.arenas or (Rectangle(0, 0, self.size, self.size),)

    def cut(
        self, picture: UInt8[np.ndarray, "height width 3"], crops: Crops
    ) -> UInt8[np.ndarray, "individual size size 3"]:
        """Cut the `crops` out of a picture of the decoded size."""
        return np.stack([cut(picture, crop, self.size) for crop in crops])


def picture_pairs(video: Video, plan: WindowPlan, view: View) -> Generator[PicturePair, None, None]:
    """Yield for each needed position what is shown there and what came before it.

    The video is decoded once, and nothing is decoded that no window holds but what lies on the
    way. Each picture is cut once, with its own square: motion is what the animal does within it.
    """
    frames, previous = plan.frames, plan.previous_frames
    by_previous = np.argsort(previous, kind="stable")
    waiting: dict[int, np.ndarray] = {}
    place = paired = 0
    for frame, picture in video.visit(map(int, np.union1d(frames, previous)), view.decoded_size):
        shown = view.cut(picture, view.crops(frame))
        while paired < len(frames) and previous[by_previous[paired]] == frame:
            waiting[int(by_previous[paired])] = shown
            paired += 1
        while place < len(frames) and frames[place] == frame:
            yield shown, waiting.pop(place)
            place += 1
