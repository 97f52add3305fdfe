"""Poses out of NWB files, by the layout of their HDF5.

`PoseEstimation` of ndx-pose holds a series for each keypoint of one animal, a core `Position` the
same as plain `SpatialSeries`; those in pixels count. Seconds of the session become frames by the
times of the video that the file refers to. Layouts as in ndx-pose 0.2 to 0.4
(https://github.com/rly/ndx-pose) and NWB 2 (nwb-schema.readthedocs.io).
"""

from collections.abc import Iterator

import h5py
import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.poses import Poses

_CONTAINERS = {"PoseEstimation": "PoseEstimationSeries", "Position": "SpatialSeries"}
_SPACE = 2  # x and y; a third axis is left out


def pose_groups(file: h5py.File) -> list[h5py.Group]:
    """Find the containers of poses in pixels, one an animal; those of ndx-pose if there are any."""
    found: dict[str, list[h5py.Group]] = {kind: [] for kind in _CONTAINERS}

    def visit(name: str, item: object) -> None:
        kind = _type(item) if isinstance(item, h5py.Group) else ""
        if kind in found and not name.startswith("specifications") and any(_series(item)):
            found[kind].append(item)

    file.visititems(visit)
    return next((groups for groups in found.values() if groups), [])


def poses_of_nwb(file: h5py.File, frame_times: np.ndarray) -> Poses:
    """Read the poses of a file.

    Parameters
    ----------
    frame_times
        The video's own, in seconds.

    Raises
    ------
    EthoprismError
        If it has none, or several videos and nothing tells which one the poses are of.
    """
    groups = pose_groups(file)
    if not groups:
        raise EthoprismError("no poses in pixels in it", file.filename, "name another file")
    series = {str(group.name): dict(_series(group)) for group in groups}
    keypoints = tuple(dict.fromkeys(name for own in series.values() for name in own))
    times = _seconds(next(iter(series[str(groups[0].name)].values())))
    points = np.full((len(times), _SPACE, len(keypoints), len(groups)), np.nan)
    confidence = np.full((len(times), len(keypoints), len(groups)), np.nan)
    for animal, own in enumerate(series.values()):
        for name, item in own.items():
            at = keypoints.index(name)
            points[:, :, at, animal] = _scaled(item)[: len(times)]
            if "confidence" in item:
                confidence[:, at, animal] = np.asarray(item["confidence"])[: len(times)]
    names = [str(group.name).rpartition("/")[2] for group in groups]
    frames = _frames(file, times, frame_times)
    seen = frames >= 0
    return Poses(frames[seen], points[seen], confidence[seen], names, "NWB", keypoints)


def _series(group: h5py.Group) -> Iterator[tuple[str, h5py.Group]]:
    wanted = _CONTAINERS[_type(group)]
    for name, item in group.items():
        if isinstance(item, h5py.Group) and _type(item) == wanted and "data" in item:
            data = item["data"]
            in_pixels = str(data.attrs.get("unit", "")).casefold() in ("pixels", "pixel", "px")
            if data.ndim == 2 and data.shape[1] >= _SPACE and in_pixels:
                yield name, item


def _scaled(series: h5py.Group) -> np.ndarray:
    data = series["data"]
    conversion, offset = (
        float(data.attrs.get(key, default)) for key, default in (("conversion", 1), ("offset", 0))
    )
    return np.asarray(data, np.float64)[:, :_SPACE] * conversion + offset


def _seconds(series: h5py.Group) -> np.ndarray:
    if "timestamps" in series:
        return np.asarray(series["timestamps"], np.float64)
    start = series["starting_time"]
    return float(start[()]) + np.arange(len(series["data"])) / float(start.attrs["rate"])


def _frames(file: h5py.File, times: np.ndarray, frame_times: np.ndarray) -> np.ndarray:
    """Give each row's frame: one a row if as many, else by the video's times; -1 if of none."""
    if len(times) == len(frame_times):
        return np.arange(len(times))
    clock = _video_times(file, frame_times)
    edges = (clock[1:] + clock[:-1]) / 2
    frames = np.searchsorted(edges, times)
    half = np.median(np.diff(clock)) / 2 if len(clock) > 1 else np.inf
    is_of_none = np.abs(times - clock[frames]) > half * (1 + 1e-6)
    return np.where(is_of_none, -1, frames)


def _video_times(file: h5py.File, frame_times: np.ndarray) -> np.ndarray:
    """Give the session's seconds of the frames of the only video that a file refers to."""
    videos: list[h5py.Group] = []

    def visit(_: str, item: object) -> None:
        if isinstance(item, h5py.Group) and "external_file" in item:
            videos.append(item)

    file.visititems(visit)
    fitting = [item for item in videos if len(item.get("timestamps", ())) == len(frame_times)]
    if len(fitting) == 1:
        return np.asarray(fitting[0]["timestamps"], np.float64)
    if len(videos) == 1 and "starting_time" in videos[0]:
        return frame_times + float(videos[0]["starting_time"][()])
    raise EthoprismError(
        "nothing tells which frames its poses are of", file.filename, "give a pose for each frame"
    )


def _type(item: h5py.Group) -> str:
    return str(item.attrs.get("neurodata_type", ""))
