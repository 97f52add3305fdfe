"""Labelled videos with what else was recorded: a signal, and the frames' times on its clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np
from jaxtyping import Float

from ethoprism.study import VideoClocks, keep_behaviors, read_coded
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations, Ethogram, frames_to_seconds
from ethoprism_domains.base import Dataset, times_of_video
from ethoprism_domains.neuroscience import Signal, read_signal
from ethoprism_domains.neuroscience.clock_files import read_frame_times


@dataclass(frozen=True, eq=False)
class Recording:
    """One video, its labels, and a signal on a clock that both share.

    Parameters
    ----------
    annotations
        Of this video.
    frame_times
        The video's own, in seconds.
    clock_times
        The same frames on the signal's clock.
    """

    video: str
    annotations: Annotations
    signal: Signal
    frame_times: Float[np.ndarray, " time"]
    clock_times: Float[np.ndarray, " time"]

    @property
    def observed(self) -> Float[np.ndarray, "interval 2"]:
        """What was observed, in seconds of the signal's clock."""
        spans = self.annotations.observed[["start_frame", "stop_frame"]].to_numpy()
        edges = np.minimum(spans.ravel(), len(self.clock_times))
        return frames_to_seconds(edges, self.clock_times).reshape(-1, 2)


def read_recordings(
    labels: Sequence[str | Path],
    signals: Sequence[str | Path],
    clocks: Sequence[str | Path] = (),
    videos: Sequence[str | Path] = (),
    *,
    behaviors: Sequence[str] = (),
    ethogram: Ethogram | None = None,
    series: str | None = None,
    rate: float | None = None,
    fps: float | None = None,
) -> list[Recording]:
    """Read label files, and the signal and clock of each video that they name.

    Parameters
    ----------
    signals, clocks
        A file for each video: where there are several, a file's name begins with its video's, as
        in `day1.photometry.csv` for `day1.mp4`. A clock is a table of `frame` and `clock_s`;
        without one, the signal's clock is taken to begin with the video.
    behaviors
        Which to use; all if empty.
    ethogram
        The behaviours there are; taken from the files if not given.
    fps
        Frames per second of the videos that are not at hand.
    series, rate
        As for `read_signal`.

    Raises
    ------
    EthoprismError
        If a file cannot be read, or nothing tells which signal a video has.
    """
    files = [Path(path) for path in labels]
    known = VideoClocks(files, [Path(path) for path in videos], fps)
    annotations = read_coded(known, files, ethogram, behaviors)
    recordings = []
    for name in annotations.videos:
        signal, clock = (_own(paths, name, annotations.videos) for paths in (signals, clocks))
        if signal is None:
            raise EthoprismError("no signal is given", name, "name its file")
        times = known.frame_times(name)
        on_clock = times if clock is None else read_frame_times(clock, len(times))
        found = read_signal(signal, series, rate)
        recordings.append(Recording(name, annotations.of_video(name), found, times, on_clock))
    return recordings


def dataset_recordings(
    dataset: Dataset, signal: str, behaviors: Sequence[str] = ()
) -> list[Recording]:
    """Take the labelled recordings of a data set with one of the signals beside them.

    Parameters
    ----------
    signal
        Its name, the same in all recordings.
    behaviors
        Which to use; all if empty.

    Raises
    ------
    EthoprismError
        If nothing is labelled, or a labelled recording has no clock or no such signal.
    """
    found = []
    for item in dataset.recordings:
        if not item.labelled:
            continue
        clock = None if item.clock is None else item.clock.seconds
        if clock is None:
            told = "nothing tells when its frames were taken"
            raise EthoprismError(told, item.name, "see what ethoprism dataset check says")
        if signal not in item.signals:
            listed = ", ".join(item.signals) or "none"
            raise EthoprismError(f"no signal {signal!r}", item.name, f"there are: {listed}")
        where = item.signals[signal]
        times = times_of_video(item.video)
        times = clock - clock[0] if times is None else times
        own = keep_behaviors(item.annotations, behaviors)
        recorded = read_signal(where.path, where.series, where.rate)
        found.append(Recording(item.name, own, recorded, times, clock))
    if not found:
        raise EthoprismError("no recording is labelled", dataset.name, "label some behaviour")
    return found


def _own(paths: Sequence[str | Path], video: str, videos: Sequence[str]) -> Path | None:
    """Choose a video's file: the only one of an only video, else the one that is called so."""
    files = [Path(path) for path in paths]
    if not files or (len(files) == 1 and len(videos) == 1):
        return files[0] if files else None
    stem = PurePath(video).stem
    mine = [path for path in files if path.name.startswith(f"{stem}.")]
    if len(mine) != 1:
        listed = ", ".join(path.name for path in files)
        told = f"{len(mine)} of the files {listed} begin with {stem!r}"
        raise EthoprismError(told, video, f"name one of them {stem}.csv, or the like")
    return mine[0]
