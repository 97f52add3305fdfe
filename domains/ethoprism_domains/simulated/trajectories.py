"""The course of a scene: every animal's place, posture and behaviour at every frame."""

import math
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from ethoprism_domains.simulated.arena import Arena
from ethoprism_domains.simulated.behavior import draw_temper, plan, turn
from ethoprism_domains.simulated.motion import Mover
from ethoprism_domains.simulated.settings import SceneSettings
from ethoprism_domains.simulated.streams import stream

_WARM_UP = 1.0  # seconds lived before frame 0
_SHORT_WARM_UP = 0.35  # when an opening is asked for, enough for the posture to settle
_NUMBERS = (
    "x",
    "y",
    "heading",
    "speed",
    "turn_rate",
    "stretch",
    "bend",
    "rear",
    "groom",
    "stride",
)
_OPENINGS = {
    "resting": "rest",
    "walking": "walk",
    "swimming": "walk",
    "running": "run",
    "darting": "run",
    "grooming": "groom",
    "rearing": "rear",
    "approaching": "approach",
    "chasing": "chase",
    "contact": "approach",
}


@dataclass(frozen=True)
class Course:
    """What one animal does over a recording; every array has one value a frame.

    Parameters
    ----------
    length
        Its body length in pixels.
    x, y
        Centre of the body in pixels.
    heading, turn_rate
        Radians, and radians a second; anticlockwise (to the animal's left) is positive.
    speed
        Pixels a second along the heading.
    stretch, bend
        Body length as a factor of `length`; curvature from rump to nose in radians, left positive.
    rear, groom
        How far these postures are taken up, 0 to 1.
    stride
        Phase of the steps in radians.
    curl
        The bend that the present act asks for: which way the animal rests or grooms.
    mode, intent
        `Mode` and `Intent` of the present act.
    partner
        Number of the other animal that the intent concerns, or -1.
    """

    length: float
    x: Float[np.ndarray, " time"]
    y: Float[np.ndarray, " time"]
    heading: Float[np.ndarray, " time"]
    speed: Float[np.ndarray, " time"]
    turn_rate: Float[np.ndarray, " time"]
    stretch: Float[np.ndarray, " time"]
    bend: Float[np.ndarray, " time"]
    rear: Float[np.ndarray, " time"]
    groom: Float[np.ndarray, " time"]
    stride: Float[np.ndarray, " time"]
    curl: Float[np.ndarray, " time"]
    mode: Int[np.ndarray, " time"]
    intent: Int[np.ndarray, " time"]
    partner: Int[np.ndarray, " time"]


def run_scene(
    settings: SceneSettings, arena: Arena, identities: tuple[int, ...], seed: int
) -> list[Course]:
    """Let the animals live through the scene and return each one's course."""
    movers = [
        _mover(settings, arena, identity, number, seed)
        for number, identity in enumerate(identities)
    ]
    rng = stream(seed, "places")
    for number, mover in enumerate(movers):
        _settle(mover, movers[:number], rng)
    warm_up = _WARM_UP
    if settings.opening:
        warm_up = _SHORT_WARM_UP
        _open(settings, movers, rng)
    seconds = 1 / settings.fps
    for _ in range(math.ceil(warm_up * settings.fps)):
        _step(movers, seconds)
    numbers = np.empty((settings.frames, len(movers), len(_NUMBERS) + 4))
    for frame in range(settings.frames):
        for number, mover in enumerate(movers):
            numbers[frame, number] = _snapshot(mover)
        _step(movers, seconds)
    return [_course(mover, numbers[:, number]) for number, mover in enumerate(movers)]


def individual_length(settings: SceneSettings, identity: int) -> float:
    """Return the body length in pixels of the individual with this identity."""
    return settings.body_length * float(stream(identity, "length").uniform(0.86, 1.16))


def _mover(settings: SceneSettings, arena: Arena, identity: int, number: int, seed: int) -> Mover:
    temper = draw_temper(settings.body, settings.animals, stream(identity, "temper"))
    length = individual_length(settings, identity)
    return Mover(settings.body, length, temper, arena, stream(seed, "motion", number))


def _settle(mover: Mover, settled: list[Mover], rng: np.random.Generator) -> None:
    """Find the animal a free place to start from."""
    for _ in range(200):
        across, down = rng.uniform(-1, 1, 2).tolist()
        x = mover.arena.centre[0] + across * mover.arena.half[0]
        y = mover.arena.centre[1] + down * mover.arena.half[1]
        mover.place(x, y, float(rng.uniform(-math.pi, math.pi)))
        free = mover.arena.clearance(x, y) > 0.7 * mover.length
        if free and all(mover.gap(other)[0] > 0.3 * mover.length for other in settled):
            return


def _open(settings: SceneSettings, movers: list[Mover], rng: np.random.Generator) -> None:
    """Let the first animal begin with the opening, lasting about as long as the recording."""
    first = movers[0]
    lasting = _SHORT_WARM_UP + settings.frames / settings.fps * float(rng.uniform(0.6, 1.6))
    if settings.opening.startswith("turning"):
        sign = 1 if settings.opening == "turning left" else -1
        first.begin("turn", [turn(sign * 3.6 * lasting)])
        return
    kind = _OPENINGS[settings.opening]
    partner = 1 if len(movers) > 1 else -1
    acts = [replace(act, seconds=lasting) for act in plan(kind, partner, False, rng)]
    if settings.opening == "contact":
        _meet(first, movers[1])
        acts = acts[1:]
    if kind == "rear" and rng.random() < 0.7:
        _face_wall(first)
    first.begin(kind, acts)
    if kind == "chase":
        _follow(first, movers[1])
        movers[1].flee(lasting, 0)


def _meet(first: Mover, other: Mover) -> None:
    """Put the first animal right before the other, facing it."""
    heading = math.atan2(first.y - other.y, other.x - first.x)
    reach = 0.5 * first.length + first.gait.circles[2][1] * other.length
    first.place(other.x - reach * math.cos(heading), other.y + reach * math.sin(heading), heading)


def _follow(first: Mover, other: Mover) -> None:
    """Put the first animal behind the other, both heading for the middle of the arena."""
    middle_x, middle_y = first.arena.centre
    heading = math.atan2(other.y - middle_y, middle_x - other.x)
    other.place(other.x, other.y, heading)
    back = 1.3 * other.length
    first.place(other.x - back * math.cos(heading), other.y + back * math.sin(heading), heading)


def _face_wall(mover: Mover) -> None:
    out_x, out_y = mover.arena.outward(mover.x, mover.y)
    x, y = mover.arena.confine(mover.x, mover.y, 0.0)
    way = mover.arena.clearance(x, y) - 0.5 * mover.length
    mover.place(x + way * out_x, y + way * out_y, math.atan2(-out_y, out_x))


def _step(movers: list[Mover], seconds: float) -> None:
    for mover in movers:
        mover.step(seconds, movers)


def _snapshot(mover: Mover) -> list[float]:
    numbers = [getattr(mover, name) for name in _NUMBERS]
    act = mover.act
    return [*numbers, act.curl, float(act.mode), float(act.intent), float(act.partner)]


def _course(mover: Mover, numbers: Float[np.ndarray, "time number"]) -> Course:
    columns = dict(zip(_NUMBERS, numbers.T[: len(_NUMBERS)], strict=True))
    curl, mode, intent, partner = numbers.T[len(_NUMBERS) :]
    return Course(
        length=mover.length,
        curl=curl,
        mode=mode.astype(np.int64),
        intent=intent.astype(np.int64),
        partner=partner.astype(np.int64),
        **columns,
    )
