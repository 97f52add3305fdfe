"""Painting a fish from above: a tapering body that waves, a tail fin and two side fins."""

import numpy as np

from ethoprism_domains.simulated.looks import blend, scaled
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
    polygon,
    relief,
    shade,
    shadow,
    strokes,
    tube,
)
from ethoprism_domains.simulated.pose import Pose

_SHOULDER, _HEAD = 7, 9  # numbers of joints


def paint_fish(canvas: Picture, pose: Pose) -> None:
    """Paint one fish on the canvas; it swims well above its shadow."""
    mask = body_mask(canvas.shape, pose.points, pose.radii)
    shadow(canvas, mask, pose.shadow(0.22), 0.28)
    _paint_fins(canvas, pose)
    trunk = bounds(mask)
    fill(canvas[trunk], mask[trunk], pose.coat)
    _paint_back(canvas, pose)
    shade(canvas[trunk], relief(mask[trunk], 0.9 * float(pose.radii.max()), 0.4, pose.lean))
    _paint_eyes(canvas, pose)


def _paint_fins(canvas: Picture, pose: Pose) -> None:
    """Lay tail fin and side fins over the water, half clear; at rest the side fins fan."""
    fins = flat(canvas, pose.lit(blend(pose.look.coat, pose.look.accent, 0.4)))
    mask = np.zeros(canvas.shape[:2], np.uint8)
    width = np.linspace(0.02, 0.05, len(pose.tail)) * pose.length
    polygon(mask, tube(pose.tail, width), 170)
    fanning = np.sin(2 * np.pi * 2.5 * pose.seconds) * (1 - 0.8 * pose.going)
    for side in (1, -1):
        angle = pose.heading + np.pi - side * (0.9 - 0.5 * pose.going + 0.35 * fanning)
        along, left = frame_of(angle)[0], frame_of(pose.joint_heading(_SHOULDER))[1]
        root = pose.points[_SHOULDER] + side * 0.7 * pose.radii[_SHOULDER] * left
        centre = root + 0.1 * pose.length * along
        ellipse(mask, centre[None], (0.12 * pose.length, 0.045 * pose.length), angle, 150)
    spread = bounds(mask)
    mix(canvas[spread], fins[spread], mask[spread])


def _paint_back(canvas: Picture, pose: Pose) -> None:
    """Draw the dark line of the back, and stripes beside it on a striped fish."""
    width = max(1, round(0.03 * pose.length))
    strokes(canvas, pose.points[None, 1:-1], scaled(pose.coat, 0.72), width)
    if pose.look.shade != "striped":
        return
    across = np.stack(
        [frame_of(pose.joint_heading(joint))[1] for joint in range(1, len(pose.points) - 1)]
    )
    aside = 0.55 * pose.radii[1:-1, None] * across
    lines = np.stack([pose.points[1:-1] + aside, pose.points[1:-1] - aside])
    strokes(canvas, lines, pose.lit(pose.look.accent), width)


def _paint_eyes(canvas: Picture, pose: Pose) -> None:
    _, left = frame_of(pose.joint_heading(_HEAD))
    eyes = pose.points[_HEAD] + np.outer([1, -1], 0.07 * pose.length * left)
    disc(canvas, eyes, max(0.024 * pose.length, 0.6), pose.lit((20.0, 18.0, 18.0)))
