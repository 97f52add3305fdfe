"""Tracks from the files of pose and tracking programs: DeepLabCut, SLEAP, `movement` and NWB.

DeepLabCut writes tables of x, y and likelihood for each body part, and each individual where there
are several, as CSV with three or four header rows or through pandas as HDF5 (fixed or table).
SLEAP's analysis files are HDF5 with `tracks (track, space, node, frame)`. `movement` writes netCDF.
NWB files hold poses of ndx-pose, or positions of the core (`nwb_poses`).
"""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import xarray as xr
from jaxtyping import Float

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.deeplabcut import poses_of_csv, poses_of_pandas
from ethoprism_core.video.nwb_poses import poses_of_nwb
from ethoprism_core.video.poses import Poses, boxes_of_poses, poses_of_dataset
from ethoprism_core.video.tracks import load_tracks

MOST_BYTES = 1 << 32
_HDF5 = b"\x89HDF\r\n\x1a\n"


def read_tracks(path: str | Path, frame_times: Float[np.ndarray, " time"]) -> xr.Dataset:
    """Read boxes, or poses as boxes around their keypoints, whatever program they come from.

    Parameters
    ----------
    path
        A DeepLabCut ``.csv`` or ``.h5``, a SLEAP analysis ``.h5``, netCDF of `movement`, or NWB.
    frame_times
        Seconds of every frame of the video. Frames that the file says nothing of have boxes of
        not-a-number; `fill_gaps` bridges them.

    Raises
    ------
    EthoprismError
        If the file is none of these, is damaged, or reaches beyond the video.
    """
    path = Path(path)
    poses = read_poses(path, frame_times)
    return load_tracks(path) if poses is None else boxes_of_poses(poses, frame_times, path)


def read_poses(path: str | Path, frame_times: Float[np.ndarray, " time"]) -> Poses | None:
    """Read the keypoints of such a file, or None if it holds boxes.

    Raises
    ------
    EthoprismError
        If the file is of no known kind, or is damaged.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            is_hdf5 = file.read(len(_HDF5)) == _HDF5
    except OSError as error:
        reason = error.strerror or str(error)
        raise EthoprismError(f"cannot read ({reason})", path, "check the path") from error
    poses = _poses_of_hdf5(path, frame_times) if is_hdf5 else poses_of_csv(path)
    return None if poses is None else _counted_from_0(poses, frame_times)


def _counted_from_0(poses: Poses, frame_times: np.ndarray) -> Poses:
    # pictures of a video may be numbered from 1 or more: a row for each frame, in their order
    first = poses.frames.min() if len(poses.frames) else 0
    numbers = np.arange(first, first + len(frame_times))
    if np.array_equal(np.sort(poses.frames), numbers):
        return replace(poses, frames=poses.frames - first)
    return poses


def _poses_of_hdf5(path: Path, frame_times: np.ndarray) -> Poses | None:
    """Read poses; None if the file holds boxes."""
    try:
        with h5py.File(path) as file:
            _refuse_size(file, path)
            if "node_names" in file and "tracks" in file:
                return _poses_of_sleap(file)
            if "nwb_version" in file.attrs:
                return poses_of_nwb(file, frame_times)
            groups = [name for name, item in file.items() if "pandas_type" in item.attrs]
            if groups:
                return poses_of_pandas(file[groups[0]])
        with xr.open_dataset(path, engine="h5netcdf") as opened:
            dims = set(opened["position"].dims) if "position" in opened else set()
            has_keypoints = bool({"keypoint", "keypoints"} & {str(dim) for dim in dims})
            return poses_of_dataset(opened.load(), path) if has_keypoints else None
    except EthoprismError:
        raise
    except Exception as error:  # a damaged HDF5 file ends in any of them
        raise EthoprismError(
            "the file cannot be read as poses or tracks", path, "export it again"
        ) from error


def _refuse_size(file: h5py.File, path: Path) -> None:
    """Refuse a file that would not fit into memory: a damaged one may claim any size."""
    sizes: list[int] = []

    def weigh(_: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            sizes.append(item.size * item.dtype.itemsize if item.size else 0)

    file.visititems(weigh)
    if sum(sizes) > MOST_BYTES:
        raise EthoprismError(f"more than {MOST_BYTES >> 30} GiB", path, "export it again")


def _poses_of_sleap(file: h5py.File) -> Poses:
    # track, space, node, frame: the axes reversed, as MATLAB has them
    points = np.asarray(file["tracks"], np.float64).transpose(3, 1, 2, 0)
    rows, _, nodes, tracks = points.shape
    confidence = np.full((rows, nodes, tracks), np.nan)
    if "point_scores" in file:
        confidence = np.asarray(file["point_scores"], np.float64).transpose(2, 1, 0)
    names, keypoints = ([*map(_text, file[key])] for key in ("track_names", "node_names"))
    names += [f"track_{number}" for number in range(len(names), tracks)]
    frames = np.arange(rows)
    return Poses(frames, points, confidence, names[:tracks], "SLEAP", tuple(keypoints))


def _text(name: object) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)
