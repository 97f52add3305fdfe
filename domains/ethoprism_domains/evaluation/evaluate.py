"""Score predictions: every measure, put into one table."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.evaluation.accuracy import instance_accuracy
from ethoprism_domains.evaluation.bootstrap import bootstrap_weights, percentile_interval
from ethoprism_domains.evaluation.bout_metrics import time_budget
from ethoprism_domains.evaluation.frame_metrics import (
    confusion_matrix,
    precision_recall_curve,
    ratio,
)
from ethoprism_domains.evaluation.measures import (
    EvaluationSettings,
    Material,
    Measure,
    count_right,
    measure_bouts,
    measure_budget,
    measure_frames,
)
from ethoprism_domains.evaluation.scored import ScoredVideo
from ethoprism_domains.evaluation.scores import MACRO, SCORE_COLUMNS, Scores


def evaluate(
    videos: Sequence[ScoredVideo],
    settings: EvaluationSettings | None = None,
    exclusive_groups: Sequence[tuple[str, ...]] = (),
) -> Scores:
    """Score predictions of videos that the probe did not see.

    Parameters
    ----------
    videos
        Truth and predictions, all of the same behaviours.
    exclusive_groups
        Behaviours of which at most one holds at a time; each group gets a confusion matrix, and
        its behaviours an accuracy.

    Returns
    -------
    The scores. Frame level: `average_precision`, `precision`, `recall`, `f1`, and `accuracy` where
    behaviours exclude one another. Bout level: `f1@0.1`
    and so on, and the medians of the edges' errors, `onset_s` and `offset_s` (signed, late is
    positive), `onset_abs_s` and `offset_abs_s`, and the same in frames. Time level:
    `time_budget_error`, the mean absolute error of the share of time, over videos and individuals.
    Undefined scores are NaN.

    Notes
    -----
    Chance levels: of average precision and precision the prevalence; of recall the share of frames
    predicted; of F1 that of always saying "present"; of bouts and their edges that of the same
    predictions shifted in time; of the time budget the error of guessing the other groups' mean.

    Macro averages are means over the behaviours that occur, without background, ignoring undefined
    scores.

    Raises
    ------
    EthoprismError
        If there are no videos, or they are not of the same behaviours.
    """
    material = _material(videos, settings or EvaluationSettings(), exclusive_groups)
    budgets = pd.concat([time_budget(video) for video in videos], ignore_index=True)
    measures = [*measure_frames(material)]
    if material.settings.level == "frame":
        measures += [*measure_bouts(material), measure_budget(material, budgets)]
    rows = [row for measure in measures for row in _rows(measure, material, measures[0].count > 0)]
    return Scores(
        table=pd.DataFrame(rows, columns=list(SCORE_COLUMNS)),
        budgets=budgets,
        curves=_curves(material),
        confusions=tuple(_confusions(material, exclusive_groups)),
        videos=tuple(dict.fromkeys(video.video for video in videos)),
        group_count=material.group_count,
        confidence=material.settings.confidence,
        accuracy=instance_accuracy(count_right(material).sum(axis=0)),
    )


def _material(
    videos: Sequence[ScoredVideo],
    settings: EvaluationSettings,
    exclusive_groups: Sequence[tuple[str, ...]],
) -> Material:
    if not videos:
        raise EthoprismError("no videos to evaluate", None, "label some that are predicted")
    behaviors = videos[0].behaviors
    for video in videos:
        if video.behaviors != behaviors:
            told = f"{', '.join(video.behaviors)} are predicted, elsewhere {', '.join(behaviors)}"
            raise EthoprismError(told, video.video, "predict all with the same probe")
    groups, numbers = np.unique([video.group for video in videos], return_inverse=True)
    weights = bootstrap_weights(len(groups), settings.replicates, settings.seed)
    columns = [
        tuple(behaviors.index(name) for name in group if name in behaviors)
        for group in exclusive_groups
    ]
    exclusive = tuple(group for group in columns if len(group) > 1)
    return Material(videos, behaviors, numbers, weights, settings, exclusive)


def _rows(measure: Measure, material: Material, occurs: np.ndarray) -> Iterator[tuple[object, ...]]:
    """Yield a row for each behaviour, and one for the average over those that count in it."""
    names, counts = list(material.behaviors), measure.count.tolist()
    value, chance, drawn = measure.value[None], measure.chance[None], measure.replicates
    if measure.averaged:
        background = [name.casefold() in material.settings.background for name in names]
        averaged = occurs & ~np.array(background)
        value, chance, drawn = (_with_mean(values, averaged) for values in (value, chance, drawn))
        names.append(MACRO)
        counts.append(int(measure.count[averaged].sum()))
    low, high = percentile_interval(drawn, material.settings.confidence)
    numbers = np.stack([value[0], low, high, chance[0]], axis=1).tolist()
    for name, row, count in zip(names, numbers, counts, strict=True):
        yield measure.level, name, measure.metric, *row, count


def _with_mean(values: np.ndarray, averaged: np.ndarray) -> np.ndarray:
    """Append a column: the mean of the `averaged` columns without NaN, NaN if they all are."""
    chosen = values[:, averaged]
    known = ~np.isnan(chosen)
    mean = ratio(np.where(known, chosen, 0).sum(axis=1), known.sum(axis=1))
    return np.column_stack([values, mean])


def _curves(material: Material) -> pd.DataFrame:
    truth, score = material.flat("truth"), material.flat("probability")
    curves = [
        precision_recall_curve(truth[:, at], score[:, at]).assign(behavior=name)
        for at, name in enumerate(material.behaviors)
    ]
    table = pd.concat(curves, ignore_index=True)
    return table[["behavior", "threshold", "precision", "recall"]]


def _confusions(
    material: Material, exclusive_groups: Sequence[tuple[str, ...]]
) -> Iterator[pd.DataFrame]:
    truth, predicted, probability = map(material.flat, ("truth", "predicted", "probability"))
    for group in exclusive_groups:
        names = tuple(name for name in group if name in material.behaviors)
        at = [material.behaviors.index(name) for name in names]
        if len(names) > 1:
            yield confusion_matrix(truth[:, at], predicted[:, at], probability[:, at], names)
