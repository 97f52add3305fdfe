"""Frames from courses: the background, the animals on it, the camera."""

from dataclasses import dataclass

import cv2
import numpy as np

from ethoprism_domains.simulated.bodies import Skeleton
from ethoprism_domains.simulated.camera import expose
from ethoprism_domains.simulated.fish import paint_fish
from ethoprism_domains.simulated.fly import paint_fly
from ethoprism_domains.simulated.lighting import Light
from ethoprism_domains.simulated.looks import Look
from ethoprism_domains.simulated.mouse import paint_mouse
from ethoprism_domains.simulated.paint import Picture
from ethoprism_domains.simulated.pose import Pose
from ethoprism_domains.simulated.settings import SceneSettings
from ethoprism_domains.simulated.trajectories import Course

_PAINTERS = {"mouse": paint_mouse, "fly": paint_fly, "fish": paint_fish}
_PADDING = 0.55  # body lengths around the chain of circles for legs, wings and shadow


@dataclass(frozen=True)
class Actor:
    """One animal with all that is known of it."""

    name: str
    look: Look
    course: Course
    skeleton: Skeleton


@dataclass(frozen=True)
class Stage:
    """A scene ready to be filmed; every frame is a pure function of it."""

    settings: SceneSettings
    seed: int
    background: Picture
    light: Light
    actors: tuple[Actor, ...]

    def film(self, frame: int, view: tuple[float, float, int] | None = None) -> Picture:
        """Film one frame.

        Parameters
        ----------
        frame
            Its number.
        view
            Centre x, centre y and side in pixels of the square to film, or None for all.
        """
        canvas, left, top = self._ground(view)
        for actor in self.actors:
            self._paint(canvas, actor, frame, (left, top))
        return expose(canvas, self.settings, self.light, self.seed, frame)

    def _ground(self, view: tuple[float, float, int] | None) -> tuple[Picture, float, float]:
        if view is None:
            return self.background.copy(), 0.0, 0.0
        x, y, side = view
        canvas = cv2.getRectSubPix(self.background, (side, side), (x, y))
        return canvas, x - (side - 1) / 2, y - (side - 1) / 2

    def _paint(
        self, canvas: Picture, actor: Actor, frame: int, origin: tuple[float, float]
    ) -> None:
        chain = np.concatenate([actor.skeleton.points[frame], actor.skeleton.tail[frame]]) - origin
        padding = _PADDING * actor.course.length
        low = np.floor(chain.min(axis=0) - padding).astype(int)
        high = np.ceil(chain.max(axis=0) + padding).astype(int)
        low = np.maximum(low, 0)
        part = canvas[low[1] : max(high[1], 0), low[0] : max(high[0], 0)]
        if min(part.shape) > 0:
            _PAINTERS[self.settings.body](part, self._pose(actor, frame, low + np.array(origin)))

    def _pose(self, actor: Actor, frame: int, origin: np.ndarray) -> Pose:
        course, chain = actor.course, actor.skeleton
        speed = abs(course.speed[frame]) / course.length
        brightness = self.light.at(course.x[frame], course.y[frame])
        red, green, blue = (brightness * part for part in self.light.tint)
        return Pose(
            points=chain.points[frame] - origin,
            radii=chain.radii[frame],
            tail=chain.tail[frame] - origin,
            heading=float(course.heading[frame]),
            bend=float(course.bend[frame]),
            stride=float(course.stride[frame]),
            length=course.length,
            going=float(min(speed + 0.3 * abs(course.turn_rate[frame]), 1.0)),
            groom=float(course.groom[frame]),
            rear=float(course.rear[frame]),
            curl=float(course.curl[frame]),
            seconds=frame / self.settings.fps,
            look=actor.look,
            light=(red, green, blue),
            lean=self.light.lean,
        )
