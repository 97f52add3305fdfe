"""Labels of FERAL: JSON with the class of each frame of several videos.

``labels`` gives each video a list with a class number a frame, or, where `is_multilabel`, a list of
1 and 0 of all classes. The class ``other`` (or ``background``, ``none``) is that nothing else is.
"""

from pathlib import Path
from typing import Any

import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.formats.base import Format, Reading, ReadOptions, found_ethogram
from ethoprism_domains.formats.content import read_json
from ethoprism_domains.formats.expect import expect_frame, expect_list, expect_mapping, expect_text
from ethoprism_domains.formats.framewise import FrameLabels, reading_of_labels, unknown_labels

_NOTHING = ("other", "background", "none")


def sniff(path: Path, head: bytes) -> bool:
    """Recognise it by its keys."""
    return head.lstrip().startswith(b"{") and b'"class_names"' in head and b'"labels"' in head


def read(path: Path, options: ReadOptions) -> Reading:
    """Read the labels of all videos; see the module."""
    content = expect_mapping(read_json(path), path, "the file")
    told = expect_mapping(content.get("class_names"), path, "class_names")
    classes = {key: expect_text(name, path, f"class {key}") for key, name in told.items()}
    behaviors = [name for name in classes.values() if name.lower() not in _NOTHING]
    ethogram = found_ethogram(
        path, behaviors, one_at_a_time=content.get("is_multilabel") is not True
    )
    videos = expect_mapping(content.get("labels"), path, "labels")
    recordings = [
        FrameLabels(video, [""], behaviors, _values(rows, classes, behaviors, path, video))
        for video, rows in videos.items()
    ]
    return reading_of_labels(path, recordings, ethogram, options)


FERAL = Format(
    name="feral",
    description="labels of FERAL, JSON with the class of each frame",
    extensions=(".json",),
    sniff=sniff,
    read=read,
    carries="the labels of each frame of all videos",
    loses="which video is for training and which for testing",
)


def _values(
    rows: object, classes: dict[str, str], behaviors: list[str], path: Path, video: str
) -> np.ndarray:
    labels = expect_list(rows, path, video)
    values = unknown_labels(path, len(labels), 1, len(behaviors))
    for frame, told in enumerate(labels):
        where = f"{video}, frame {frame}"
        names = _names(told, classes, path, where)
        values[frame, 0] = [name in names for name in behaviors]
    return values


def _names(told: Any, classes: dict[str, str], path: Path, where: str) -> set[str]:
    """Name the classes of a frame: of its number, or of its row of 1 and 0."""
    if isinstance(told, list):
        if len(told) != len(classes) or not all(value in (0, 1) for value in told):
            wrong = f"{where}: expected 1 or 0 for each of {len(classes)} classes"
            raise EthoprismError(wrong, path, "export it again")
        numbers = [n for n, value in enumerate(told) if value == 1]
    else:
        numbers = [expect_frame(told, path, f"{where}, class")]
    unknown = [number for number in numbers if str(number) not in classes]
    if unknown:
        raise EthoprismError(
            f"{where}: class {unknown[0]} has no name", path, 'add it to "class_names"'
        )
    return {classes[str(number)] for number in numbers}
