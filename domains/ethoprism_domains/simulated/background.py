"""The empty arena: floor, walls, what stands around, and the light on all of it."""

import cv2
import numpy as np
from jaxtyping import Float

from ethoprism_domains.simulated.arena import Arena
from ethoprism_domains.simulated.lighting import Light
from ethoprism_domains.simulated.looks import Colour, Look, scaled
from ethoprism_domains.simulated.paint import (
    Picture,
    disc,
    ellipse,
    fill,
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
    (1.05, 1.0, 0.9),
    (1.1, 0.98, 0.82),
    (0.92, 1.0, 1.06),
    (0.94, 1.04, 0.96),
)
_WATER: Colour = (0.72, 1.02, 1.1)
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
    around, rim = _surroundings(settings, clearance, wall, rng)
    picture = _layer(clearance, floor, _layer(clearance + wall, rim, around))
    canvas = cv2.convertScaleAbs(picture)
    for _ in range(settings.objects):
        _add_object(canvas, arena, light, settings.body_length, rng)
    lit = canvas * light.field[..., None] * np.array(light.tint, np.float32)
    return cv2.convertScaleAbs(lit)


def _layer(
    inside: _Map,
    over: Float[np.ndarray, "height width 3"],
    under: Float[np.ndarray, "height width 3"],
) -> Float[np.ndarray, "height width 3"]:
    share = np.clip(inside + 0.5, 0, 1)[..., None]
    return under + share * (over - under)


def _floor(
    settings: SceneSettings, looks: list[Look], clearance: _Map, rng: np.random.Generator
) -> Float[np.ndarray, "height width 3"]:
    kinds = _FLOORS[settings.arena]
    kind = kinds[int(rng.integers(len(kinds)))]
    level = _contrasting_level(looks, rng)
    strength = rng.uniform(0.06, 0.14) if kind == "bedding" else rng.uniform(0.02, 0.06)
    texture = cut(tile(kind, int(rng.integers(VARIANTS))), settings.size, rng)
    corner = 1 - rng.uniform(0.1, 0.35) * np.exp(-clearance / (0.02 * min(settings.size)))
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
) -> tuple[Float[np.ndarray, "height width 3"], Float[np.ndarray, "height width 3"]]:
    """Return the table around the arena, and the wall as it rises towards its upper edge."""
    outer = cut(tile("paper", int(rng.integers(VARIANTS))), settings.size, rng)
    level = rng.choice([18.0, 40.0, 90.0, 150.0, 205.0])
    around = _coloured(level * (1 + 0.04 * outer), _TINTS[int(rng.integers(len(_TINTS)))])
    rise = np.clip(-clearance / wall, 0, 1)
    side = rng.choice([40.0, 90.0, 140.0, 190.0])
    rim = _coloured(side * (0.7 + 0.5 * rise**2), _TINTS[int(rng.integers(len(_TINTS)))])
    return around, rim


def _coloured(level: _Map, tint: Colour) -> Float[np.ndarray, "height width 3"]:
    return np.clip(level, 0, 255).astype(np.float32)[..., None] * np.array(tint, np.float32)


def _add_object(
    canvas: Picture, arena: Arena, light: Light, length: float, rng: np.random.Generator
) -> None:
    """Set a thing on the wall's line: a hut, a bowl or a tube."""
    angle = rng.uniform(0, 2 * np.pi)
    centre = np.array(arena.centre) + 3 * max(arena.half) * np.array([np.cos(angle), np.sin(angle)])
    x, y = arena.confine(float(centre[0]), float(centre[1]), 0.1 * length)
    levels = rng.uniform(0.2, 0.9, 3) * 0.4 + rng.uniform(0.1, 0.6)
    colour = scaled((255.0, 255.0, 255.0), 1.0)
    colour = (colour[0] * levels[0], colour[1] * levels[1], colour[2] * levels[2])
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
