"""Run the whole path on a simulated study and write a page that shows what was found."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `demo` takes."""
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("demo"),
        metavar="DIR",
        help="where to write (default: demo)",
    )
    parser.add_argument(
        "--seconds", type=float, default=40.0, metavar="S", help="of each video (default: 40)"
    )
    parser.add_argument("--seed", type=int, default=0, help="another seed makes another study")


def run(arguments: argparse.Namespace) -> int:
    """Run the demo, print the scores, and say where to look."""
    from ethoprism.cli import OK, console, scores
    from ethoprism.demo import DemoSettings, run_demo

    settings = DemoSettings(seconds=arguments.seconds, seed=arguments.seed)
    demo = run_demo(arguments.out, settings, console.progress)
    scores.show(demo.evaluation.scores)
    console.note("open this page in a browser:")
    console.result(str(demo.page.resolve()))
    return OK
