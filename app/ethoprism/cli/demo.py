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
        "--seed", type=int, default=7, help="another seed makes another study (default: 7)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the demo, print the scores, and say where to look."""
    from ethoprism.cli import OK, console, scores
    from ethoprism.demo import DemoSettings, run_demo

    demo = run_demo(arguments.out, DemoSettings(seed=arguments.seed), console.progress)
    scores.show(demo.evaluation.scores)
    console.result("open this page in a browser:")
    console.result(demo.page.resolve().as_uri())
    return OK
