"""Poses to boxes: around an animal's keypoints in each frame, for crops and overlays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.tracks import make_tracks

SURE = 0.6  # DeepLabCut's own default for what counts as seen
_FARTHEST = 1e6  # pixels; no picture is so large


@dataclass(frozen=True, eq=False)
class Poses:
    """Keypoints of animals in the frames of a video.

    Parameters
    ----------
    frames
        The frame number of each row.
    points
        `(row, space, keypoint, individual)` in pixels, not-a-number where not seen.
    confidence
        `(row, keypoint, individual)` between 0 and 1; not-a-number where nobody tells.
    individuals
        The animals' names.
    source
        The program they come from.
    keypoints
        The keypoints' names; empty where nobody tells.
    """

    frames: np.ndarray
    points: np.ndarray
    confidence: np.ndarray
    individuals: Sequence[str]
    source: str
    keypoints: tuple[str, ...] = ()


def boxes_of_poses(
    poses: Poses, frame_times: Float[np.ndarray, " time"], where: object = None, sure: float = SURE
) -> xr.Dataset:
    """Lay a box around each animal's keypoints; a box dataset of the whole video.

    Parameters
    ----------
    frame_times
        Seconds of every frame of the video. Frames without a pose have boxes of not-a-number.
    where
        What to name in errors, such as the file.
    sure
        Keypoints of less confidence do not count. A box needs two that do.

    Raises
    ------
    EthoprismError
        If the poses have a single keypoint, or reach beyond the video.
    """
    if poses.points.shape[2] < 2:
        told = "poses of a single keypoint do not tell how large an animal is"
        raise EthoprismError(told, where, "give poses of several keypoints, or boxes")
    beyond = poses.frames[(poses.frames >= len(frame_times)) | (poses.frames < 0)]
    if len(beyond):
        told = f"a pose at frame {beyond[0]}, and the video has {len(frame_times)} frames"
        raise EthoprismError(told, where, "give the poses of this video")
    counts = _counting(poses, sure)
    low = np.where(counts[:, None], poses.points, _FARTHEST).min(axis=2)
    high = np.where(counts[:, None], poses.points, -_FARTHEST).max(axis=2)
    boxed = (counts.sum(axis=1) >= 2)[:, None]
    count = len(frame_times)
    return make_tracks(
        frame_times.astype(np.float64),
        _placed(np.where(boxed, (low + high) / 2, np.nan), poses.frames, count),
        _placed(np.where(boxed, high - low, np.nan), poses.frames, count),
        np.nan_to_num(_placed(_mean_confidence(poses, counts), poses.frames, count)),
        poses.individuals,
        source_software=poses.source,
    )


def poses_of_dataset(dataset: xr.Dataset, where: object = None) -> Poses:
    """Take the poses out of a dataset of `movement`, whose names may be singular or plural.

    Raises
    ------
    EthoprismError
        If it has no positions of keypoints.
    """
    old = {"keypoints": "keypoint", "individuals": "individual"}
    dataset = dataset.rename({name: new for name, new in old.items() if name in dataset.dims})
    dims = ("time", "space", "keypoint", "individual")
    if "position" not in dataset or set(dataset["position"].dims) != set(dims):
        raise EthoprismError("it has no positions of keypoints", where, "give poses or boxes")
    position = dataset["position"].transpose(*dims)
    points = position.sel(space=["x", "y"]).to_numpy().astype(np.float64)
    confidence = np.full((len(points), *points.shape[2:]), np.nan)
    if "confidence" in dataset:
        order = (dims[0], *dims[2:])
        confidence = dataset["confidence"].transpose(*order).to_numpy().astype(np.float64)
    names = [str(name) for name in dataset["individual"].to_numpy().tolist()]
    keypoints = tuple(map(str, position["keypoint"].to_numpy().tolist()))
    return Poses(np.arange(len(points)), points, confidence, names, "movement", keypoints)


def _placed(values: np.ndarray, frames: np.ndarray, count: int) -> np.ndarray:
    """Put rows at their frames, not-a-number elsewhere."""
    placed: np.ndarray[Any, np.dtype[np.float64]] = np.full((count, *values.shape[1:]), np.nan)
    placed[frames] = values
    return placed


def _counting(poses: Poses, sure: float) -> np.ndarray:
    """Tell which keypoints count `(row, keypoint, individual)`: seen, sure, and on a picture."""
    with np.errstate(invalid="ignore"):
        on_picture = (np.abs(poses.points) < _FARTHEST).all(axis=1)
        return on_picture & ~(poses.confidence < sure)


def _mean_confidence(poses: Poses, counts: np.ndarray) -> np.ndarray:
    """Average the confidence of the keypoints that count; 1 where nobody tells."""
    told = np.where(np.isnan(poses.confidence), 1.0, np.clip(poses.confidence, 0, 1))
    number = counts.sum(axis=1)
    total = np.where(counts, told, 0).sum(axis=1)
    return np.where(number >= 2, total / np.maximum(number, 1), 0.0)
