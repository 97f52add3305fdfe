"""Score a probe on videos, animals or sites that it has not seen."""

import argparse
from pathlib import Path

from ethoprism.cli import arguments as shared


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `evaluate` takes."""
    shared.add_labels(parser)
    parser.add_argument(
        "--probe",
        type=Path,
        metavar="FILE",
        help="score this probe on these videos; its card says how they are embedded. Without it, "
        "probes are trained in turn without one group and scored on that",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("evaluation"),
        metavar="DIR",
        help="where scores and figures go (default: %(default)s)",
    )
    shared.add_probe_kind(parser, "--probe-kind")
    shared.add_features(parser)
    shared.add_embedding(parser)


def run(arguments: argparse.Namespace) -> int:
    """Evaluate, print the tables, and write files and figures."""
    from ethoprism.cli import OK, console, scores
    from ethoprism.evaluating import evaluate
    from ethoprism_core.files import make_folder

    make_folder(arguments.out)  # before hours of work, not after
    evaluation = evaluate(
        arguments.labels,
        arguments.videos,
        arguments.probe,
        shared.embed_options(arguments),
        kind=arguments.kind,
        features=arguments.features,
        seed=arguments.seed,
        stages=console.progress,
        **shared.label_options(arguments),
    )
    scores.show(evaluation.scores, evaluation.notices)
    for path in evaluation.write(arguments.out):
        console.result(str(path))
    return OK
