"""Every measure of agreement, of every pair of coders and of all of them, in one table."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Int8

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.agreement.bouts import bout_f1, count_pair_bouts
from ethoprism_domains.agreement.coding import FEWEST_CODERS, CodedVideo
from ethoprism_domains.agreement.kappa import (
    cohen_kappa,
    coincidences,
    fleiss_kappa,
    krippendorff_alpha,
    observed_agreement,
)
from ethoprism_domains.agreement.moments import compare_pair, sampled_frames
from ethoprism_domains.agreement.timeline import disagreements
from ethoprism_domains.evaluation.bootstrap import bootstrap_weights, percentile_interval

ALL_BEHAVIORS = "all behaviors"
AGREEMENT_COLUMNS = ("coders", "behavior", "measure", "value", "low", "high", "count")
_WITH = " & "


@dataclass(frozen=True)
class AgreementSettings:
    """How agreement is measured.

    Parameters
    ----------
    interval
        Seconds from one compared moment to the next; every frame if not given.
    tolerance
        Seconds within which a shifted edge is no disagreement, see `compare_pair`.
    exclusive
        Whether one behaviour at most holds at a time: then all behaviours together are compared as
        the one category of each moment, of which none of them is one.
    overlaps
        Intersection over union that matched bouts reach.
    blocks
        A single video is cut into so many blocks of time for the intervals.
    """

    interval: float | None = None
    tolerance: float = 0.0
    exclusive: bool = False
    overlaps: tuple[float, ...] = (0.25, 0.5)
    confidence: float = 0.95
    replicates: int = 1000
    blocks: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        if self.interval is not None and not 0 < self.interval < np.inf:
            raise EthoprismError("the interval must be above 0 s", self.interval, "as in 1")
        if not 0 <= self.tolerance < np.inf:
            raise EthoprismError("the tolerance cannot be below 0 s", self.tolerance, "as in 0.5")


@dataclass(frozen=True, eq=False)
class Agreement:
    """How far coders agree.

    Parameters
    ----------
    table
        One row a measure, columns `AGREEMENT_COLUMNS`: `agreement` (share of moments), `kappa`
        (Cohen), `f1@0.25` and so on of each pair; `fleiss_kappa` and `krippendorff_alpha` of more
        than two. `low` and `high` bound the interval, `count` is the moments or bouts it stands on.
        Undefined values are NaN.
    disagreements
        As `disagreements` gives them, of all videos.
    unit, unit_count
        What was resampled for the intervals, and how many of them.
    """

    table: pd.DataFrame
    disagreements: pd.DataFrame
    coders: tuple[str, ...]
    videos: tuple[str, ...]
    unit: str
    unit_count: int
    confidence: float

    def value(
        self, measure: str, behavior: str = ALL_BEHAVIORS, coders: Sequence[str] | None = None
    ) -> float:
        """Look one value up, by default of all coders; `KeyError` if there is none."""
        who = _WITH.join(self.coders if coders is None else coders)
        wanted = {"coders": who, "behavior": behavior, "measure": measure}
        rows = self.table[(self.table[list(wanted)] == pd.Series(wanted)).all(axis=1)]
        if rows.empty:
            raise KeyError((who, behavior, measure))
        return float(rows["value"].iloc[0])


def measure_agreement(
    videos: Sequence[CodedVideo], settings: AgreementSettings | None = None
) -> Agreement:
    """Measure how far the coders of `videos` agree.

    Intervals resample videos, or the blocks of time of a single one.

    Raises
    ------
    EthoprismError
        If the behaviours are said to exclude one another and a coder says that two hold at once.
    """
    settings = settings or AgreementSettings()
    if settings.exclusive:
        _refuse_overlaps(videos)
    material = _Material.of(videos, settings)
    coders = videos[0].coders
    rows = [row for pair in combinations(range(len(coders)), 2) for row in _pair(material, pair)]
    if len(coders) > FEWEST_CODERS:
        rows += _everybody(material)
    return Agreement(
        table=pd.DataFrame(rows, columns=list(AGREEMENT_COLUMNS)),
        disagreements=pd.concat([disagreements(video) for video in videos], ignore_index=True),
        coders=coders,
        videos=tuple(video.video for video in videos),
        unit="videos" if len(videos) > 1 else "blocks of time",
        unit_count=material.units,
        confidence=settings.confidence,
    )


@dataclass(frozen=True, eq=False)
class _Track:
    """The categories that the coders chose for one individual, and which frames are compared."""

    labels: Int8[np.ndarray, "coder time"]
    frame_times: Float[np.ndarray, " time"]
    frames: Int[np.ndarray, " moment"]
    unit: Int[np.ndarray, " time"]


@dataclass(frozen=True, eq=False)
class _Material:
    videos: Sequence[CodedVideo]
    settings: AgreementSettings
    unit_of_frame: Sequence[Int[np.ndarray, " _"]]
    units: int
    weights: Int[np.ndarray, "replicate unit"]

    @classmethod
    def of(cls, videos: Sequence[CodedVideo], settings: AgreementSettings) -> "_Material":
        lengths = [len(video.frame_times) for video in videos]
        if len(videos) > 1:
            unit_of_frame = [np.full(length, at) for at, length in enumerate(lengths)]
        else:
            unit_of_frame = [np.arange(lengths[0]) * settings.blocks // max(lengths[0], 1)]
        units = len(videos) if len(videos) > 1 else settings.blocks
        weights = bootstrap_weights(units, settings.replicates, settings.seed)
        return cls(videos, settings, unit_of_frame, units, weights)

    def tracks(self, behavior: int | None) -> Iterator[_Track]:
        """Yield one track a video and individual, of one behaviour or of the category they form."""
        for video, unit in zip(self.videos, self.unit_of_frame, strict=True):
            frames = sampled_frames(video.frame_times, self.settings.interval)
            for at in range(len(video.individuals)):
                labels = video.labels[:, :, at]
                chosen = _categories(labels) if behavior is None else labels[:, :, behavior]
                yield _Track(chosen, video.frame_times, frames, unit)

    def row(
        self,
        of: tuple[str, str, str],
        counts: Float[np.ndarray, "unit *table"],
        function: Callable[[np.ndarray], np.ndarray],
        stands_on: int,
    ) -> tuple[Any, ...]:
        """Make a row of the table: `coders, behavior, measure`, the value and its interval."""
        drawn = np.tensordot(self.weights, counts, axes=1)
        values = function(np.concatenate([counts.sum(axis=0)[None], drawn]))
        low, high = percentile_interval(values[1:, None], self.settings.confidence)
        return (*of, values[0], low[0], high[0], stands_on)


def _pair(material: _Material, pair: tuple[int, int]) -> Iterator[tuple[Any, ...]]:
    names = material.videos[0].behaviors
    coders = _WITH.join(material.videos[0].coders[at] for at in pair)
    moments = [_pair_moments(material, pair, at) for at in range(len(names))]
    bouts = [_pair_bouts(material, pair, at) for at in range(len(names))]
    exclusive = material.settings.exclusive
    together = _pair_moments(material, pair) if exclusive else np.sum(moments, axis=0)
    overall = (ALL_BEHAVIORS, together, np.sum(bouts, axis=0))
    of_behaviors = [*zip(names, moments, bouts, strict=True), overall]
    for name, tables, counts in of_behaviors:
        compared = round(float(tables.sum()))
        yield material.row((coders, name, "agreement"), tables, observed_agreement, compared)
        yield material.row((coders, name, "kappa"), tables, cohen_kappa, compared)
        for at, overlap in enumerate(material.settings.overlaps):
            total = int(counts[at, :, 1:].sum())
            yield material.row((coders, name, f"f1@{overlap:g}"), counts[at], bout_f1, total)


def _pair_moments(
    material: _Material, pair: tuple[int, int], behavior: int | None = None
) -> Float[np.ndarray, "unit category category"]:
    categories = 2 if behavior is not None else len(material.videos[0].behaviors) + 1
    counts = [
        compare_pair(
            track.labels[pair[0]],
            track.labels[pair[1]],
            track.frame_times,
            categories,
            track.frames,
            track.unit,
            material.units,
            material.settings.tolerance,
        )
        for track in material.tracks(behavior)
    ]
    return np.sum(counts, axis=0)


def _pair_bouts(
    material: _Material, pair: tuple[int, int], behavior: int
) -> Float[np.ndarray, "overlap unit 3"]:
    overlaps = material.settings.overlaps
    counts = np.zeros((len(overlaps), material.units, 3))
    for track in material.tracks(behavior):
        first, second = (track.labels[at] for at in pair)
        for at, overlap in enumerate(overlaps):
            counts[at] += count_pair_bouts(first, second, overlap, track.unit, material.units)
    return counts


def _everybody(material: _Material) -> Iterator[tuple[Any, ...]]:
    names = material.videos[0].behaviors
    coders = _WITH.join(material.videos[0].coders)
    for measure, function, complete in (
        ("fleiss_kappa", fleiss_kappa, True),
        ("krippendorff_alpha", krippendorff_alpha, False),
    ):
        tables = [_coincidences(material, at, complete) for at in range(len(names))]
        exclusive = material.settings.exclusive
        together = _coincidences(material, None, complete) if exclusive else np.sum(tables, axis=0)
        for name, table in [*zip(names, tables, strict=True), (ALL_BEHAVIORS, together)]:
            judgements = round(float(table.sum()))
            yield material.row((coders, name, measure), table, function, judgements)


def _coincidences(
    material: _Material, behavior: int | None, complete: bool
) -> Float[np.ndarray, "unit category category"]:
    """Sum the coincidences of each unit, of all moments or of those that every coder judged."""
    categories = 2 if behavior is not None else len(material.videos[0].behaviors) + 1
    tables = np.zeros((material.units, categories, categories))
    for track in material.tracks(behavior):
        labels, unit = track.labels[:, track.frames], track.unit[track.frames]
        counts = np.stack([(labels == chosen).sum(axis=0) for chosen in range(categories)], axis=1)
        wanted = (counts.sum(axis=1) == len(labels)) | (not complete)
        for at in np.unique(unit).tolist():
            tables[at] += coincidences(counts[wanted & (unit == at)])
    return tables


def _categories(
    labels: Int8[np.ndarray, "coder time behavior"],
) -> Int8[np.ndarray, "coder time"]:
    """Give the number of the behaviour that holds, from 1; 0 where none does; -1 unless all known.

    A behaviour that is known to hold is the category, whatever is not known of the others.
    """
    present = labels == 1
    chosen = np.where(present.any(axis=2), present.argmax(axis=2) + 1, 0)
    unknown = ~present.any(axis=2) & (labels == -1).any(axis=2)
    return np.where(unknown, -1, chosen).astype(np.int8)


def _refuse_overlaps(videos: Sequence[CodedVideo]) -> None:
    for video in videos:
        several = (video.labels == 1).sum(axis=3) > 1
        if several.any():
            coder, frame, individual = np.argwhere(several)[0].tolist()
            held = video.labels[coder, frame, individual] == 1
            names = [name for name, holds in zip(video.behaviors, held, strict=True) if holds]
            raise EthoprismError(
                f"{video.coders[coder]} says that {' and '.join(names)} hold at once",
                f"{video.video}, frame {frame}",
                "correct it, or compare without --exclusive",
            )
