"""Tracks: where each animal is in every frame, as a `movement`-style dataset of boxes.

Dimensions are named as in `movement` from 0.17 on (https://movement.neuroinformatics.dev):
`position` and `shape` ``(time, space, individual)`` in pixels, from the picture's upper left
corner, `confidence` ``(time, individual)``; beside them
`length`, `width` and `orientation` ``(time, individual)`` of the ellipse that fits the body, the
orientation in radians from the x axis towards y, modulo half a turn. `confidence` is 1 where an
animal is seen alone, 0.5 where its pixels were joined with another's, and 0 where it was not seen
and its place is a guess.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path

_DIMS = {
    "position": ("time", "space", "individual"),
    "shape": ("time", "space", "individual"),
    "confidence": ("time", "individual"),
}


@dataclass(frozen=True)
class TrackEvent:
    """Something on the way that a person may want to look at.

    Parameters
    ----------
    kind
        ``merge`` (animals were one blob), ``crossing`` (they came within a body length),
        ``lost`` (an animal was not seen for more than a second), ``never seen``, ``scene`` (a cut
        or a switched light: another background), ``unexplained`` (no background fits),
        ``moving camera``, ``too short`` (for a background to be learned).
    start_frame, stop_frame
        Its frames, half-open.
    individuals
        The animals that it concerns.
    """

    kind: str
    start_frame: int
    stop_frame: int
    individuals: tuple[str, ...] = ()


def make_tracks(
    times: Float[np.ndarray, " time"],
    position: Float[np.ndarray, "time space individual"],
    shape: Float[np.ndarray, "time space individual"],
    confidence: Float[np.ndarray, "time individual"],
    individuals: Sequence[str],
    **attrs: Any,
) -> xr.Dataset:
    """Assemble a box dataset.

    Parameters
    ----------
    times
        Seconds of every frame.
    position
        Centres in pixels.
    shape
        Width and height of the boxes in pixels.
    confidence
        Between 0 and 1.
    individuals
        Names of the animals.
    attrs
        What else to note, as `netCDF` attributes.
    """
    steps = np.diff(times)
    fps = float(1 / np.median(steps)) if len(steps) else 1.0
    noted = {
        "ds_type": "bboxes",
        "time_unit": "seconds",
        "fps": fps,
        "source_software": "ethoprism",
    }
    return xr.Dataset(
        {
            "position": (_DIMS["position"], position.astype(np.float32)),
            "shape": (_DIMS["shape"], shape.astype(np.float32)),
            "confidence": (_DIMS["confidence"], confidence.astype(np.float32)),
        },
        coords={
            "time": times,
            "frame": ("time", np.arange(len(times))),
            "space": ["x", "y"],
            "individual": list(individuals),
        },
        attrs=noted | attrs,
    )


def with_events(tracks: xr.Dataset, events: Iterable[TrackEvent]) -> xr.Dataset:
    """Return the tracks with `events` noted, in order of time."""
    ordered = sorted(events, key=lambda event: (event.start_frame, event.stop_frame, event.kind))
    return tracks.assign_attrs(events=json.dumps([asdict(event) for event in ordered]))


def track_events(tracks: xr.Dataset) -> list[TrackEvent]:
    """Return what happened on the way; nothing for tracks of another program."""
    return [
        TrackEvent(**{**event, "individuals": tuple(event["individuals"])})
        for event in json.loads(tracks.attrs.get("events", "[]"))
    ]


_SAID = {
    "merge": "animals were joined in one blob {times} (identities may have swapped)",
    "crossing": "animals came within a body length of each other {times}",
    "lost": "an animal was out of sight for more than a second {times} (its last place is kept)",
    "scene": "the scene changed {times} (a new background was used)",
    "unexplained": "no background fits {times} (the last places are kept)",
}
_SAID_WHOLE = {
    "never seen": "nothing that moves was seen for {names}: the whole picture is used",
    "too short": "the video is too short to learn its background: the whole picture is used",
    "moving camera": "most of the picture moves (a moving camera?): the whole picture is used",
}


def track_notices(tracks: xr.Dataset) -> tuple[str, ...]:
    """Return what the user should know about the tracks, one sentence each."""
    events = track_events(tracks)
    notices = []
    for kind, sentence in _SAID.items():
        frames = [event.start_frame for event in events if event.kind == kind]
        if frames:
            times = "once" if len(frames) == 1 else f"{len(frames)} times"
            notices.append(sentence.format(times=times) + f", first at frame {frames[0]}")
    for kind, sentence in _SAID_WHOLE.items():
        names = sorted(
            {name for event in events if event.kind == kind for name in event.individuals}
        )
        if names:
            notices.append(sentence.format(names=", ".join(names)))
    return tuple(notices)


def save_tracks(tracks: xr.Dataset, path: str | Path) -> None:
    """Write tracks as netCDF, readable by `movement` and by anything that reads netCDF.

    Raises
    ------
    EthoprismError
        If the file cannot be written.
    """
    try:
        with atomic_path(Path(path)) as temporary:
            tracks.to_netcdf(temporary, engine="h5netcdf")
    except OSError as error:
        raise EthoprismError(f"the tracks cannot be written ({error})", path) from error


def load_tracks(path: str | Path) -> xr.Dataset:
    """Read tracks from netCDF, those of `movement` included, and check that they are boxes.

    Raises
    ------
    EthoprismError
        If the file cannot be read as netCDF, or lacks a variable or a dimension.
    """
    try:
        with xr.open_dataset(path, engine="h5netcdf") as opened:
            tracks = opened.load()
    except (OSError, ValueError, KeyError) as error:
        raise EthoprismError(
            "the file cannot be read as tracks", path, "give a netCDF file of boxes"
        ) from error
    if "individuals" in tracks.dims:  # as movement named it before 0.17
        tracks = tracks.rename(individuals="individual")
    return check_tracks(tracks, path)


def check_tracks(tracks: xr.Dataset, where: object = None) -> xr.Dataset:
    """Return `tracks` with the dimensions in order, if they are boxes.

    Raises
    ------
    EthoprismError
        If a variable or a dimension is missing.
    """
    for name, dims in _DIMS.items():
        if name not in tracks:
            raise EthoprismError(f"the tracks lack {name!r}", where, "give a dataset of boxes")
        if set(tracks[name].dims) != set(dims):
            raise EthoprismError(
                f"expected {name!r} to have dimensions {dims}, got {tracks[name].dims}", where
            )
    return tracks.transpose("time", "space", "individual", ...)
