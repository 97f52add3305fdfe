"""The moments of behaviour that a signal is looked at around: onsets, offsets, points."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Float

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations, frames_to_seconds
from ethoprism_domains.budget import BoutTrack, bout_tracks

MOMENT_COLUMNS = ("video", "subject", "behavior", "frame", "time_s", "reason")
NOT_SEEN = "its edge was not seen"
TOO_NEAR = "too soon after the one before"


@dataclass(frozen=True)
class MomentSettings:
    """Which moments are taken.

    Parameters
    ----------
    edge
        ``onset`` or ``offset`` of bouts; a point is both.
    subject
        Whose; everyone's if not given.
    apart_s
        A moment that follows the last one taken (of the same subject) sooner than this is left out.
    """

    edge: Literal["onset", "offset"] = "onset"
    subject: str | None = None
    apart_s: float = 0.0


def moments(
    annotations: Annotations,
    video: str,
    behavior: str,
    frame_times: Float[np.ndarray, " time"],
    clock_times: Float[np.ndarray, " same"] | None = None,
    settings: MomentSettings | None = None,
) -> pd.DataFrame:
    """List the moments of a behaviour in one video, and why some of them are left out.

    Only what is judged present counts, in observed frames; bouts that touch are one. An edge
    beside a frame of which nothing is known (unobserved, unsure, or beyond the video) was not seen:
    the bout may have begun before, or gone on.

    Parameters
    ----------
    frame_times
        The video's own frame times in seconds.
    clock_times
        The same frames on the clock of the signal; `frame_times` if not given.

    Returns
    -------
    A row a moment, in order of time, with the columns `MOMENT_COLUMNS`; `reason` is empty for those
    that are taken. `frame` is the first frame of the bout, or the first one after it.

    Raises
    ------
    EthoprismError
        If the behaviour is not in the ethogram, or the two times are not of the same frames.
    """
    settings = settings or MomentSettings()
    clock = frame_times if clock_times is None else clock_times
    if len(clock) != len(frame_times):
        told = f"{len(frame_times)} frames, and {len(clock)} of them on the clock"
        raise EthoprismError(told, video, "make the clock of this very video")
    if behavior not in annotations.ethogram:
        listed = ", ".join(annotations.ethogram.names)
        raise EthoprismError(f"unknown behaviour {behavior!r}", video, f"choose among {listed}")
    tables = [
        _of_track(track, clock, settings)
        for track in bout_tracks(annotations, video, frame_times)
        if track.behavior == behavior and settings.subject in (None, track.subject)
    ]
    if not tables:
        return pd.DataFrame(columns=list(MOMENT_COLUMNS))
    return pd.concat(tables).sort_values(["time_s", "subject"], ignore_index=True)


def _of_track(
    track: BoutTrack, clock: Float[np.ndarray, " time"], settings: MomentSettings
) -> pd.DataFrame:
    column = 0 if settings.edge == "onset" else 1
    frames = track.spans[:, column]
    times = frames_to_seconds(frames, clock)
    known = np.concatenate([track.known, [False]])
    beside = frames - 1 if settings.edge == "onset" else frames
    is_seen = known[beside] if track.kind != "point" else np.ones(len(frames), bool)
    reasons = np.where(is_seen, "", NOT_SEEN).astype(object)
    last = -np.inf
    for at in np.flatnonzero(is_seen).tolist():
        if times[at] - last < settings.apart_s:
            reasons[at] = TOO_NEAR
        else:
            last = times[at]
    said = {"video": track.video, "subject": track.subject, "behavior": track.behavior}
    return pd.DataFrame({**said, "frame": frames, "time_s": times, "reason": reasons})
