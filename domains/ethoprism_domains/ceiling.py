"""How well people agree on a data set: the most that a probe can be asked for.

Where several people have coded the same recordings, the labels of each are scored against those
that probes are scored against, as though a probe had said them. Their average precision is that of
a yes or a no, which has no finer order: beside a probe's, the F1 is the fairer number.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ethoprism_domains.agreement import Agreement, CodedVideo, align_coders, measure_agreement
from ethoprism_domains.annotation import Annotations
from ethoprism_domains.base import Dataset, Recording, times_of_video
from ethoprism_domains.evaluation import ScoredVideo, Scores, evaluate

_REFERENCE, _OTHER = "reference", "coder"


@dataclass(frozen=True, eq=False)
class Ceiling:
    """What people reach on recordings that several of them have coded.

    Parameters
    ----------
    scores
        Of the other coders' labels, against the reference; intervals are over groups.
    agreement
        Of each coder with the reference, all pairs together: Cohen's kappa among other measures.
    coders, recordings
        Who was compared with the reference, and on what.
    """

    scores: Scores
    agreement: Agreement
    coders: tuple[str, ...]
    recordings: tuple[str, ...]


def human_ceiling(
    dataset: Dataset, group_by: str | None = None, *, whole_scene: bool = False
) -> Ceiling | None:
    """Score the coders of a data set against its reference; None where one person coded each.

    Parameters
    ----------
    group_by
        What intervals resample: a group of the recordings, or ``video``; by the habits if not
        given.
    whole_scene
        Whether it counts what happens, and not who does it.
    """
    key = group_by or dataset.habits.group_by
    compared = [
        (coder, item, _side_by_side(item, coder, dataset, times, whole_scene))
        for item in dataset.recordings
        if (coders := _comparable(item)) and (times := times_of_video(item.video)) is not None
        for coder in coders
    ]
    if not compared:
        return None
    videos = [_as_scored(coded, item, key) for _, item, coded in compared]
    names = tuple(dict.fromkeys(coder for coder, _, _ in compared))
    return Ceiling(
        evaluate(videos, exclusive_groups=dataset.ethogram.exclusive_groups),
        measure_agreement([coded for _, _, coded in compared]),
        names,
        tuple(dict.fromkeys(item.name for _, item, _ in compared)),
    )


def _comparable(recording: Recording) -> list[str]:
    """Name the coders who have observed the recording, if it has a reference."""
    seen = [name for name, own in recording.coders.items() if not own.observed.empty]
    return seen if recording.labelled else []


def _side_by_side(
    recording: Recording,
    coder: str,
    dataset: Dataset,
    times: Float[np.ndarray, " time"],
    whole_scene: bool,
) -> CodedVideo:
    told = {_REFERENCE: recording.annotations, _OTHER: recording.coders[coder]}
    known = {name: _as_known(own, dataset, len(times), whole_scene) for name, own in told.items()}
    return align_coders(known, lambda name: times)[0]


def _as_known(
    annotations: Annotations, dataset: Dataset, count: int, whole_scene: bool
) -> Annotations:
    """Say it in terms of the data set's behaviours, as far as the video reaches."""
    events = annotations.events
    last = events["stop_frame"] + (events["kind"] == "point")
    events = events[events["behavior"].isin(dataset.ethogram.names) & (last <= count)]
    if whole_scene:
        events = events.assign(subject="")
    return Annotations(events, annotations.observed, dataset.ethogram)


def _as_scored(coded: CodedVideo, recording: Recording, key: str) -> ScoredVideo:
    """Take the second coder's labels for predictions; what is unknown to them is not scored."""
    truth, said = coded.labels
    return ScoredVideo(
        coded.video,
        recording.groups.get(key) or recording.name,
        coded.behaviors,
        coded.frame_times,
        truth,
        (said == 1).astype(np.int8),
        np.where(said == -1, np.nan, said == 1).astype(np.float32),
    )
