"""How the kinds of animals move: their speeds, strides and how far their bodies bend."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Gait:
    """One kind's way of moving.

    Parameters
    ----------
    walk, run
        Speeds in body lengths a second.
    strides
        Cycles of the legs or the tail in each body length of way.
    curl
        How much of the curl that a rest or grooming asks for the body takes up, 0 to 1.
    swing
        Bend of the body in a turn: radians for each radian a second.
    circles
        The body at a glance, for keeping apart: places along it and radii, in body lengths.
    """

    walk: float
    run: float
    strides: float
    curl: float
    swing: float
    circles: tuple[tuple[float, float], ...]


GAITS = {
    "mouse": Gait(
        walk=1.5,
        run=4.4,
        strides=1.5,
        curl=1.0,
        swing=0.3,
        circles=((-0.3, 0.15), (-0.12, 0.18), (0.06, 0.17), (0.24, 0.12), (0.4, 0.08)),
    ),
    "fly": Gait(
        walk=2.0,
        run=5.5,
        strides=1.8,
        curl=0.0,
        swing=0.04,
        circles=((-0.34, 0.11), (-0.16, 0.15), (0.02, 0.13), (0.2, 0.15), (0.4, 0.12)),
    ),
    "fish": Gait(
        walk=1.3,
        run=4.6,
        strides=1.1,
        curl=0.25,
        swing=0.3,
        circles=((-0.36, 0.04), (-0.18, 0.06), (0.0, 0.08), (0.18, 0.1), (0.36, 0.08)),
    ),
}
