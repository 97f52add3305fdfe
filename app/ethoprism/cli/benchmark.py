"""Score an encoder by the published protocol of a public set, beside the published scores."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ethoprism.cli import arguments as shared

if TYPE_CHECKING:
    from ethoprism.benchmarking import BenchmarkResult

REPORTED = {
    "average_precision": "mean average precision (%)",
    "accuracy": "accuracy averaged over classes (%)",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `benchmark` takes."""
    parser.add_argument("name", metavar="NAME", help="the benchmark, such as calms21")
    parser.add_argument(
        "--data", type=Path, required=True, metavar="PATH", help="the folder of the public set"
    )
    parser.add_argument(
        "--stride",
        type=int,
        default=16,
        metavar="N",
        help="frames from one window to the next; published test windows are at each frame "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--probe-kind",
        dest="kind",
        choices=["compact", "attention", "linear"],
        help="the kind of probe (default: the nearest to the published one)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of everything random (default: 0)")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("benchmark"),
        metavar="DIR",
        help="where NAME.json goes (default: %(default)s)",
    )
    shared.add_features(parser)
    shared.add_encoder(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the benchmark, print our score beside the published ones, and write the record."""
    from ethoprism.benchmarking import run_benchmark
    from ethoprism.benchmarks import benchmarks_named, find_benchmark, refuse_other_data
    from ethoprism.cli import OK, console
    from ethoprism.embedding import fetch_encoder
    from ethoprism_core.files import make_folder

    names = benchmarks_named(arguments.name)
    for name in names:
        refuse_other_data(find_benchmark(name), arguments.data)
    make_folder(arguments.out)  # before hours of work, not after
    chosen = arguments.encoder, arguments.checkpoint, arguments.dtype, arguments.size
    encoder = fetch_encoder(*chosen, console.progress)
    for name in names:
        found = run_benchmark(
            name,
            arguments.data,
            encoder,
            stride=arguments.stride,
            kind=arguments.kind,
            features=arguments.features,
            seed=arguments.seed,
            stages=console.progress,
        )
        _show(found, encoder.name)
        console.result(str(found.write(arguments.out)))
    return OK


def _show(found: "BenchmarkResult", encoder: str) -> None:
    from ethoprism.benchmarks import BENCHMARKS
    from ethoprism.cli import console

    published = BENCHMARKS[found.name].published
    rows = [(name, f"{score:.1f}", "published") for name, score in published.items()]
    rows.append((encoder, f"{100 * found.mean:.1f}", "this run"))
    columns = ("encoder", REPORTED[found.metric], "")
    console.table(columns, rows, BENCHMARKS[found.name].title)
    for name, value in found.values.items():
        console.result(f"{name}: {100 * value:.1f}")
    instances = found.record.get("accuracy_per_instance")
    if instances is not None:
        console.result(f"accuracy per instance: {100 * instances:.1f}")
    human = found.record.get("human")
    if human is not None:
        _tell_human(human)
    for told in found.deviations:
        console.warn(f"not as published: {told}")


def _tell_human(human: Mapping[str, Any]) -> None:
    """Tell what other coders reach against the set's labels, whose answers are yes and no."""
    from ethoprism.cli import console

    defined = [value for value in human["f1"].values() if value is not None]
    told = [f"mean F1 {100 * sum(defined) / len(defined):.1f}"] if defined else []
    if human["mean"] is not None:
        told.append(f"mean average precision of their yes and no {100 * human['mean']:.1f}")
    who = ", ".join(human["coders"])
    where = f"{len(human['recordings'])} recordings"
    console.result(f"other coders ({who}) on {where}: {', '.join(told)}")
