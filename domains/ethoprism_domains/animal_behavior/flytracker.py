"""The files of Caltech's FlyTracker: actions, tracks and features of each fly, in MATLAB's format.

``*_actions.mat`` holds ``behs``, a cell of names, and ``bouts``, a cell of a row for each fly and a
column for each name, with the first and last frame of each bout, counted from 1. A third number,
which the annotation program keeps for itself, is left alone. ``*_track.mat`` and ``*_feat.mat``
hold a struct of ``names`` and ``data (fly, frame, field)``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.tracks import make_tracks
from ethoprism_domains.animal_behavior.matlab import read_matlab, text_cells
from ethoprism_domains.animal_behavior.reading import frame_seconds

_CHECK = "check that it is the file"
_ELLIPSE = ("pos x", "pos y", "ori", "major axis len", "minor axis len")


@dataclass(frozen=True)
class Actions:
    """What each fly did.

    Parameters
    ----------
    names
        The behaviours.
    flies
        How many flies there are.
    bouts
        Fly from 0, behaviour, first frame from 0, and the frame after the last.
    impossible
        How many bouts were left out, for they are no spans of frames of the movie.
    """

    names: tuple[str, ...]
    flies: int
    bouts: tuple[tuple[int, str, int, int], ...]
    impossible: int


def fly_names(count: int) -> tuple[str, ...]:
    """Name the flies in the order of the files: ``fly-1`` and so on."""
    return tuple(f"fly-{number + 1}" for number in range(count))


def read_actions(path: Path, frame_count: int = 0) -> Actions:
    """Read a file of actions.

    Parameters
    ----------
    frame_count
        Of the movie; bouts that reach beyond it are impossible. 0 if nobody knows.

    Raises
    ------
    EthoprismError
        If it is no such file, or is damaged.
    """
    told = read_matlab(path, ("behs", "bouts"))
    names = [
        " ".join(name.replace("_", " ").split()).lower()
        for name in text_cells(told["behs"], path, "behs")
    ]
    cells = np.asarray(told["bouts"], object)
    if cells.ndim != 2 or cells.shape[1] != len(names):
        what = f"bouts of shape {cells.shape} for {len(names)} behaviours"
        raise EthoprismError(what, path, _CHECK)
    found, impossible = [], 0
    for (fly, column), cell in np.ndenumerate(cells):
        spans = _spans(cell, path, names[column])
        possible = _possible(spans, frame_count)
        impossible += int((~possible).sum())
        for first, last in spans[possible].astype(int).tolist():
            found.append((fly, names[column], first - 1, last))
    return Actions(tuple(names), len(cells), tuple(found), impossible)


def read_boxes(path: Path, video: Path | None, rate: float) -> xr.Dataset:
    """Lay boxes around the ellipses that fit the flies' bodies.

    Parameters
    ----------
    video
        Whose frame times are taken, where it has as many frames.
    rate
        Frames a second, else.

    Returns
    -------
    A box dataset; not-a-number where the tracker has lost a fly.

    Raises
    ------
    EthoprismError
        If it is no file of tracks, or is damaged.
    """
    fields = _fields(path, "trk", _ELLIPSE)
    x, y, angle, major, minor = (fields[name].T for name in _ELLIPSE)
    across = np.hypot(major * np.cos(angle), minor * np.sin(angle))
    down = np.hypot(major * np.sin(angle), minor * np.cos(angle))
    whole = np.isfinite(x) & np.isfinite(y) & np.isfinite(across) & np.isfinite(down)
    return make_tracks(
        frame_seconds(video, len(x), rate),
        np.where(whole[:, None], np.stack([x, y], axis=1), np.nan),
        np.where(whole[:, None], np.stack([across, down], axis=1), np.nan),
        whole.astype(np.float64),
        fly_names(x.shape[1]),
        source_software="FlyTracker",
    )


def count_feature_frames(path: Path) -> int:
    """Count the frames of a file of features.

    Raises
    ------
    EthoprismError
        If it is no such file, or is damaged.
    """
    return int(_data(path, "feat")[1].shape[1])


def _spans(cell: object, path: Path, behavior: str) -> np.ndarray:
    spans = np.asarray(cell)
    if not spans.size:
        return np.zeros((0, 2))
    if spans.dtype.kind not in "fiu" or spans.ndim != 2 or spans.shape[1] < 2:
        raise EthoprismError(f"the bouts of {behavior} are no spans of frames", path, _CHECK)
    return spans[:, :2].astype(np.float64)


def _possible(spans: np.ndarray, frame_count: int) -> np.ndarray:
    first, last = spans.T
    whole = (spans % 1 == 0).all(axis=1)  # not-a-number is not whole either
    return np.asarray(whole & (first >= 1) & (last >= first) & (last <= (frame_count or 1e9)))


def _fields(path: Path, struct: str, wanted: Sequence[str]) -> dict[str, np.ndarray]:
    names, data = _data(path, struct)
    return dict(_columns(names, data, wanted, path))


def _columns(
    names: list[str], data: np.ndarray, wanted: Sequence[str], path: Path
) -> Iterator[tuple[str, np.ndarray]]:
    for name in wanted:
        if name not in names:
            raise EthoprismError(f"there is no field {name!r}", path, _CHECK)
        yield name, data[:, :, names.index(name)].astype(np.float64)


def _data(path: Path, struct: str) -> tuple[list[str], np.ndarray]:
    told = read_matlab(path, (struct,))[struct]
    if not isinstance(told, dict) or not {"names", "data"} <= set(told):
        raise EthoprismError(f"{struct} has no names and data", path, _CHECK)
    names, data = text_cells(told["names"], path, "names"), np.asarray(told["data"])
    if data.ndim != 3 or data.shape[2] != len(names) or data.dtype.kind not in "fiu":
        raise EthoprismError(f"data of shape {data.shape} for {len(names)} fields", path, _CHECK)
    return names, data
