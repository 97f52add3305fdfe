"""Write a BORIS project, ``.boris``, or ``.boris.gz`` by the file's name."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation import Annotations, Ethogram
from ethoprism_domains.formats.base import WriteOptions
from ethoprism_domains.formats.boris.carrying import DECIMALS
from ethoprism_domains.formats.boris.definitions import behaviors_conf, subjects_conf
from ethoprism_domains.formats.boris.observations import NOT_CODED
from ethoprism_domains.formats.clocks import Clock

_PLAYERS = 8
_DATE = "2000-01-01T00:00:00"  # when nobody knows: the same annotations make the same file


def write(path: Path, annotations: Annotations, options: WriteOptions) -> None:
    """Write one observation for each observed interval of each video."""
    ethogram = annotations.ethogram
    categories = dict.fromkeys(item.category for item in ethogram if item.category)
    project = {
        "time_format": "hh:mm:ss",
        "project_date": _DATE,
        "project_name": path.name.split(".")[0],
        "project_description": "",
        "project_format_version": "7.0",
        "subjects_conf": subjects_conf(ethogram),
        "behaviors_conf": behaviors_conf(ethogram),
        "observations": dict(_observations(annotations, options)),
        "behavioral_categories": list(categories),
        "behavioral_categories_config": {},
        "independent_variables": {},
        "coding_map": {},
        "behaviors_coding_map": [],
        "converters": {},
    }
    content = json.dumps(project, indent=1).encode()
    with atomic_path(path) as temporary:
        zipped = path.suffix == ".gz"
        temporary.write_bytes(gzip.compress(content, mtime=0) if zipped else content)


def observation_parts(
    annotations: Annotations, options: WriteOptions
) -> Iterator[tuple[str, str, Clock, tuple[int, int], pd.DataFrame]]:
    """Yield each observation's name, video, clock, observed frames and events.

    An event that starts in no observed interval goes with the first.
    """
    taken: Counter[str] = Counter()
    for video in annotations.videos:
        clock = options.clock(annotations, video)
        own = annotations.of_video(video)
        spans = own.observed[["start_frame", "stop_frame"]].to_numpy()
        start = own.events["start_frame"].to_numpy()[:, None]
        inside = (start >= spans[:, 0]) & (start < spans[:, 1])
        member = inside.argmax(axis=1)
        for number, (first, last) in enumerate(spans.tolist()):
            stem = PurePosixPath(video.replace("\\", "/")).stem or video
            taken[stem] += 1
            name = stem if taken[stem] == 1 else f"{stem} #{taken[stem]}"
            yield name, video, clock, (first, last), own.events[member == number]


def _observations(
    annotations: Annotations, options: WriteOptions
) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, video, clock, seen, events in observation_parts(annotations, options):
        length = media_length(annotations, video, clock)
        edges = [float(second) for second in clock.seconds(np.array(seen))]
        whole = clock.is_exact and seen == (0, clock.count)
        players: dict[str, list[str]] = {str(number): [] for number in range(1, _PLAYERS + 1)}
        yield (
            name,
            {
                "type": "MEDIA",
                "date": _DATE,
                "description": "",
                "time offset": 0.0,
                "file": {**players, "1": [video]},
                "media_info": _media_info(video, length, clock.rate),
                "events": _rows(events, clock, annotations.ethogram),
                "independent_variables": {},
                "observation time interval": [0, 0] if whole else edges,
                "close_behaviors_between_videos": False,
                "visualize_spectrogram": False,
                "visualize_waveform": False,
                "scan_sampling_time": 0,
                "start_from_current_time": False,
                "media_creation_date_as_offset": False,
            },
        )


def media_length(annotations: Annotations, video: str, clock: Clock) -> float:
    """Give a video's duration; where nobody knows it, the end of what is annotated."""
    if clock.count is not None:
        return clock.duration
    own = annotations.of_video(video)
    stops = pd.concat([own.observed["stop_frame"], own.events["stop_frame"] + 1])
    return float(clock.seconds(np.array([stops.max()]))[0])


def _media_info(video: str, length: float, rate: float) -> dict[str, Any]:
    return {
        "length": {video: length},
        "fps": {video: round(rate, 6)} if np.isfinite(rate) else {},
        "hasVideo": {video: True},
        "hasAudio": {video: False},
        "offset": {str(number): 0.0 for number in range(1, _PLAYERS + 1)},
    }


def _rows(events: pd.DataFrame, clock: Clock, ethogram: Ethogram) -> list[list[Any]]:
    """Give the lines of coding: at one moment, stops come before starts."""
    rows = []
    for event in events.itertuples(index=False):
        sets = len(ethogram[str(event.behavior)].modifiers)
        modifiers = event.modifiers or "|".join([NOT_CODED] * sets)
        said = [event.subject, event.behavior, modifiers]
        edges = (
            [event.start_frame] if event.kind == "point" else [event.start_frame, event.stop_frame]
        )
        times = np.round(clock.seconds(np.array(edges)), DECIMALS).tolist()
        rows.append([times[0], *said, event.comment, event.start_frame, 1])
        if event.kind != "point":
            rows.append([times[1], *said, "", event.stop_frame, 0])
    rows.sort(key=lambda row: (row[0], row[-1]))
    return [row[:-1] for row in rows]
