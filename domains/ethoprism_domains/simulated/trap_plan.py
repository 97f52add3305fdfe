"""The plan of a made study of camera traps: who comes when, to which site, and does what.

Animals come at hours of their species, and more often to some sites than to others; a visit leaves
one clip or a burst of them, and wind leaves clips without an animal.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from jaxtyping import Float
from scipy.stats import vonmises

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.simulated.streams import stream

TIME_ZONE = "Africa/Nairobi"
BLANK = "blank"
BEHAVIORS = ("resting", "walking")
BODY_OF = {"Mus simulatus": "mouse", "Musca simulata": "fly"}
SPECIES = tuple(BODY_OF)
# weight, hour and concentration of each peak
_PEAKS: Mapping[str, tuple[tuple[float, float, float], ...]] = {
    SPECIES[0]: ((0.6, 5.5, 6.0), (0.4, 19.0, 4.0)),
    SPECIES[1]: ((1.0, 12.5, 2.5),),
}
START = datetime(2026, 2, 2, 12)
_NIGHT = (6.5, 18.5)  # at the equator
_APART = timedelta(hours=1)
AHEAD_S = 3600  # of the second site's camera, whose clock nobody set


@dataclass(frozen=True)
class TrapSettings:
    """What is made.

    Parameters
    ----------
    sites, visits, days
        How many sites, visits of animals to each, and days that each camera watches.
    leaning
        Share of the visits to a site that are of its usual species, 0.5 to 1.
    blanks
        Clips without an animal, for each visit.
    visible
        Whether animals are drawn; if not, only background and light can foretell the species.
    own_hours
        Whether each species comes at hours of its own; if not, both come at any hour, and the light
        foretells nothing.
    frames, fps, size, body_fraction
        Of each clip; see `SceneSettings`.
    seed
        Decides everything that varies.

    Raises
    ------
    EthoprismError
        If a number is out of its range.
    """

    sites: int = 6
    visits: int = 20
    days: int = 60
    leaning: float = 0.8
    blanks: float = 0.3
    visible: bool = True
    own_hours: bool = True
    frames: int = 16
    fps: float = 8.0
    size: tuple[int, int] = (96, 96)
    body_fraction: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        if self.sites < 1 or self.visits < 1 or self.days < 1:
            raise EthoprismError("expected at least one site, visit and day", None, "ask for more")
        if not 0.5 <= self.leaning <= 1 or self.blanks < 0:
            raise EthoprismError("expected a leaning of 0.5 to 1, and blanks of 0 or more")


@dataclass(frozen=True)
class TrapClip:
    """One clip, and what is true of it.

    Parameters
    ----------
    file
        Its path below the study's folder.
    site
        Where.
    time
        When, on the true clock of the place.
    visit
        The number of the visit at its site, -1 for a blank clip.
    species, behavior
        What it shows, both empty for a blank clip.
    seed
        Of its animal.
    """

    file: str
    site: str
    time: datetime
    visit: int
    species: str
    behavior: str
    seed: int


def true_activity(species: str, hours: Float[np.ndarray, " hour"]) -> Float[np.ndarray, " hour"]:
    """Give the density, per hour, with which a species comes at hours of the day."""
    angles = hours * np.pi / 12
    peaks = _PEAKS[species]
    density = sum(w * vonmises.pdf(angles, k, loc=hour * np.pi / 12) for w, hour, k in peaks)
    return np.asarray(density) * np.pi / 12


def plan_traps(settings: TrapSettings) -> list[TrapClip]:
    """Plan the clips of a study, in order of site and time."""
    clips: list[TrapClip] = []
    for number in range(settings.sites):
        site = f"site-{number + 1}"
        rng = stream(settings.seed, "site", number)
        ahead = timedelta(seconds=AHEAD_S if number == 1 else 0)
        for time, visit, species, behavior in sorted(_site_clips(settings, number, rng)):
            name = f"{site}/{time + ahead:%Y%m%d_%H%M%S}.mp4"
            seed = int(rng.integers(1 << 31))
            clips.append(TrapClip(name, site, time, visit, species, behavior, seed))
    return clips


def _site_clips(
    settings: TrapSettings, site: int, rng: np.random.Generator
) -> Iterator[tuple[datetime, int, str, str]]:
    """Draw the visits to a site and its blank clips: time, visit, species, behaviour."""
    usual, other = SPECIES[site % 2], SPECIES[1 - site % 2]
    taken: list[datetime] = []
    for visit in range(settings.visits):
        species = usual if rng.random() < settings.leaning else other
        own = species if settings.own_hours else ""
        time = _free_time(settings, taken, own, rng)
        for _ in range(1 + min(int(rng.poisson(0.5)), 2)):
            yield time, visit, species, BEHAVIORS[int(rng.integers(2))]
            time += timedelta(seconds=int(rng.integers(60, 240)))
    for _ in range(round(settings.blanks * settings.visits)):
        yield _free_time(settings, taken, "", rng), -1, "", ""


def _free_time(
    settings: TrapSettings,
    taken: list[datetime],
    species: str,
    rng: np.random.Generator,
) -> datetime:
    """Draw a time that is not within an hour of another visit, so that visits are independent."""
    for _ in range(1000):
        day = START + timedelta(days=int(rng.integers(settings.days)))
        time = day.replace(hour=0) + timedelta(days=1, seconds=int(3600 * _draw_hour(species, rng)))
        if time < START + timedelta(days=settings.days) and all(
            abs(time - other) > _APART for other in taken
        ):
            taken.append(time)
            return time
    told = f"{settings.visits} visits in {settings.days} days are not an hour apart"
    raise EthoprismError(told, None, "ask for fewer visits, or more days")


def _draw_hour(species: str, rng: np.random.Generator) -> float:
    if not species:
        return float(rng.uniform(0, 24))
    peaks = _PEAKS[species]
    _, hour, kappa = peaks[int(rng.choice(len(peaks), p=[peak[0] for peak in peaks]))]
    return float((hour + rng.vonmises(0, kappa) * 12 / np.pi) % 24)


def is_night(time: datetime) -> bool:
    """Say whether it is dark at the sites, which lie at the equator."""
    hour = time.hour + time.minute / 60
    return not _NIGHT[0] <= hour < _NIGHT[1]
