"""A made study of camera traps, whose truth is known: who came when, and what the clips show.

Each site has a background of its own, by day and in infrared at night, and one species that comes
there more often than the other: so the background foretells the species, as it does in the field.
Animals come at hours of their species; a visit leaves one clip or a burst of them, and wind leaves
clips without an animal.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy.stats import vonmises

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import write_text
from ethoprism_domains.simulated.files import write_table, write_video
from ethoprism_domains.simulated.recording import Recording, simulate
from ethoprism_domains.simulated.settings import SceneSettings
from ethoprism_domains.simulated.streams import stream

TIME_ZONE = "Africa/Nairobi"
BLANK = "blank"
BEHAVIORS = ("resting", "walking")
_BODIES = {"Mus simulatus": "mouse", "Musca simulata": "fly"}
SPECIES = tuple(_BODIES)
# weight, hour and concentration of each peak
_PEAKS: Mapping[str, tuple[tuple[float, float, float], ...]] = {
    SPECIES[0]: ((0.6, 5.5, 6.0), (0.4, 19.0, 4.0)),
    SPECIES[1]: ((1.0, 12.5, 2.5),),
}
_START = datetime(2026, 2, 2, 12)
_NIGHT = (6.5, 18.5)  # at the equator
_APART = timedelta(hours=1)
_AHEAD_S = 3600  # of the second site's camera, whose clock nobody set


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
        ahead = timedelta(seconds=_AHEAD_S if number == 1 else 0)
        for time, visit, species, behavior in sorted(_site_clips(settings, number, rng)):
            name = f"{site}/{time + ahead:%Y%m%d_%H%M%S}.mp4"
            seed = int(rng.integers(1 << 31))
            clips.append(TrapClip(name, site, time, visit, species, behavior, seed))
    return clips


def write_traps(
    folder: str | Path,
    settings: TrapSettings,
    progress: Callable[[int, int], None] | None = None,
) -> list[TrapClip]:
    """Write a study: a folder of clips for each site, ``deployments.csv`` and ``clips.csv``.

    ``truth/clips.csv`` tells what is true of each clip, and ``truth/detections.json`` boxes in
    MegaDetector's layout, taken from the truth: every animal, and nothing else.

    Parameters
    ----------
    progress
        Called with the clips that are done, and all.

    Returns
    -------
    The clips that were written.

    Raises
    ------
    EthoprismError
        If a file cannot be written.
    """
    folder = Path(folder)
    clips = plan_traps(settings)
    backgrounds = {}
    images = []
    for done, clip in enumerate(clips, 1):
        lighting = "night" if _is_night(clip.time) else "day"
        place = (clip.site, lighting)
        if place not in backgrounds:
            backgrounds[place] = _site_scene(settings, clip.site, lighting)
        recording = _film(clip, settings, backgrounds[place])
        write_video(recording, folder / clip.file)
        images.append(_detected(clip, recording, settings))
        if progress is not None:
            progress(done, len(clips))
    write_table(_deployments(settings), folder / "deployments.csv")
    write_table(pd.DataFrame([_row(clip) for clip in clips]), folder / "clips.csv")
    write_table(pd.DataFrame([vars(clip) for clip in clips]), folder / "truth" / "clips.csv")
    content = {
        "info": {"format_version": "1.5", "detector": "the truth of the made study"},
        "detection_categories": {"1": "animal", "2": "person", "3": "vehicle"},
        "images": images,
    }
    write_text(folder / "truth" / "detections.json", json.dumps(content, indent=1) + "\n")
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
        day = _START + timedelta(days=int(rng.integers(settings.days)))
        time = day.replace(hour=0) + timedelta(days=1, seconds=int(3600 * _draw_hour(species, rng)))
        if time < _START + timedelta(days=settings.days) and all(
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


def _is_night(time: datetime) -> bool:
    hour = time.hour + time.minute / 60
    return not _NIGHT[0] <= hour < _NIGHT[1]


def _scene(settings: TrapSettings, body: str, lighting: str, opening: str = "") -> SceneSettings:
    return SceneSettings(
        body=body,
        arena="square",
        lighting=lighting,
        frames=settings.frames,
        fps=settings.fps,
        size=settings.size,
        body_fraction=settings.body_fraction,
        objects=2,
        opening=opening,
    )


def _site_scene(settings: TrapSettings, site: str, lighting: str) -> Recording:
    seed = int(stream(settings.seed, "background", *site.encode()).integers(1 << 31))
    return simulate(_scene(settings, "mouse", lighting), seed)


def _film(clip: TrapClip, settings: TrapSettings, site: Recording) -> Recording:
    """Set a clip's animal before the background of its site, in its light."""
    scene = _scene(
        settings, _BODIES.get(clip.species, "mouse"), site.settings.lighting, clip.behavior
    )
    recording = simulate(scene, clip.seed)
    light = replace(site.stage.light, colourless=site.settings.lighting == "night")
    actors = recording.stage.actors if clip.species and settings.visible else ()
    stage = replace(recording.stage, background=site.stage.background, light=light, actors=actors)
    return replace(recording, stage=stage)


def _deployments(settings: TrapSettings) -> pd.DataFrame:
    rng = stream(settings.seed, "places")
    return pd.DataFrame(
        {
            "deployment": [f"site-{number + 1}" for number in range(settings.sites)],
            "site": [f"site-{number + 1}" for number in range(settings.sites)],
            "latitude": np.round(rng.uniform(-1.5, -1.0, settings.sites), 4),
            "longitude": np.round(rng.uniform(36.5, 37.1, settings.sites), 4),
            "start": _START.isoformat(),
            "end": (_START + timedelta(days=settings.days)).isoformat(),
            "time_zone": TIME_ZONE,
            "clock_ahead_s": [_AHEAD_S if n == 1 else 0 for n in range(settings.sites)],
        }
    )


def _row(clip: TrapClip) -> dict[str, str]:
    return {
        "file": clip.file,
        "species": clip.species or BLANK,
        "behavior": clip.behavior,
        "annotator": "truth",
    }


def _detected(clip: TrapClip, recording: Recording, settings: TrapSettings) -> dict[str, object]:
    """Give the truth of a clip as a detector's result, of every second frame."""
    frames = list(range(0, settings.frames, 2))
    found = []
    if recording.stage.actors:
        height, width = settings.size
        scale = np.array([width, height])
        tracks = recording.tracks
        for frame in frames:
            centre, shape = (
                tracks[name].to_numpy()[frame, :, 0] / scale for name in ("position", "shape")
            )
            box = [*(centre - shape / 2), *shape]
            found.append(
                {
                    "category": "1",
                    "conf": 0.9,
                    "bbox": [round(float(value), 4) for value in box],
                    "frame_number": frame,
                }
            )
    return {
        "file": clip.file,
        "frame_rate": settings.fps,
        "frames_processed": frames,
        "detections": found,
    }
