"""The whole path on real footage: embed, train, answer for what was left out, score.

    python benchmarks/real_footage.py FOOTAGE [--out DIR] [--sets tracktor sleap-flies] [--seeds 3]
        [--encoders classical raw-pixels ethoprism-small random-small] [--small FILE]
        [--small-grid 4x4x4:lattice]

FOOTAGE holds a folder for each set, with its video and the labels of every frame. The labels were
derived from tracks by rule: they are facts about the pixels, not human ground truth, and no score
here is a scientific claim. Five blocks of time are left out one after the other, with a gap of one
window, so that the whole video is answered for by probes that did not see it. Intervals are over
twelve blocks of time; those of a difference draw the same blocks for both. Beside the encoders
there are two controls: raw pixels shrunk to a grid, and ethoprism-small with weights that have
learned nothing.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float
from raw_pixels import RawPixels

from ethoprism.cli.console import note, progress, result, table
from ethoprism.embedding import Recipe
from ethoprism.footage import Footage, embed_study
from ethoprism.options import EmbedOptions
from ethoprism.study import read_study
from ethoprism_core.files import atomic_path
from ethoprism_domains.evaluation import MACRO, EvaluationSettings, ScoredVideo, Scores, evaluate
from ethoprism_domains.evaluation.bootstrap import bootstrap_weights
from ethoprism_domains.evaluation.frame_metrics import average_precision_of_levels, level_counts
from ethoprism_domains.probe import make_estimator, predict_held_out

BLOCKS = 12
DRAWS = 2000
OURS = "ethoprism-small"
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
    encoder: str
    region: str
    probe: str
    macro_ap: float
    low: float
    high: float
    chance: float
    macro_f1: float
    embed_s: float
    fit_s: float


@dataclass(frozen=True)
class Difference:
    """Macro average precision of ethoprism-small less another's, on the same blocks of time."""

    footage: str
    region: str
    probe: str
    other: str
    difference: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Measured:
    """A line of the table with its macro average precision in blocks that were drawn anew."""

    row: Row
    drawn: Float[np.ndarray, " draw"]


def ways(arguments: argparse.Namespace, animals: int) -> Iterator[tuple[str, str, EmbedOptions]]:
    """Name the encoder and region of each way that is compared: not following, and following."""
    for name in arguments.encoders:
        options = EmbedOptions(*WEIGHTS.get(name, (name, None)))
        if name == "ethoprism-small":
            options = replace(options, checkpoint=arguments.small, grid=arguments.small_grid)
        yield name, "whole frame", replace(options, follow=0)
        yield name, f"follow {animals}", replace(options, follow=animals)


def measure(arguments: argparse.Namespace) -> Iterator[Measured]:
    """Measure every set in every way, with every kind of probe."""
    for name in arguments.sets:
        one = SETS[name]
        for encoder, region, options in ways(arguments, one.animals):
            note(f"{name}: {encoder}, {region}")
            start = time.perf_counter()
            footage = embed(arguments.footage / name, one, options, arguments.out / "features")
            embed_s = time.perf_counter() - start
            for kind in arguments.probes:
                start = time.perf_counter()
                blocks = [held_out_blocks(footage, kind, seed) for seed in range(arguments.seeds)]
                fit_s = (time.perf_counter() - start) / arguments.seeds
                exclusive = footage.study.annotations.ethogram.exclusive_groups
                scores = [evaluate(one, exclusive_groups=exclusive) for one in blocks]
                drawn = np.mean([drawn_macro(one) for one in blocks], axis=0)
                yield Measured(as_row((name, encoder, region, kind), scores, embed_s, fit_s), drawn)


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


def held_out_blocks(footage: Footage, kind: str, seed: int) -> list[ScoredVideo]:
    """Answer for each block of time without having seen it, and cut the video for the scores."""
    samples = footage.samples()
    exclusive = footage.study.annotations.ethogram.exclusive_groups
    estimator = make_estimator(samples, kind, exclusive=exclusive, seed=seed)
    held_out = predict_held_out(samples, estimator)
    whole = ScoredVideo.compare(footage.labels[0], held_out.predictions[0])
    edges = np.linspace(0, len(whole.frame_times), BLOCKS + 1).astype(int).tolist()
    return [whole.part(start, stop, f"frame {start} on") for start, stop in pairwise(edges)]


def drawn_macro(blocks: list[ScoredVideo]) -> Float[np.ndarray, " draw"]:
    """Give macro average precision, without background, of blocks that are drawn anew."""
    weights = bootstrap_weights(len(blocks), DRAWS, seed=0)
    background = EvaluationSettings().background
    of_behavior = []
    for at, behavior in enumerate(blocks[0].behaviors):
        if behavior.casefold() in background:
            continue
        truth = [block.truth[..., at].ravel() for block in blocks]
        said = [block.probability[..., at].ravel() for block in blocks]
        group = np.repeat(np.arange(len(blocks)), [len(one) for one in truth])
        counts = level_counts(np.concatenate(truth), np.concatenate(said), group, len(blocks))
        of_behavior.append(average_precision_of_levels(*(weights @ count for count in counts)))
    return np.nanmean(of_behavior, axis=0)


def differences(measured: list[Measured]) -> Iterator[Difference]:
    """Compare ethoprism-small with each other encoder, in the same region and by the same probe."""
    for ours, other in product(measured, repeat=2):
        one, two = ours.row, other.row
        alike = (one.footage, one.region, one.probe) == (two.footage, two.region, two.probe)
        if alike and one.encoder == OURS != two.encoder:
            low, high = np.percentile(ours.drawn - other.drawn, [2.5, 97.5]).tolist()
            difference = one.macro_ap - two.macro_ap
            yield Difference(one.footage, one.region, one.probe, two.encoder, difference, low, high)


def as_row(
    names: tuple[str, str, str, str], scores: list[Scores], embed_s: float, fit_s: float
) -> Row:
    frame = scores[0].table
    macro = frame[(frame["behavior"] == MACRO) & (frame["metric"] == "average_precision")].iloc[0]
    return Row(
        *names,
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
            f"{row.encoder}, {row.region}",
            row.probe,
            f"{row.macro_ap:.3f}",
            f"{row.low:.3f} to {row.high:.3f}",
            f"{row.chance:.3f}",
            f"{row.macro_f1:.3f}",
        ]
        for row in measured
    ]
    table(columns, lines, title="Five blocks of time left out one after the other")


def show_differences(compared: list[Difference]) -> None:
    columns = ["footage", "region", "probe", f"{OURS} less", "macro AP", "95 % interval"]
    lines = [
        [
            one.footage,
            one.region,
            one.probe,
            one.other,
            f"{one.difference:+.3f}",
            f"{one.low:+.3f} to {one.high:+.3f}",
        ]
        for one in compared
    ]
    table(columns, lines, title="The same blocks of time for both")


def write(path: Path, lines: Sequence[Row] | Sequence[Difference]) -> None:
    with atomic_path(path) as temporary:
        pd.DataFrame([asdict(line) for line in lines]).to_csv(temporary, index=False)
    result(f"wrote {path}")


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
    parser.add_argument("--small-grid", metavar="GRID", help="another grid of ethoprism-small")
    arguments = parser.parse_args()
    measured: list[Measured] = []
    for one in measure(arguments):
        measured.append(one)
        note(f"{one.row.encoder}, {one.row.region}, {one.row.probe}: {one.row.macro_ap:.3f}")
    rows, compared = [one.row for one in measured], list(differences(measured))
    show(rows)
    write(arguments.out / "scores.csv", rows)
    if compared:
        show_differences(compared)
        write(arguments.out / "differences.csv", compared)


if __name__ == "__main__":
    main()
