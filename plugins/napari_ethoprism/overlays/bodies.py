"""The animals' boxes and keypoints in each frame, read from a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.pose_files import read_poses
from ethoprism_core.video.poses import Poses
from ethoprism_core.video.tracks import load_tracks

_FEWEST = 2  # keypoints that make a box


@dataclass(frozen=True, eq=False)
class Body:
    """One animal in one frame.

    Parameters
    ----------
    number, name
        Which animal of the file it is.
    box
        ``left, top, right, bottom`` in pixels; None if it has none.
    points
        x and y of its keypoints in pixels.
    """

    number: int
    name: str
    box: tuple[float, float, float, float] | None
    points: Float32[np.ndarray, "point 2"]


@dataclass(frozen=True, eq=False)
class Bodies:
    """All animals of a video.

    Parameters
    ----------
    source
        The program that they come from.
    names
        Of the animals.
    points
        x and y of each keypoint, not-a-number where it is not seen; none where there are boxes.
    points_sure
        How sure each keypoint is, between 0 and 1.
    boxes
        ``left, top, right, bottom``; none where there are keypoints.
    boxes_sure
        How sure each box is.
    """

    source: str
    names: tuple[str, ...]
    points: Float32[np.ndarray, "time individual keypoint 2"]
    points_sure: Float32[np.ndarray, "time individual keypoint"]
    boxes: Float32[np.ndarray, "time box 4"]
    boxes_sure: Float32[np.ndarray, "time box"]

    @property
    def keypoints(self) -> int:
        """How many keypoints each animal has."""
        return self.points.shape[2]

    def at(self, frame: int, least: float = 0.0) -> Iterator[Body]:
        """Yield the animals of one frame, without what is less sure than `least`."""
        if not 0 <= frame < len(self.points):
            return
        for number, name in enumerate(self.names):
            seen = self.points_sure[frame, number] >= least
            points = self.points[frame, number][seen]
            box = self._box(frame, number, least, points)
            if box is not None or len(points):
                yield Body(number, name, box, points)

    def _box(
        self, frame: int, number: int, least: float, points: np.ndarray
    ) -> tuple[float, float, float, float] | None:
        if self.keypoints:
            if len(points) < _FEWEST:
                return None
            (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
            return float(left), float(top), float(right), float(bottom)
        if not self.boxes_sure[frame, number] >= least:
            return None
        left, top, right, bottom = self.boxes[frame, number].tolist()
        return left, top, right, bottom


def read_bodies(path: Path, frame_times: Float[np.ndarray, " time"]) -> Bodies:
    """Read a file of DeepLabCut, SLEAP or `movement`, poses as well as boxes.

    Raises
    ------
    EthoprismError
        If the file is none of these, is damaged, or reaches beyond the video.
    """
    poses = read_poses(path, frame_times)
    bodies = _of_boxes(path) if poses is None else _of_poses(poses, len(frame_times), path)
    if len(bodies.points) > len(frame_times):
        told = f"it has {len(bodies.points)} frames, and the video has {len(frame_times)}"
        raise EthoprismError(told, path, "give the tracks of this video")
    return bodies


def _of_poses(poses: Poses, count: int, path: Path) -> Bodies:
    beyond = poses.frames[(poses.frames >= count) | (poses.frames < 0)]
    if len(beyond):
        told = f"a pose at frame {beyond[0]}, and the video has {count} frames"
        raise EthoprismError(told, path, "give the poses of this video")
    row_points = poses.points.transpose(0, 3, 2, 1)
    row_sure = np.nan_to_num(poses.confidence.transpose(0, 2, 1), nan=1.0)
    row_sure[~np.isfinite(row_points).all(axis=3)] = np.nan  # not seen: never sure enough
    points = np.full((count, *row_points.shape[1:]), np.nan, np.float32)
    sure = np.full(points.shape[:3], np.nan, np.float32)
    points[poses.frames], sure[poses.frames] = row_points, row_sure
    names = tuple(poses.individuals)
    nothing = np.zeros((count, 0, 4), np.float32)
    return Bodies(poses.source, names, points, sure, nothing, nothing[:, :, 0])


def _of_boxes(path: Path) -> Bodies:
    tracks = load_tracks(path)
    centre, shape = (
        tracks[name].sel(space=["x", "y"]).transpose("time", "individual", "space").to_numpy()
        for name in ("position", "shape")
    )
    boxes = np.concatenate([centre - shape / 2, centre + shape / 2], axis=2).astype(np.float32)
    sure = np.nan_to_num(tracks["confidence"].to_numpy().astype(np.float32), nan=1.0)
    sure[~np.isfinite(boxes).all(axis=2)] = np.nan
    names = tuple(str(name) for name in tracks["individual"].to_numpy().tolist())
    points = np.zeros((*sure.shape, 0, 2), np.float32)
    source = str(tracks.attrs.get("source_software", "tracks"))
    return Bodies(source, names, points, points[..., 0], boxes, sure)
