"""How one animal carries its acts out: steering, turning, speeding up, minding the walls.

Headings are radians, 0 to the right of the picture and growing anticlockwise as seen on screen, so
that a turn to the animal's own left is positive. Positions are pixels, x to the right, y down.
"""

import math
from collections import deque
from dataclasses import replace

import numpy as np

from ethoprism_domains.simulated.arena import Arena
from ethoprism_domains.simulated.behavior import (
    MOVING,
    TURNING,
    Act,
    Intent,
    Mode,
    Temper,
    choose,
    plan,
    turn,
)
from ethoprism_domains.simulated.gaits import GAITS

_SHARPEST_CURVE = 1.7  # radians a second while walking or running; more is a turn on the spot
_STEADY = 0.35  # seconds that a walk or run lasts at least after a turn
_TURN_RATE = 3.6  # radians a second of a turn on the spot
_SPEED_LAG, _TURN_LAG, _POSTURE_LAG = 0.10, 0.06, 0.12  # seconds
_STRETCH = {Mode.REST: 0.78, Mode.GROOM: 0.82, Mode.RUN: 1.12, Mode.LEFT: 0.93, Mode.RIGHT: 0.93}
_MARGIN = (0.2, 0.28)  # body lengths kept from a wall: always, and more when facing it
_TOO_FAR_TO_TOUCH = 1.4  # mean body lengths between centres


class Mover:
    """One animal on its way: where it is, what it is doing, and what it will do next."""

    def __init__(
        self,
        body: str,
        length: float,
        temper: Temper,
        arena: Arena,
        rng: np.random.Generator,
    ) -> None:
        self.gait = GAITS[body]
        self.length, self.temper, self.arena, self.rng = length, temper, arena, rng
        self.x, self.y = arena.centre
        self.heading = self.speed = self.turn_rate = self.wander = 0.0
        self.stretch, self.bend, self.rear, self.groom = 1.0, 0.0, 0.0, 0.0
        self.stride = float(rng.uniform(0, 2 * math.pi))
        self.pace = 1.0
        self.kind = ""
        self.plan: deque[Act] = deque()
        self.act = Act(Mode.STAND, 0.0)
        self.has_turned = False
        self.elapsed = self.turned = 0.0

    def place(self, x: float, y: float, heading: float) -> None:
        """Put the animal somewhere, facing some way."""
        self.x, self.y, self.heading = x, y, heading

    def begin(self, kind: str, acts: list[Act]) -> None:
        """Drop what is going on and do these acts."""
        self.kind = kind
        self.plan = deque(acts)
        self._next_act()

    def step(self, seconds: float, movers: list["Mover"]) -> None:
        """Live through `seconds`, seeing all animals (itself among them)."""
        while self._act_is_over(movers):
            self._go_on(movers)
        self._change_mind(seconds)
        speed, turn_rate = self._drive(movers)
        self._integrate(speed, turn_rate, seconds)
        self._hold_posture(seconds)
        self._keep_apart(movers, seconds)
        margin = _MARGIN[0] + _MARGIN[1] * abs(self._facing_wall())
        self.x, self.y = self.arena.confine(self.x, self.y, margin * self.length)

    # what next

    def _act_is_over(self, movers: list["Mover"]) -> bool:
        if self.act.mode in TURNING and self.turned >= self.act.angle - 0.1:
            return True
        if self.act.intent is Intent.WALL and self._nose_clearance() < 0.12 * self.length:
            return True
        if self.elapsed >= self.act.seconds:
            return True
        if self.act.intent is Intent.CHASE:
            return movers[self.act.partner].act.intent is not Intent.FLEE and self.elapsed > 0.5
        if self.act.intent in (Intent.APPROACH, Intent.TOUCH):
            near = self.gap(movers[self.act.partner])[0] < 0.03 * self.length
            return near if self.act.mode in MOVING else not near and self.elapsed > 0.5
        return False

    def _go_on(self, movers: list["Mover"]) -> None:
        if self.plan:
            self._next_act()
            return
        kind = choose(self.temper, self.kind, self.rng)
        partner = self._pick_partner(movers)
        if kind == "approach" and self.gap(movers[partner])[0] < 0.8 * self.length:
            kind = "walk"  # it is there already
        near_wall = self.arena.clearance(self.x, self.y) < 2.2 * self.length
        acts = plan(kind, partner, near_wall, self.rng)
        self.begin(kind, acts)
        if kind == "chase":
            movers[partner].flee(acts[0].seconds, movers.index(self))

    def flee(self, seconds: float, chaser: int) -> None:
        """Run from another animal."""
        self.begin("run", [Act(Mode.RUN, seconds, Intent.FLEE, chaser)])

    def _next_act(self) -> None:
        self.has_turned = self.act.mode in TURNING
        self.act = self.plan.popleft()
        self.elapsed = self.turned = 0.0
        self.pace = float(self.rng.uniform(0.8, 1.2)) * self.temper.vigour

    def _pick_partner(self, movers: list["Mover"]) -> int:
        others = [number for number, mover in enumerate(movers) if mover is not self]
        return int(self.rng.choice(others)) if others else -1

    # where to

    def _drive(self, movers: list["Mover"]) -> tuple[float, float]:
        """Return the speed (pixels a second) and turning (radians a second) aimed at."""
        unit = self.length * self.pace
        if self.act.mode in MOVING:
            aim = self._steer(movers)
        if self.act.mode in TURNING:  # which steering may just have begun
            sign = 1 if self.act.mode is Mode.LEFT else -1
            return 0.15 * self.gait.walk * unit, sign * _TURN_RATE
        if self.act.mode is Mode.WALK:
            return self.gait.walk * unit, aim
        if self.act.mode is Mode.RUN:
            return self._running_speed(unit, movers), aim
        if self.act.intent is Intent.TOUCH:  # leaning on the other keeps the contact
            return 0.25 * unit, self._clip(2 * self._error_towards(movers[self.act.partner]))
        return 0.0, 0.0

    def _running_speed(self, unit: float, movers: list["Mover"]) -> float:
        """Return a run's speed; at the heels of the chased, that of the chased."""
        speed = self.gait.run * unit
        if self.act.intent is Intent.CHASE:
            other = movers[self.act.partner]
            if self.gap(other)[0] < 0.25 * self.length:
                return min(speed, other.speed)
        return speed

    def _steer(self, movers: list["Mover"]) -> float:
        """Return the turning aimed at; where a curve is too wide, begin a turn instead."""
        near = 0.55 * self.length + 0.12 * self.speed
        aimless = self.act.intent in (Intent.NONE, Intent.FLEE)
        error = self._wall_error(near + 0.3 * self.speed if aimless else near)
        urgent = error is None or not aimless or self._wall_error(near) is not None
        if error is None:
            error = self._goal_error(movers)
        if error is None:
            return self._clip(self.wander)
        if urgent and abs(error) > 1.0 and self._may_turn():
            self._turn_first(error)
        return self._clip(5 * error)

    def _may_turn(self) -> bool:
        """Tell whether a turn may begin: one bout is not chopped into ever shorter ones."""
        return self.elapsed > _STEADY or (self.elapsed == 0 and not self.has_turned)

    def _change_mind(self, seconds: float) -> None:
        """Let the direction that an aimless animal prefers drift: a mean-reverting random walk."""
        self.wander *= 1 - 1.5 * seconds
        self.wander += 0.66 * math.sqrt(seconds) * float(self.rng.normal())

    def _goal_error(self, movers: list["Mover"]) -> float | None:
        if self.act.intent in (Intent.APPROACH, Intent.CHASE):
            return self._error_towards(movers[self.act.partner])
        if self.act.intent is Intent.WALL:
            out_x, out_y = self.arena.outward(self.x, self.y)
            return wrap(math.atan2(-out_y, out_x) - self.heading)
        if self.act.intent is Intent.FLEE:
            away = wrap(self._error_towards(movers[self.act.partner]) + math.pi)
            return float(np.clip(away, -0.9, 0.9)) + 0.3 * self.wander
        return None

    def _error_towards(self, other: "Mover") -> float:
        bearing = math.atan2(self.y - other.y, other.x - self.x)
        return wrap(bearing - self.heading)

    def _wall_error(self, ahead: float) -> float | None:
        """Return how far to turn off a wall `ahead` pixels on, or None if the way is free."""
        if self.act.intent in (Intent.WALL, Intent.APPROACH):
            return None
        x, y = self._ahead(ahead)
        if self.arena.clearance(x, y) > 0.2 * self.length or self._facing_wall() <= 0.05:
            return None
        out_x, out_y = self.arena.outward(x, y)
        outward = math.atan2(-out_y, out_x)
        off = wrap(self.heading - outward)
        side = 1.0 if off >= 0 else -1.0
        inward = 0.15 if abs(off) > 0.9 else 0.15 + abs(self.wander) % 0.9
        return wrap(outward + side * (math.pi / 2 + inward) - self.heading)

    def _turn_first(self, error: float) -> None:
        left = self.act.seconds - self.elapsed - abs(error) / _TURN_RATE
        rest = replace(self.act, seconds=max(_STEADY, left))
        self.plan.appendleft(rest)
        self.plan.appendleft(turn(error, self.act.intent, self.act.partner))
        self._next_act()

    @staticmethod
    def _clip(rate: float) -> float:
        return min(max(rate, -_SHARPEST_CURVE), _SHARPEST_CURVE)

    # moving

    def _integrate(self, speed: float, turn_rate: float, seconds: float) -> None:
        self.speed += (speed - self.speed) * _share(seconds, _SPEED_LAG)
        self.turn_rate += (turn_rate - self.turn_rate) * _share(seconds, _TURN_LAG)
        self.heading += self.turn_rate * seconds
        way = self.speed * seconds
        self.x, self.y = self._ahead(way)
        self.stride += 2 * math.pi * self.gait.strides * way / self.length
        self.stride += 0.25 * abs(self.turn_rate) * seconds * 2 * math.pi
        self.elapsed += seconds
        self.turned += abs(self.turn_rate) * seconds

    def _hold_posture(self, seconds: float) -> None:
        share = _share(seconds, _POSTURE_LAG)
        mode = self.act.mode
        self.stretch += (_STRETCH.get(mode, 1.0) - self.stretch) * share
        self.rear += ((mode is Mode.REAR) - self.rear) * share
        self.groom += ((mode is Mode.GROOM) - self.groom) * share
        bend = self.gait.curl * self.act.curl + self.gait.swing * self.turn_rate
        self.bend += (min(max(bend, -1.1), 1.1) - self.bend) * share

    def _keep_apart(self, movers: list["Mover"], seconds: float) -> None:
        for other in movers:
            if other is self:
                continue
            gap, away_x, away_y = self.gap(other)
            moving = self.speed > 0.05 * self.length or abs(self.turn_rate) > 0.5
            if moving and gap < -0.04 * self.length:
                push = min(-gap - 0.04 * self.length, 2.5 * self.length * seconds)
                self.x, self.y = self.x + push * away_x, self.y + push * away_y

    # seeing

    def gap(self, other: "Mover") -> tuple[float, float, float]:
        """Return the gap to another's body in pixels and the direction (x, y) away from it."""
        apart = math.hypot(self.x - other.x, self.y - other.y)
        if apart > _TOO_FAR_TO_TOUCH * (self.length + other.length) / 2:
            return apart - (self.length + other.length) / 2, 1.0, 0.0
        nearest = (math.inf, 1.0, 0.0)
        for x, y, radius in self._circles():
            for other_x, other_y, other_radius in other._circles():
                distance = math.hypot(x - other_x, y - other_y)
                gap = distance - radius - other_radius
                if gap < nearest[0]:
                    scale = 1 / max(distance, 1e-6)
                    nearest = (gap, (x - other_x) * scale, (y - other_y) * scale)
        return nearest

    def _circles(self) -> list[tuple[float, float, float]]:
        return [
            (*self._ahead(place * self.length), radius * self.length)
            for place, radius in self.gait.circles
        ]

    def _ahead(self, distance: float) -> tuple[float, float]:
        x = self.x + distance * math.cos(self.heading)
        return x, self.y - distance * math.sin(self.heading)

    def _nose_clearance(self) -> float:
        return self.arena.clearance(*self._ahead(0.5 * self.length))

    def _facing_wall(self) -> float:
        """Return 1 when facing the nearest wall, 0 along it, -1 with the back to it."""
        out_x, out_y = self.arena.outward(self.x, self.y)
        return math.cos(self.heading) * out_x - math.sin(self.heading) * out_y


def wrap(angle: float) -> float:
    """Return the same angle within [-pi, pi)."""
    return (angle + math.pi) % (2 * math.pi) - math.pi


def _share(seconds: float, lag: float) -> float:
    return 1 - math.exp(-seconds / lag)
