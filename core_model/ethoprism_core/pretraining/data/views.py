"""What part of the footage a clip shows: frames in time, boxes in the picture."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from ethoprism_core.errors import EthoprismError

_RANGES = ("mirror", "follow", "grey", "blur", "colour")


@dataclass(frozen=True)
class Views:
    """How clips are cut out of footage and altered. All but `frame_steps` is drawn for each clip.

    Parameters
    ----------
    frame_steps
        Frames from one frame of a clip to the next: one of these is drawn.
    follow
        Share of the clips of followed videos that show a square which follows an animal; the
        others show a part of the whole picture.
    least_area
        The smallest part of the picture that is shown, as a share of its area.
    stretch
        How much wider or higher than the picture that part may be, as a ratio.
    zoom
        Smallest and largest side of a square that follows, relative to what `square_crops` gives.
    shift
        How far its centre is moved at most, relative to its side.
    mirror
        Share of the clips that are mirrored; those whose caption tells left from right never are.
    turn
        Largest angle by which a clip is turned, in degrees to either side. 180 suits cameras that
        look down; for the others take a few.
    colour
        How far brightness, contrast, gamma and saturation are changed, 0 to 1.
    grey, blur
        Share of the clips that lose their colours, and that are blurred.

    Raises
    ------
    EthoprismError
        If a number is out of its range.
    """

    frame_steps: tuple[int, ...] = (1, 2)
    follow: float = 0.7
    least_area: float = 0.3
    stretch: float = 4 / 3
    zoom: tuple[float, float] = (0.7, 1.6)
    shift: float = 0.15
    mirror: float = 0.5
    turn: float = 180.0
    colour: float = 0.4
    grey: float = 0.1
    blur: float = 0.3

    def __post_init__(self) -> None:
        shares = {name: getattr(self, name) for name in _RANGES}
        wrong = [name for name, share in shares.items() if not 0 <= share <= 1]
        wrong += [] if 0 < self.least_area <= 1 else ["least_area"]
        wrong += [] if self.stretch >= 1 else ["stretch"]
        wrong += [] if 0 < self.zoom[0] <= self.zoom[1] else ["zoom"]
        wrong += [] if 0 <= self.turn <= 180 and self.shift >= 0 else ["turn or shift"]
        wrong += [] if self.frame_steps and min(self.frame_steps) >= 1 else ["frame_steps"]
        if wrong:
            raise EthoprismError("a view is out of its range", ", ".join(wrong), "change it")

    @classmethod
    def plain(cls) -> "Views":
        """Show footage as it is: whole pictures or squares, not altered."""
        return cls(
            frame_steps=(1,),
            least_area=1.0,
            stretch=1.0,
            zoom=(1.0, 1.0),
            shift=0.0,
            mirror=0.0,
            turn=0.0,
            colour=0.0,
            grey=0.0,
            blur=0.0,
        )

    @classmethod
    def upright(cls) -> "Views":
        """Suit cameras that look at animals from the side: turned a little only."""
        return cls(turn=10.0)


def draw_frames(
    rng: np.random.Generator, start: int, stop: int, count: int, steps: tuple[int, ...]
) -> Int[np.ndarray, " time"]:
    """Draw the frames of a clip from ``[start, stop)``; the last one repeats if there are too few.

    A step is drawn of those that fit.
    """
    fitting = [step for step in steps if (count - 1) * step < stop - start]
    if not fitting:
        return np.minimum(start + np.arange(count), stop - 1)
    step = int(rng.choice(fitting))
    first = int(rng.integers(start, stop - (count - 1) * step))
    return first + step * np.arange(count)


def draw_part(
    rng: np.random.Generator, size: tuple[int, int], views: Views
) -> Float[np.ndarray, "4"]:
    """Draw a part of a picture of `size` ``(height, width)``: centre x, y, width and height.

    As at inference, the part is squeezed into a square, so it has the picture's shape but for the
    stretch.
    """
    height, width = size
    area = rng.uniform(views.least_area, 1)
    ratio = np.exp(rng.uniform(-1, 1) * np.log(views.stretch))
    tall, wide = np.sqrt(area / ratio), np.sqrt(area * ratio)
    tall, wide = height * min(tall, 1.0), width * min(wide, 1.0)
    left, top = rng.uniform(0, width - wide), rng.uniform(0, height - tall)
    return np.array([left + wide / 2, top + tall / 2, wide, tall])


def draw_squares(
    rng: np.random.Generator, squares: Float[np.ndarray, "time individual 3"], views: Views
) -> Float[np.ndarray, "time 4"]:
    """Draw an animal, and shift and zoom the squares that follow it, alike in all frames."""
    path = squares[:, int(rng.integers(squares.shape[1]))]
    low, high = np.log(views.zoom)
    side = path[:, 2] * np.exp(rng.uniform(low, high))
    shift = rng.uniform(-views.shift, views.shift, 2)
    centre = path[:, :2] + shift * side[:, None]
    return np.stack([centre[:, 0], centre[:, 1], side, side], axis=1)
