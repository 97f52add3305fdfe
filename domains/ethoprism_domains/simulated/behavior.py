"""What an animal does next, and for how long: a semi-Markov chain of acts.

Each act names a posture-and-motion `Mode`, and sometimes an `Intent` towards another animal or a
wall. The truth of the recording is read from these, never estimated from the picture.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np


class Mode(IntEnum):
    """How the body moves. Exactly one at a time; `STAND` is none of the ethogram's behaviours."""

    STAND = 0
    REST = 1
    WALK = 2
    RUN = 3
    LEFT = 4
    RIGHT = 5
    GROOM = 6
    REAR = 7


class Intent(IntEnum):
    """What the motion is for."""

    NONE = 0
    APPROACH = 1
    CHASE = 2
    FLEE = 3
    WALL = 4
    TOUCH = 5


TURNING = (Mode.LEFT, Mode.RIGHT)
MOVING = (Mode.WALK, Mode.RUN)


@dataclass(frozen=True)
class Act:
    """One bout of behaviour as it is planned.

    Parameters
    ----------
    mode, intent
        What is done, and what for.
    seconds
        How long at most; a turn, an approach or a way to the wall ends when it is done.
    partner
        Number of the other animal that the intent concerns, or -1.
    angle
        How far a turn goes, in radians.
    curl
        Bend of the body held through the act, in radians from rump to nose, left positive.
    """

    mode: Mode
    seconds: float
    intent: Intent = Intent.NONE
    partner: int = -1
    angle: float = 0.0
    curl: float = 0.0


@dataclass(frozen=True)
class Bouts:
    """Log-normal bout durations: median in seconds, and the spread of their logarithm."""

    median: float
    spread: float = 0.4

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one duration in seconds."""
        return float(self.median * np.exp(np.clip(rng.normal(0, self.spread), -1.2, 1.2)))


@dataclass(frozen=True)
class Temper:
    """How one animal differs from the others of its kind in what it does.

    Parameters
    ----------
    choices, weights
        The acts it chooses from, and how often (they sum to one).
    vigour
        Factor on all its speeds.
    """

    choices: tuple[str, ...]
    weights: tuple[float, ...]
    vigour: float


DURATIONS = {
    "stand": Bouts(0.8),
    "rest": Bouts(2.6),
    "walk": Bouts(1.9),
    "run": Bouts(1.1),
    "groom": Bouts(2.6),
    "rear": Bouts(1.4),
    "approach": Bouts(4.0, 0.1),
    "chase": Bouts(2.2),
    "touch": Bouts(1.2),
}
_APPETITE = {
    "stand": 0.07,
    "rest": 0.15,
    "walk": 0.26,
    "run": 0.16,
    "turn": 0.12,
    "groom": 0.16,
    "rear": 0.15,
    "approach": 0.22,
    "chase": 0.1,
}
_REPERTOIRE = {
    "mouse": tuple(_APPETITE),
    "fly": tuple(name for name in _APPETITE if name != "rear"),
    "fish": tuple(name for name in _APPETITE if name not in ("groom", "rear", "stand")),
}
_SOCIAL = ("approach", "chase")


def draw_temper(body: str, animals: int, rng: np.random.Generator) -> Temper:
    """Draw one individual's temper; alone, an animal has no social acts to choose from."""
    choices = tuple(name for name in _REPERTOIRE[body] if animals > 1 or name not in _SOCIAL)
    taste = np.exp(rng.normal(0, 0.3, len(_APPETITE)))
    liking = dict(zip(_APPETITE, taste, strict=True))
    weights = np.array([_APPETITE[name] * liking[name] for name in choices])
    vigour = float(rng.uniform(0.85, 1.2))
    return Temper(choices, tuple(float(w) for w in weights / weights.sum()), vigour)


def choose(temper: Temper, previous: str, rng: np.random.Generator) -> str:
    """Choose the next kind of act, never the same again."""
    weights = np.array(temper.weights)
    weights[[name == previous for name in temper.choices]] = 0
    return temper.choices[int(rng.choice(len(weights), p=weights / weights.sum()))]


def turn(angle: float, intent: Intent = Intent.NONE, partner: int = -1) -> Act:
    """Plan a turn on the spot by `angle` radians, to the left if it is positive."""
    mode = Mode.LEFT if angle > 0 else Mode.RIGHT
    return Act(mode, 4.0, intent, partner, angle=abs(angle))


def plan(kind: str, partner: int, near_wall: bool, rng: np.random.Generator) -> list[Act]:
    """Plan the acts that make up one choice.

    Parameters
    ----------
    kind
        A key of the choices, such as ``"groom"``.
    partner
        The other animal that a social act is aimed at, or -1.
    near_wall
        Whether a wall is close enough to go there for rearing.
    """
    if kind == "turn":
        return [turn(float(rng.uniform(0.8, 2.9) * rng.choice([-1, 1])))]
    seconds = DURATIONS[kind].draw(rng)
    if kind == "rear":
        way = [Act(Mode.WALK, 1.5, Intent.WALL)] if near_wall else []
        return [*way, Act(Mode.REAR, seconds)]
    if kind == "approach":
        touch = Act(Mode.STAND, DURATIONS["touch"].draw(rng), Intent.TOUCH, partner)
        return [Act(Mode.WALK, seconds, Intent.APPROACH, partner), touch]
    if kind == "chase":
        return [Act(Mode.RUN, seconds, Intent.CHASE, partner)]
    mode, curl = _SOLITARY_ACTS[kind]
    return [Act(mode, seconds, curl=float(rng.choice([-1, 0, 1]) * curl))]


_SOLITARY_ACTS = {
    "stand": (Mode.STAND, 0.15),
    "rest": (Mode.REST, 0.65),
    "walk": (Mode.WALK, 0.0),
    "run": (Mode.RUN, 0.0),
    "groom": (Mode.GROOM, 0.75),
}
