"""Painting a mouse from above: fur over a chain of circles, head, ears, paws and tail."""

import numpy as np

from ethoprism_domains.simulated.bodies import GROOM_RATE
from ethoprism_domains.simulated.looks import Colour, blend, scaled
from ethoprism_domains.simulated.paint import (
    Picture,
    body_mask,
    bounds,
    disc,
    ellipse,
    fill,
    frame_of,
    polygon,
    relief,
    shade,
    shadow,
    strokes,
    tube,
)
from ethoprism_domains.simulated.pose import Pose

_SKIN: Colour = (206.0, 152.0, 142.0)
_HAIRS = 46
_NECK, _HEAD = 7, 8  # numbers of joints


def paint_mouse(canvas: Picture, pose: Pose) -> None:
    """Paint one mouse on the canvas."""
    mask = body_mask(canvas.shape, pose.points, pose.radii)
    shadow(canvas, mask, pose.shadow(0.07 + 0.08 * pose.rear), 0.5)
    _paint_tail(canvas, pose)
    _paint_paws(canvas, pose)
    trunk = bounds(mask)
    fill(canvas[trunk], mask[trunk], pose.coat)
    _paint_fur(canvas, pose)
    shade(canvas[trunk], relief(mask[trunk], 0.85 * float(pose.radii.max()), 0.38, pose.lean))
    _paint_head(canvas, pose)
    if pose.groom > 0.3:
        _paint_washing(canvas, pose)
    if pose.rear > 0.4:
        _paint_lifted_paws(canvas, pose)


def _skin(pose: Pose) -> Colour:
    return pose.lit(blend(_SKIN, pose.look.accent, 0.5))


def _paint_tail(canvas: Picture, pose: Pose) -> None:
    thickness = np.linspace(0.035, 0.012, len(pose.tail)) * pose.length
    polygon(canvas, tube(pose.tail, np.maximum(thickness, 0.45)), pose.lit(pose.look.accent))


def _paint_paws(canvas: Picture, pose: Pose) -> None:
    """Show the paws that stick out at the sides, swinging with the stride, diagonals together."""
    for joint, side, phase in ((2, 1, 0.0), (2, -1, np.pi), (6, 1, np.pi), (6, -1, 0.0)):
        swing = 0.12 * pose.length * pose.going * np.sin(pose.stride + phase)
        reach = 0.95 * pose.radii[joint] + 0.02 * pose.length * pose.going
        along, left = frame_of(pose.joint_heading(joint))
        paw = pose.points[joint] + swing * along + side * reach * left
        ellipse(
            canvas, paw[None], (0.055 * pose.length, 0.03 * pose.length), pose.heading, _skin(pose)
        )


def _paint_fur(canvas: Picture, pose: Pose) -> None:
    """Strew hairs that stay at their place on the body, and a pale patch if there is one."""
    rng = np.random.default_rng(_HAIRS)
    joints = rng.integers(1, len(pose.points) - 1, _HAIRS)
    aside = rng.uniform(-0.8, 0.8, _HAIRS)
    along, left = frame_of(pose.heading + pose.bend * 0.3)
    roots = pose.points[joints] + (aside * pose.radii[joints])[:, None] * left
    tips = roots - 0.09 * pose.length * along
    hairs = np.stack([roots, tips], axis=1)
    if pose.look.patch >= 0:
        joint = round(pose.look.patch * (len(pose.points) - 1))
        pale = pose.lit(blend(pose.look.coat, (230.0, 226.0, 218.0), 0.85))
        radius = float(pose.radii[joint])
        ellipse(canvas, pose.points[joint][None], (radius, 0.7 * radius), pose.heading, pale)
    strokes(canvas, hairs[::2], scaled(pose.coat, 1.22))
    strokes(canvas, hairs[1::2], scaled(pose.coat, 0.78))


def _paint_head(canvas: Picture, pose: Pose) -> None:
    along, left = frame_of(pose.joint_heading(_HEAD))
    scale = pose.length * (1 + 0.25 * pose.rear)
    neck, head, nose = pose.points[_NECK], pose.points[_HEAD], pose.points[-1]
    ear = scaled(blend(pose.coat, _skin(pose), 0.55), 0.92)
    ears = (neck + head) / 2 + np.outer([1, -1], 0.105 * scale * left)
    disc(canvas, ears, 0.068 * scale, scaled(pose.coat, 0.7))
    disc(canvas, ears + 0.008 * scale * along, 0.05 * scale, ear)
    eyes = head + 0.07 * scale * along + np.outer([1, -1], 0.062 * scale * left)
    disc(canvas, eyes, max(0.017 * scale, 0.5), pose.lit((18.0, 14.0, 14.0)))
    disc(canvas, (nose - 0.01 * scale * along)[None], 0.022 * scale, _skin(pose))


def _paint_washing(canvas: Picture, pose: Pose) -> None:
    """Show both forepaws stroking over the snout."""
    along, left = frame_of(pose.joint_heading(_HEAD))
    stroke = np.sin(2 * np.pi * GROOM_RATE * pose.seconds)
    for side in (1, -1):
        forward = (0.03 + 0.06 * stroke) * pose.length
        paw = pose.points[-2] + forward * along + side * (0.07 - 0.02 * stroke) * pose.length * left
        ellipse(
            canvas,
            paw[None],
            (0.06 * pose.length, 0.036 * pose.length),
            pose.heading - side * 0.6,
            _skin(pose),
        )


def _paint_lifted_paws(canvas: Picture, pose: Pose) -> None:
    """Show the forepaws of a rearing mouse before its chest, groping at the wall."""
    along, left = frame_of(pose.joint_heading(_HEAD))
    grope = 0.02 * pose.length * np.sin(2 * np.pi * 2.2 * pose.seconds)
    for side in (1, -1):
        forward = 0.05 * pose.length + side * grope
        paw = pose.points[-1] + forward * along + side * 0.1 * pose.length * left
        ellipse(
            canvas, paw[None], (0.05 * pose.length, 0.028 * pose.length), pose.heading, _skin(pose)
        )
