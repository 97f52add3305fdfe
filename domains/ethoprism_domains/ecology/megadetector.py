"""MegaDetector's results: a JSON file of boxes around animals, people and vehicles.

The batch output format up to version 1.6, which MegaDetector v4, v5 and v1000 share
(https://lila.science/megadetector-output-format): `images`, each with a `file` and `detections` of
a `category`, a `conf` and a `bbox` ``[left, top, width, height]`` in shares of the picture. Videos
have `frames_processed` and a `frame_number` for each detection; older runs list every frame as a
picture of its own, ``clip.mp4/frame000012.jpg``. Results for videos may hold one frame a category
only: then there are no tracks to be had from them, but the clip is told from an empty one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import VIDEO_SUFFIXES
from ethoprism_domains.formats.content import read_json

DETECTION_COLUMNS = ("file", "frame", "category", "confidence", "left", "top", "width", "height")
ANIMAL = "animal"
_FRAME = re.compile(r"frame(\d+)\.(?:jpg|jpeg|png)", re.IGNORECASE)
_CATEGORIES = {"1": "animal", "2": "person", "3": "vehicle"}
_WITHOUT_TYPICAL = 0.2
_MOST_FRAMES = 10**9


@dataclass(frozen=True, eq=False)
class Detections:
    """What a detector found in a set of files.

    Parameters
    ----------
    table
        A row a box: columns `DETECTION_COLUMNS`, `category` by its name, boxes in shares of the
        picture, 0 to 1.
    frames
        By file, the frames that were looked at; the single frame 0 of a picture. A file that could
        not be read is not among them.
    failures
        By file, why it was not processed.
    detector
        The model's name, empty if the file does not tell it.
    typical
        The confidence that the file recommends as a threshold; 0.2 if it recommends none.
    """

    table: pd.DataFrame
    frames: Mapping[str, tuple[int, ...]]
    failures: Mapping[str, str]
    detector: str
    typical: float

    def of(self, file: str) -> pd.DataFrame:
        """Give the boxes of a file, by the name it has here."""
        return self.table[self.table["file"] == file]

    def find(self, path: str | Path) -> str | None:
        """Find the file that is meant by a path: the one whose end is most like the path's.

        None if there is none, or several.
        """
        wanted = PurePosixPath(str(path).replace("\\", "/")).parts[::-1]
        best = 0
        found: list[str] = []
        for file in self._by_name.get(wanted[0] if wanted else "", ()):
            pairs = zip(PurePosixPath(file).parts[::-1], wanted, strict=False)
            alike = next((n for n, (own, other) in enumerate(pairs) if own != other), len(wanted))
            if alike > best:
                best, found = alike, []
            if alike == best:
                found.append(file)
        return found[0] if len(found) == 1 else None

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for file in (*self.frames, *self.failures):
            names.setdefault(PurePosixPath(file).name, []).append(file)
        return names


def read_detections(path: str | Path) -> Detections:
    """Read a file of results.

    Raises
    ------
    EthoprismError
        If it is no such file, or a detection is none; it names the file in it.
    """
    path = Path(path)
    content = read_json(path)
    if not isinstance(content, dict) or not isinstance(content.get("images"), list):
        remedy = "give MegaDetector's batch output, with info, detection_categories and images"
        raise EthoprismError("no results of MegaDetector", path, remedy)
    info, named = _mapping(content, "info"), _mapping(content, "detection_categories")
    categories = {**_CATEGORIES, **named}
    boxes: list[dict[str, Any]] = []
    frames: dict[str, set[int]] = {}
    failures: dict[str, str] = {}
    for number, image in enumerate(content["images"]):
        where = f"{path}, image {number + 1}"
        if not isinstance(image, dict) or not isinstance(image.get("file"), str):
            raise EthoprismError("an image without a file", where, "run the detector again")
        file, frame = _named(image["file"])
        if image.get("failure"):
            failures[file] = str(image["failure"])
            continue
        found = image.get("detections") or []
        own = list(_boxes(found, file, frame, categories, f"{where} ({file})"))
        boxes += own
        processed = image.get("frames_processed") or ([] if frame is None else [frame])
        looked = {_whole(one, where) for one in processed} | {row["frame"] for row in own}
        frames.setdefault(file, set()).update(looked or {0})
    return Detections(
        pd.DataFrame(boxes, columns=list(DETECTION_COLUMNS)),
        {file: tuple(sorted(known)) for file, known in frames.items()},
        failures,
        str(info.get("detector") or ""),
        _typical(info),
    )


def empty_or_not(detections: Detections, threshold: float | None = None) -> pd.DataFrame:
    """Tell clips with an animal from empty ones, by the surest box of an animal.

    Parameters
    ----------
    threshold
        The least confidence of an animal; the file's own recommendation if not given.

    Returns
    -------
    A row a file, columns `file`, `confidence` (0 without a box), `animal` (bool), `others`
    (categories besides animals that are surer than the threshold, joined by ``, ``).
    """
    least = detections.typical if threshold is None else threshold
    table = detections.table
    surest = table[table["category"] == ANIMAL].groupby("file")["confidence"].max()
    sure = table[(table["category"] != ANIMAL) & (table["confidence"] >= least)]
    others = sure.groupby("file")["category"].agg(lambda names: ", ".join(sorted(set(names))))
    files = list(detections.frames)
    confidence = surest.reindex(files).fillna(0.0).to_numpy(np.float64)
    return pd.DataFrame(
        {
            "file": files,
            "confidence": confidence,
            "animal": confidence >= least,
            "others": others.reindex(files).fillna("").to_numpy(),
        }
    )


def _named(file: str) -> tuple[str, int | None]:
    """Tell a frame of a video that is listed as a picture, ``clip.mp4/frame000012.jpg``."""
    path = PurePosixPath(file.replace("\\", "/"))
    told = _FRAME.fullmatch(path.name)
    if told is not None and path.parent.suffix.lower() in VIDEO_SUFFIXES:
        return path.parent.as_posix(), int(told[1])
    return path.as_posix(), None


def _boxes(
    found: list[Any], file: str, frame: int | None, categories: Mapping[str, str], where: str
) -> Iterator[dict[str, Any]]:
    for detection in found:
        try:
            left, top, width, height = (float(value) for value in detection["bbox"])
            confidence = float(detection["conf"])
            category = categories.get(str(detection["category"]))
        except (KeyError, TypeError, ValueError) as error:
            told = "a detection without category, conf and bbox of four numbers"
            raise EthoprismError(told, where, "run the detector again") from error
        numbers = np.array([left, top, width, height, confidence])
        if not (np.isfinite(numbers).all() and (abs(numbers) <= 1.5).all()):
            told = f"a box {[left, top, width, height]} that is no share of the picture"
            raise EthoprismError(told, where, "give boxes in shares, 0 to 1")
        if category is not None:  # the format: what is not listed is no detection
            own = detection.get("frame_number", frame)
            yield dict(
                zip(
                    DETECTION_COLUMNS,
                    (file, _whole(own or 0, where), category, confidence, left, top, width, height),
                    strict=True,
                )
            )


def _whole(value: object, where: str) -> int:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else -1
    if not 0 <= number < _MOST_FRAMES or number % 1:
        raise EthoprismError(f"frame {value!r} is no frame number", where, "run the detector again")
    return int(number)


def _typical(info: Mapping[str, Any]) -> float:
    value = _mapping(info, "detector_metadata").get("typical_detection_threshold")
    return float(value) if isinstance(value, int | float) else _WITHOUT_TYPICAL


def _mapping(content: Mapping[str, Any], key: str) -> dict[str, Any]:
    told = content.get(key)
    return told if isinstance(told, dict) else {}
