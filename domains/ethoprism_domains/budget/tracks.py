"""The bouts of one behaviour and subject in one video, and the frames in which it was assessed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int, Int8

from ethoprism_domains.annotation import Annotations, frame_edges, frame_labels, runs


@dataclass(frozen=True, eq=False)
class BoutTrack:
    """One behaviour of one subject in one video.

    Parameters
    ----------
    kind
        ``state`` or ``point``.
    labels
        1 present, 0 absent, -1 not assessed or unsure: not observed time.
    spans
        Its bouts in known frames, as half-open frames in order; of a point, start equals stop.
    edges
        The seconds at which frames start, and last, at which the video ends.
    """

    video: str
    subject: str
    behavior: str
    kind: str
    labels: Int8[np.ndarray, " time"]
    spans: Int[np.ndarray, "bout 2"]
    edges: Float[np.ndarray, " edge"]

    @property
    def known(self) -> Bool[np.ndarray, " time"]:
        """The frames in which it was assessed."""
        return self.labels != -1


def bout_tracks(
    annotations: Annotations, video: str, frame_times: Float[np.ndarray, " time"]
) -> list[BoutTrack]:
    """Lay out each behaviour of the ethogram, of each subject that the video's events name.

    State bouts that touch or overlap are one bout.

    Raises
    ------
    EthoprismError
        If an event lies beyond the video's end.
    """
    events = annotations.events[annotations.events["video"] == video]
    subjects = sorted(events["subject"].unique().tolist()) or [""]
    dataset = frame_labels(annotations.of_video(video), video, frame_times, individuals=subjects)
    values, edges = dataset["labels"].to_numpy(), frame_edges(frame_times)
    tracks = []
    for at, subject in enumerate(subjects):
        mine = events[(events["subject"] == subject) & (events["judgement"] == "present")]
        for number, behavior in enumerate(annotations.ethogram):
            labels = values[:, at, number]
            named = mine[mine["behavior"] == behavior.name]
            spans = _points(named, labels) if behavior.kind == "point" else runs(labels == 1)
            said = (video, subject, behavior.name, behavior.kind)
            tracks.append(BoutTrack(*said, labels, spans, edges))
    return tracks


def _points(events: pd.DataFrame, labels: Int8[np.ndarray, " time"]) -> Int[np.ndarray, "bout 2"]:
    frames = np.sort(events["start_frame"].to_numpy())
    frames = frames[frames < len(labels)]
    frames = frames[labels[frames] == 1]
    return np.stack([frames, frames], axis=1)
