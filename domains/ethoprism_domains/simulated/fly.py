"""Painting a fly from above: head, thorax and striped abdomen, six legs, two clear wings."""

import numpy as np
from jaxtyping import Float

from ethoprism_domains.simulated.bodies import GROOM_RATE
from ethoprism_domains.simulated.looks import Colour, blend, scaled
from ethoprism_domains.simulated.paint import (
    Picture,
    body_mask,
    bounds,
    disc,
    ellipse,
    fill,
    flat,
    frame_of,
    mix,
    relief,
    shade,
    shadow,
    strokes,
)
from ethoprism_domains.simulated.pose import Pose

_THORAX, _HEAD = 6, 9  # numbers of joints
# each leg pair: where its foot is (along, aside) from the thorax, in body lengths
_FEET = ((0.34, 0.26), (0.02, 0.4), (-0.36, 0.34))
_GLASS: Colour = (205.0, 208.0, 212.0)
_ROOTS = (0.1, 0.02, -0.06)


def paint_fly(canvas: Picture, pose: Pose) -> None:
    """Paint one fly on the canvas."""
    mask = body_mask(canvas.shape, pose.points, pose.radii)
    shadow(canvas, mask, pose.shadow(0.1), 0.4)
    strokes(canvas, _legs(pose), scaled(pose.coat, 0.6), max(1, round(0.03 * pose.length)))
    trunk = bounds(mask)
    fill(canvas[trunk], mask[trunk], pose.coat)
    _paint_marks(canvas, pose)
    shade(canvas[trunk], relief(mask[trunk], 0.8 * float(pose.radii.max()), 0.45, pose.lean))
    _paint_eyes(canvas, pose)
    _paint_wings(canvas, pose)


def _legs(pose: Pose) -> Float[np.ndarray, "leg 3 2"]:
    """Return root, knee and foot of every leg; three legs step while three stand."""
    along, left = frame_of(pose.heading)
    thorax = pose.points[_THORAX]
    legs = []
    for pair, (forward, aside) in enumerate(_FEET):
        for side in (1, -1):
            phase = pose.stride + np.pi * ((pair + (side > 0)) % 2)
            step = 0.12 * pose.going * np.sin(phase)
            lift = 0.03 * pose.going * np.cos(phase)
            foot = np.array([forward + step, side * (aside - lift)])
            foot = foot + _rubbing(pose, pair, side)
            root = np.array([_ROOTS[pair], side * 0.1])
            knee = (root + foot) / 2 + np.array([0.04 * np.sign(forward), side * 0.06])
            legs.append(np.stack([root, knee, foot]))
    legs_in_lengths = np.stack(legs) * pose.length
    return thorax + legs_in_lengths[..., :1] * along + legs_in_lengths[..., 1:] * left


def _rubbing(pose: Pose, pair: int, side: int) -> Float[np.ndarray, " 2"]:
    """Return how grooming moves a foot: the first pair before the head, or the last behind."""
    busy = 0 if pose.curl >= 0 else 2
    if pair != busy or pose.groom < 0.05:
        return np.zeros(2)
    stroke = np.sin(2 * np.pi * GROOM_RATE * pose.seconds + (np.pi / 2) * side)
    forward = 0.16 if busy == 0 else -0.2
    aside = _FEET[pair][1] - 0.05
    return pose.groom * np.array([forward + 0.1 * stroke, -side * aside])


def _paint_marks(canvas: Picture, pose: Pose) -> None:
    """Band the abdomen and lighten the thorax."""
    bands = []
    for joint in (1, 2, 3, 4):
        _, left = frame_of(pose.joint_heading(joint))
        reach = 0.85 * pose.radii[joint] * left
        bands.append(np.stack([pose.points[joint] - reach, pose.points[joint] + reach]))
    strokes(canvas, np.stack(bands), scaled(pose.coat, 0.55), max(1, round(0.035 * pose.length)))
    thorax = pose.lit(blend(pose.look.coat, (150.0, 128.0, 100.0), 0.35))
    ellipse(
        canvas,
        pose.points[_THORAX][None],
        (0.15 * pose.length, 0.115 * pose.length),
        pose.heading,
        thorax,
    )


def _paint_eyes(canvas: Picture, pose: Pose) -> None:
    along, left = frame_of(pose.heading)
    eyes = pose.points[_HEAD] + np.outer([1, -1], 0.1 * pose.length * left)
    ellipse(canvas, eyes, (0.075 * pose.length, 0.05 * pose.length), pose.heading, _eye(pose))
    feelers = pose.points[-1] + 0.03 * pose.length * along
    disc(canvas, feelers[None], 0.02 * pose.length, scaled(pose.coat, 0.7))


def _eye(pose: Pose) -> tuple[float, float, float]:
    return pose.lit(pose.look.accent)


def _paint_wings(canvas: Picture, pose: Pose) -> None:
    """Lay both wings back over the abdomen, spread a little while running or grooming behind."""
    splay = 0.13 + 0.12 * pose.going + 0.3 * pose.groom * (pose.curl < 0)
    glass = flat(canvas, pose.lit(_GLASS))
    veins = pose.lit(scaled(_GLASS, 0.7))
    mask = np.zeros(canvas.shape[:2], np.uint8)
    for side in (1, -1):
        angle = pose.heading + np.pi - side * splay
        along, _ = frame_of(angle)
        root = pose.points[_THORAX] + side * 0.07 * pose.length * frame_of(pose.heading)[1]
        centre = root + 0.32 * pose.length * along
        axes = (0.34 * pose.length, 0.115 * pose.length)
        ellipse(mask, centre[None], axes, angle, 105)
        lines = np.stack([np.stack([root, root + 0.6 * pose.length * along])])
        strokes(glass, lines, veins)
    spread = bounds(mask)
    mix(canvas[spread], glass[spread], mask[spread])
