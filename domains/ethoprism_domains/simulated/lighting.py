"""Light over the scene: a fixed field of brightness, and how it changes with time."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ethoprism_domains.simulated.looks import Colour
from ethoprism_domains.simulated.streams import stream


@dataclass(frozen=True)
class Light:
    """The light of one recording.

    Parameters
    ----------
    field
        Brightness at every pixel; 1 leaves colours as they are.
    tint
        Factor of each colour.
    lean
        Direction (x, y) the light comes from; shadows fall the other way.
    flicker, rate
        Relative amplitude and frequency in cycles a second of its change.
    colourless
        Whether the camera sees greys only, as it does by infrared.
    """

    field: Float[np.ndarray, "height width"]
    tint: Colour
    lean: tuple[float, float]
    flicker: float
    rate: float
    colourless: bool

    def gain(self, seconds: float) -> float:
        """Return the brightness at one moment."""
        return 1 + self.flicker * float(np.sin(2 * np.pi * self.rate * seconds))

    def at(self, x: float, y: float) -> float:
        """Return the field's brightness nearest to a place."""
        row = min(max(round(y), 0), self.field.shape[0] - 1)
        column = min(max(round(x), 0), self.field.shape[1] - 1)
        return float(self.field[row, column])


def draw_light(kind: str, size: tuple[int, int], seed: int) -> Light:
    """Draw the light of a kind for a picture of `size` (height, width)."""
    rng = stream(seed, "light")
    angle = rng.uniform(0, 2 * np.pi)
    lean = (float(np.cos(angle)), float(np.sin(angle)))
    field = _FIELDS[kind](size, lean, rng).astype(np.float32)
    tint = _TINTS.get(kind, (1.0, 1.0, 1.0))
    if kind == "even":  # a camera's white balance is never quite right
        red, blue = rng.uniform(0.94, 1.06, 2)
        tint = (float(red), 1.0, float(blue))
    flicker = 0.07 if kind == "flicker" else 0.006
    rate = float(rng.uniform(1.5, 7.0)) if kind == "flicker" else float(rng.uniform(0.05, 0.2))
    colourless = kind == "night" or bool(rng.random() < 0.25)
    return Light(field, tint, lean, flicker, rate, colourless)


_TINTS: dict[str, Colour] = {"day": (1.08, 1.0, 0.88), "vignette": (1.02, 1.0, 0.96)}


def _grid(size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y of every pixel, -1 to 1 over the shorter side."""
    half = min(size) / 2
    across = (np.arange(size[1]) - (size[1] - 1) / 2) / half
    down = (np.arange(size[0]) - (size[0] - 1) / 2) / half
    return across[None, :], down[:, None]


def _even(size: tuple[int, int], lean: tuple[float, float], rng: np.random.Generator) -> np.ndarray:
    return np.full(size, rng.uniform(0.85, 1.1))


def _gradient(
    size: tuple[int, int], lean: tuple[float, float], rng: np.random.Generator
) -> np.ndarray:
    across, down = _grid(size)
    return 0.9 + rng.uniform(0.25, 0.4) * (across * lean[0] + down * lean[1])


def _vignette(
    size: tuple[int, int], lean: tuple[float, float], rng: np.random.Generator
) -> np.ndarray:
    across, down = _grid(size)
    return 1.1 - rng.uniform(0.25, 0.4) * (across**2 + down**2)


def _day(size: tuple[int, int], lean: tuple[float, float], rng: np.random.Generator) -> np.ndarray:
    """Daylight with the patch of a window on the floor."""
    across, down = _grid(size)
    along = across * lean[0] + down * lean[1] - rng.uniform(-0.5, 0.5)
    aside = -across * lean[1] + down * lean[0] - rng.uniform(-0.5, 0.5)
    inside = np.minimum(0.45 - np.abs(along), 0.3 - np.abs(aside))
    return 0.86 + 0.3 / (1 + np.exp(-inside * 18)) + 0.06 * along


def _night(
    size: tuple[int, int], lean: tuple[float, float], rng: np.random.Generator
) -> np.ndarray:
    """Show the round spot of an infrared lamp."""
    across, down = _grid(size)
    off = rng.uniform(-0.25, 0.25, 2)
    distance = (across - off[0]) ** 2 + (down - off[1]) ** 2
    return 0.22 + rng.uniform(0.45, 0.65) * np.exp(-distance / rng.uniform(0.5, 1.1))


_FIELDS = {
    "even": _even,
    "gradient": _gradient,
    "vignette": _vignette,
    "flicker": _even,
    "day": _day,
    "night": _night,
}
