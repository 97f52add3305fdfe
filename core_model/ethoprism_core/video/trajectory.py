"""How an animal moves around a window's centre: the numbers that a crop no longer shows.

Lengths are in body lengths and times in seconds, so that the numbers mean the same in every arena
and at every frame rate. Quantities with long tails (speeds, distances, paths) are given as
``log(1 + x)``.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import xarray as xr
from jaxtyping import Float, Int
from scipy.ndimage import gaussian_filter1d

from ethoprism_core.video.squares import body_lengths
from ethoprism_core.video.tracks import check_tracks


@dataclass(frozen=True)
class TrajectorySettings:
    """Over which times movement is described.

    Parameters
    ----------
    seconds
        The time around a window's centre that is described closely.
    bins
        The equal parts of it for which speed and turning are given each.
    around
        The longer time whose mean speed is given for comparison.
    smooth
        Standard deviation in seconds of the smoothing before velocities are taken.
    """

    seconds: float = 1.0
    bins: int = 5
    around: float = 4.0
    smooth: float = 0.05


@dataclass(frozen=True, eq=False)
class _Motion:
    """Signals of one animal, one number a frame."""

    times: np.ndarray
    place: np.ndarray  # (time, 2), body lengths
    velocity: np.ndarray  # (time, 2), body lengths a second
    turning: np.ndarray  # radians a second
    size: np.ndarray  # length in its own median
    slimness: np.ndarray  # length by width, or of the box
    heading: np.ndarray  # (time, 2), unit vector or nothing


def trajectory(
    tracks: xr.Dataset,
    centres: Int[np.ndarray, " window"],
    settings: TrajectorySettings = TrajectorySettings(),
) -> xr.DataArray:
    """Describe how each animal moves around each window's centre frame.

    Parameters
    ----------
    tracks
        A box dataset.
    centres
        Frame numbers.
    settings
        Times.

    Returns
    -------
    Finite float32 numbers with dimensions ``(window, individual, trajectory_feature)`` and their
    names as the coordinate ``trajectory_feature``. With two animals or more, the nearest other is
    described as well: its distance, how fast it comes nearer, where it is, seen from the animal's
    direction of movement, and how much the two move alike.

    Raises
    ------
    EthoprismError
        If the tracks are no boxes.
    """
    tracks = check_tracks(tracks)
    motions = _motions(tracks, settings)
    rows = []
    for number, own in enumerate(motions):
        features = _own(own, centres, settings)
        others = motions[:number] + motions[number + 1 :]
        if others:
            features |= _social(own, others, centres, settings)
        rows.append(features)
    numbers = np.stack([np.stack(list(row.values()), axis=1) for row in rows], axis=1)
    return xr.DataArray(
        np.nan_to_num(numbers).astype(np.float32),
        dims=("window", "individual", "trajectory_feature"),
        coords={
            "individual": tracks["individual"].values,
            "trajectory_feature": list(rows[0]),
        },
    )


def _motions(tracks: xr.Dataset, settings: TrajectorySettings) -> list[_Motion]:
    times = tracks["time"].values.astype(float)
    lengths = body_lengths(tracks)
    unit = max(float(np.nanmedian(lengths)), 1.0)
    place = tracks["position"].transpose("individual", "time", "space").values.astype(float)
    if "width" in tracks:
        width = tracks["width"].transpose("time", "individual").values.astype(float)
    else:
        width = tracks["shape"].min("space").transpose("time", "individual").values.astype(float)
    slimness = lengths / np.maximum(width, 1e-6)
    return [
        _motion(times, path / unit, lengths[:, n], slimness[:, n], settings)
        for n, path in enumerate(place)
    ]


def _motion(
    times: np.ndarray,
    place: np.ndarray,
    length: np.ndarray,
    slimness: np.ndarray,
    settings: TrajectorySettings,
) -> _Motion:
    if len(times) < 2:
        still = np.zeros_like(place)
        return _Motion(times, place, still, still[:, 0], length / length, slimness, still)
    rate = 1 / max(float(np.median(np.diff(times))), 1e-6)
    smooth = gaussian_filter1d(place, settings.smooth * rate, axis=0, mode="nearest")
    velocity = np.gradient(smooth, times, axis=0)
    speed = np.linalg.norm(velocity, axis=1)
    change = np.gradient(velocity, times, axis=0)
    across = velocity[:, 0] * change[:, 1] - velocity[:, 1] * change[:, 0]
    # the half body length a second keeps an animal that stands from spinning by its jitter
    turning = across / (speed**2 + 0.25)
    heading = velocity / (speed + 0.5)[:, None]
    size = length / max(float(np.median(length)), 1e-6)
    return _Motion(times, smooth, velocity, turning, size, slimness, heading)


class _Span:
    """A stretch of time around each window's centre; at least one frame."""

    def __init__(self, times: np.ndarray, centres: np.ndarray, start: float, stop: float) -> None:
        middle = times[centres]
        last = len(times) - 1
        self.first = np.minimum(np.searchsorted(times, middle + start - 1e-9), last)
        self.stop = np.maximum(np.searchsorted(times, middle + stop - 1e-9), self.first + 1)
        self.seconds = np.maximum(times[self.stop - 1] - times[self.first], 1e-6)

    def mean(self, signal: Float[np.ndarray, " time"]) -> Float[np.ndarray, " window"]:
        total = np.concatenate([[0.0], np.cumsum(signal)])
        return (total[self.stop] - total[self.first]) / (self.stop - self.first)

    def deviation(self, signal: Float[np.ndarray, " time"]) -> Float[np.ndarray, " window"]:
        centred = signal - signal.mean()  # or the squares would swallow the difference
        return np.sqrt(np.maximum(self.mean(centred**2) - self.mean(centred) ** 2, 0))

    def change(self, signal: Float[np.ndarray, "time ..."]) -> Float[np.ndarray, "window ..."]:
        return signal[self.stop - 1] - signal[self.first]


def _own(own: _Motion, centres: np.ndarray, settings: TrajectorySettings) -> dict[str, np.ndarray]:
    half = settings.seconds / 2
    edges = np.linspace(-half, half, settings.bins + 1)
    parts = [_Span(own.times, centres, a, b) for a, b in pairwise(edges)]
    span = _Span(own.times, centres, -half, half)
    around = _Span(own.times, centres, -settings.around / 2, settings.around / 2)
    speed = np.linalg.norm(own.velocity, axis=1)
    speeds = [part.mean(speed) for part in parts]
    path = span.mean(speed) * span.seconds
    displacement = np.linalg.norm(span.change(own.place), axis=1)
    return {
        **{f"speed_{n}": np.log1p(one) for n, one in enumerate(speeds)},
        **{f"turning_{n}": part.mean(own.turning) for n, part in enumerate(parts)},
        "speed": np.log1p(span.mean(speed)),
        "speed_max": np.log1p(np.max(speeds, axis=0)),
        "speed_sd": np.log1p(span.deviation(speed)),
        "speed_change": speeds[-1] - speeds[0],
        "speed_around": np.log1p(around.mean(speed)),
        "turning": span.mean(own.turning),
        "turning_absolute": span.mean(np.abs(own.turning)),
        "path": np.log1p(path),
        "displacement": np.log1p(displacement),
        "displacement_around": np.log1p(np.linalg.norm(around.change(own.place), axis=1)),
        "straightness": np.clip(displacement / (path + 0.1), 0, 1),
        "size": span.mean(own.size),
        "size_sd": span.deviation(own.size),
        "slimness": span.mean(own.slimness),
        "slimness_sd": span.deviation(own.slimness),
    }


def _social(
    own: _Motion, others: list[_Motion], centres: np.ndarray, settings: TrajectorySettings
) -> dict[str, np.ndarray]:
    """Describe the other that is nearest on average around each centre."""
    span = _Span(own.times, centres, -settings.seconds / 2, settings.seconds / 2)
    each = [_towards(own, other, span) for other in others]
    nearest = np.argmin([features["distance"] for features in each], axis=0)
    windows = np.arange(len(centres))
    return {
        name: np.stack([features[name] for features in each])[nearest, windows] for name in each[0]
    }


def _towards(own: _Motion, other: _Motion, span: _Span) -> dict[str, np.ndarray]:
    way = other.place - own.place
    distance = np.linalg.norm(way, axis=1)
    direction = way / (distance + 1e-6)[:, None]
    ahead = (own.heading * direction).sum(axis=1)
    beside = own.heading[:, 0] * direction[:, 1] - own.heading[:, 1] * direction[:, 0]
    facing = -(other.heading * direction).sum(axis=1)
    return {
        "distance": np.log1p(span.mean(distance)),
        "distance_change": span.change(distance) / span.seconds,
        "other_ahead": span.mean(ahead),
        "other_beside": span.mean(beside),
        "other_facing": span.mean(facing),
        "other_speed": np.log1p(span.mean(np.linalg.norm(other.velocity, axis=1))),
        "moving_alike": span.mean((own.heading * other.heading).sum(axis=1)),
    }
