"""The whole path on real footage: embed, train on the first part, evaluate on the last.

    python benchmarks/real_footage.py FOOTAGE [--out DIR] [--sets tracktor sleap-flies] [--seeds 3]
        [--encoders classical raw-pixels ethoprism-small random-small] [--small FILE]

FOOTAGE holds a folder for each set, with its video and the labels of every frame. The labels were
derived from tracks by rule: they are facts about the pixels, not human ground truth, and no score
here is a scientific claim. The probe sees the first 70 % of a video and answers for the rest, with
a gap of one window between; intervals are over blocks of time of the tested part. Beside the
encoders there are two controls: raw pixels shrunk to a grid, and ethoprism-small with weights that
have learned nothing.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from raw_pixels import RawPixels

from ethoprism.cli.console import note, progress, result, table
from ethoprism.embedding import Recipe
from ethoprism.footage import Footage, embed_study
from ethoprism.options import EmbedOptions
from ethoprism.study import read_study
from ethoprism_core.files import atomic_path
from ethoprism_domains.evaluation import MACRO, ScoredVideo, Scores, evaluate, first_last
from ethoprism_domains.probe import make_estimator, predict_held_out

TRAIN_SHARE = 0.7
BLOCKS = 8
# what is not an encoder's own name: the encoder and its weights
WEIGHTS = {
    "random-small": ("ethoprism-small", "random"),
}


@dataclass(frozen=True)
class FootageSet:
    """One labelled video."""

    video: str
    labels: str
    animals: int


SETS = {
    "tracktor": FootageSet("mouse_video.mp4", "mouse_frame_labels_DERIVED.csv", 1),
    "sleap-flies": FootageSet("20190128_113421.120s.mp4", "frame_labels_DERIVED.csv", 2),
    "mabe-triplet": FootageSet("EGS8X2MN4SSUGFWAV976.mp4", "frame_labels_DERIVED.csv", 3),
}


@dataclass(frozen=True)
class Row:
    """One line of the table; scores are means over seeds, the interval is the first seed's."""

    footage: str
    features: str
    probe: str
    macro_ap: float
    low: float
    high: float
    chance: float
    macro_f1: float
    embed_s: float
    fit_s: float


def ways(arguments: argparse.Namespace, animals: int) -> Iterator[tuple[str, EmbedOptions]]:
    """Name the ways of embedding that are compared: each encoder, not following and following."""
    for name in arguments.encoders:
        options = EmbedOptions(*WEIGHTS.get(name, (name, None)))
        if name == "ethoprism-small":
            options = replace(options, checkpoint=arguments.small)
        yield f"{name}, whole frame", replace(options, follow=0)
        yield f"{name}, follow {animals}", replace(options, follow=animals)


def rows(arguments: argparse.Namespace) -> Iterator[Row]:
    """Measure every set in every way, with every kind of probe."""
    for name in arguments.sets:
        one = SETS[name]
        for way, options in ways(arguments, one.animals):
            note(f"{name}: {way}")
            start = time.perf_counter()
            footage = embed(arguments.footage / name, one, options, arguments.out / "features")
            embed_s = time.perf_counter() - start
            for kind in arguments.probes:
                start = time.perf_counter()
                scores = [score_last_part(footage, kind, seed) for seed in range(arguments.seeds)]
                fit_s = (time.perf_counter() - start) / arguments.seeds
                yield as_row(name, way, kind, scores, embed_s, fit_s)


def embed(folder: Path, one: FootageSet, options: EmbedOptions, out: Path) -> Footage:
    """Embed the video of a set; each way has its own folder, so nothing is computed twice."""
    study = read_study([folder / one.labels], [folder / one.video], one_at_a_time=True)
    features = out / folder.name / f"follow-{options.follow}"
    return embed_study(study, recipe(options, features), progress)


def recipe(options: EmbedOptions, features: Path) -> Recipe:
    """Load the encoder; raw pixels are none that Ethoprism offers."""
    if options.encoder != RawPixels.name:
        return options.recipe(features)
    return Recipe(RawPixels(), options.without_grid(), options.follow, out=features)


def score_last_part(footage: Footage, kind: str, seed: int) -> Scores:
    """Train on the first part, answer for the last, and score that in blocks of time."""
    samples = footage.samples()
    exclusive = footage.study.annotations.ethogram.exclusive_groups
    estimator = make_estimator(samples, kind, exclusive=exclusive, seed=seed)
    folds = first_last(samples.frame, TRAIN_SHARE, gap=samples.source.window_frames)
    held_out = predict_held_out(samples, estimator, folds)
    whole = ScoredVideo.compare(footage.labels[0], held_out.predictions[0])
    first = int(samples.frame[folds.splits[0][1]].min())
    edges = np.linspace(first, len(whole.frame_times), BLOCKS + 1).astype(int).tolist()
    blocks = [whole.part(start, stop, f"frame {start} on") for start, stop in pairwise(edges)]
    return evaluate(blocks, exclusive_groups=exclusive)


def as_row(
    name: str, way: str, kind: str, scores: list[Scores], embed_s: float, fit_s: float
) -> Row:
    frame = scores[0].table
    macro = frame[(frame["behavior"] == MACRO) & (frame["metric"] == "average_precision")].iloc[0]
    return Row(
        footage=name,
        features=way,
        probe=kind,
        macro_ap=float(np.mean([one.value("average_precision") for one in scores])),
        low=float(macro["low"]),
        high=float(macro["high"]),
        chance=float(macro["chance"]),
        macro_f1=float(np.mean([one.value("f1") for one in scores])),
        embed_s=round(embed_s, 1),
        fit_s=round(fit_s, 1),
    )


def show(measured: list[Row]) -> None:
    columns = ["footage", "features", "probe", "macro AP", "95 % interval", "chance", "macro F1"]
    lines = [
        [
            row.footage,
            row.features,
            row.probe,
            f"{row.macro_ap:.3f}",
            f"{row.low:.3f} to {row.high:.3f}",
            f"{row.chance:.3f}",
            f"{row.macro_f1:.3f}",
        ]
        for row in measured
    ]
    table(columns, lines, title="Trained on the first 70 %, scored on the last")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("footage", type=Path)
    parser.add_argument("--out", type=Path, default=Path("real-footage"))
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=SETS)
    parser.add_argument("--probes", nargs="+", default=["compact", "linear"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--encoders",
        nargs="+",
        default=["classical", RawPixels.name, "random-small", "ethoprism-small"],
    )
    parser.add_argument("--small", metavar="FILE", help="other weights of ethoprism-small")
    arguments = parser.parse_args()
    measured = list(rows(arguments))
    show(measured)
    with atomic_path(arguments.out / "scores.csv") as temporary:
        pd.DataFrame([asdict(row) for row in measured]).to_csv(temporary, index=False)
    result(f"wrote {arguments.out / 'scores.csv'}")


if __name__ == "__main__":
    main()
