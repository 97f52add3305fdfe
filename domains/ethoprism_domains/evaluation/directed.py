"""Directed behaviour, scored in three steps: that it happens, who does it, and to whom."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float, Int64

from ethoprism_domains.annotation import (
    Annotations,
    Ethogram,
    Subject,
    frame_labels,
    known_individuals,
    split_by_target,
)
from ethoprism_domains.annotation.merging import merge_ethograms
from ethoprism_domains.annotation.targets import behavior_of
from ethoprism_domains.evaluation.frame_metrics import ratio

STEPS = ("behavior", "subject", "target")
DIRECTED_COLUMNS = ("behavior", "step", "precision", "recall", "f1", "frames")
_SCENE = ("",)


def score_directed(
    truth: Annotations,
    predicted: Annotations,
    frame_times: Callable[[str], Float[np.ndarray, " time"]],
) -> pd.DataFrame:
    """Score predicted events against true ones, frame by frame, in three steps.

    At the step `behavior` a frame is right if the behaviour happens in it, whoever does it; at
    `subject` each individual must be right by itself; at `target` so must whom it is directed at.
    What is lost from one step to the next was seen, and was taken for another's.

    Parameters
    ----------
    truth, predicted
        Events of the same videos; scored is where the truth was observed, and is not unsure.
    frame_times
        Gives a video's frame times in seconds, by its name.

    Returns
    -------
    Columns `DIRECTED_COLUMNS`, a row a behaviour and step; `frames` counts the true ones, at the
    later steps once for each subject and target. Undefined scores are NaN.
    """
    whole = _in_common(truth, predicted)
    split = _in_common(*map(split_by_target, whole))
    each = _individuals(whole)
    counts = {
        "behavior": _counts(whole, _SCENE, frame_times),
        "subject": _counts(whole, each, frame_times),
        "target": _counts(split, each, frame_times),
    }
    rows = [
        (name, step, *_scores(_of_behavior(counts[step], name)))
        for name in whole[0].ethogram.names
        for step in STEPS
    ]
    return pd.DataFrame(rows, columns=list(DIRECTED_COLUMNS))


def _in_common(*tables: Annotations) -> list[Annotations]:
    """Give all of them the behaviours and subjects of all."""
    merged = merge_ethograms([item.ethogram for item in tables])
    names = dict.fromkeys(name for item in tables for name in known_individuals(item))
    subjects = tuple(Subject(name) for name in names if name)
    ethogram = Ethogram(merged.behaviors, subjects)
    return [Annotations(item.events, item.observed, ethogram) for item in tables]


def _counts(
    both: Sequence[Annotations],
    individuals: Sequence[str],
    frame_times: Callable[[str], Float[np.ndarray, " time"]],
) -> dict[str, Int64[np.ndarray, "3"]]:
    """Count the frames found, those predicted and those true, of each behaviour."""
    truth = both[0]
    total = np.zeros((len(truth.ethogram), 3), np.int64)
    for video in truth.videos:
        times = frame_times(video)
        true, said = (
            frame_labels(item, video, times, individuals=individuals)["labels"].to_numpy()
            for item in both
        )
        found = (true == 1) & (said == 1)
        parts = (found, (said == 1) & (true != -1), true == 1)
        total += np.stack([part.sum(axis=(0, 1)) for part in parts], axis=1)
    return dict(zip(truth.ethogram.names, total, strict=True))


def _individuals(both: Sequence[Annotations]) -> tuple[str, ...]:
    """Name whom both tell apart; the scene if one of them tells nobody apart."""
    if any(known_individuals(item) == _SCENE for item in both):
        return _SCENE
    return both[0].ethogram.subject_names


def _of_behavior(counts: dict[str, np.ndarray], behavior: str) -> np.ndarray:
    own = [value for name, value in counts.items() if behavior_of(name) == behavior]
    return np.sum([*own, np.zeros(3)], axis=0)


def _scores(counts: np.ndarray) -> Iterator[float]:
    found, said, true = counts
    yield from (
        float(ratio(np.array(part), np.array(whole)))
        for part, whole in ((found, said), (found, true), (2 * found, said + true))
    )
    yield int(true)
