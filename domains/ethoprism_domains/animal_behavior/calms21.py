"""CalMS21, task 1: a resident mouse and an intruder from above, 30 frames a second.

``task1_classic_classification/calms21_task1_{train,test}.json`` holds the labels and poses of the
sequences ``task1/<split>/<mouse>_task1_<annotator>``, ``task1_videos_mp4/<split>/`` their videos.
Each frame is attack, investigation, mount or other; what is labelled is what the resident does to
the intruder. Layout as in CalMS21 (Sun et al., 2021), https://data.caltech.edu/records/s0vdx-0k302.
"""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.poses import Poses, boxes_of_poses
from ethoprism_domains.animal_behavior.reading import DOMAIN_NAME, HABITS
from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    Subject,
    exclusive,
    with_seconds,
    with_targets,
    written_target,
)
from ethoprism_domains.base import Dataset, Finding, Recording, times_of_video
from ethoprism_domains.formats.base import Reading, ReadOptions
from ethoprism_domains.formats.calms21 import read_content, sequences
from ethoprism_domains.formats.content import read_json
from ethoprism_domains.formats.expect import expect_mapping
from ethoprism_domains.video_files import VideoFiles

DESCRIPTION = "CalMS21 task 1: calms21_task1_train.json, calms21_task1_test.json and videos"
RATE = 30.0  # frames a second
RESIDENT, INTRUDER = INDIVIDUALS = ("resident", "intruder")
_LABELS = "calms21_task1_*.json"
_KEYPOINTS = 7


def label_files(path: Path) -> list[Path]:
    """Find the label files in a folder, or in the folders right below it."""
    if not path.is_dir():
        return []
    return sorted({*path.glob(_LABELS), *path.glob(f"*/{_LABELS}")})


def read_calms21(path: Path) -> Dataset:
    """Read the label files, and find the videos below the folder `path`.

    Raises
    ------
    EthoprismError
        If there are no label files, or one is not what it should be.
    """
    files = label_files(path)
    if not files:
        told = "there is no calms21_task1_train.json and no calms21_task1_test.json"
        raise EthoprismError(told, path, "unpack task1_classic_classification.zip there")
    videos = VideoFiles(path)
    recordings: list[Recording] = []
    findings: list[Finding] = []
    for file in files:
        content = expect_mapping(read_json(file), file, "the file")
        reading = read_content(content, file, ReadOptions())
        for annotator, name, sequence in sequences(content, file):
            recordings.append(_recording(name, annotator, sequence, reading, videos, findings))
    names = dict.fromkeys(item.name for part in recordings for item in part.annotations.ethogram)
    ethogram = _directed(exclusive(tuple(Behavior(name) for name in names)))
    findings += videos.unused()
    found = tuple(findings)
    return Dataset("CalMS21 task 1", DOMAIN_NAME, tuple(recordings), ethogram, HABITS, found)


def _recording(
    name: str,
    annotator: str,
    told: Mapping[str, Any],
    reading: Reading,
    videos: VideoFiles,
    findings: list[Finding],
) -> Recording:
    sequence = PurePosixPath(name)
    video = videos.of(sequence.name, name, findings)
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
    """Say who did it to whom, and when; the set's own rate stands in for an absent video."""
    times = times_of_video(video)
    times = np.arange(count) / RATE if times is None else times
    said = own.events.assign(subject=RESIDENT, modifiers=written_target(INTRUDER))
    ethogram = _directed(own.ethogram.behaviors)
    return Annotations(with_seconds(said, times), own.observed, ethogram)


def _directed(behaviors: tuple[Behavior, ...]) -> Ethogram:
    plain = Ethogram(behaviors, tuple(map(Subject, INDIVIDUALS)))
    return with_targets(plain, plain.names, (INTRUDER,))


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
