"""One animal at one frame, as the painters need it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ethoprism_domains.simulated.looks import Colour, Look


@dataclass(frozen=True)
class Pose:
    """Where the parts of one animal are on the canvas, and the light on it.

    Parameters
    ----------
    points, radii, tail
        Its skeleton, in pixels of the canvas.
    heading, bend, stride
        Radians, as in `Course`.
    length
        Body length in pixels.
    going
        How much the legs move, 0 (still) to 1.
    groom, rear
        Postures, 0 to 1.
    curl
        The bend that the act asks for: which way it rests or grooms.
    seconds
        Time since frame 0.
    look
        The individual's looks.
    light
        Factor of each colour where it stands.
    lean
        Where the light comes from, x and y.
    """

    points: Float[np.ndarray, "joint 2"]
    radii: Float[np.ndarray, " joint"]
    tail: Float[np.ndarray, "tail_joint 2"]
    heading: float
    bend: float
    stride: float
    length: float
    going: float
    groom: float
    rear: float
    curl: float
    seconds: float
    look: Look
    light: Colour
    lean: tuple[float, float]

    @property
    def coat(self) -> Colour:
        """The coat's colour in this light."""
        return self.lit(self.look.coat)

    def lit(self, colour: Colour) -> Colour:
        """Return how a colour looks where the animal stands."""
        red, green, blue = (
            min(part * factor, 255.0) for part, factor in zip(colour, self.light, strict=True)
        )
        return red, green, blue

    def shadow(self, height: float) -> tuple[float, float]:
        """Return by how much a shadow is displaced from a height in body lengths."""
        return (-height * self.length * self.lean[0], -height * self.length * self.lean[1])

    def joint_heading(self, joint: int) -> float:
        """Return the direction of the chain at a joint, in radians."""
        ahead = min(joint + 1, len(self.points) - 1)
        across, down = self.points[ahead] - self.points[ahead - 2]
        return float(np.arctan2(-down, across))
