"""How doubtful a predicted bout is, by three signs.

- *level*: the mean probability lies little above the threshold (uncertainty sampling; Lewis and
  Gale 1994, "A sequential algorithm for training text classifiers", SIGIR).
- *rival*: a behaviour that excludes it is nearly as probable (margin sampling; Scheffer, Decomain
  and Wrobel 2001, "Active hidden Markov models for information extraction", IDA).
- *edges*: around its start and stop the probability passes the threshold slowly, so that nobody
  knows where the bout begins and ends.

The doubt of a bout is that of its strongest sign; each is within 0 and 1.
"""

from collections.abc import Iterable

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
    judge = _Judge(predictions, processing)
    found = ((event, judge.column_of(event)) for event in events if not event.is_open)
    return [judge.candidate(event, at, video) for event, at in found if at is not None]


class _Judge:
    """Judges the events of one video; a curve is smoothed once for all of its bouts."""

    def __init__(self, predictions: xr.Dataset, processing: PostProcessing) -> None:
        self._behaviors: list[str] = predictions["behavior"].values.tolist()
        self._individuals: list[str] = predictions["individual"].values.tolist()
        self._probability = predictions["probability"].values
        self._times = predictions["time"].values.astype(float)
        self._processing = processing
        self._smoothed: dict[tuple[int, int], np.ndarray] = {}

    def column_of(self, event: Event) -> tuple[int, int] | None:
        """Find the individual and behaviour of an event; None where nothing was predicted."""
        if event.behavior not in self._behaviors:
            return None
        if event.subject in self._individuals:
            who = self._individuals.index(event.subject)
        elif len(self._individuals) == 1:
            who = 0
        else:
            return None
        return who, self._behaviors.index(event.behavior)

    def candidate(self, event: Event, at: tuple[int, int], video: str) -> Candidate:
        """Say how doubtful an event is by its strongest sign."""
        who, column = at
        rule, frames = self._processing.rules[column], (event.start_frame, event.last_frame)
        means = self._probability[slice(*frames), who].mean(axis=0)
        mean = float(means[column])
        told = f"probability {mean:.0%}, where {rule.threshold:.0%} is asked"
        signs = [(level_doubt(mean, rule.threshold), told), *self._rival(means, column)]
        blur = edge_doubt(self._smooth(who, column), self._times, frames, rule.threshold)
        signs.append((_EDGE_WEIGHT * blur, "its start or stop is vague"))
        doubt, reason = max(signs, key=lambda sign: sign[0])
        doubt = float(np.clip(doubt, 0, 1))
        where = video, event.subject, event.behavior, *frames, event.event_id
        return Candidate(*where, mean, doubt, reason)

    def _rival(self, means: np.ndarray, column: int) -> list[tuple[float, str]]:
        """Compare it with the most probable behaviour that excludes it."""
        groups = [group for group in self._processing.exclusive if column in group]
        rivals = [other for group in groups for other in group if other != column]
        if not rivals:
            return []
        rival = max(rivals, key=lambda other: float(means[other]))
        near = 1 - abs(float(means[column]) - float(means[rival]))
        return [(near, f"could be {self._behaviors[rival]}")]

    def _smooth(self, who: int, column: int) -> np.ndarray:
        if (who, column) not in self._smoothed:
            curve, rule = self._probability[:, who, column], self._processing.rules[column]
            self._smoothed[who, column] = smooth(curve, self._times, rule.smoothing_s)
        return self._smoothed[who, column]


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
            first, last = np.searchsorted(times, [times[edge] - _EDGE_S, times[edge] + _EDGE_S])
            distance = np.abs(probability[first : last + 1] - threshold)
            vague.append(float(np.clip(1 - distance / _CLEAR, 0, 1).mean()))
    return max(vague, default=0.0)
