"""Annotations of JABS: ``<video>.json``, blocks of frames for each identity and behaviour.

A block is ``{start, end, present}``, from 0 and with `end` inclusive; what is in no block was not
labelled. `labels` holds the blocks broken where the identity was not tracked,
`unfragmented_labels` whole: these are read. Identities are numbered from 0; `external_identities`
gives their names. The behaviour ``None`` of multi-class labels says that none of the others holds.
Layout as in JABS (Beane et al., 2022), version 1.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ethoprism_core.files import write_text
from ethoprism_domains.annotation import (
    Annotations,
    Ethogram,
    Subject,
    frame_labels,
    known_individuals,
    runs,
)
from ethoprism_domains.formats.base import (
    Format,
    Reading,
    ReadOptions,
    WriteOptions,
    found_ethogram,
)
from ethoprism_domains.formats.carrying import made_anew
from ethoprism_domains.formats.content import read_json
from ethoprism_domains.formats.expect import expect_frame, expect_list, expect_mapping, expect_text
from ethoprism_domains.formats.frames_csv import carried_by_frames
from ethoprism_domains.formats.framewise import (
    FrameLabels,
    as_states,
    length_of,
    reading_of_labels,
    unknown_labels,
)
from ethoprism_domains.formats.losses import LossCounter

_NO_BEHAVIOR = "None"

Block = tuple[str, str, int, int, bool]  # identity, behaviour, start, stop, present


def sniff(path: Path, head: bytes) -> bool:
    """Recognise it by its keys."""
    return head.lstrip().startswith(b"{") and b'"num_frames"' in head and b'"labels"' in head


def read(path: Path, options: ReadOptions) -> Reading:
    """Read the blocks of one video; see the module."""
    content = expect_mapping(read_json(path), path, "the file")
    key = "unfragmented_labels" if content.get("unfragmented_labels") else "labels"
    blocks, behaviors, identities = _blocks(expect_mapping(content.get(key), path, key), path)
    names = _names(identities, content, path)
    subjects = list(dict.fromkeys(names.values()))
    frames = max([0, *(stop for _, _, _, stop, _ in blocks)])
    values = unknown_labels(path, frames, len(subjects), len(behaviors))
    _paint(values, blocks, [subjects.index(names[block[0]]) for block in blocks], behaviors)
    told = content.get("file") or options.video or path.with_suffix("").name
    labeler = content.get("labeler")
    annotator = labeler if isinstance(labeler, str) else ""
    video = expect_text(told, path, "file")
    labels = FrameLabels(video, subjects, behaviors, values, annotator)
    tags, losses = content.get("annotations"), LossCounter()
    losses.add("tagged intervals", video, len(tags) if isinstance(tags, list) else 0)
    ethogram = found_ethogram(path, behaviors, subjects)
    return reading_of_labels(path, [labels], ethogram, options, losses.report())


def write(path: Path, annotations: Annotations, options: WriteOptions) -> None:
    """Write the blocks of one video."""
    names, behaviors = annotations.ethogram.subject_names, annotations.ethogram.names
    video = next(iter(annotations.videos), path.stem)
    frames = length_of(video, options) if annotations.videos else 0
    times = np.arange(frames, dtype=np.float64)
    labels = frame_labels(annotations, video, times, individuals=names)["labels"].to_numpy()
    tracks = {
        str(number): {name: _written(labels[:, number, at]) for at, name in enumerate(behaviors)}
        for number in range(len(names))
    }
    content = {
        "version": 1,
        "file": video,
        "num_frames": frames,
        "labels": tracks,
        "unfragmented_labels": tracks,
        "external_identities": {str(n): name for n, name in enumerate(names) if name != str(n)},
        "labeler": _one_annotator(annotations.events) or None,
        "metadata": {"project": {}, "video": {}},
        "annotations": [],
    }
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1))


def carried(annotations: Annotations, options: WriteOptions) -> Annotations:
    """Keep present, absent and unsure of each identity; who has no name gets a number."""
    annotator = _one_annotator(annotations.events)
    named = _with_identities(annotations)
    ethogram = as_states(named, [_NO_BEHAVIOR], named.ethogram.subject_names)
    kept = carried_by_frames(named, ethogram, options)
    events = made_anew(kept.events.assign(annotator=annotator))
    return Annotations(events, kept.observed, ethogram)


JABS = Format(
    name="jabs",
    description="annotations of JABS, one JSON file a video",
    extensions=(".json",),
    sniff=sniff,
    read=read,
    write=write,
    carried=carried,
    carries="present, absent and unsure of each frame, subject and behaviour; a single annotator",
    loses="modifiers, comments, several annotators; points are one frame",
    one_video=True,
)


def _blocks(tracks: Mapping[str, Any], path: Path) -> tuple[list[Block], list[str], list[str]]:
    """Collect the blocks, the behaviours but for `None`, and the identities."""
    blocks: list[Block] = []
    behaviors: dict[str, None] = {}
    for identity, track in tracks.items():
        for name, items in expect_mapping(track, path, f"identity {identity}").items():
            behaviors |= {name.strip(): None}
            where = f"{name} of identity {identity}"
            for item in expect_list(items, path, where):
                block = expect_mapping(item, path, where)
                start = expect_frame(block.get("start"), path, f"{where}, start")
                stop = expect_frame(block.get("end"), path, f"{where}, end") + 1
                blocks.append((identity, name.strip(), start, stop, block.get("present") is True))
    # of overlapping blocks a behaviour outweighs the statement that there is none
    blocks.sort(key=lambda block: block[1] != _NO_BEHAVIOR)
    return blocks, [name for name in behaviors if name != _NO_BEHAVIOR], list(tracks)


def _names(identities: list[str], content: Mapping[str, Any], path: Path) -> dict[str, str]:
    told = expect_mapping(content.get("external_identities") or {}, path, "external_identities")
    return {
        identity: expect_text(told.get(identity, identity), path, f"identity {identity}")
        for identity in identities
    }


def _paint(values: np.ndarray, blocks: list[Block], rows: list[int], behaviors: list[str]) -> None:
    for (_, behavior, start, stop, present), row in zip(blocks, rows, strict=True):
        if behavior != _NO_BEHAVIOR:
            values[start:stop, row, behaviors.index(behavior)] = present
        elif present:
            values[start:stop, row] = 0


def _written(labels: np.ndarray) -> list[dict[str, int | bool]]:
    blocks = [
        {"start": start, "end": stop - 1, "present": label == 1}
        for label in (0, 1)
        for start, stop in runs(labels == label).tolist()
    ]
    return sorted(blocks, key=lambda block: block["start"])


def _one_annotator(events: pd.DataFrame) -> str:
    """Give the annotator, if all events have the same."""
    names = events["annotator"].unique().tolist()
    return names[0] if len(names) == 1 else ""


def _with_identities(annotations: Annotations) -> Annotations:
    """Name everyone: who has no name gets the first number that nobody has."""
    known = known_individuals(annotations)
    free = next(str(n) for n in range(len(known) + 1) if str(n) not in known)
    names = {name: name or free for name in known}
    events = annotations.events.assign(subject=annotations.events["subject"].map(names))
    subjects = tuple(Subject(name) for name in names.values())
    ethogram = Ethogram(annotations.ethogram.behaviors, subjects)
    return Annotations(events, annotations.observed, ethogram)
