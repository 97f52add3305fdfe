"""Labels of CBAS: ``labels.yaml`` with the labelled stretches of several videos.

Under ``labels``, each behaviour has a list of ``{video, start, end, label}``, `end` inclusive.
Behaviours exclude one another; frames in no stretch were not labelled.
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.formats.base import Format, Reading, ReadOptions, found_ethogram
from ethoprism_domains.formats.content import read_text
from ethoprism_domains.formats.expect import expect_frame, expect_list, expect_mapping, expect_text
from ethoprism_domains.formats.framewise import FrameLabels, reading_of_labels, unknown_labels

Stretch = tuple[str, int, int]  # behaviour, start, stop


class _PlainLoader(yaml.SafeLoader):
    """Plain values only, and no aliases: a few of them can stand for any number of values."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias, which labels need none of")
        return super().compose_node(parent, index)


def sniff(path: Path, head: bytes) -> bool:
    """Recognise it by its keys."""
    lines = [line.strip(b" -\r") for line in head.split(b"\n")]
    starts = {line.split(b":")[0] for line in lines if b":" in line}
    return {b"labels", b"video", b"start", b"end"} <= starts


def read(path: Path, options: ReadOptions) -> Reading:
    """Read the labelled stretches of all videos; see the module."""
    content = expect_mapping(_read_yaml(path), path, "the file")
    told = expect_mapping(content.get("labels"), path, "labels")
    videos: dict[str, list[Stretch]] = defaultdict(list)
    for behavior, items in told.items():
        for item in expect_list(items or [], path, behavior):
            stretch = expect_mapping(item, path, behavior)
            start = expect_frame(stretch.get("start"), path, f"{behavior}, start")
            stop = expect_frame(stretch.get("end"), path, f"{behavior}, end") + 1
            video = expect_text(stretch.get("video"), path, f"{behavior}, video")
            videos[video.replace("\\", "/")].append((behavior.strip(), start, stop))
    behaviors = list(dict.fromkeys(name.strip() for name in told))
    recordings = [_labels(video, found, behaviors, path) for video, found in videos.items()]
    ethogram = found_ethogram(path, behaviors, one_at_a_time=True)
    return reading_of_labels(path, recordings, ethogram, options)


CBAS = Format(
    name="cbas",
    description="labels.yaml of CBAS, with the labelled stretches of several videos",
    extensions=(".yaml", ".yml"),
    sniff=sniff,
    read=read,
    carries="the labelled stretches; all else is not assessed",
)


def _read_yaml(path: Path) -> Any:
    text = read_text(path)
    try:
        return yaml.load(text, _PlainLoader)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        told = " ".join(str(error).split())[:200]
        raise EthoprismError(f"not YAML ({told})", path, "export it again") from error


def _labels(video: str, stretches: list[Stretch], behaviors: list[str], path: Path) -> FrameLabels:
    frames = max(stop for _, _, stop in stretches)
    values = unknown_labels(path, frames, 1, len(behaviors))
    for _, start, stop in stretches:
        values[start:stop] = 0
    for behavior, start, stop in stretches:
        values[start:stop, 0, behaviors.index(behavior)] = 1
    return FrameLabels(video, [""], behaviors, values)
