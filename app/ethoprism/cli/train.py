"""Train a probe from labels and say how well it does on videos it has not seen."""

import argparse
from pathlib import Path

from ethoprism.cli import arguments as shared


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `train` takes."""
    shared.add_labels(parser)
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="PROBE",
        help="where the probe goes: probes/mouse gives mouse.safetensors and the card mouse.json",
    )
    shared.add_probe_kind(parser, "--probe")
    shared.add_features(parser)
    shared.add_embedding(parser)


def run(arguments: argparse.Namespace) -> int:
    """Train, save, and print the scores of footage that was left out."""
    from ethoprism.cli import OK, console, scores
    from ethoprism.training import train
    from ethoprism_core.files import make_folder

    make_folder(arguments.out.parent)  # before hours of work, not after
    training = train(
        arguments.labels,
        arguments.out,
        arguments.videos,
        shared.embed_options(arguments),
        kind=arguments.kind,
        features=arguments.features,
        seed=arguments.seed,
        stages=console.progress,
        **shared.label_options(arguments),
    )
    scores.show(training.scores, training.notices)
    console.result(str(training.path))
    return OK
