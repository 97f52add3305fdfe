"""Body plans: how a course becomes a chain of circles, and which boxes and contacts follow.

The chain runs from the root of the tail to the nose. It is the truth about where the body is:
boxes and contacts are computed from it, and the painters draw skin around it.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from ethoprism_domains.simulated.trajectories import Course

TAIL_JOINTS = 9
_TAIL_LAG = 0.045  # seconds by which each joint of the tail lags behind the one before
GROOM_RATE = 6.0  # strokes a second


@dataclass(frozen=True)
class BodyPlan:
    """The build of a kind.

    Parameters
    ----------
    radii
        Radius of each circle of the chain, from rump to nose, in body lengths.
    sway
        Amplitude in radians of the sideways swing of the body with each stride.
    wave
        Amplitude in radians of the wave that runs down a swimming body to its tail.
    nod
        Amplitude in radians of the head's nodding when grooming.
    tail
        Length of the tail in body lengths.
    """

    radii: tuple[float, ...]
    sway: float
    wave: float
    nod: float
    tail: float


PLANS = {
    "mouse": BodyPlan(
        (0.05, 0.125, 0.165, 0.185, 0.187, 0.175, 0.155, 0.128, 0.115, 0.085, 0.03),
        sway=0.09,
        wave=0.0,
        nod=0.3,
        tail=0.85,
    ),
    "fly": BodyPlan(
        (0.04, 0.1, 0.135, 0.15, 0.14, 0.125, 0.15, 0.155, 0.11, 0.13, 0.07),
        sway=0.02,
        wave=0.0,
        nod=0.03,
        tail=0.0,
    ),
    "fish": BodyPlan(
        (0.018, 0.026, 0.04, 0.056, 0.072, 0.085, 0.094, 0.098, 0.094, 0.076, 0.03),
        sway=0.0,
        wave=0.5,
        nod=0.0,
        tail=0.22,
    ),
}


@dataclass(frozen=True)
class Skeleton:
    """Where the parts of one animal are at every frame, in pixels."""

    points: Float[np.ndarray, "time joint 2"]
    radii: Float[np.ndarray, "time joint"]
    tail: Float[np.ndarray, "time tail_joint 2"]


def skeleton(body: str, girth: float, course: Course, fps: float) -> Skeleton:
    """Lay the chain of circles along a course.

    Parameters
    ----------
    body
        Name of the body plan.
    girth
        The individual's width as a factor of the plan's.
    course
        Its course.
    fps
        Frame rate, for the rhythms that are not tied to steps.
    """
    build = PLANS[body]
    place = np.linspace(-0.5, 0.5, len(build.radii))
    seconds = np.arange(len(course.x)) / fps
    angles = _angles(build, course, place, seconds)
    step = course.length * course.stretch * (1 - 0.5 * course.rear) / (len(place) - 1)
    steps = step[:, None, None] * np.stack([np.cos(angles), -np.sin(angles)], axis=-1)
    points = np.cumsum(steps, axis=1)
    points += _centre(course)[:, None] - points.mean(axis=1, keepdims=True)
    points += (0.22 * course.length * course.rear)[:, None, None] * _direction(course.heading)
    radii = _radii(build, girth, course, place, seconds)
    return Skeleton(points, radii, _tail(build, course, points[:, 0], angles, fps))


def boxes(chain: Skeleton) -> tuple[Float[np.ndarray, "time 2"], Float[np.ndarray, "time 2"]]:
    """Return centres and sizes (x, y) of the boxes that just hold the chain of circles.

    Body and head are inside; tail, legs, wings and fins may reach out.
    """
    low = (chain.points - chain.radii[..., None]).min(axis=1)
    high = (chain.points + chain.radii[..., None]).max(axis=1)
    return (low + high) / 2, high - low


def gap(one: Skeleton, other: Skeleton) -> Float[np.ndarray, " time"]:
    """Return the gap between two chains in pixels, frame by frame; negative if they overlap."""
    nearest = np.full(len(one.points), np.inf)
    for joint in range(one.points.shape[1]):
        away = np.linalg.norm(other.points - one.points[:, joint, None], axis=-1)
        between = away - other.radii - one.radii[:, joint, None]
        np.minimum(nearest, between.min(axis=1), out=nearest)
    return nearest


def touching(
    between: Float[np.ndarray, " time"], closed: float, parted: float
) -> Bool[np.ndarray, " time"]:
    """Return whether two bodies are in contact, given the gap between them.

    Contact begins when the gap falls to `closed` and lasts until it exceeds `parted`, so that a
    trembling gap is one bout.
    """
    decided = (between <= closed) | (between > parted)
    frames = np.where(decided, np.arange(len(between)), -1)
    latest = np.maximum.accumulate(frames)
    return (latest >= 0) & (between[latest] <= closed)


def _angles(
    build: BodyPlan,
    course: Course,
    place: Float[np.ndarray, " joint"],
    seconds: Float[np.ndarray, " time"],
) -> Float[np.ndarray, "time joint"]:
    going = np.minimum(course.speed / course.length + 0.4 * np.abs(course.turn_rate), 1.0)
    stride = course.stride[:, None]
    swing = build.sway * going[:, None] * np.sin(stride) * 2 * place
    behind = 0.5 - place
    vigour = np.minimum(0.25 + course.speed / course.length / 3, 1.0)[:, None]
    wave = build.wave * vigour * behind**1.5 * np.sin(stride + 6.0 * behind + _idle(seconds))
    stroke = course.groom * np.sin(2 * np.pi * GROOM_RATE * seconds)
    nod = 2 * build.nod * np.maximum(place - 0.1, 0) * stroke[:, None]
    held = course.heading[:, None] + course.bend[:, None] * place
    return held + swing + wave + nod


def _idle(seconds: Float[np.ndarray, " time"]) -> Float[np.ndarray, "time 1"]:
    """Return the phase of the slow beat that a hovering fish keeps up."""
    return (2 * np.pi * 0.8 * seconds)[:, None]


def _radii(
    build: BodyPlan,
    girth: float,
    course: Course,
    place: Float[np.ndarray, " joint"],
    seconds: Float[np.ndarray, " time"],
) -> Float[np.ndarray, "time joint"]:
    breath = 1 + 0.015 * np.sin(2 * np.pi * 1.7 * seconds)
    plump = breath * girth * course.length / np.sqrt(course.stretch)
    nearer = 1 + course.rear[:, None] * (0.06 + 0.5 * np.maximum(place, 0))
    return plump[:, None] * nearer * np.array(build.radii)


def _tail(
    build: BodyPlan,
    course: Course,
    root: Float[np.ndarray, "time 2"],
    angles: Float[np.ndarray, "time joint"],
    fps: float,
) -> Float[np.ndarray, "time tail_joint 2"]:
    """Trail the tail: each joint takes the direction the rump had a moment before."""
    frames = np.arange(len(root))
    numbers = np.arange(TAIL_JOINTS)
    then = frames[:, None] - np.round(numbers * _TAIL_LAG * fps).astype(int)
    rump = angles[:, 0][np.maximum(then, 0)]
    still = np.clip(1 - course.speed / course.length, 0, 1)[:, None]
    lash = np.sin(0.7 * frames[:, None] / fps + course.length)
    curl = 0.05 * lash + 0.16 * still * np.sign(course.curl + 0.01)[:, None]
    direction = rump + np.pi + curl * numbers
    step = build.tail * course.length / TAIL_JOINTS
    steps = step * np.stack([np.cos(direction), -np.sin(direction)], axis=-1)
    return root[:, None] + np.cumsum(steps, axis=1) - steps[:, :1]


def _centre(course: Course) -> Float[np.ndarray, "time 2"]:
    return np.stack([course.x, course.y], axis=-1)


def _direction(heading: Float[np.ndarray, " time"]) -> Float[np.ndarray, "time 1 2"]:
    return np.stack([np.cos(heading), -np.sin(heading)], axis=-1)[:, None]
