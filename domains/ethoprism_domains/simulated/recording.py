"""Simulated footage with its exact truth: frames, labels, tracks, captions."""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Bool, UInt8

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import runs, written_target
from ethoprism_domains.simulated.arena import Arena
from ethoprism_domains.simulated.background import paint_background
from ethoprism_domains.simulated.behavior import Intent, Mode
from ethoprism_domains.simulated.bodies import boxes, gap, skeleton, touching
from ethoprism_domains.simulated.captions import describe
from ethoprism_domains.simulated.lighting import draw_light
from ethoprism_domains.simulated.looks import draw_look
from ethoprism_domains.simulated.render import Actor, Stage
from ethoprism_domains.simulated.settings import SOCIAL, SceneSettings
from ethoprism_domains.simulated.streams import stream
from ethoprism_domains.simulated.trajectories import Course, run_scene

_MODES = {
    "resting": Mode.REST,
    "walking": Mode.WALK,
    "swimming": Mode.WALK,
    "running": Mode.RUN,
    "darting": Mode.RUN,
    "turning left": Mode.LEFT,
    "turning right": Mode.RIGHT,
    "grooming": Mode.GROOM,
    "rearing": Mode.REAR,
}
_INTENTS = {"approaching": Intent.APPROACH, "chasing": Intent.CHASE}
_CLOSED, _PARTED = 0.05, 0.15  # body lengths between bodies where contact begins and ends


@dataclass(frozen=True)
class Recording:
    """Footage that does not exist as a file: every frame is drawn when it is asked for.

    Parameters
    ----------
    settings
        The scene.
    seed
        The seed; together with the settings it decides every pixel and every label.
    stage
        The scene, ready to be filmed.
    """

    settings: SceneSettings
    seed: int
    stage: Stage

    def __len__(self) -> int:
        return self.settings.frames

    @property
    def individuals(self) -> tuple[str, ...]:
        """Names of the individuals."""
        return self.settings.individuals

    @property
    def times(self) -> np.ndarray:
        """Time of every frame in seconds."""
        return np.arange(len(self)) / self.settings.fps

    def frame(self, number: int) -> UInt8[np.ndarray, "height width 3"]:
        """Draw one frame, RGB."""
        self._check_span(number, number + 1)
        return self.stage.film(number)

    def frames(self, start: int, stop: int) -> UInt8[np.ndarray, "time height width 3"]:
        """Draw the frames ``[start, stop)``; each one is the same however they are asked for.

        Raises
        ------
        EthoprismError
            If the span is empty or reaches beyond the recording.
        """
        self._check_span(start, stop)
        return np.stack([self.stage.film(number) for number in range(start, stop)])

    @cached_property
    def labels(self) -> xr.DataArray:
        """What each individual does: int8 ``(time, individual, behavior)``, 1 present, 0 absent.

        Posture and motion (resting to rearing) exclude each other and are the state that drives
        the animal; a frame in none of them is a pause. `approaching` and `chasing` are the aims
        that drive it and come on top. `contact` begins
        when two bodies are within a twentieth of a body length, and ends when they are further
        apart than three twentieths.
        """
        values = np.zeros((len(self), len(self.individuals), len(self.settings.behaviors)), np.int8)
        for number, actor in enumerate(self.stage.actors):
            for column, behavior in enumerate(self.settings.behaviors):
                values[:, number, column] = self._present(behavior, number, actor.course)
        coords = {"individual": list(self.individuals), "behavior": list(self.settings.behaviors)}
        return xr.DataArray(
            values, coords=self._time_coords() | coords, dims=("time", "individual", "behavior")
        )

    @cached_property
    def tracks(self) -> xr.Dataset:
        """Box dataset in the manner of `movement`, with each animal's heading and speed besides.

        `position` and `shape` ``(time, space, individual)`` in pixels hold body and head, without
        tail, legs, wings and fins; `confidence` is 1. `heading` ``(time, individual)`` is in
        radians, 0 to the right, growing anticlockwise as seen on screen, so a turn to the animal's
        left is positive; `speed` ``(time, individual)`` is in pixels a second.
        """
        found = [boxes(actor.skeleton) for actor in self.stage.actors]
        space = ("time", "space", "individual")
        courses = [actor.course for actor in self.stage.actors]
        return xr.Dataset(
            {
                "position": (space, np.stack([centre for centre, _ in found], axis=-1)),
                "shape": (space, np.stack([size for _, size in found], axis=-1)),
                "confidence": (("time", "individual"), np.ones((len(self), len(found)))),
                "heading": (("time", "individual"), np.stack([c.heading for c in courses], -1)),
                "speed": (("time", "individual"), np.stack([c.speed for c in courses], -1)),
            },
            coords=self._time_coords()
            | {"space": ["x", "y"], "individual": list(self.individuals)},
            attrs={
                "source": "ethoprism simulate",
                "ds_type": "bboxes",
                "fps": self.settings.fps,
                "time_unit": "seconds",
                "seed": self.seed,
            },
        )

    @cached_property
    def bouts(self) -> pd.DataFrame:
        """Every bout: ``subject, behavior, start_frame, stop_frame``, in order of their start.

        Of several animals, `modifiers` tell whom a social behaviour is directed at: the targets of
        all frames of the bout.
        """
        rows = [
            (subject, behavior, start, stop, self._targets(subject, behavior, start, stop))
            for subject in self.individuals
            for behavior in self.settings.behaviors
            for start, stop in runs(self._is(subject, behavior)).tolist()
        ]
        columns = ["subject", "behavior", "start_frame", "stop_frame", "modifiers"]
        table = pd.DataFrame(rows, columns=columns)
        table = table.sort_values(["start_frame", "subject", "behavior"], ignore_index=True)
        return table if len(self.individuals) > 1 else table.drop(columns="modifiers")

    def directed(self, subject: str, behavior: str) -> Bool[np.ndarray, "time individual"]:
        """Tell in which frames a social behaviour of `subject` is directed at each individual."""
        number = self.individuals.index(subject)
        course = self.stage.actors[number].course
        if behavior not in _INTENTS:
            return self._contacts[number].T
        present = self._present(behavior, number, course)
        return present[:, None] & (course.partner[:, None] == np.arange(len(self.individuals)))

    def caption(self, start: int = 0, stop: int | None = None) -> str:
        """Describe the frames ``[start, stop)`` in one plain sentence."""
        stop = len(self) if stop is None else stop
        self._check_span(start, stop)
        labels = self.labels.isel(time=slice(start, stop))
        shades = [actor.look.shade for actor in self.stage.actors]
        rng = stream(self.seed, "caption", start, stop)
        return describe(self.settings, shades, labels, self.stage.light.colourless, rng)

    def _present(self, behavior: str, number: int, course: Course) -> Bool[np.ndarray, " time"]:
        if behavior in _MODES:
            return course.mode == _MODES[behavior]
        if behavior in _INTENTS:
            return course.intent == _INTENTS[behavior]
        return self._contacts[number].any(axis=0)

    @cached_property
    def _contacts(self) -> Bool[np.ndarray, "individual individual time"]:
        """Who is in contact with whom, in each frame."""
        actors, unit = self.stage.actors, self.settings.body_length
        met = np.zeros((len(actors), len(actors), len(self)), bool)
        for one, other in combinations(range(len(actors)), 2):
            between = gap(actors[one].skeleton, actors[other].skeleton)
            met[one, other] = touching(between, _CLOSED * unit, _PARTED * unit)
            met[other, one] = met[one, other]
        return met

    def _targets(self, subject: str, behavior: str, start: int, stop: int) -> str:
        if behavior not in SOCIAL:
            return ""
        aimed = self.directed(subject, behavior)[start:stop].any(axis=0)
        return written_target(*np.array(self.individuals)[aimed].tolist())

    def _is(self, subject: str, behavior: str) -> Bool[np.ndarray, " time"]:
        return self.labels.sel(individual=subject, behavior=behavior).to_numpy() == 1

    def _time_coords(self) -> dict[str, object]:
        return {"time": self.times, "frame": ("time", np.arange(len(self)))}

    def _check_span(self, start: int, stop: int) -> None:
        if not 0 <= start < stop <= len(self):
            raise EthoprismError(
                f"no frames [{start}, {stop}) in a recording of {len(self)}",
                "simulated recording",
                "ask for frames within it",
            )


def simulate(settings: SceneSettings, seed: int) -> Recording:
    """Simulate a recording: the same settings and seed give the same footage and truth.

    Parameters
    ----------
    settings
        The scene.
    seed
        Any whole number from 0.

    Raises
    ------
    EthoprismError
        If the seed is negative.
    """
    drawn = stream(seed, "identities").integers(1 << 31, size=settings.animals)
    identities = settings.identities or tuple(int(number) for number in drawn)
    arena = Arena.fitting(settings.arena, settings.size)
    light = draw_light(settings.lighting, settings.size, seed)
    looks = [draw_look(settings.body, identity) for identity in identities]
    actors = []
    for name, look, course in zip(
        settings.individuals, looks, run_scene(settings, arena, identities, seed), strict=True
    ):
        chain = skeleton(settings.body, look.girth, course, settings.fps)
        actors.append(Actor(name, look, course, chain))
    background = paint_background(settings, arena, light, looks, seed)
    return Recording(settings, seed, Stage(settings, seed, background, light, tuple(actors)))
