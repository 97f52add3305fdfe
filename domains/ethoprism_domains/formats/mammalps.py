"""Dense annotations of MammAlps: JSON with the animals of each frame, and what they do.

Each detection has up to two actions and an activity that explains them. Animals are named by their
species and track. An animal that was not detected in a frame is not in the picture: nothing is
known of it there. Layout as in MammAlps (Gabeff et al., 2025).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from ethoprism_domains.annotation import Behavior, Ethogram, Subject
from ethoprism_domains.formats.base import Format, Reading, ReadOptions, found_ethogram
from ethoprism_domains.formats.content import read_json
from ethoprism_domains.formats.expect import expect_frame, expect_list, expect_mapping, expect_text
from ethoprism_domains.formats.framewise import FrameLabels, reading_of_labels, unknown_labels

_ACTIONS, _ACTIVITIES = ("action", "action2"), ("activity",)
_NOTHING = ("none", "")

Seen = tuple[int, str, list[str], list[str]]  # frame, animal, actions, activities


def sniff(path: Path, head: bytes) -> bool:
    """Recognise it by its keys."""
    return head.lstrip().startswith(b"{") and b'"frame_id"' in head and b'"detections"' in head


def read(path: Path, options: ReadOptions) -> Reading:
    """Read what each animal does in each frame; see the module."""
    content = expect_mapping(read_json(path), path, "the file")
    info = expect_mapping(content.get("info") or {}, path, "info")
    seen = list(_seen(content, path))
    actions = dict.fromkeys(name for _, _, names, _ in seen for name in names)
    activities = dict.fromkeys(name for _, _, _, names in seen for name in names)
    names = {name: name + " (activity)" * (name in actions) for name in activities}
    behaviors = [*actions, *names.values()]
    subjects = list(dict.fromkeys(animal for _, animal, _, _ in seen))
    frames = max([0, *(frame + 1 for frame, _, _, _ in seen)])
    values = unknown_labels(path, frames, len(subjects), len(behaviors))
    for frame, animal, doing, why in seen:
        row = values[frame, subjects.index(animal)]
        row[:] = 0
        for name in (*doing, *(names[name] for name in why)):
            row[behaviors.index(name)] = 1
    told = info.get("file_path")
    name = PurePosixPath(told).name if isinstance(told, str) else ""
    labels = FrameLabels(name or options.video or path.stem, subjects, behaviors, values)
    found_ethogram(path, behaviors, subjects)  # refuses names that cannot be any
    kinds = [*(Behavior(n, category="action") for n in actions)]
    kinds += [Behavior(name, category="activity") for name in names.values()]
    ethogram = Ethogram(tuple(kinds), tuple(Subject(subject) for subject in subjects))
    return reading_of_labels(path, [labels], ethogram, options)


MAMMALPS = Format(
    name="mammalps",
    description="dense annotations of MammAlps, JSON with the animals of each frame",
    extensions=(".json",),
    sniff=sniff,
    read=read,
    carries="actions and activities of each animal in each frame it is in",
    loses="boxes, segments, weather",
)


def _seen(content: dict[str, Any], path: Path) -> Iterator[Seen]:
    for frame, animal, detection in detections(content, path):
        said = expect_mapping(detection.get("attributes") or {}, path, f"frame {frame}")
        yield frame, animal, _names(said, _ACTIONS), _names(said, _ACTIVITIES)


def detections(
    content: Mapping[str, Any], path: Path
) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """Give each detection with its frame and the name of its animal.

    Raises
    ------
    EthoprismError
        If one is not what it should be.
    """
    for item in expect_list(content.get("frames"), path, "frames"):
        entry = expect_mapping(item, path, "a frame")
        frame = expect_frame(entry.get("frame_id"), path, "frame_id")
        where = f"frame {frame}"
        for found in expect_list(entry.get("detections"), path, where):
            detection = expect_mapping(found, path, where)
            yield frame, _animal_name(detection, path, where), detection


def _animal_name(detection: Mapping[str, Any], path: Path, where: str) -> str:
    """Name the animal of a detection: its species and the number of its track."""
    track = expect_text(detection.get("track_id"), path, f"{where}, track_id")
    species = expect_mapping(detection.get("attributes") or {}, path, where).get("species")
    return (f"{species} {track}" if isinstance(species, str) else track).strip()


def _names(said: dict[str, Any], keys: tuple[str, ...]) -> list[str]:
    told = [said[key].strip() for key in keys if isinstance(said.get(key), str)]
    return [name for name in told if name not in _NOTHING]
