"""CalMS21, task 1: a resident mouse and an intruder from above, 30 frames a second.

``task1_classic_classification/calms21_task1_{train,test}.json`` holds the labels and poses of the
sequences ``task1/<split>/<mouse>_task1_<annotator>``, ``task1_videos_mp4/<split>/`` their videos.
Each frame is attack, investigation, mount or other; what is labelled is what the resident does to
the intruder. Layout as in CalMS21 (Sun et al., 2021), https://data.caltech.edu/records/s0vdx-0k302.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import xarray as xr

from ethoprism_core.video import VIDEO_SUFFIXES
from ethoprism_core.video.poses import Poses, boxes_of_poses
from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    Subject,
    exclusive,
    with_seconds,
)
from ethoprism_domains.base import Dataset, Finding, Habits, Recording, times_of_video
from ethoprism_domains.formats.base import Reading, ReadOptions
from ethoprism_domains.formats.calms21 import read_content, sequences
from ethoprism_domains.formats.content import read_json
from ethoprism_domains.formats.expect import expect_mapping

BACKGROUND = "other"
DESCRIPTION = "CalMS21 task 1: calms21_task1_train.json, calms21_task1_test.json and videos"
RATE = 30.0  # frames a second
INDIVIDUALS = ("resident", "intruder")
_LABELS = "calms21_task1_*.json"
_KEYPOINTS = 7


def label_files(path: Path) -> list[Path]:
    """Find the label files in a folder, or in the folders right below it."""
    if not path.is_dir():
        return []
    return sorted({*path.glob(_LABELS), *path.glob(f"*/{_LABELS}")})


def read_calms21(path: Path, files: list[Path], domain: str, habits: Habits) -> Dataset:
    """Read label files and find their videos below the folder `path`.

    Raises
    ------
    EthoprismError
        If a label file is not what it should be.
    """
    videos = _Videos(path)
    recordings: list[Recording] = []
    findings: list[Finding] = []
    for file in files:
        content = expect_mapping(read_json(file), file, "the file")
        reading = read_content(content, file, ReadOptions())
        for annotator, name, told in sequences(content, file):
            recordings.append(_recording(name, annotator, told, reading, videos, findings))
    names = dict.fromkeys(item.name for part in recordings for item in part.annotations.ethogram)
    behaviors = exclusive(tuple(Behavior(name) for name in names))
    ethogram = Ethogram(behaviors, tuple(map(Subject, INDIVIDUALS)))
    findings += [
        Finding("unlisted video", file.name, "it has no labels", wrong=False)
        for file in videos.unused()
    ]
    return Dataset("CalMS21 task 1", domain, tuple(recordings), ethogram, habits, tuple(findings))


class _Videos:
    """The videos below a folder, by their names without ending."""

    def __init__(self, folder: Path) -> None:
        self._paths: dict[str, list[Path]] = {}
        self._used: set[str] = set()
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in VIDEO_SUFFIXES and path.is_file():
                self._paths.setdefault(path.stem, []).append(path)

    def of(self, stem: str) -> list[Path]:
        self._used.add(stem)
        return self._paths.get(stem, [])

    def unused(self) -> Iterator[Path]:
        for stem, paths in self._paths.items():
            if stem not in self._used:
                yield from paths


def _recording(
    name: str,
    annotator: str,
    told: Mapping[str, Any],
    reading: Reading,
    videos: _Videos,
    findings: list[Finding],
) -> Recording:
    sequence = PurePosixPath(name)
    found = videos.of(sequence.name)
    if len(found) > 1:
        what = f"several videos could be it: {found[0]} and {found[1]}"
        findings.append(Finding("several videos", name, what, len(found)))
    video = found[0] if len(found) == 1 else None
    labelled = len(told.get("annotations") or ())
    return Recording(
        name,
        video,
        _of_the_resident(reading.of_video(name), video, labelled),
        INDIVIDUALS,
        {"animal": sequence.name.split("_")[0]},
        _boxes(name, told, findings),
        frame_counts={"labels": labelled} if labelled else {},
        metadata={"split": sequence.parent.name, "annotator": annotator},
    )


def _of_the_resident(own: Annotations, video: Path | None, count: int) -> Annotations:
    """Say who did it, and when; the set's own rate stands in for a video that is not there."""
    times = times_of_video(video)
    times = np.arange(count) / RATE if times is None else times
    events = with_seconds(own.events.assign(subject=INDIVIDUALS[0]), times)
    subjects = tuple(map(Subject, INDIVIDUALS))
    return Annotations(events, own.observed, Ethogram(own.ethogram.behaviors, subjects))


def _boxes(name: str, told: Mapping[str, Any], findings: list[Finding]) -> xr.Dataset | None:
    """Lay boxes around the keypoints `(frame, mouse, space, keypoint)`; None without them."""
    try:
        points = np.asarray(told["keypoints"], np.float64)
        scores = np.asarray(told["scores"], np.float64)
    except (KeyError, TypeError, ValueError):
        findings.append(Finding("unreadable pose", name, "keypoints or scores are missing"))
        return None
    frames = len(points)
    shapes = (frames, 2, 2, _KEYPOINTS), (frames, 2, _KEYPOINTS)
    if (points.shape, scores.shape) != shapes or not frames:
        what = f"keypoints of shape {points.shape} and scores of shape {scores.shape}"
        findings.append(Finding("unreadable pose", name, what))
        return None
    poses = Poses(
        np.arange(frames),
        points.transpose(0, 2, 3, 1),
        scores.transpose(0, 2, 1),
        INDIVIDUALS,
        "CalMS21",
    )
    return boxes_of_poses(poses, np.arange(frames) / RATE, name)
