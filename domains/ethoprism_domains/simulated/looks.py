"""What one individual looks like: colours, marks and girth, drawn from its identity."""

from dataclasses import dataclass

from ethoprism_domains.simulated.streams import stream

Colour = tuple[float, float, float]

_COATS: dict[str, dict[str, tuple[Colour, Colour]]] = {
    "mouse": {
        "black": ((44, 40, 38), (112, 88, 84)),
        "brown": ((104, 80, 56), (168, 128, 112)),
        "grey": ((116, 114, 112), (176, 146, 140)),
        "sandy": ((178, 142, 98), (206, 162, 142)),
        "white": ((226, 222, 214), (232, 186, 178)),
    },
    "fly": {
        "dark": ((62, 48, 36), (120, 36, 28)),
        "amber": ((148, 104, 56), (168, 40, 30)),
        "yellow": ((186, 150, 84), (150, 44, 36)),
    },
    "fish": {
        "silver": ((150, 158, 162), (70, 84, 100)),
        "golden": ((214, 138, 52), (238, 190, 120)),
        "dark": ((54, 60, 66), (90, 96, 98)),
        "striped": ((168, 166, 140), (48, 58, 92)),
    },
}


@dataclass(frozen=True)
class Look:
    """One individual's looks.

    Parameters
    ----------
    shade
        The colour's name, for captions.
    coat, accent
        Main colour, and that of ears and tail, eyes, or stripes; RGB, 0 to 255.
    girth
        Width as a factor of the plan's.
    patch
        Where along the body a pale patch lies (0 rump, 1 nose), or -1 for none.
    """

    shade: str
    coat: Colour
    accent: Colour
    girth: float
    patch: float

    @property
    def brightness(self) -> float:
        """Mean of the coat's three colours."""
        return sum(self.coat) / 3


def draw_look(body: str, identity: int) -> Look:
    """Draw the looks of the individual with this identity."""
    rng = stream(identity, "look")
    shades = _COATS[body]
    shade = list(shades)[int(rng.integers(len(shades)))]
    coat, accent = shades[shade]
    tint = rng.uniform(0.88, 1.12)
    patch = -1.0
    if body == "mouse" and shade != "white" and rng.random() < 0.2:
        patch = float(rng.uniform(0.25, 0.7))
    return Look(
        shade,
        scaled(coat, float(tint)),
        scaled(accent, float(tint)),
        float(rng.uniform(0.9, 1.12)),
        patch,
    )


def scaled(colour: Colour, factor: float) -> Colour:
    """Return a colour made brighter or darker."""
    red, green, blue = (min(max(part * factor, 0.0), 255.0) for part in colour)
    return red, green, blue


def blend(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour that lies `share` of the way from one to the other."""
    red, green, blue = (a + share * (b - a) for a, b in zip(one, other, strict=True))
    return red, green, blue
