"""What one individual looks like: colours, marks and girth, drawn from its identity."""

from dataclasses import dataclass

from ethoprism_domains.simulated.streams import stream

Colour = tuple[float, float, float]

_COATS: dict[str, dict[str, tuple[Colour, Colour]]] = {
    "mouse": {
        "black": ((44.0, 40.0, 38.0), (112.0, 88.0, 84.0)),
        "brown": ((104.0, 80.0, 56.0), (168.0, 128.0, 112.0)),
        "grey": ((116.0, 114.0, 112.0), (176.0, 146.0, 140.0)),
        "sandy": ((178.0, 142.0, 98.0), (206.0, 162.0, 142.0)),
        "white": ((226.0, 222.0, 214.0), (232.0, 186.0, 178.0)),
    },
    "fly": {
        "dark": ((62.0, 48.0, 36.0), (120.0, 36.0, 28.0)),
        "amber": ((148.0, 104.0, 56.0), (168.0, 40.0, 30.0)),
        "yellow": ((186.0, 150.0, 84.0), (150.0, 44.0, 36.0)),
    },
    "fish": {
        "silver": ((150.0, 158.0, 162.0), (70.0, 84.0, 100.0)),
        "golden": ((214.0, 138.0, 52.0), (238.0, 190.0, 120.0)),
        "dark": ((54.0, 60.0, 66.0), (90.0, 96.0, 98.0)),
        "striped": ((168.0, 166.0, 140.0), (48.0, 58.0, 92.0)),
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
