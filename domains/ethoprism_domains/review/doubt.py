"""How doubtful a predicted bout is, by three signs.

- *level*: the mean probability lies little above the threshold (uncertainty sampling; Lewis and
  Gale 1994, "A sequential algorithm for training text classifiers", SIGIR).
- *rival*: a behaviour that excludes it is nearly as probable (margin sampling; Scheffer, Decomain
  and Wrobel 2001, "Active hidden Markov models for information extraction", IDA).
- *edges*: around its start and stop the probability passes the threshold slowly, so that nobody
  knows where the bout begins and ends.

The doubt of a bout is that of its strongest sign; each is within 0 and 1.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import xarray as xr
from jaxtyping import Float

from ethoprism_domains.annotation.editing import Event
from ethoprism_domains.probe import PostProcessing
from ethoprism_domains.probe.postprocess import smooth
from ethoprism_domains.review.candidates import Candidate

_EDGE_S = 0.5  # to either side of an edge
_EDGE_WEIGHT = 0.8  # a bout at the wrong place is not as wrong as one that is none
_CLEAR = 0.3  # so far from the threshold a frame at an edge is clear


def doubtful_bouts(
    events: Iterable[Event], predictions: xr.Dataset, processing: PostProcessing, video: str
) -> list[Candidate]:
    """Say of predicted bouts how doubtful they are, and why.

    Parameters
    ----------
    events
        Events of a probe in one video; those that its predictions do not know are left out.
    predictions
        What the probe predicted for the video: `probability (time, individual, behavior)`.
    processing
        How the probe's probabilities become labels.
    video
        What candidates are to call the video.
    """
    return list(_candidates(events, predictions, processing, video))


def _candidates(
    events: Iterable[Event], predictions: xr.Dataset, processing: PostProcessing, video: str
) -> Iterator[Candidate]:
    behaviors = predictions["behavior"].values.tolist()
    individuals = predictions["individual"].values.tolist()
    times = predictions["time"].values.astype(float)
    for event in events:
        if event.behavior not in behaviors or event.is_open:
            continue
        if event.subject not in individuals and len(individuals) > 1:
            continue
        who = individuals.index(event.subject) if event.subject in individuals else 0
        column = behaviors.index(event.behavior)
        probability = predictions["probability"].values[:, who]
        doubt, reason, mean = _doubt(event, probability, times, column, processing, behaviors)
        frames = event.start_frame, event.last_frame
        yield Candidate(
            video, event.subject, event.behavior, *frames, event.event_id, mean, doubt, reason
        )


def _doubt(
    event: Event,
    probability: Float[np.ndarray, "time behavior"],
    times: Float[np.ndarray, " time"],
    column: int,
    processing: PostProcessing,
    behaviors: Sequence[str],
) -> tuple[float, str, float]:
    """Give the doubt, its reason, and the mean probability."""
    rule, own = processing.rules[column], slice(event.start_frame, event.last_frame)
    means = probability[own].mean(axis=0)
    mean = float(means[column])
    told = f"probability {mean:.0%}, where {rule.threshold:.0%} is asked"
    signs = [(level_doubt(mean, rule.threshold), told)]
    rivals = [
        other
        for group in processing.exclusive
        if column in group
        for other in group
        if other != column
    ]
    if rivals:
        rival = max(rivals, key=lambda other: float(means[other]))
        signs.append((1 - abs(mean - float(means[rival])), f"could be {behaviors[rival]}"))
    smoothed = smooth(probability[:, column], times, rule.smoothing_s)
    blur = edge_doubt(smoothed, times, (own.start, own.stop), rule.threshold)
    signs.append((_EDGE_WEIGHT * blur, "its start or stop is vague"))
    doubt, reason = max(signs, key=lambda sign: sign[0])
    return float(np.clip(doubt, 0, 1)), reason, mean


def level_doubt(mean: float, threshold: float) -> float:
    """Give 1 for a mean probability at the threshold or below, 0 for certainty."""
    room = max(1 - threshold, 1e-6)
    return float(np.clip(1 - (mean - threshold) / room, 0, 1))


def edge_doubt(
    probability: Float[np.ndarray, " time"],
    times: Float[np.ndarray, " time"],
    span: tuple[int, int],
    threshold: float,
) -> float:
    """Give the share of unclear frames around the vaguer edge of a bout.

    A frame within half a second of the edge is unclear by how much nearer than 0.3 its probability
    is to the threshold. An edge that is the video's own is clear.
    """
    vague = []
    for edge in span:
        if 0 < edge < len(times):
            near = np.abs(times - times[edge]) <= _EDGE_S
            distance = np.abs(probability[near] - threshold)
            vague.append(float(np.clip(1 - distance / _CLEAR, 0, 1).mean()))
    return max(vague, default=0.0)
