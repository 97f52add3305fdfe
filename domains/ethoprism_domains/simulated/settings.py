"""What a simulated scene holds: the animals, the arena, the light and the camera."""

from dataclasses import dataclass, replace

from ethoprism_core.errors import EthoprismError

ARENAS = ("round", "square", "cage", "tank", "corridor")
LIGHTINGS = ("even", "gradient", "vignette", "flicker", "day", "night")
MOST_ANIMALS = 3

_SOLITARY = {
    "mouse": (
        "resting",
        "walking",
        "running",
        "turning left",
        "turning right",
        "grooming",
        "rearing",
    ),
    "fly": ("resting", "walking", "running", "turning left", "turning right", "grooming"),
    "fish": ("resting", "swimming", "darting", "turning left", "turning right"),
}
SOCIAL = ("approaching", "chasing", "contact")
BODIES = tuple(_SOLITARY)


@dataclass(frozen=True)
class SceneSettings:
    """A scene to simulate. The seed given to `simulate` decides all that is left open here.

    Parameters
    ----------
    body
        ``"mouse"``, ``"fly"`` or ``"fish"``.
    arena
        One of `ARENAS`.
    lighting
        One of `LIGHTINGS`.
    animals
        How many individuals, 1 to 3.
    identities
        One seed an individual for its size, colour and temper, so that the same animal can come
        back in another recording; empty: drawn from the recording's seed.
    frames, fps
        Length of the recording, and its constant frame rate in frames a second.
    size
        Height and width of the picture in pixels.
    body_fraction
        Body length (without tail) as a fraction of the picture's shorter side.
    noise
        Standard deviation of the camera's noise in grey levels.
    blur
        Standard deviation of the lens's blur in pixels.
    jpeg_quality
        Quality of a simulated lossy compression, 1 to 100; 0 leaves it out.
    objects
        How many things lie at the arena's edge.
    opening
        The behaviour of the first individual when the footage begins; empty: left to chance.

    Raises
    ------
    EthoprismError
        If a name is unknown or a number is out of its range.
    """

    body: str = "mouse"
    arena: str = "round"
    lighting: str = "even"
    animals: int = 1
    identities: tuple[int, ...] = ()
    frames: int = 900
    fps: float = 30.0
    size: tuple[int, int] = (320, 320)
    body_fraction: float = 0.13
    noise: float = 2.5
    blur: float = 0.5
    jpeg_quality: int = 0
    objects: int = 0
    opening: str = ""

    def __post_init__(self) -> None:
        _check_name("body", self.body, BODIES)
        _check_name("arena", self.arena, ARENAS)
        _check_name("lighting", self.lighting, LIGHTINGS)
        _check_range("animals", self.animals, 1, MOST_ANIMALS)
        _check_range("frames", self.frames, 1, 10_000_000)
        _check_range("fps", self.fps, 1, 1000)
        _check_range("height", self.size[0], 64, 4096)
        _check_range("width", self.size[1], 64, 4096)
        _check_range("body_fraction", self.body_fraction, 0.03, 0.2)
        _check_range("noise", self.noise, 0, 40)
        _check_range("blur", self.blur, 0, 10)
        _check_range("jpeg_quality", self.jpeg_quality, 0, 100)
        _check_range("objects", self.objects, 0, 8)
        if self.opening:
            _check_name("opening", self.opening, self.behaviors)
        if self.identities and len(self.identities) != self.animals:
            raise EthoprismError(
                f"expected {self.animals} identities, got {len(self.identities)}",
                "identities",
                "give one for each animal, or none",
            )

    @property
    def behaviors(self) -> tuple[str, ...]:
        """The scene's ethogram: what its animals can do."""
        social = SOCIAL if self.animals > 1 else ()
        return _SOLITARY[self.body] + social

    @property
    def individuals(self) -> tuple[str, ...]:
        """Names of the individuals, ``mouse-1`` and so on."""
        return tuple(f"{self.body}-{number + 1}" for number in range(self.animals))

    @property
    def body_length(self) -> float:
        """The kind's typical body length in pixels; individuals differ from it."""
        return self.body_fraction * min(self.size)

    @classmethod
    def open_field(cls) -> "SceneSettings":
        """Build a mouse in a round open field, evenly lit."""
        return cls()

    @classmethod
    def home_cage(cls) -> "SceneSettings":
        """Build a mouse on bedding, with things in the cage, in daylight."""
        return cls(arena="cage", lighting="day", size=(320, 400), objects=2, jpeg_quality=60)

    @classmethod
    def night_cage(cls) -> "SceneSettings":
        """Build a mouse on bedding under an infrared lamp, with a noisy camera."""
        return cls(arena="cage", lighting="night", size=(320, 400), noise=7.0, blur=0.8)

    @classmethod
    def mouse_pair(cls) -> "SceneSettings":
        """Build two mice that meet in a square box."""
        return cls(arena="square", lighting="vignette", animals=2)

    @classmethod
    def corridor(cls) -> "SceneSettings":
        """Build a mouse in a long corridor, brighter at one end."""
        return cls(arena="corridor", lighting="gradient", size=(320, 480), body_fraction=0.12)

    @classmethod
    def fly_bowl(cls) -> "SceneSettings":
        """Build two flies on a round plate under a flickering lamp."""
        return cls(body="fly", lighting="flicker", animals=2, body_fraction=0.1)

    @classmethod
    def fish_tank(cls) -> "SceneSettings":
        """Build three fish in a tank, seen from above."""
        return cls(body="fish", arena="tank", lighting="day", animals=3, size=(320, 400))

    @classmethod
    def presets(cls) -> "dict[str, SceneSettings]":
        """Return every preset by its name."""
        built = (
            cls.open_field,
            cls.home_cage,
            cls.night_cage,
            cls.mouse_pair,
            cls.corridor,
            cls.fly_bowl,
            cls.fish_tank,
        )
        return {build.__name__: build() for build in built}

    def lasting(self, seconds: float) -> "SceneSettings":
        """Return the same scene with as many frames as fill `seconds` (at least one)."""
        return replace(self, frames=max(1, round(seconds * self.fps)))


def _check_name(field: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise EthoprismError(f"unknown {field} {value!r}", field, f"use one of {', '.join(known)}")


def _check_range(field: str, value: float | int, least: float | int, most: float | int) -> None:
    if not least <= value <= most:
        raise EthoprismError(
            f"expected {field} from {least:g} to {most:g}, got {value:g}", field, "change it"
        )
