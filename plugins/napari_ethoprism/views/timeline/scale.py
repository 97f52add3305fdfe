"""Which frame lies where on the screen: a linear scale of frames, that is zoomed and panned.

Frame n takes up the pixels from ``x_of(n)`` to ``x_of(n + 1)``. Frames are spaced evenly also where
the video's frame rate is not even; the ruler tells the times.
"""

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

WIDEST_FRAME = 48.0  # pixels; a shorter video is stretched further, to fill the width
Place = TypeVar("Place", float, np.ndarray)


@dataclass(frozen=True)
class Scale:
    """A stretch of frames on a strip of pixels.

    Parameters
    ----------
    frames
        How many frames the video has.
    width
        Pixels of the strip.
    per_frame
        Pixels that one frame takes up.
    left
        The frame at the strip's left end; may lie within a frame.
    """

    frames: int
    width: float
    per_frame: float = 0.0
    left: float = 0.0

    def __post_init__(self) -> None:
        per_frame = max(self.per_frame, self.width / max(self.frames, 1))
        furthest = max(self.frames - self.width / per_frame, 0.0) if per_frame else 0.0
        object.__setattr__(self, "per_frame", per_frame)
        object.__setattr__(self, "left", min(max(self.left, 0.0), furthest))

    @property
    def is_fit(self) -> bool:
        """Whether the whole video is visible."""
        return self.span >= self.frames

    @property
    def span(self) -> float:
        """How many frames are visible."""
        return self.width / self.per_frame if self.per_frame else 0.0

    @property
    def visible(self) -> tuple[int, int]:
        """The frames that are visible, the second exclusive."""
        return int(self.left), min(int(np.ceil(self.left + self.span)), self.frames)

    def x_of(self, frame: Place) -> Place:
        """Give the pixel at which a frame begins."""
        return (frame - self.left) * self.per_frame

    def frame_at(self, x: float) -> int:
        """Give the frame that takes up a pixel, or the nearest one."""
        return min(max(int(np.floor(self._at(x))), 0), max(self.frames - 1, 0))

    def edge_at(self, x: float) -> int:
        """Give the nearest edge between frames, from 0 to the number of frames."""
        return min(max(int(np.floor(self._at(x) + 0.5)), 0), self.frames)

    def is_visible(self, frame: int) -> bool:
        """Say whether a frame's first pixel is on the strip."""
        return 0 <= self.x_of(float(frame)) < self.width

    def zoomed(self, factor: float, x: float) -> "Scale":
        """Stretch by a factor; what is at pixel `x` stays there."""
        wanted = min(self.per_frame * factor, max(self.per_frame, WIDEST_FRAME))
        wider = replace(self, per_frame=wanted)
        return wider.starting(self._at(x) - x / wider.per_frame) if wider.per_frame else wider

    def panned(self, pixels: float) -> "Scale":
        """Show what lies so many pixels further on."""
        return self.starting(self._at(pixels))

    def starting(self, left: float) -> "Scale":
        """Show the frames from `left` on."""
        return replace(self, left=left)

    def resized(self, width: float) -> "Scale":
        """Take another width: the same frames' size, or again the whole video."""
        return Scale(self.frames, width, 0.0 if self.is_fit else self.per_frame, self.left)

    def magnified(self, ratio: float) -> "Scale":
        """Count pixels of the device, `ratio` for each of ours."""
        return Scale(self.frames, self.width * ratio, self.per_frame * ratio, self.left)

    def following(self, frame: int) -> "Scale":
        """Turn over so that a frame is visible, an eighth from the side that it came in by."""
        share = 0.125 if self.x_of(float(frame)) >= 0 else 0.875
        return self.starting(frame - share * self.span)

    def _at(self, x: float) -> float:
        return self.left + x / self.per_frame if self.per_frame else 0.0
