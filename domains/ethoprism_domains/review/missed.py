"""Where a probe nearly predicted a bout: what it may have missed."""

from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr

from ethoprism_domains.annotation import frame_edges, runs
from ethoprism_domains.annotation.editing import Event
from ethoprism_domains.annotation.editing.spans import Span
from ethoprism_domains.probe import PostProcessing
from ethoprism_domains.probe.postprocess import smooth
from ethoprism_domains.review.candidates import Candidate

_NEARLY = 0.6  # of the threshold: below it, a peak is no candidate
_SHORTEST_S = 0.2
_MOST_JUDGED = 0.5
_WEIGHT = 0.9  # of a miss beside a bout at the threshold


def nearly_bouts(
    predictions: xr.Dataset,
    processing: PostProcessing,
    video: str,
    events: Sequence[Event] = (),
    observed: Sequence[Span] = (),
) -> list[Candidate]:
    """List stretches whose probability stays just under the threshold.

    A stretch is a run of frames whose smoothed probability is at least 0.6 of the threshold and
    that holds no predicted bout. Its doubt grows with the probability at its peak; a peak above the
    threshold (a bout that was dropped because it was too short) is the most doubtful.

    Parameters
    ----------
    predictions
        What a probe predicted for the video: `probability` and `label`.
    processing
        How the probe's probabilities become labels.
    video
        What candidates are to call the video.
    events
        What is coded of the video; a stretch that meets one of the same behaviour and subject is
        left out.
    observed
        What a person has observed: a stretch of which half was, is left out.
    """
    times = predictions["time"].values.astype(float)
    edges = frame_edges(times)
    judged = np.zeros(len(times), bool)
    for start, stop in observed:
        judged[start:stop] = True
    probability, labels = predictions["probability"].values, predictions["label"].values
    found = []
    for who, subject in enumerate(predictions["individual"].values.tolist()):
        for column, behavior in enumerate(predictions["behavior"].values.tolist()):
            rule = processing.rules[column]
            smoothed = smooth(probability[:, who, column], times, rule.smoothing_s)
            near = smoothed >= _NEARLY * rule.threshold
            taken = labels[:, who, column] == 1
            taken |= _frames_of(events, subject, behavior, len(times))
            for start, stop in _free_runs(near, taken):
                is_long = edges[stop] - edges[start] >= _SHORTEST_S
                if not is_long or judged[start:stop].mean() >= _MOST_JUDGED:
                    continue
                peak = float(smoothed[start:stop].max())
                doubt = _WEIGHT * min(1.0, peak / max(rule.threshold, 1e-6))
                mean = float(probability[start:stop, who, column].mean())
                reason = f"nearly predicted: {peak:.0%} at the most, {rule.threshold:.0%} is asked"
                found.append(
                    Candidate(video, subject, behavior, start, stop, "", mean, doubt, reason)
                )
    return found


def _free_runs(near: np.ndarray, taken: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield the runs of `near` in which nothing is taken."""
    for start, stop in runs(near).tolist():
        if not taken[start:stop].any():
            yield start, stop


def _frames_of(events: Sequence[Event], subject: str, behavior: str, count: int) -> np.ndarray:
    frames = np.zeros(count, bool)
    for event in events:
        if event.behavior == behavior and event.subject in (subject, ""):
            frames[event.start_frame : event.last_frame] = True
    return frames
