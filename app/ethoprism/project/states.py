"""How far each video of a project is: coded, predicted, reviewed, and by whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ethoprism.project.videos import ProjectVideo
from ethoprism_domains.annotation.store import Collected, spelled


@dataclass(frozen=True)
class VideoState:
    """How far a video is.

    Parameters
    ----------
    coders
        Who has annotations of it.
    events
        How many events these hold.
    observed
        How many frames somebody has observed, those of several coders counted for each.
    to_review, reviewed
        How many predictions nobody has judged, and how many somebody has.
    predicted
        Whether there are predictions of a probe.
    """

    video: ProjectVideo
    coders: tuple[str, ...] = ()
    events: int = 0
    observed: int = 0
    to_review: int = 0
    reviewed: int = 0
    predicted: bool = False

    @property
    def state(self) -> str:
        """One word: ``new``, ``coded``, ``predicted`` or ``reviewed``."""
        if self.to_review or (self.predicted and not self.reviewed and not self.coders):
            return "predicted"
        if self.reviewed:
            return "reviewed"
        return "coded" if self.events or self.observed else "new"


def video_states(
    videos: Sequence[ProjectVideo], collected: Collected, predictions: Path
) -> list[VideoState]:
    """Count what there is about each video, in their order.

    Parameters
    ----------
    predictions
        The folder of predictions, one folder in it a probe.
    """
    events, observed = collected.events, collected.observed
    counts = events.groupby("video").size()
    methods = events.groupby(["video", "labeling_method"]).size()
    frames = (observed["stop_frame"] - observed["start_frame"]).groupby(observed["video"]).sum()
    parts = [table[["video", "coder"]].drop_duplicates() for table in (events, observed)]
    coders = pd.concat(parts)
    named = {video: tuple(sorted(set(own))) for video, own in coders.groupby("video")["coder"]}
    predicted = set(_stems(predictions))
    return [
        VideoState(
            video,
            named.get(video.name, ()),
            int(counts.get(video.name, 0)),
            int(frames.get(video.name, 0)),
            int(methods.get((video.name, "automated"), 0)),
            int(methods.get((video.name, "curated"), 0)),
            bool(predicted & {spelled(video.name), Path(video.name).stem}),
        )
        for video in videos
    ]


def _stems(predictions: Path) -> Iterable[str]:
    for path in predictions.glob("*/*.*") if predictions.is_dir() else ():
        if path.suffix in (".nc", ".csv") and not path.name.startswith("."):
            yield path.name.removesuffix(path.suffix)
