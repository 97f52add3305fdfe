"""What was seen of each animal, frame by frame, and how it becomes tracks without holes."""

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float

from ethoprism_core.video.assignment import Sighting
from ethoprism_core.video.tracks import TrackEvent, make_tracks, with_events

_BRIDGED = 1.0  # seconds out of sight that are bridged by a straight line; then its place is kept
_JOINED = 0.2  # seconds between two events of a kind that are one


class Journeys:
    """A table of sightings.

    Parameters
    ----------
    times
        Seconds of every frame.
    count
        Number of animals.
    """

    def __init__(self, times: Float[np.ndarray, " time"], count: int) -> None:
        self.times, self.names = times, [f"animal_{n + 1}" for n in range(count)]
        self.centre = np.full((len(times), 2, count), np.nan, np.float32)
        self.box = np.full((len(times), 2, count), np.nan, np.float32)
        self.body = np.full((len(times), 3, count), np.nan, np.float32)
        self.merged = np.zeros((len(times), count, count), bool)

    def note(self, frame: int, sighting: Sighting) -> None:
        """Enter what was seen of one animal in one frame."""
        animal, blob = sighting.animal, sighting.blob
        self.centre[frame, :, animal] = blob.centre + 0.5  # a pixel's middle
        self.box[frame, :, animal] = blob.box
        self.body[frame, :, animal] = _ellipse(blob.spread)
        self.merged[frame, animal, list(sighting.merged_with)] = True

    def withdraw(self, sightings: Iterable[tuple[int, int]]) -> None:
        """Strike out sightings, each a frame and an animal."""
        for frame, animal in sightings:
            for table in (self.centre, self.box, self.body):
                table[frame, :, animal] = np.nan

    @property
    def unseen(self) -> list[str]:
        """Names of the animals that were never seen."""
        return [name for n, name in enumerate(self.names) if np.isnan(self.centre[:, 0, n]).all()]

    def finish(
        self,
        scale: tuple[float, float],
        picture: tuple[int, int],
        events: Sequence[TrackEvent],
    ) -> xr.Dataset:
        """Return tracks of the full-size video.

        Parameters
        ----------
        scale
            Pixels of the video in one of the small pictures, horizontally and vertically.
        picture
            ``(height, width)`` of the video.
        events
            What else happened.
        """
        seen = ~np.isnan(self.centre[:, 0])
        confidence = np.where(self.merged.any(axis=2), 0.5, 1.0) * seen
        factor = np.array(scale)[:, None]
        centre, box = self.centre * factor, self.box * factor
        body = self.body * np.array([*(2 * [np.mean(scale)]), 1.0])[:, None]
        for n in range(len(self.names)):
            _bridge(self.times, centre[:, :, n], seen[:, n])
            for table in (box, body):
                _hold(table[:, :, n], seen[:, n])
            if not seen[:, n].any():
                centre[:, :, n] = picture[1] / 2, picture[0] / 2
                box[:, :, n] = picture[1], picture[0]
                body[:, :, n] = max(picture), min(picture), 0.0
        tracks = make_tracks(
            self.times, centre, box, confidence, self.names, picture_size=list(picture)
        )
        for n, name in enumerate(("length", "width", "orientation")):
            tracks[name] = ("time", "individual"), body[:, n].astype(np.float32)
        return with_events(tracks, [*events, *self._events(centre, body[:, 0], seen)])

    def _events(self, centre: np.ndarray, length: np.ndarray, seen: np.ndarray) -> list[TrackEvent]:
        gap = _frames(self.times, _JOINED)
        events = []
        for n, name in enumerate(self.names):
            if not seen[:, n].any():
                continue
            for start, stop in runs(~seen[:, n]):
                if stop - start > _frames(self.times, _BRIDGED):
                    events.append(TrackEvent("lost", start, stop, (name,)))
        for a, b in combinations(range(len(self.names)), 2):
            names = self.names[a], self.names[b]
            merged = self.merged[:, a, b]
            apart = np.linalg.norm(centre[:, :, a] - centre[:, :, b], axis=1)
            both = seen[:, a] & seen[:, b]
            close = both & ~merged & (apart < (length[:, a] + length[:, b]) / 2)
            events += _named("merge", join(runs(merged), gap), names)
            events += _named("crossing", join(runs(close), gap), names)
        return events


def _named(kind: str, spans: Iterable[tuple[int, int]], names: tuple[str, ...]) -> list[TrackEvent]:
    return [TrackEvent(kind, start, stop, names) for start, stop in spans]


def _frames(times: np.ndarray, seconds: float) -> int:
    steps = np.diff(times)
    return round(seconds / float(np.median(steps))) if len(steps) else 0


def _ellipse(spread: Float[np.ndarray, "2 2"]) -> tuple[float, float, float]:
    """Return length, width and orientation of the ellipse with the covariance `spread`."""
    values, vectors = np.linalg.eigh(spread)
    minor, major = 4 * np.sqrt(np.maximum(values, 0))
    x, y = vectors[:, 1]
    return float(major), float(minor), float(np.arctan2(y, x) % np.pi)


def _bridge(times: np.ndarray, path: np.ndarray, seen: np.ndarray) -> None:
    """Fill short gaps by a straight line, and keep the last place for longer."""
    straight = path.copy()
    known = np.flatnonzero(seen)
    if not len(known):
        return
    for axis in range(2):
        straight[:, axis] = np.interp(times, times[known], path[known, axis])
    _hold(path, seen)
    for start, stop in runs(~seen):
        inside = start > 0 and stop < len(times)
        if inside and times[stop] - times[start - 1] <= _BRIDGED:
            path[start:stop] = straight[start:stop]


def _hold(table: np.ndarray, seen: np.ndarray) -> None:
    """Fill unseen rows with the last one seen, and those before the first with the first."""
    known = np.flatnonzero(seen)
    if len(known):
        last = np.searchsorted(known, np.arange(len(seen)), side="right") - 1
        table[:] = table[known[np.maximum(last, 0)]]


def runs(flags: Bool[np.ndarray, " time"]) -> list[tuple[int, int]]:
    """Return the half-open spans in which `flags` holds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def join(spans: Sequence[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    """Join ascending spans that are at most `gap` frames apart."""
    joined: list[tuple[int, int]] = []
    for start, stop in spans:
        if joined and start - joined[-1][1] <= gap:
            joined[-1] = joined[-1][0], stop
        else:
            joined.append((start, stop))
    return joined
