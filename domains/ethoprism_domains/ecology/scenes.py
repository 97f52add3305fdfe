"""What the readers of labelled scenes share: clocks of videos that may be missing, and labels."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import xarray as xr
from jaxtyping import Float, Int8

from ethoprism_domains.annotation import Annotations, Ethogram, annotations_from_labels
from ethoprism_domains.base import Habits, times_of_video

PRESENT, ABSENT, UNKNOWN = np.int8(1), np.int8(0), np.int8(-1)


def scored_for(ethogram: Ethogram, habits: Habits) -> Habits:
    """Score by average precision where behaviours may meet: they have no accuracy then."""
    if habits.scoring.metric != "accuracy" or ethogram.exclusive_groups:
        return habits
    return replace(habits, scoring=replace(habits.scoring, metric="average_precision"))


def frame_times(video: Path | None, count: int, rate: float) -> Float[np.ndarray, " time"]:
    """Give the times of a video in seconds, or of `count` frames at the set's rate without one."""
    times = times_of_video(video)
    return np.arange(count) / rate if times is None else times


def annotate(
    values: Int8[np.ndarray, "time individual behavior"],
    individuals: Sequence[str],
    ethogram: Ethogram,
    video: str,
    times: Float[np.ndarray, " time"],
    rate: float,
) -> Annotations:
    """Make events of labels a frame; of frames that the video does not have at the set's rate.

    Parameters
    ----------
    values
        1 present, 0 absent, -1 unknown; behaviours in the order of the ethogram.
    individuals
        Their names; ``("",)`` for the whole scene.
    times
        Of the video's frames, of which there may be more or fewer than labels.
    rate
        Frames a second.
    """
    known = times[: len(values)]
    start = known[-1] + 1 / rate if len(known) else 0.0
    beyond = start + np.arange(len(values) - len(known)) / rate
    coords = {
        "time": np.concatenate([known, beyond]),
        "individual": np.array(individuals, dtype=object).astype(str),
        "behavior": np.array(ethogram.names, dtype=object).astype(str),
    }
    labels = xr.DataArray(values, coords, ("time", "individual", "behavior"))
    return annotations_from_labels(labels, video, ethogram)
