"""From probabilities to labels: smooth, threshold, fill gaps, drop what is too short.

Durations are in seconds and measured through the video's frame times, so the same rule means the
same on videos of other, or of varying, frame rates.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int, Int8

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import frame_edges, runs

_SLACK_S = 1e-6  # frame times are rounded: three frames of 1/30 s are not quite 0.1 s


@dataclass(frozen=True)
class BehaviorRule:
    """How one behaviour's probability becomes its bouts.

    Parameters
    ----------
    threshold
        A frame shows the behaviour where the smoothed probability is at least this.
    smoothing_s
        Width of the moving average over the probability, in seconds; 0 for none.
    fill_gap_s
        A gap between two bouts that is shorter than this becomes part of them.
    min_bout_s
        A bout shorter than this, after gaps are filled, is dropped.
    """

    threshold: float = 0.5
    smoothing_s: float = 0.0
    fill_gap_s: float = 0.0
    min_bout_s: float = 0.0

    def __post_init__(self) -> None:
        durations = (self.smoothing_s, self.fill_gap_s, self.min_bout_s)
        if not 0 <= self.threshold <= 1 or not all(0 <= d < np.inf for d in durations):
            raise EthoprismError(
                "a threshold lies within 0 and 1, and durations are not negative", self
            )


@dataclass(frozen=True)
class PostProcessing:
    """The rules of all behaviours of a probe, in the order of its columns.

    Parameters
    ----------
    rules
        One a behaviour.
    exclusive
        Groups of columns of which one holds at a time: where several reach their thresholds, the
        one that is most probable does.
    """

    rules: tuple[BehaviorRule, ...]
    exclusive: tuple[tuple[int, ...], ...] = ()

    @classmethod
    def default(cls, behaviors: int, exclusive: Sequence[Sequence[int]] = ()) -> "PostProcessing":
        """Threshold at one half and change nothing else."""
        return cls((BehaviorRule(),) * behaviors, tuple(tuple(group) for group in exclusive))

    @classmethod
    def from_mapping(cls, mapping: dict[str, Any]) -> "PostProcessing":
        """Read what `to_mapping` gave."""
        rules = tuple(BehaviorRule(**rule) for rule in mapping["rules"])
        return cls(rules, tuple(tuple(group) for group in mapping["exclusive"]))

    def to_mapping(self) -> dict[str, Any]:
        """Give plain lists and numbers, as they stand in the probe's card."""
        return asdict(self)


def postprocess(
    probability: Float[np.ndarray, "time behavior"],
    frame_times: Float[np.ndarray, " time"],
    processing: PostProcessing,
) -> Int8[np.ndarray, "time behavior"]:
    """Turn the probabilities of one animal (or scene) into labels, 1 or 0.

    Parameters
    ----------
    probability
        Of each frame and behaviour.
    frame_times
        The frames' times in seconds.
    """
    smoothed = np.stack(
        [
            smooth(column, frame_times, rule.smoothing_s)
            for column, rule in zip(probability.T, processing.rules, strict=True)
        ],
        axis=1,
    )
    above = smoothed >= np.array([rule.threshold for rule in processing.rules])
    above = _most_probable(above, smoothed, processing.exclusive)
    edges = frame_edges(frame_times)
    labels = np.zeros(above.shape, np.int8)
    for column, rule in enumerate(processing.rules):
        rivals = _rivals(above, column, processing.exclusive)
        bouts = fill_gaps(runs(above[:, column]), edges, rule.fill_gap_s, rivals)
        for start, stop in drop_short(bouts, edges, rule.min_bout_s):
            labels[start:stop, column] = 1
    return labels


def smooth(
    probability: Float[np.ndarray, " time"], frame_times: Float[np.ndarray, " time"], width: float
) -> Float[np.ndarray, " time"]:
    """Average over the frames within half of `width` seconds on either side."""
    if width <= 0 or len(probability) == 0:
        return probability
    first = np.searchsorted(frame_times, frame_times - width / 2 - _SLACK_S, side="left")
    last = np.searchsorted(frame_times, frame_times + width / 2 + _SLACK_S, side="right")
    total = np.concatenate([[0.0], np.cumsum(probability, dtype=np.float64)])
    mean = (total[last] - total[first]) / (last - first)
    return np.clip(mean, 0.0, 1.0).astype(probability.dtype)


def fill_gaps(
    bouts: Int[np.ndarray, "bout 2"],
    edges: Float[np.ndarray, " edge"],
    shortest: float,
    rivals: Bool[np.ndarray, " time"],
) -> Int[np.ndarray, "filled 2"]:
    """Join bouts whose gap lasts less than `shortest` seconds and holds no frame of `rivals`.

    Parameters
    ----------
    bouts
        Sorted half-open spans of frames.
    edges
        Where frames begin, and the last one ends, in seconds.
    """
    if len(bouts) < 2:
        return bouts
    start, stop = bouts[:-1, 1], bouts[1:, 0]
    held = np.concatenate([[0], np.cumsum(rivals)])
    joined = (edges[stop] - edges[start] < shortest - _SLACK_S) & (held[stop] == held[start])
    first = np.concatenate([[True], ~joined])
    last = np.concatenate([~joined, [True]])
    return np.stack([bouts[first, 0], bouts[last, 1]], axis=1)


def drop_short(
    bouts: Int[np.ndarray, "bout 2"], edges: Float[np.ndarray, " edge"], shortest: float
) -> Int[np.ndarray, "kept 2"]:
    """Drop the bouts that last less than `shortest` seconds."""
    return bouts[edges[bouts[:, 1]] - edges[bouts[:, 0]] >= shortest - _SLACK_S]


def _most_probable(
    above: np.ndarray, probability: np.ndarray, exclusive: tuple[tuple[int, ...], ...]
) -> np.ndarray:
    above = above.copy()
    for group in exclusive:
        columns = list(group)
        contenders = np.where(above[:, columns], probability[:, columns], -1.0)
        best = contenders.argmax(axis=1)
        above[:, columns] &= np.arange(len(columns)) == best[:, None]
    return above


def _rivals(above: np.ndarray, column: int, exclusive: tuple[tuple[int, ...], ...]) -> np.ndarray:
    """Mark the frames in which a behaviour that excludes this one holds."""
    rivals = [other for group in exclusive if column in group for other in group if other != column]
    return np.asarray(above[:, rivals].any(axis=1))
