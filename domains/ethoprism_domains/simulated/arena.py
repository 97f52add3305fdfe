"""Where the animals are kept: a box with rounded corners, of which a circle is the roundest."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

# half width and half height as fractions of the picture's, and corner radius of the shorter half
_SHAPES = {
    "round": (0.88, 0.88, 1.0),
    "square": (0.86, 0.86, 0.04),
    "cage": (0.92, 0.88, 0.22),
    "tank": (0.94, 0.92, 0.1),
    "corridor": (0.95, 0.4, 0.03),
}
_EQUAL_SIDES = ("round", "square")


@dataclass(frozen=True)
class Arena:
    """The floor inside the walls.

    Parameters
    ----------
    centre
        Middle of the floor, x and y in pixels.
    half
        Half its width and half its height in pixels.
    corner
        Radius of its corners in pixels; equal to both halves it is a circle.
    """

    centre: tuple[float, float]
    half: tuple[float, float]
    corner: float

    @classmethod
    def fitting(cls, kind: str, size: tuple[int, int]) -> "Arena":
        """Return the arena of a kind that fills a picture of `size` (height, width)."""
        height, width = size
        across, down, roundness = _SHAPES[kind]
        if kind in _EQUAL_SIDES:
            height = width = min(size)
        half = (across * width / 2, down * height / 2)
        centre = ((size[1] - 1) / 2, (size[0] - 1) / 2)
        return cls(centre, half, roundness * min(half))

    def clearance(self, x: float, y: float) -> float:
        """Return the distance in pixels to the nearest wall; negative outside."""
        right = abs(x - self.centre[0]) - self.half[0] + self.corner
        down = abs(y - self.centre[1]) - self.half[1] + self.corner
        beyond = math.hypot(max(right, 0.0), max(down, 0.0))
        return self.corner - beyond - min(max(right, down), 0.0)

    def clearance_map(self, size: tuple[int, int]) -> Float[np.ndarray, "height width"]:
        """Return `clearance` at every pixel of a picture of `size`."""
        right = np.abs(np.arange(size[1], dtype=np.float32) - np.float32(self.centre[0]))
        down = np.abs(np.arange(size[0], dtype=np.float32) - np.float32(self.centre[1]))
        right = (right - np.float32(self.half[0] - self.corner))[None, :]
        down = (down - np.float32(self.half[1] - self.corner))[:, None]
        beyond = np.sqrt(np.maximum(right, 0) ** 2 + np.maximum(down, 0) ** 2)
        inner = np.minimum(np.maximum(right, down), 0)
        return np.float32(self.corner) - beyond - inner

    def outward(self, x: float, y: float) -> tuple[float, float]:
        """Return the direction (x, y), of length one, to the nearest wall."""
        across, along = x - self.centre[0], y - self.centre[1]
        right = abs(across) - self.half[0] + self.corner
        down = abs(along) - self.half[1] + self.corner
        if right > 0 and down > 0:
            length = math.hypot(right, down)
            return (
                math.copysign(right / length, across),
                math.copysign(down / length, along),
            )
        if right > down:
            return math.copysign(1.0, across), 0.0
        return 0.0, math.copysign(1.0, along)

    def confine(self, x: float, y: float, margin: float) -> tuple[float, float]:
        """Move a point off the walls that are nearer than `margin` pixels."""
        for _ in range(3):  # in a corner there are two walls to move off
            missing = margin - self.clearance(x, y)
            if missing <= 0:
                break
            out_x, out_y = self.outward(x, y)
            x, y = x - missing * out_x, y - missing * out_y
        return x, y
