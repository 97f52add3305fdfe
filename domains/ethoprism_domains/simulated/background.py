"""The empty arena: floor, walls, what stands around, and the light on all of it."""

import cv2
import numpy as np
from jaxtyping import Float

from ethoprism_domains.simulated.arena import Arena
from ethoprism_domains.simulated.lighting import Light
from ethoprism_domains.simulated.looks import Colour, Look, scaled
from ethoprism_domains.simulated.paint import (
    Mask,
    Picture,
    disc,
    ellipse,
    fill,
    mix,
    polygon,
    relief,
    shade,
    shadow,
)
from ethoprism_domains.simulated.settings import SceneSettings
from ethoprism_domains.simulated.streams import stream
from ethoprism_domains.simulated.textures import VARIANTS, cut, tile

_FLOORS = {
    "round": ("plain", "paper", "tiles", "mesh", "scratched"),
    "square": ("plain", "paper", "tiles", "mesh", "scratched", "sand"),
    "cage": ("bedding", "bedding", "bedding", "paper", "sand"),
    "tank": ("sand", "plain", "plain"),
    "corridor": ("plain", "tiles", "mesh", "scratched"),
}
_TINTS: tuple[Colour, ...] = (
    (1.0, 1.0, 1.0),
    (1.0, 1.0, 1.0),
    (1.0, 0.95, 0.86),
    (1.0, 0.89, 0.75),
    (0.87, 0.94, 1.0),
    (0.9, 1.0, 0.92),
)
_WATER: Colour = (0.66, 0.93, 1.0)
_LEVELS = (26.0, 48.0, 76.0, 104.0, 136.0, 168.0, 196.0, 220.0)
_LEAST_CONTRAST = 42.0

_Map = Float[np.ndarray, "height width"]


def paint_background(
    settings: SceneSettings, arena: Arena, light: Light, looks: list[Look], seed: int
) -> Picture:
    """Paint the arena without its animals, lit.

    The floor's brightness is chosen to differ from every coat, since an animal that nobody could
    see teaches nothing.
    """
    rng = stream(seed, "background")
    clearance = arena.clearance_map(settings.size)
    wall = rng.uniform(0.015, 0.05) * min(settings.size)
    floor = _floor(settings, looks, clearance, rng)
    canvas, rim = _surroundings(settings, clearance, wall, rng)
    mix(canvas, rim, _coverage(clearance + wall))
    mix(canvas, floor, _coverage(clearance))
    for _ in range(settings.objects):
        _add_object(canvas, arena, light, settings.body_length, rng)
    return _coloured(light.field, light.tint, canvas)


def _coverage(inside: _Map) -> Mask:
    """Return how much of each pixel lies inside, 0 to 255."""
    return cv2.convertScaleAbs(np.minimum(np.maximum(inside + 0.5, 0.0), 1.0), alpha=255)


def _floor(
    settings: SceneSettings, looks: list[Look], clearance: _Map, rng: np.random.Generator
) -> Picture:
    kinds = _FLOORS[settings.arena]
    kind = kinds[int(rng.integers(len(kinds)))]
    level = _contrasting_level(looks, rng)
    strength = rng.uniform(0.06, 0.14) if kind == "bedding" else rng.uniform(0.02, 0.06)
    texture = cut(tile(kind, int(rng.integers(VARIANTS))), settings.size, rng)
    depth = np.float32(-1 / (0.02 * min(settings.size)))
    corner = 1 - np.float32(rng.uniform(0.1, 0.35)) * cv2.exp(depth * np.maximum(clearance, 0.0))
    tint = _WATER if settings.arena == "tank" else _TINTS[int(rng.integers(len(_TINTS)))]
    return _coloured(level * (1 + strength * texture) * corner, tint)


def _contrasting_level(looks: list[Look], rng: np.random.Generator) -> float:
    contrast = {level: min(abs(level - look.brightness) for look in looks) for level in _LEVELS}
    fitting = [level for level in _LEVELS if contrast[level] >= _LEAST_CONTRAST]
    if not fitting:
        fitting = [max(_LEVELS, key=contrast.__getitem__)]
    return fitting[int(rng.integers(len(fitting)))] * float(rng.uniform(0.95, 1.05))


def _surroundings(
    settings: SceneSettings, clearance: _Map, wall: float, rng: np.random.Generator
) -> tuple[Picture, Picture]:
    """Return the table around the arena, and the wall as it rises towards its upper edge."""
    outer = cut(tile("paper", int(rng.integers(VARIANTS))), settings.size, rng)
    level = rng.choice([18.0, 40.0, 90.0, 150.0, 205.0])
    around = _coloured(level * (1 + 0.04 * outer), _TINTS[int(rng.integers(len(_TINTS)))])
    rise = np.minimum(np.maximum(-clearance / wall, 0.0), 1.0)
    side = rng.choice([40.0, 90.0, 140.0, 190.0])
    rim = _coloured(side * (0.7 + 0.5 * rise**2), _TINTS[int(rng.integers(len(_TINTS)))])
    return around, rim


def _coloured(level: _Map, tint: Colour, surface: Picture | None = None) -> Picture:
    """Return a surface (white, if none is given) by a light of this brightness and tint."""
    white = np.full((*level.shape, 3), 1, np.uint8) if surface is None else surface
    channels = [
        cv2.multiply(channel, level, scale=factor, dtype=cv2.CV_8U)
        for channel, factor in zip(cv2.split(white), tint, strict=True)
    ]
    return cv2.merge(channels)


def _add_object(
    canvas: Picture, arena: Arena, light: Light, length: float, rng: np.random.Generator
) -> None:
    """Set a thing on the wall's line: a hut, a bowl or a tube."""
    angle = rng.uniform(0, 2 * np.pi)
    centre = np.array(arena.centre) + 3 * max(arena.half) * np.array([np.cos(angle), np.sin(angle)])
    x, y = arena.confine(float(centre[0]), float(centre[1]), 0.1 * length)
    levels = rng.uniform(0.2, 0.9, 3) * 0.4 + rng.uniform(0.1, 0.6)
    red, green, blue = (255 * levels).tolist()
    colour = (red, green, blue)
    kind = rng.choice(["hut", "bowl", "tube"])
    size = length * float(rng.uniform(0.4, 0.7))
    mask = np.zeros(canvas.shape[:2], np.uint8)
    if kind == "bowl":
        disc(mask, np.array([[x, y]]), 0.7 * size, 255)
    else:
        slimness = 0.9 if kind == "hut" else 0.4
        _block(mask, np.array([x, y]), size, slimness, float(rng.uniform(0, 3)))
    shadow(canvas, mask, (-0.12 * length * light.lean[0], -0.12 * length * light.lean[1]), 0.4)
    fill(canvas, mask, colour)
    shade(canvas, relief(mask, size * 0.5, 0.3, light.lean))
    if kind == "bowl":
        ellipse(canvas, np.array([[x, y]]), (size * 0.45, size * 0.45), 0.0, scaled(colour, 0.55))


def _block(
    mask: np.ndarray, centre: np.ndarray, size: float, slimness: float, angle: float
) -> None:
    along = np.array([np.cos(angle), np.sin(angle)]) * size
    across = np.array([-np.sin(angle), np.cos(angle)]) * size * slimness
    corners = [along + across, along - across, -along - across, across - along]
    polygon(mask, centre + np.array(corners), 255)
