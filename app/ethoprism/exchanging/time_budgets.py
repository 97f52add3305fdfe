"""The time budgets of a data set, as one of its exports."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float

from ethoprism.budgeting import Budget
from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import make_folder
from ethoprism_domains.base import Dataset, Recording, times_of_video
from ethoprism_domains.budget import bout_tracks, cooccurrence, durations, transitions
from ethoprism_domains.formats import LossReport
from ethoprism_domains.formats.base import own_rate
from ethoprism_domains.formats.losses import LossCounter

TIME_BUDGET = "time-budget"


def write_time_budget(dataset: Dataset, folder: Path) -> LossReport:
    """Write what the animals of a data set did with their time: tables and figures.

    Returns
    -------
    Which recordings are not in it: those whose seconds nobody knows.

    Raises
    ------
    EthoprismError
        If no recording is left, or a file cannot be written.
    """
    losses = LossCounter()
    clocks: dict[str, str] = {}
    tracks = []
    for recording in (item for item in dataset.recordings if item.labelled):
        try:
            clock, times = _clock(recording)
            tracks += bout_tracks(recording.annotations, recording.name, times)
        except EthoprismError as error:
            losses.add(f"recordings: {error.what}", recording.name)
            continue
        clocks[recording.name] = clock
    if not tracks:
        raise EthoprismError("no recording has a time budget", dataset.name, "add the videos")
    make_folder(folder)
    Budget(
        durations(tracks),
        None,
        transitions(tracks),
        cooccurrence(tracks),
        dataset.ethogram,
        _table(clocks),
    ).write(folder)
    return losses.report()


def _clock(recording: Recording) -> tuple[str, Float[np.ndarray, " time"]]:
    """Give the frame times of a recording: its video's, else by the rate of its labels."""
    times = times_of_video(recording.video)
    if times is not None:
        return "its own frame times", times
    rate = own_rate(recording.annotations.events)
    if rate is None:
        raise EthoprismError("their seconds are not known", recording.name, "add the video")
    count = int(recording.annotations.observed["stop_frame"].max())
    return f"{rate:.6g} frames per second, by its labels", np.arange(count) / rate


def _table(clocks: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(clocks.items()), columns=["video", "clock"])
