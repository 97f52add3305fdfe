"""Benchmarks: the published protocol of a public set, with our score beside the published ones."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from ethoprism import __version__
from ethoprism.benchmarks import BENCHMARKS, Benchmark, find_benchmark, refuse_other_data
from ethoprism.ceilings import ceiling_mapping, plain_number
from ethoprism.datasets import embed_dataset, is_of_scene, left_out
from ethoprism.embedding import Stages, silently
from ethoprism.footage import Footage
from ethoprism_core.encoders import Encoder
from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import write_text
from ethoprism_domains.base import Dataset
from ethoprism_domains.ceiling import human_ceiling
from ethoprism_domains.checking import check_dataset
from ethoprism_domains.evaluation.accuracy import class_accuracy, count_right, instance_accuracy
from ethoprism_domains.evaluation.frame_metrics import average_precision
from ethoprism_domains.probe import Samples, make_estimator
from ethoprism_domains.registry import read_dataset

DEFAULT_STRIDE = 16
_SPLITS = ("train", "test")
_PACKAGES = ("jax", "numpy", "scikit-learn")


@dataclass(frozen=True, eq=False)
class BenchmarkResult:
    """What a benchmark found.

    Parameters
    ----------
    name
        Of the benchmark, one of `BENCHMARKS`.
    metric
        The score that the field reports: ``average_precision`` or ``accuracy``.
    values
        It for each behaviour that counts, on test windows; NaN where it is undefined.
    mean
        Of those that are defined.
    deviations
        In what the run differs from the published protocol.
    record
        All that is needed to repeat it, as plain values.
    """

    name: str
    metric: str
    values: Mapping[str, float]
    mean: float
    deviations: tuple[str, ...]
    record: Mapping[str, Any]

    def write(self, out: str | Path) -> Path:
        """Write ``<name>.json`` into the folder `out`, and return it."""
        scores = {name: plain_number(value) for name, value in self.values.items()}
        content = {
            "benchmark": self.name,
            f"mean_{self.metric}": plain_number(self.mean),
            self.metric: scores,
            "published_percent": dict(BENCHMARKS[self.name].published),
            "published_in": BENCHMARKS[self.name].source,
            "deviations": list(self.deviations),
            **self.record,
        }
        path = Path(out) / f"{self.name}.json"
        write_text(path, json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
        return path


def run_benchmark(
    name: str,
    data: str | Path,
    encoder: Encoder,
    *,
    stride: int = DEFAULT_STRIDE,
    kind: str | None = None,
    features: str | Path = "features",
    seed: int = 0,
    stages: Stages = silently,
) -> BenchmarkResult:
    """Fit a probe on the published training videos and score it on the test videos.

    Parameters
    ----------
    name
        One of `BENCHMARKS`.
    data
        The folder of the set, as its domain reads it.
    encoder
        From `load_encoder`.
    stride
        Frames from one window to the next; 1 is a window at each frame.
    kind
        The kind of probe, in place of the nearest to the published one.
    features
        The folder where features are kept.
    seed
        Of everything random.
    stages
        Shows progress, as `ethoprism.cli.console.progress` does.

    Raises
    ------
    EthoprismError
        If there is no such benchmark, or a split has no labelled video.
    """
    benchmark = find_benchmark(name)
    refuse_other_data(benchmark, data)
    read = benchmark.prepare(read_dataset(data, benchmark.domain))
    dataset = _sampled(_of_splits(read), stride)
    footage = embed_dataset(dataset, encoder, None, Path(features), stages)
    samples = footage.samples()
    train, test = _split(dataset, footage, samples)
    settings = dataset.habits.probe.settings if kind is None else None
    exclusive = footage.study.annotations.ethogram.exclusive_groups
    estimator = make_estimator(samples, kind or benchmark.probe, settings, exclusive, seed)
    with stages("training", "steps") as progress:
        estimator.fit(samples.X[train], samples.y[train], samples.groups[train], progress=progress)
    probability = estimator.predict_proba(samples.X[test])
    values, together = _scores(dataset, samples, test, probability, exclusive)
    defined = [value for value in values.values() if not math.isnan(value)]
    record = {
        **_conditions(dataset, footage, encoder),
        "probe": {"kind": kind or benchmark.probe, "settings": settings or {}, "seed": seed},
        "windows": {"train": int(train.sum()), "test": int(test.sum())},
        **together,
        **_human(read, footage),
    }
    return BenchmarkResult(
        name,
        dataset.habits.scoring.metric,
        values,
        float(np.mean(defined)) if defined else math.nan,
        _deviations(benchmark, dataset, footage, stride, kind),
        record,
    )


def _of_splits(dataset: Dataset) -> Dataset:
    """Keep the recordings that are to train or to test on."""
    kept = [item for item in dataset.recordings if item.metadata.get("split") in _SPLITS]
    if not kept:
        raise EthoprismError(
            "nothing tells the published split",
            dataset.name,
            "unpack the set with its folders, and what lies beside them",
        )
    return replace(dataset, recordings=tuple(kept))


def _sampled(dataset: Dataset, stride: int) -> Dataset:
    habits = dataset.habits
    return replace(
        dataset, habits=replace(habits, sampling=replace(habits.sampling, stride=stride))
    )


def _splits(dataset: Dataset, footage: Footage) -> list[str]:
    """Give the split of each video, in the order of the footage."""
    known = {item.name: str(item.metadata.get("split")) for item in dataset.recordings}
    return [known[video] for video in footage.study.paths]


def _split(
    dataset: Dataset, footage: Footage, samples: Samples
) -> tuple[Bool[np.ndarray, " sample"], Bool[np.ndarray, " sample"]]:
    splits = np.array(_splits(dataset, footage))[samples.recording]
    train, test = (splits == split for split in _SPLITS)
    for split, chosen in zip(_SPLITS, (train, test), strict=True):
        if not chosen.any():
            raise EthoprismError(
                f"no window of the published {split} split is labelled",
                dataset.name,
                "see what ethoprism dataset check says",
            )
    return train, test


def _scores(
    dataset: Dataset,
    samples: Samples,
    test: Bool[np.ndarray, " sample"],
    probability: Float[np.ndarray, "window behavior"],
    exclusive: Sequence[Sequence[str]],
) -> tuple[dict[str, float], dict[str, float | None]]:
    """Score each behaviour that counts by what the field reports.

    Beside it, the accuracy of all windows together, where that is accuracy.
    """
    scoring, truth = dataset.habits.scoring, samples.y[test]
    together: dict[str, float | None] = {}
    if scoring.metric == "accuracy":
        counts = count_right(truth, probability, _columns(samples, exclusive))
        values = class_accuracy(counts).tolist()
        together["accuracy_per_instance"] = plain_number(instance_accuracy(counts))
    else:
        values = [average_precision(t, p) for t, p in zip(truth.T, probability.T, strict=True)]
    named = zip(samples.behaviors, values, strict=True)
    return {name: value for name, value in named if name not in scoring.excluded}, together


def _human(dataset: Dataset, footage: Footage) -> dict[str, Any]:
    """Give what other coders reach, where the set has some."""
    ceiling = human_ceiling(dataset, whole_scene=is_of_scene(footage))
    return {} if ceiling is None else {"human": ceiling_mapping(ceiling, dataset.habits.scoring)}


def _columns(samples: Samples, groups: Sequence[Sequence[str]]) -> list[list[int]]:
    return [[samples.behaviors.index(name) for name in group] for group in groups]


def _conditions(dataset: Dataset, footage: Footage, encoder: Encoder) -> dict[str, Any]:
    attrs, scoring = footage.features[0].attrs, dataset.habits.scoring
    splits = zip(footage.study.paths, _splits(dataset, footage), strict=True)
    fingerprints = footage.fingerprints
    return {
        "dataset": dataset.name,
        "encoder": {
            "name": encoder.name,
            "fingerprint": encoder.fingerprint,
            "clip_frames": encoder.clip_frames,
            "frame_size": encoder.frame_size,
        },
        "sampling": {
            **{name: int(attrs[name]) for name in ("frame_step", "stride")},
            **{name: str(attrs[name]) for name in ("grid", "crop")},
        },
        "scoring": {"window_label": scoring.window_label, "excluded": list(scoring.excluded)},
        "videos": [
            {"name": video, "split": split, "fingerprint": fingerprints[video]}
            for video, split in splits
        ],
        "versions": {"ethoprism": __version__, **{name: version(name) for name in _PACKAGES}},
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _deviations(
    benchmark: Benchmark, dataset: Dataset, footage: Footage, stride: int, kind: str | None
) -> tuple[str, ...]:
    told = [*left_out(dataset)]
    splits = _splits(dataset, footage)
    wanted = zip(_SPLITS, benchmark.recordings, strict=True) if benchmark.recordings else ()
    for split, count in wanted:
        if splits.count(split) != count:
            told.append(f"{splits.count(split)} videos of the {split} split, published {count}")
    if stride != 1:
        told.append(f"windows {stride} frames apart, {benchmark.test_windows}")
    if kind not in (None, benchmark.probe):
        told.append(f"a probe of the kind {kind}, published is attention pooling")
    told += benchmark.differs
    told.append("probe and its training are ours, not the published ones")
    wrong = sum(finding.wrong for finding in check_dataset(dataset))
    if wrong:
        told.append(f"{wrong} things are wrong with the data: see ethoprism dataset check")
    return tuple(told)
