"""Follow animals without pose, detector or weights: background, difference, blobs, identities.

The video is read twice at most, small and in grey: once here and there to learn what the scene
looks like without animals, once from start to end. Nothing grows with its length but a few
numbers for each frame and animal.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import xarray as xr
from jaxtyping import UInt8

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.assignment import Assigner
from ethoprism_core.video.background import CHANGED, Background, best_background, learn_backgrounds
from ethoprism_core.video.camera import is_fixed_camera
from ethoprism_core.video.detect import Blob, Expected, expect, find_blobs
from ethoprism_core.video.journeys import Journeys, join
from ethoprism_core.video.reader import Video
from ethoprism_core.video.sampling import sample_frames, small_pictures, small_size
from ethoprism_core.video.squares import SquareSettings, square_crops
from ethoprism_core.video.tracks import TrackEvent
from ethoprism_core.video.trajectory import trajectory

__all__ = [
    "FollowSettings",
    "SquareSettings",
    "follow_animals",
    "is_fixed_camera",
    "square_crops",
    "trajectory",
]

Progress = Callable[[int, int], None]

_SHORTEST = 1.5  # seconds: in less, an animal has hardly left its place


@dataclass(frozen=True)
class FollowSettings:
    """How animals are found.

    Parameters
    ----------
    longest
        The longer side of the small pictures, in pixels.
    samples
        Pictures from which the background is learned.
    """

    longest: int = 400
    samples: int = 96


def follow_animals(
    video: Video,
    count: int,
    settings: FollowSettings = FollowSettings(),
    progress: Progress | None = None,
) -> xr.Dataset:
    """Follow up to `count` animals through a video of a fixed camera.

    Parameters
    ----------
    video
        The video.
    count
        How many animals at most.
    settings
        How they are found.
    progress
        Called with the frames that are done and the frames of the video.

    Returns
    -------
    A box dataset without holes, see `ethoprism_core.video.tracks`: an animal that is out of sight
    keeps its last place, with confidence 0. Merges, crossings, losses and scene changes are noted
    (`track_events`). Where most of the picture moves, or nothing does, every animal's box is the
    whole picture, and that is noted.

    Raises
    ------
    EthoprismError
        If `count` is smaller than one.
    """
    if count < 1:
        raise EthoprismError("the number of animals to follow must be at least 1", count)
    journeys = Journeys(video.times, count)
    small = small_size(video.size, settings.longest)
    scale = video.size[1] / small[1], video.size[0] / small[0]
    hindrance = _hindrance(video)
    if hindrance:
        return journeys.finish(scale, video.size, [_throughout(hindrance, video, journeys.names)])
    backgrounds, expected = _learn(video, count, small, settings)
    events: list[TrackEvent] = []
    if expected is not None:
        events = _follow(video, small, _Scene(backgrounds, expected), journeys, progress)
    unseen = journeys.unseen
    if unseen:
        events.append(_throughout("never seen", video, unseen))
    return journeys.finish(scale, video.size, events)


def _hindrance(video: Video) -> str | None:
    """Return the event that says why no background can be learned, if so."""
    if video.times[-1] < _SHORTEST:
        return "too short"
    return None if is_fixed_camera(video) else "moving camera"


def _throughout(kind: str, video: Video, names: Sequence[str]) -> TrackEvent:
    return TrackEvent(kind, 0, len(video), tuple(names))


def _learn(
    video: Video, count: int, small: tuple[int, int], settings: FollowSettings
) -> tuple[list[Background], Expected | None]:
    frames = sample_frames(video, settings.samples)
    samples = np.stack([grey for _, grey in small_pictures(video, frames, small)])
    backgrounds = learn_backgrounds(samples)
    pairs = ((grey, backgrounds[best_background(backgrounds, grey, 0)[0]]) for grey in samples)
    return backgrounds, expect(pairs, count)


class _Scene:
    """The background that is in sight, and what was noted about it."""

    def __init__(self, backgrounds: list[Background], expected: Expected) -> None:
        self._backgrounds, self.expected = backgrounds, expected
        self._current: int | None = None
        self.changes: list[int] = []
        self.unexplained: list[int] = []

    def blobs(self, frame: int, grey: UInt8[np.ndarray, "height width"]) -> list[Blob]:
        """Find what stands out; nothing where no background fits."""
        best, share = best_background(self._backgrounds, grey, self._current or 0)
        if share > CHANGED:
            self.unexplained.append(frame)
            return []
        if self._current not in (None, best):
            self.changes.append(frame)
        self._current = best
        return find_blobs(grey, self._backgrounds[best], self.expected)


def _follow(
    video: Video,
    small: tuple[int, int],
    scene: _Scene,
    journeys: Journeys,
    progress: Progress | None,
) -> list[TrackEvent]:
    assigner = Assigner(len(journeys.names), scene.expected)
    with closing(small_pictures(video, np.arange(len(video)), small)) as pictures:
        for frame, grey in pictures:
            blobs = scene.blobs(frame, grey)
            for sighting in assigner.assign(frame, float(video.times[frame]), blobs):
                journeys.note(frame, sighting)
            if progress is not None:
                progress(frame + 1, len(video))
    journeys.withdraw(assigner.withdrawn)
    spans = join([(frame, frame + 1) for frame in scene.unexplained], 0)
    return [
        *(TrackEvent("scene", frame, frame + 1) for frame in scene.changes),
        *(TrackEvent("unexplained", start, stop) for start, stop in spans),
    ]
