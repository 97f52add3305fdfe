"""What the readers of the field share: one way in which data lie, videos by name, frames' times."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ethoprism_domains.annotation import Annotations, with_seconds
from ethoprism_domains.base import (
    Dataset,
    Habits,
    ProbeChoice,
    Sampling,
    Scoring,
    times_of_video,
)

DOMAIN_NAME = "animal_behavior"
BACKGROUND = "other"
HABITS = Habits(
    Sampling("window", frames=16),
    ProbeChoice("attention"),
    "animal",
    Scoring("average_precision", excluded=(BACKGROUND,)),
    ("boris", "bouts-csv", "time-budget"),
)


@dataclass(frozen=True)
class SetReader:
    """Reads one kind of data set; the adapter's table lists them.

    Parameters
    ----------
    description
        What people call such a set, and what lies in its folder.
    recognises
        Says whether a folder holds such a set, at a glance.
    read
        Reads it; raises `EthoprismError` if it is not such a set.
    """

    description: str
    recognises: Callable[[Path], bool]
    read: Callable[[Path], Dataset]


def in_seconds(annotations: Annotations, video: Path | None) -> Annotations:
    """Tell when the events were, as far as the video is there to say."""
    times = times_of_video(video)
    if times is None:
        return annotations
    events = with_seconds(annotations.events, times)
    return Annotations(events, annotations.observed, annotations.ethogram)


def frame_seconds(video: Path | None, count: int, rate: float) -> np.ndarray:
    """Give the seconds of `count` frames: the video's own where it has as many, else by a rate."""
    times = times_of_video(video)
    return times if times is not None and len(times) == count else np.arange(count) / rate


def first_seen(names: Iterable[str]) -> tuple[str, ...]:
    """Give each name once, in the order of appearance."""
    return tuple(dict.fromkeys(names))
