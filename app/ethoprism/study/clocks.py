"""The clock of each video that labels name: its own, else one that stands in for it."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
from jaxtyping import Float

from ethoprism.study.finding import VideoFinder
from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import VIDEO_SUFFIXES, load_index
from ethoprism_domains.annotation import Annotations, Ethogram
from ethoprism_domains.annotation.merging import renamed
from ethoprism_domains.formats import read_events
from ethoprism_domains.formats.base import own_rate


class VideoClocks:
    """Reads label files whose videos need not be at hand, and knows by which clock.

    A video's own frame times come first, then the rate that is given, then the frames and seconds
    that its labels hold themselves. Without the video, it is as long as its labels reach.

    Parameters
    ----------
    labels
        The label files.
    videos
        Videos and folders of videos; the folders of the label files if empty.
    fps
        Frames per second of the videos that are not at hand.

    Raises
    ------
    EthoprismError
        If `videos` are given and there are none.
    """

    def __init__(
        self, labels: Sequence[Path], videos: Sequence[Path] = (), fps: float | None = None
    ) -> None:
        folders = [path for path in {path.parent for path in labels} if _has_videos(path)]
        where = list(videos) or sorted(folders)
        self._finder = VideoFinder(where) if where else None
        self._fps = fps
        self._read: list[Annotations] = []

    def read(self, path: Path, ethogram: Ethogram | None = None) -> Annotations:
        """Read a label file, and call its videos by their files' names.

        Raises
        ------
        EthoprismError
            If it cannot be read, or is in seconds and no clock is known.
        """
        reading = read_events(
            path,
            video=None if self._finder is None else self._finder.namesake(path),
            frame_times=self._times,
            ethogram=ethogram,
            observed="whole if known",
            fps=self._fps,
        )
        found = renamed(reading, {name: self._name(name) for name in reading.videos})
        self._read.append(found)
        return found

    def frame_times(self, video: str) -> Float[np.ndarray, " time"]:
        """Give a video's frame times in seconds, after all labels were read.

        Raises
        ------
        EthoprismError
            If the video is not at hand and nothing stands in for it.
        """
        times = self._times(video)
        if times is not None:
            return times
        count = max(_reach(item, video) for item in self._read)
        rate = self._fps or self._own_rate(video)
        if rate is not None:
            return np.arange(count) / rate
        if (edges := self._own_times(video)) is None:
            remedy = "say where it is with --videos, or give its frames per second with --fps"
            raise EthoprismError("the labels name a video that is not there", video, remedy)
        return np.interp(np.arange(count), *edges)

    def table(self, videos: Sequence[str]) -> pd.DataFrame:
        """Tell which clock each video went by, in the columns `video` and `clock`."""
        return pd.DataFrame(
            [(video, self._told(video)) for video in videos], columns=["video", "clock"]
        )

    def _told(self, video: str) -> str:
        if self._times(video) is not None:
            return "its own frame times"
        if self._fps is not None:
            return f"{self._fps:g} frames per second, as given"
        rate = self._own_rate(video)
        if rate is None:
            return "the frames and seconds of its labels"
        return f"{rate:.6g} frames per second, by the frames and seconds of its labels"

    def _times(self, video: str) -> np.ndarray | None:
        if self._finder is None or self._finder.lacks(video):
            return None
        return load_index(self._finder.path(video)).times

    def _name(self, video: str) -> str:
        if self._finder is not None and not self._finder.lacks(video):
            return self._finder.name(video)
        return PurePosixPath(video.replace("\\", "/")).name

    def _events(self, video: str) -> pd.DataFrame:
        parts = [item.events[item.events["video"] == video] for item in self._read]
        events = pd.concat(parts)
        return events[events["start_s"].notna() & events["stop_s"].notna()]

    def _own_rate(self, video: str) -> float | None:
        return own_rate(self._events(video))

    def _own_times(self, video: str) -> tuple[np.ndarray, np.ndarray] | None:
        """Give the frames and the seconds that labels tell, if they ascend together."""
        events = self._events(video)
        told = dict(zip(events["start_frame"], events["start_s"], strict=True))
        told |= dict(zip(events["stop_frame"], events["stop_s"], strict=True))
        pairs = np.array(sorted({**told, 0: 0.0}.items()), np.float64).reshape(-1, 2)
        reaches = pairs[-1, 0] >= max(_reach(item, video) for item in self._read) - 1
        rises = len(pairs) > 1 and bool((np.diff(pairs[:, 1]) > 0).all())
        return (pairs[:, 0], pairs[:, 1]) if rises and reaches else None


def _reach(annotations: Annotations, video: str) -> int:
    """Give the frame at which a video's labels end."""
    own = annotations.of_video(video)
    last = own.events["stop_frame"] + (own.events["kind"] == "point")
    return int(max([0, *last, *own.observed["stop_frame"]]))


def _has_videos(folder: Path) -> bool:
    return any(
        path.suffix.lower() in VIDEO_SUFFIXES and path.is_file() for path in folder.rglob("*")
    )
