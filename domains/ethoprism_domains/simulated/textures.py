"""Surfaces: tiles of patterned brightness, made once and kept."""

from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import Float

from ethoprism_domains.simulated.streams import stream

TILE = 512
VARIANTS = 4
FLOORS = ("plain", "paper", "bedding", "tiles", "mesh", "sand", "scratched")

_Tile = Float[np.ndarray, "rows columns"]


@lru_cache(maxsize=len(FLOORS) * VARIANTS)
def tile(kind: str, variant: int) -> _Tile:
    """Return one seamless tile of a surface, float32, with mean 0 and standard deviation 1."""
    rng = stream(variant, kind)
    pattern = _PATTERNS[kind](rng).astype(np.float32)
    pattern -= pattern.mean()
    return pattern / max(float(pattern.std()), 1e-6)


@lru_cache(maxsize=64)
def noise_bank(side: int, deviation: float, channels: int) -> np.ndarray:
    """Return camera noise around 128, uint8, from which frames cut their own piece."""
    rng = stream(side, "noise", channels)
    return np.clip(np.rint(128 + rng.normal(0, deviation, (side, side, channels))), 0, 255).astype(
        np.uint8
    )


def cut(
    pattern: _Tile, size: tuple[int, int], rng: np.random.Generator
) -> Float[np.ndarray, "height width"]:
    """Cut a piece of a tile at random, mirrored at random; larger pieces repeat the tile."""
    top, left = rng.integers(TILE, size=2)
    rows = (top + np.arange(size[0])) % TILE
    columns = (left + np.arange(size[1])) % TILE
    piece = pattern[np.ix_(rows, columns)]
    return piece[:: int(rng.choice([-1, 1])), :: int(rng.choice([-1, 1]))]


def _cloud(rng: np.random.Generator, softness: float) -> np.ndarray:
    """Return smooth seamless noise."""
    grain = rng.normal(0, 1, (TILE, TILE)).astype(np.float32)
    half = TILE // 2
    wrapped = np.pad(grain, half, mode="wrap")
    soft = cv2.GaussianBlur(wrapped, (0, 0), softness)[half:-half, half:-half]
    return soft / soft.std()


def _plain(rng: np.random.Generator) -> np.ndarray:
    return _cloud(rng, 60.0) + 0.3 * _cloud(rng, 1.0)


def _paper(rng: np.random.Generator) -> np.ndarray:
    return _cloud(rng, 1.2) + 0.8 * _cloud(rng, 12.0)


def _sand(rng: np.random.Generator) -> np.ndarray:
    return _cloud(rng, 0.8) + 0.6 * _cloud(rng, 3.0) + 0.5 * _cloud(rng, 30.0)


def _bedding(rng: np.random.Generator) -> np.ndarray:
    """Wood chips: many short thick strokes over each other, light and dark."""
    chips = np.zeros((TILE, TILE), np.float32)
    for _ in range(120):
        angles, lengths = rng.uniform(0, np.pi, 50), rng.uniform(3, 9, 50)
        reach = lengths[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        _scratch(chips, reach, int(rng.integers(1, 4)), rng)
    return cv2.GaussianBlur(chips, (0, 0), 0.7) + 0.3 * _cloud(rng, 25.0)


def _scratch(
    canvas: _Tile, reach: Float[np.ndarray, "line 2"], width: int, rng: np.random.Generator
) -> None:
    """Draw lines of one brightness anywhere; what leaves the tile comes in on the other side."""
    start = rng.uniform(0, TILE, reach.shape)
    ends = np.stack([start, start + reach], axis=1)
    value = float(rng.normal())
    for across in (-TILE, 0, TILE):
        for down in (-TILE, 0, TILE):
            lines = np.rint((ends + np.array([across, down])) * 16).astype(np.int32)
            cv2.polylines(canvas, list(lines), False, value, width, cv2.LINE_8, 4)


def _tiles(rng: np.random.Generator) -> np.ndarray:
    pitch = TILE // int(rng.choice([8, 16]))
    at = np.arange(TILE) % pitch
    joint = (at < max(1, pitch // 24)).astype(np.float32)
    lines = np.maximum(joint[:, None], joint[None, :])
    return -4 * lines + 0.5 * _cloud(rng, 20.0) + 0.2 * _cloud(rng, 1.0)


def _mesh(rng: np.random.Generator) -> np.ndarray:
    pitch = TILE // int(rng.choice([32, 64]))
    wave = np.sin(2 * np.pi * np.arange(TILE) / pitch)
    return wave[:, None] * wave[None, :] + 0.6 * _cloud(rng, 15.0)


def _scratched(rng: np.random.Generator) -> np.ndarray:
    marks = np.zeros((TILE, TILE), np.float32)
    for _ in range(40):
        _scratch(marks, rng.normal(0, 40, (3, 2)), 1, rng)
    return marks * 3 + _cloud(rng, 40.0) + 0.3 * _cloud(rng, 1.0)


_PATTERNS = {
    "plain": _plain,
    "paper": _paper,
    "bedding": _bedding,
    "tiles": _tiles,
    "mesh": _mesh,
    "sand": _sand,
    "scratched": _scratched,
}
