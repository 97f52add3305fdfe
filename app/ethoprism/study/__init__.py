"""A study: label files, the videos that they speak of, and which videos belong together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from ethoprism.study.clocks import VideoClocks
from ethoprism.study.finding import VideoFinder
from ethoprism.study.grouping import read_groups
from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Region, load_index
from ethoprism_domains.annotation import Annotations, Ethogram, exclusive
from ethoprism_domains.annotation.merging import merge_ethograms, renamed
from ethoprism_domains.formats import read_events

__all__ = [
    "Study",
    "VideoClocks",
    "VideoFinder",
    "join_annotations",
    "keep_behaviors",
    "merge_ethograms",
    "read_coded",
    "read_study",
]


@dataclass(frozen=True, eq=False)
class Study:
    """What is known of a set of videos.

    Parameters
    ----------
    annotations
        Events, observed intervals and ethogram; videos have the names of `paths`.
    paths
        Each labelled video's file, by its name.
    groups
        What a video is left out together with, by its name: the same animal or site.
    tracks
        The file of tracks to follow in a video, by its name, for those that have one.
    regions
        The parts of the picture that are encoded in a video, by its name, for those that have some.
    """

    annotations: Annotations
    paths: Mapping[str, Path]
    groups: Mapping[str, str]
    tracks: Mapping[str, Path] = field(default_factory=dict)
    regions: Mapping[str, tuple[Region, ...]] = field(default_factory=dict)


def read_study(
    labels: Sequence[Path],
    videos: Sequence[Path] = (),
    group: str = "video",
    behaviors: Sequence[str] = (),
    ethogram: Ethogram | None = None,
    one_at_a_time: bool = False,
) -> Study:
    """Read label files and find the videos that they name.

    Parameters
    ----------
    labels
        Label files of any format, together.
    videos
        Videos and folders of videos; the folders of the label files if empty.
    group
        ``video``, a column of the label files, or a table, ``FILE`` or ``FILE:COLUMN``, that gives
        each video its group.
    behaviors
        Which behaviours to keep; all if empty.
    ethogram
        The behaviours there are; taken from the label files if not given.
    one_at_a_time
        Whether all behaviours exclude one another.

    Raises
    ------
    EthoprismError
        If a file cannot be read, a video is missing or ambiguous, a behaviour is unknown, or a
        video has no group or several.
    """
    finder = VideoFinder(videos or sorted({path.parent for path in labels}))
    read = [_read_labels(path, finder, ethogram) for path in labels]
    merged = ethogram or merge_ethograms([annotations.ethogram for annotations in read])
    if one_at_a_time:
        merged = Ethogram(exclusive(merged.behaviors), merged.subjects)
    annotations = keep_behaviors(join_annotations(read, merged), behaviors)
    _refuse_nothing(annotations, labels)
    paths = {name: finder.path(name) for name in annotations.videos}
    return Study(annotations, paths, read_groups(group, labels, finder, list(paths)))


def _read_labels(path: Path, finder: VideoFinder, ethogram: Ethogram | None) -> Annotations:
    """Read a label file and call the videos that it names by their files' names."""
    annotations = read_events(
        path,
        video=finder.namesake(path),
        frame_times=lambda name: load_index(finder.path(name)).times,
        ethogram=ethogram,
    )
    return renamed(annotations, {name: finder.name(name) for name in annotations.videos})


def read_coded(
    clocks: VideoClocks,
    labels: Sequence[Path],
    ethogram: Ethogram | None,
    behaviors: Sequence[str],
) -> Annotations:
    """Read label files, together, whose videos need not be at hand.

    Parameters
    ----------
    clocks
        Made for these files; knows each video's clock afterwards.
    ethogram, behaviors
        As for `read_study`.

    Raises
    ------
    EthoprismError
        If a file cannot be read, a behaviour is unknown, or there is no labelled behaviour.
    """
    read = [clocks.read(path, ethogram) for path in labels]
    merged = ethogram or merge_ethograms([part.ethogram for part in read])
    annotations = keep_behaviors(join_annotations(read, merged), behaviors)
    _refuse_nothing(annotations, labels)
    return annotations


def join_annotations(parts: Sequence[Annotations], ethogram: Ethogram) -> Annotations:
    """Put the annotations of several files together, under one ethogram."""
    events = pd.concat([part.events for part in parts], ignore_index=True)
    observed = pd.concat([part.observed for part in parts], ignore_index=True)
    return Annotations(events, observed, ethogram)


def _refuse_nothing(annotations: Annotations, labels: Sequence[Path]) -> None:
    """Refuse labels without a single event.

    Raises
    ------
    EthoprismError
        Naming the label files.
    """
    if annotations.events.empty:
        raise EthoprismError(
            "there is no labelled behaviour", ", ".join(map(str, labels)), "label a few bouts first"
        )


def keep_behaviors(annotations: Annotations, names: Sequence[str]) -> Annotations:
    """Keep the events of some behaviours, and these in the ethogram; all if none is named."""
    if not names:
        return annotations
    ethogram = annotations.ethogram
    for name in names:
        if name not in ethogram:
            raise EthoprismError(
                "no label names this behaviour", name, f"choose among {', '.join(ethogram.names)}"
            )
    behaviors = tuple(
        replace(item, excludes=tuple(other for other in item.excludes if other in names))
        for item in ethogram
        if item.name in names
    )
    events = annotations.events[annotations.events["behavior"].isin(names)]
    return Annotations(events, annotations.observed, Ethogram(behaviors, ethogram.subjects))
