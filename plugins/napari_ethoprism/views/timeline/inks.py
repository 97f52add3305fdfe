"""The colours that a lane is painted in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Inks:
    """Colours of a lane as 0xFFRRGGBB.

    Parameters
    ----------
    ground, hatch
        Of the lane, and of what was not observed.
    solid, soft, seam
        The behaviour's colour, the same paler, and darker.
    mark
        For caps, comments and what is chosen: stands out from the ground.
    """

    ground: int
    hatch: int
    solid: int
    soft: int
    seam: int
    mark: int

    @classmethod
    def of(cls, color: str, ground: str, hatch: str, mark: str) -> "Inks":
        """Mix the inks of colours ``#rrggbb``."""
        return cls(
            ground=mixed(ground, ground),
            hatch=mixed(hatch, ground, 0.7),
            solid=mixed(color, ground),
            soft=mixed(color, ground, 0.3),
            seam=mixed(color, "#000000", 0.55),
            mark=mixed(mark, ground),
        )


def mixed(color: str, other: str, share: float = 1.0) -> int:
    """Mix two colours ``#rrggbb`` into 0xFFRRGGBB, `share` of the first."""
    one, two = (int(name[1:], 16) for name in (color, other))
    parts = [
        round((one >> at & 255) * share + (two >> at & 255) * (1 - share)) << at
        for at in (16, 8, 0)
    ]
    return 0xFF000000 | sum(parts)
