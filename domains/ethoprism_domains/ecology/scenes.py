"""What the readers of labelled scenes share: clocks of videos that may be missing, and labels."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import xarray as xr
from jaxtyping import Float, Int8

from ethoprism_core.video import VIDEO_SUFFIXES
from ethoprism_core.video.find import natural_order
from ethoprism_domains.annotation import Annotations, Ethogram, annotations_from_labels
from ethoprism_domains.base import Finding, Habits, times_of_video

PRESENT, ABSENT, UNKNOWN = np.int8(1), np.int8(0), np.int8(-1)


def scored_for(ethogram: Ethogram, habits: Habits) -> Habits:
    """Score by average precision where behaviours may meet: they have no accuracy then."""
    if habits.scoring.metric != "accuracy" or ethogram.exclusive_groups:
        return habits
    return replace(habits, scoring=replace(habits.scoring, metric="average_precision"))


class Videos:
    """The videos below a folder, by their names without ending.

    Parameters
    ----------
    folder
        Searched through all its levels.
    """

    def __init__(self, folder: Path) -> None:
        self._by_stem: dict[str, list[Path]] = {}
        self._used: set[Path] = set()
        found = (path for path in folder.rglob("*") if path.suffix.lower() in VIDEO_SUFFIXES)
        for path in sorted(filter(Path.is_file, found), key=natural_order):
            self._by_stem.setdefault(path.stem, []).append(path)

    def of(self, stem: str, where: str, findings: list[Finding]) -> Path | None:
        """Find a recording's video; where several could be it, that is a finding."""
        found = self.named(stem)
        self._used.update(found)
        if len(found) > 1:
            told = f"several videos could be it: {found[0]} and {found[1]}"
            findings.append(Finding("several videos", where, told, len(found)))
        return found[0] if len(found) == 1 else None

    def named(self, stem: str) -> list[Path]:
        """List the videos of a name; asking does not use them."""
        return self._by_stem.get(stem, [])

    def use(self, path: Path) -> None:
        """Take note that a video is a recording's."""
        self._used.add(path)

    def unused(self) -> Iterator[Finding]:
        """Tell of each video that nobody asked for."""
        for paths in self._by_stem.values():
            for path in paths:
                if path not in self._used:
                    yield Finding("unlisted video", path.name, "it has no labels", wrong=False)


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
