"""Every score of a set of videos, with its bootstrap replicates and its chance level."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from ethoprism_domains.evaluation import accuracy, frame_metrics
from ethoprism_domains.evaluation.bootstrap import resampled_medians
from ethoprism_domains.evaluation.bout_metrics import count_bouts, edge_errors, shifted
from ethoprism_domains.evaluation.frame_metrics import FrameCounts, count_frames, ratio
from ethoprism_domains.evaluation.scored import ScoredVideo

BACKGROUND = ("background", "none", "other")


@dataclass(frozen=True)
class EvaluationSettings:
    """How scores are made.

    Parameters
    ----------
    overlaps
        Thresholds of intersection over union at which a bout counts as found. The edges' errors
        are those of the bouts matched at the first one.
    confidence
        Of the intervals.
    replicates
        Bootstrap replicates.
    shifts
        Random shifts in time over which the chance level of bouts is averaged.
    background
        Behaviours that macro averages leave out, in any case of letters.
    most_levels
        For the interval of average precision, scores are merged into so many levels.
    level
        ``frame``, or ``clip`` where each video is a whole clip with one label: then there are no
        bouts and no time budgets.
    """

    overlaps: tuple[float, ...] = (0.1, 0.25, 0.5)
    confidence: float = 0.95
    replicates: int = 1000
    shifts: int = 10
    seed: int = 0
    background: tuple[str, ...] = BACKGROUND
    most_levels: int = 2000
    level: str = "frame"


@dataclass(frozen=True, eq=False)
class Measure:
    """One score of every behaviour.

    Parameters
    ----------
    replicates
        Its values in the bootstrap replicates.
    count
        How many frames, bouts, edges or videos it stands on.
    averaged
        Whether a mean over behaviours makes sense.
    """

    level: str
    metric: str
    value: Float[np.ndarray, " behavior"]
    replicates: Float[np.ndarray, "replicate behavior"]
    chance: Float[np.ndarray, " behavior"]
    count: Int[np.ndarray, " behavior"]
    averaged: bool = True


@dataclass(frozen=True, eq=False)
class Material:
    """The videos, the numbers of their groups, and how often each replicate holds each group."""

    videos: Sequence[ScoredVideo]
    behaviors: tuple[str, ...]
    group_of_video: Int[np.ndarray, " video"]
    weights: Int[np.ndarray, "replicate group"]
    settings: EvaluationSettings
    exclusive: tuple[tuple[int, ...], ...] = ()

    @property
    def group_count(self) -> int:
        """Number of groups."""
        return self.weights.shape[1]

    def grouped(self, of_videos: Sequence[np.ndarray]) -> np.ndarray:
        """Sum one array a video into one a group."""
        sums = np.zeros((self.group_count, *of_videos[0].shape), of_videos[0].dtype)
        np.add.at(sums, self.group_of_video, np.stack(of_videos))
        return sums

    def flat(self, field: str) -> np.ndarray:
        """Put all frames and individuals of a field of the videos in one row."""
        arrays = [getattr(video, field) for video in self.videos]
        return np.concatenate([array.reshape(-1, len(self.behaviors)) for array in arrays])


def measure_frames(material: Material) -> Iterator[Measure]:
    """Yield average precision, precision, recall, F1, and accuracy where behaviours exclude."""
    level = material.settings.level
    of_videos = [count_frames(video.truth, video.predicted).cells for video in material.videos]
    groups = FrameCounts(material.grouped(of_videos))
    total = groups.weighted(np.ones(material.group_count, np.int64))
    drawn = groups.weighted(material.weights)
    share = frame_metrics.prevalence(total)
    value, replicates = _average_precision(material)
    yield Measure(level, "average_precision", value, replicates, share, total.positive)
    for metric, chance in (
        (frame_metrics.precision, share),
        (frame_metrics.recall, frame_metrics.chance_recall(total)),
        (frame_metrics.f1, frame_metrics.chance_f1(total)),
    ):
        name = metric.__name__
        yield Measure(level, name, metric(total), metric(drawn), chance, total.positive)
    if material.exclusive:
        yield _measure_accuracy(material)


def count_right(material: Material) -> Int[np.ndarray, "group behavior 3"]:
    """Count what is right in each group of videos; see `accuracy`."""
    return material.grouped(
        [
            accuracy.count_right(video.truth, video.probability, material.exclusive)
            for video in material.videos
        ]
    )


def _measure_accuracy(material: Material) -> Measure:
    groups = count_right(material)
    total = groups.sum(axis=0)
    return Measure(
        material.settings.level,
        "accuracy",
        accuracy.class_accuracy(total),
        accuracy.class_accuracy(np.tensordot(material.weights, groups, axes=1)),
        accuracy.chance_class_accuracy(total),
        total[:, accuracy.TRUE],
    )


def measure_bouts(material: Material) -> Iterator[Measure]:
    """Yield F1 at each overlap, then the medians of the edges' errors."""
    settings, weights = material.settings, material.weights
    tallies = [_tally(video, settings.overlaps) for video in material.videos]
    chance_tallies = [_tally(video, settings.overlaps) for video in _shifted_videos(material)]
    matched = material.grouped([tally.matched for tally in tallies])
    both = material.grouped([tally.both for tally in tallies])
    count = np.sum([tally.true for tally in tallies], axis=0)
    chance_matched = np.sum([tally.matched for tally in chance_tallies], axis=0)
    chance_both = np.sum([tally.both for tally in chance_tallies], axis=0)
    for row, overlap in enumerate(settings.overlaps):
        hits = matched[:, row]
        value = ratio(2 * hits.sum(axis=0), both.sum(axis=0))
        replicates = ratio(2 * (weights @ hits), weights @ both)
        chance = ratio(2 * chance_matched[row], chance_both)
        yield Measure("bout", f"f1@{overlap:g}", value, replicates, chance, count)
    group = np.repeat(material.group_of_video, [len(tally.edges) for tally in tallies])
    edges = pd.concat([tally.edges for tally in tallies], ignore_index=True)
    chance_edges = pd.concat([tally.edges for tally in chance_tallies], ignore_index=True)
    yield from _measure_edges(material, edges, group, chance_edges)


def measure_budget(material: Material, budgets: pd.DataFrame) -> Measure:
    """Measure the mean absolute error of the share of time, over videos and individuals.

    Its chance level is the error of guessing the mean true share of the other groups.
    """
    names = list(material.behaviors)
    groups = np.unique([video.group for video in material.videos])
    size = budgets.assign(size=budgets["error"].abs())
    table = size.groupby(["group", "behavior"])["size"].agg(["sum", "count"])
    cells = pd.MultiIndex.from_product([groups, names])
    table = table.reindex(cells, fill_value=0)
    sums, counts = (
        table[column].to_numpy().reshape(len(groups), len(names)) for column in ("sum", "count")
    )
    value = ratio(sums.sum(axis=0), counts.sum(axis=0))
    replicates = ratio(material.weights @ sums, material.weights @ counts)
    chance = np.array([_budget_chance(budgets[budgets["behavior"] == name]) for name in names])
    count = counts.sum(axis=0).astype(np.int64)
    return Measure("time", "time_budget_error", value, replicates, chance, count)


@dataclass(frozen=True, eq=False)
class _Tally:
    """Numbers of matched bouts, of true ones, and of true and predicted ones together."""

    matched: Int[np.ndarray, "overlap behavior"]
    true: Int[np.ndarray, " behavior"]
    both: Int[np.ndarray, " behavior"]
    edges: pd.DataFrame


def _tally(video: ScoredVideo, overlaps: tuple[float, ...]) -> _Tally:
    matched, true, said = count_bouts(video.truth, video.predicted, overlaps)
    return _Tally(matched, true, true + said, edge_errors(video, overlaps[0]))


def _shifted_videos(material: Material) -> Iterator[ScoredVideo]:
    rng = np.random.default_rng(material.settings.seed)
    for video in [*material.videos] * material.settings.shifts:
        yield replace(video, predicted=shifted(video.truth, video.predicted, rng))


def _average_precision(material: Material) -> tuple[np.ndarray, np.ndarray]:
    """Give each behaviour's average precision and its replicates."""
    truth, score = material.flat("truth"), material.flat("probability")
    sizes = [video.truth.shape[0] * video.truth.shape[1] for video in material.videos]
    group = np.repeat(material.group_of_video, sizes)
    values, replicates = [], []
    for t, s in zip(truth.T, score.T, strict=True):
        values.append(frame_metrics.average_precision(t, s))
        positive, negative = frame_metrics.level_counts(
            t, s, group, material.group_count, material.settings.most_levels
        )
        drawn = material.weights @ positive, material.weights @ negative
        replicates.append(frame_metrics.average_precision_of_levels(*drawn))
    return np.array(values), np.stack(replicates, axis=1)


def _measure_edges(
    material: Material, edges: pd.DataFrame, group: np.ndarray, chance_edges: pd.DataFrame
) -> Iterator[Measure]:
    """Yield each edge's median error, signed and absolute, in seconds and frames."""
    names = material.behaviors
    for edge in ("onset", "offset"):
        for unit in ("s", "frames"):
            for sign, of in ((f"{edge}_{unit}", np.array), (f"{edge}_abs_{unit}", np.abs)):
                column = f"{edge}_{unit}"
                own = [_known(edges, column, name) for name in names]
                values = [of(edges[column].to_numpy()[mask]) for mask in own]
                by_chance = [
                    of(chance_edges[column].to_numpy()[_known(chance_edges, column, name)])
                    for name in names
                ]
                drawn = [
                    resampled_medians(value, group[mask], material.weights)
                    for value, mask in zip(values, own, strict=True)
                ]
                yield Measure(
                    "bout",
                    sign,
                    np.array([_median(value) for value in values]),
                    np.stack(drawn, axis=1),
                    np.array([_median(value) for value in by_chance]),
                    np.array([len(value) for value in values]),
                    averaged=False,
                )


def _known(edges: pd.DataFrame, column: str, name: str) -> np.ndarray:
    return ((edges["behavior"] == name) & edges[column].notna()).to_numpy()


def _median(values: np.ndarray) -> float:
    return float(np.median(values)) if len(values) else float("nan")


def _budget_chance(budgets: pd.DataFrame) -> float:
    share, groups = budgets["truth"], budgets["group"]
    others = [share[groups != group].mean() for group in groups]
    return float((share - np.array(others)).abs().mean())
