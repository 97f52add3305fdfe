"""ChimpACT: chimpanzees of a zoo, each with its box and several of 23 behaviours at once.

``labels/<clip>.json`` is COCO with, for each annotation, ``bbox`` (left, top, width, height),
``bbox_id`` (who it is) and ``behaviors`` (numbers from 0); ``videos_full/<clip>.mp4`` is the video.
Every tenth frame was labelled: the picture ``.../12.jpg`` is frame 120. As in the set's own code,
boxes move evenly to the next labelled frame, behaviours go over half-way, and who is gone there is
kept until then. A clip that the set's code names is of its validation or test split. Layout as in
https://github.com/ShirleyMaxx/ChimpACT (Ma et al., 2023, arXiv:2310.16447); not run on the set.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Int8

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Behavior, Ethogram, Subject
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
from ethoprism_domains.ecology.scenes import ABSENT, PRESENT, UNKNOWN, annotate, frame_times
from ethoprism_domains.formats.content import read_head, read_json
from ethoprism_domains.formats.expect import expect_frame, expect_list, expect_mapping, expect_text
from ethoprism_domains.video_files import VideoFiles

RATE = 25.0
STEP = 10  # frames from one labelled frame to the next
BEHAVIORS = (
    *("moving", "climbing", "resting", "sleeping"),
    *("solitary object playing", "eating", "manipulating object"),
    *("grooming", "being groomed", "aggressing", "embracing", "begging", "being begged from"),
    *("taking object", "losing object", "carrying", "being carried", "nursing", "being nursed"),
    *("playing", "touching", "erection", "displaying"),
)
NAMES = (
    *("Azibo", "Bambari", "Bangolo", "Corrie", "Dorien", "Fraukje", "Frodo", "Kara", "Kisha"),
    *("Kofi", "Lobo", "Lome", "Maja", "Makeni", "Natascha", "Ohini", "Riet", "Robert", "Sandra"),
    *("Swela", "Taï", "Ulla", "Youma", "unknown"),
)
# by the beginning of their names and the hundreds of frames at which clips begin
_SPLITS: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    "validation": {
        "ObsChimp_2015_11_25_d": (23,),
        "ObsChimp_2015_11_26_a": (1,),
        "ObsChimp_2016_08_02_c": (32,),
        "ObsChimp_2017_02_27_a": (13,),
        "ObsChimp_2017_11_10": (7, 8),
        "ObsChimp_2017_06_22_c": (46, 67),
        "ObsChimp_2018_07_11_c": (0, 1, 3, 6, 17, 18),
        "ObsChimp_2018_08_06_a": (7,),
        "ObsNatascha_2018_06_29_a": (15, 16),
    },
    "test": {
        "ObsChimp_2015_11_25_d": (1,),
        "ObsChimp_2015_11_26_a": (0, 2),
        "ObsChimp_2016_08_02_c": (33,),
        "ObsChimp_2016_08_15_b": (2,),
        "ObsChimp_2016_10_27_c": (0,),
        "ObsChimp_2017_02_27_a": (14,),
        "ObsChimp_2017_11_10": (6,),
        "ObsChimp_2017_06_22_c": (44, 68),
        "ObsChimp_2018_07_06_d": (0,),
        "ObsChimp_2018_07_11_c": (2, 8, 16, 19),
        "ObsChimp_2018_08_06_a": (6, 8),
        "ObsNatascha_2018_06_29_a": (14, 17),
    },
}
HABITS = Habits(
    Sampling("subject", frames=64),
    ProbeChoice("attention"),
    "session",
    Scoring("average_precision"),
    ("bouts-csv",),
)


def recognises(path: Path) -> bool:
    """Recognise a label file of COCO whose annotations have behaviours."""
    return any(_is_labels(file) for file in _label_files(path)[:1])


def read(path: Path) -> Dataset:
    """Read every label file, and find its video.

    Raises
    ------
    EthoprismError
        If there is none, or one is not what it should be.
    """
    files = _label_files(path)
    if not files:
        raise EthoprismError("there is no labels/<clip>.json", path, "unpack the set there")
    videos, findings = VideoFiles(path), list[Finding]()
    ethogram = Ethogram(tuple(map(Behavior, BEHAVIORS)), tuple(map(Subject, NAMES)))
    recordings = tuple(_recording(file, ethogram, videos, findings) for file in files)
    findings += videos.unused()
    return Dataset("ChimpACT", DOMAIN_NAME, recordings, ethogram, HABITS, tuple(findings))


CHIMPACT = SetReader("ChimpACT", "labels/<clip>.json and videos_full/<clip>.mp4", recognises, read)


def split_of(clip: str) -> str:
    """Say of which published split a clip is: train, validation or test."""
    session, _, span = clip.partition("_clip_")
    start = span.split("_")[0]
    for split, sessions in _SPLITS.items():
        for name, thousands in sessions.items():
            if session == f"Azibo_{name}" and start in [str(1000 * at) for at in thousands]:
                return split
    return "train"


@dataclass(frozen=True, eq=False)
class _Seen:
    """One animal in one labelled frame."""

    frame: int
    who: str
    corners: tuple[float, float, float, float]
    behaviors: tuple[int, ...]


def _label_files(path: Path) -> list[Path]:
    return sorted({*path.glob("labels/*.json"), *path.glob("*/labels/*.json")})


def _is_labels(path: Path) -> bool:
    head = read_head(path)
    return head.lstrip().startswith(b"{") and (b'"behaviors"' in head or _has_behaviors(path))


def _has_behaviors(path: Path) -> bool:
    """Look beyond the first bytes, where pictures come before annotations."""
    try:
        content = read_json(path)
    except EthoprismError:
        return False
    annotations = content.get("annotations") if isinstance(content, dict) else None
    first = annotations[0] if isinstance(annotations, list) and annotations else None
    return isinstance(first, dict) and {"bbox", "bbox_id", "behaviors"} <= first.keys()


def _recording(
    file: Path, ethogram: Ethogram, videos: VideoFiles, findings: list[Finding]
) -> Recording:
    clip = file.stem
    content = expect_mapping(read_json(file), file, "the file")
    labelled = _labelled_frames(content, file)
    seen = _once(_seen(content, labelled, file), clip, findings)
    video = videos.of(clip, clip, findings)
    last = max([*labelled.values(), -STEP]) + STEP
    times = frame_times(video, last, RATE)
    count = min(last, max(len(times), last - STEP + 1))
    who = [name for name in NAMES if name in {item.who for item in seen}]
    values = np.full((count, len(who), len(BEHAVIORS)), UNKNOWN)
    for number, name in enumerate(who):
        _fill(values[:, number], {item.frame: item for item in seen if item.who == name})
    session = clip.partition("_clip_")[0]
    return Recording(
        clip,
        video,
        annotate(values, who, ethogram, clip, times, RATE),
        tuple(who),
        {"session": session},
        _tracks(seen, who, times),
        metadata={"split": split_of(clip)},
    )


def _labelled_frames(content: Mapping[str, Any], file: Path) -> dict[object, int]:
    """Give the frame of each picture by its id."""
    frames: dict[object, int] = {}
    for item in expect_list(content.get("images"), file, "images"):
        picture = expect_mapping(item, file, "a picture")
        stem = PurePosixPath(expect_text(picture.get("file_name"), file, "file_name")).stem
        number = int(stem) if stem.isdecimal() and len(stem) < 10 else stem
        frames[picture.get("id")] = STEP * expect_frame(number, file, "the picture's number")
    return frames


def _seen(content: Mapping[str, Any], frames: Mapping[object, int], file: Path) -> Iterator[_Seen]:
    for item in expect_list(content.get("annotations"), file, "annotations"):
        told = expect_mapping(item, file, "an annotation")
        if told.get("image_id") not in frames:
            what = f"an annotation of the picture {told.get('image_id')!r}, which is not listed"
            raise EthoprismError(what, file, "copy it again")
        numbers = [
            expect_frame(number, file, "a behaviour")
            for number in expect_list(told.get("behaviors"), file, "behaviors")
        ]
        who = expect_frame(told.get("bbox_id"), file, "bbox_id")
        if who >= len(NAMES) or any(number >= len(BEHAVIORS) for number in numbers):
            raise EthoprismError("a number that is no animal or behaviour", file, "copy it again")
        left, top, width, height = expect_box(told.get("bbox"), file, "an annotation")
        corners = (left, top, left + width, top + height)
        yield _Seen(frames[told["image_id"]], NAMES[who], corners, tuple(numbers))


def _once(seen: Iterator[_Seen], clip: str, findings: list[Finding]) -> list[_Seen]:
    """Keep the first of several boxes of one animal in one frame."""
    kept: dict[tuple[int, str], _Seen] = {}
    twins = 0
    for item in seen:
        twins += (item.frame, item.who) in kept
        kept.setdefault((item.frame, item.who), item)
    if twins:
        told = "boxes of an animal that has another in the same frame are left out"
        findings.append(Finding("two boxes", clip, told, twins))
    return sorted(kept.values(), key=lambda item: item.frame)


def _fill(values: Int8[np.ndarray, "time behavior"], own: Mapping[int, _Seen]) -> None:
    """Give the frames around each labelled one what it says, half-way to the next."""
    for at in own:
        following = at + STEP
        stop = at + STEP // 2 + 1 if following in own else following
        start = at - STEP + STEP // 2 + 1 if at - STEP in own else at
        rows = values[max(start, 0) : stop]
        rows[:] = ABSENT
        rows[:, list(own[at].behaviors)] = PRESENT


def _tracks(seen: list[_Seen], who: list[str], times: np.ndarray) -> xr.Dataset | None:
    if not who:
        return None
    animals = []
    for name in who:
        own = {item.frame: item for item in seen if item.who == name}
        rows = [(at, item.corners, True) for at, item in own.items()]
        rows += [
            (at + STEP, item.corners, False) for at, item in own.items() if at + STEP not in own
        ]
        rows.sort(key=lambda row: row[0])
        frames, corners, present = zip(*rows, strict=True)
        animals.append(
            AnimalBoxes(name, np.array(frames), np.array(corners, np.float64), np.array(present))
        )
    return tracks_of_boxes(animals, times, "ChimpACT")
