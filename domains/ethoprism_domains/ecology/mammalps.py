"""MammAlps: camera traps in the Alps, each animal with its box, actions and activity.

A JSON file a video tells its site, camera and event; `ethoprism_domains.formats.mammalps` reads the
labels. Layout as in the set's description (https://github.com/eceo-epfl/MammAlps, Gabeff et al.,
2025) and its demonstration file; not run on the whole set.
"""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.find import natural_order
from ethoprism_domains.annotation import Annotations, Behavior, Ethogram, with_seconds
from ethoprism_domains.base import (
    Dataset,
    Finding,
    Habits,
    ProbeChoice,
    Recording,
    Sampling,
    Scoring,
)
from ethoprism_domains.ecology.boxes import AnimalBoxes, expect_box, tracks_of_boxes
from ethoprism_domains.ecology.reading import DOMAIN_NAME, SetReader
from ethoprism_domains.ecology.scenes import frame_times
from ethoprism_domains.formats.base import ReadOptions
from ethoprism_domains.formats.content import read_head, read_json
from ethoprism_domains.formats.expect import expect_mapping
from ethoprism_domains.formats.mammalps import detections, sniff
from ethoprism_domains.formats.mammalps import read as read_labels
from ethoprism_domains.video_files import VideoFiles

RATE = 30.0
HABITS = Habits(
    Sampling("subject", frames=16, step=2),
    ProbeChoice("attention"),
    "site",
    Scoring("average_precision"),
    ("bouts-csv",),
)
_PLACES = ("*.json", "*/*.json", "*/*/*.json", "*/*/*/*.json")
_GROUPS = {"site": "site_id", "camera": "cam_id", "event": "event_id"}


def recognises(path: Path) -> bool:
    """Recognise a JSON file with the detections of each frame."""
    return any(_is_labels(file) for file in _files(path)[:3])


def read(path: Path) -> Dataset:
    """Read each file of detections, and find its video.

    Raises
    ------
    EthoprismError
        If there is none, or one is not what it should be.
    """
    files = [file for file in _files(path) if _is_labels(file)]
    if not files:
        raise EthoprismError("there is no JSON file with detections", path, "unpack the set there")
    videos, findings = VideoFiles(path if path.is_dir() else path.parent), list[Finding]()
    recordings = tuple(_recording(file, videos, findings) for file in files)
    known: dict[str, Behavior] = {}
    for item in recordings:
        known |= {behavior.name: behavior for behavior in item.annotations.ethogram}
    findings += videos.unused()
    ethogram = Ethogram(tuple(known.values()))
    return Dataset("MammAlps", DOMAIN_NAME, recordings, ethogram, HABITS, tuple(findings))


MAMMALPS = SetReader("MammAlps", "a JSON file of detections for each video", recognises, read)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if path.suffix.lower() == ".json" else []
    return sorted({file for place in _PLACES for file in path.glob(place)}, key=natural_order)


def _is_labels(file: Path) -> bool:
    return sniff(file, read_head(file))


def _recording(file: Path, videos: VideoFiles, findings: list[Finding]) -> Recording:
    content = expect_mapping(read_json(file), file, "the file")
    info = expect_mapping(content.get("info") or {}, file, "info")
    read = read_labels(file, ReadOptions(video=f"{file.stem}.mp4"))
    told = info.get("file_path")
    name = PurePosixPath(told).name if isinstance(told, str) and told else f"{file.stem}.mp4"
    video = videos.of(Path(name).stem, name, findings)
    count = info.get("num_frames")
    frames = count if isinstance(count, int) and count > 0 else 0
    reach = int(max([0, *read.observed["stop_frame"]]))
    times = frame_times(video, max(frames, reach), _rate(info))
    return Recording(
        name,
        video,
        Annotations(with_seconds(read.events, times), read.observed, read.ethogram),
        tuple(subject.name for subject in read.ethogram.subjects),
        {group: str(info[key]) for group, key in _GROUPS.items() if info.get(key)},
        _tracks(content, file, times),
        frame_counts={"labels": frames} if frames else {},
    )


def _rate(info: Mapping[str, Any]) -> float:
    told = info.get("fps")
    return float(told) if isinstance(told, int | float) and told > 0 else RATE


def _tracks(content: Mapping[str, Any], file: Path, times: np.ndarray) -> xr.Dataset | None:
    placed: dict[str, dict[int, tuple[float, ...]]] = {}
    for frame, animal, detection in detections(content, file):
        box = expect_box(detection.get("bbox"), file, f"frame {frame}")
        placed.setdefault(animal, {})[frame] = box
    animals = [_animal(name, boxes) for name, boxes in placed.items()]
    return tracks_of_boxes(animals, times, "MammAlps") if animals else None


def _animal(name: str, boxes: dict[int, tuple[float, ...]]) -> AnimalBoxes:
    """Take an animal to be away where it was not detected in the next frame."""
    gone = {frame + 1: boxes[frame] for frame in boxes if frame + 1 not in boxes}
    rows = sorted((boxes | gone).items())
    frames = np.array([frame for frame, _ in rows])
    corners = np.array([box for _, box in rows], np.float64)
    return AnimalBoxes(name, frames, corners, np.array([frame in boxes for frame, _ in rows]))
