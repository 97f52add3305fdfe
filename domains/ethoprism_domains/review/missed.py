"""Where a probe nearly predicted a bout: what it may have missed."""

from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr

from ethoprism_domains.annotation import frame_edges, runs
from ethoprism_domains.annotation.editing import Event
from ethoprism_domains.annotation.editing.spans import Span
from ethoprism_domains.probe import BehaviorRule, PostProcessing
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
    judged = np.zeros(len(times), bool)
    for start, stop in observed:
        judged[start:stop] = True
    found = []
    for who, subject in enumerate(predictions["individual"].values.tolist()):
        for column, behavior in enumerate(predictions["behavior"].values.tolist()):
            probability = predictions["probability"].values[:, who, column]
            taken = predictions["label"].values[:, who, column] == 1
            taken |= _frames_of(events, subject, behavior, len(times))
            for start, stop, peak in _near(probability, times, processing.rules[column], taken):
                if judged[start:stop].mean() >= _MOST_JUDGED:
                    continue
                threshold = processing.rules[column].threshold
                doubt = _WEIGHT * min(1.0, peak / max(threshold, 1e-6))
                mean = float(probability[start:stop].mean())
                reason = f"nearly predicted: {peak:.0%} at the most, {threshold:.0%} is asked"
                found.append(
                    Candidate(video, subject, behavior, start, stop, "", mean, doubt, reason)
                )
    return found


def _near(
    probability: np.ndarray, times: np.ndarray, rule: BehaviorRule, taken: np.ndarray
) -> Iterator[tuple[int, int, float]]:
    """Yield the runs that are near the threshold and in which nothing is taken, and their peaks."""
    smoothed, edges = smooth(probability, times, rule.smoothing_s), frame_edges(times)
    for start, stop in runs(smoothed >= _NEARLY * rule.threshold).tolist():
        if edges[stop] - edges[start] >= _SHORTEST_S and not taken[start:stop].any():
            yield start, stop, float(smoothed[start:stop].max())


def _frames_of(events: Sequence[Event], subject: str, behavior: str, count: int) -> np.ndarray:
    frames = np.zeros(count, bool)
    for event in events:
        if event.behavior == behavior and event.subject in (subject, ""):
            frames[event.start_frame : event.last_frame] = True
    return frames
