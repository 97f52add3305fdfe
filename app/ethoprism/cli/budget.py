"""Measure what animals did with their time: counts, durations, shares, transitions."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ethoprism.cli import arguments as shared

if TYPE_CHECKING:
    import pandas as pd


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `budget` takes."""
    parser.add_argument(
        "labels", nargs="+", type=Path, metavar="LABELS", help="label files, of any known format"
    )
    shared.add_label_choices(parser, exclusive=False)
    shared.add_rate(parser)
    parser.add_argument(
        "--bin", type=float, metavar="SECONDS", help="measure each so many seconds as well"
    )
    parser.add_argument(
        "--start",
        type=_moment,
        metavar="TIME",
        help="when the video (one only) was started, as in 2026-05-01T21:30:00: bins follow the "
        "clock on the wall",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("budget"),
        metavar="DIR",
        help="where tables and figures go (default: %(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure, print a row a behaviour, and write files and figures."""
    from ethoprism.budgeting import budget
    from ethoprism.cli import OK, console

    ethogram = None if arguments.ethogram is None else shared.read_ethogram(arguments.ethogram)
    found = budget(
        arguments.labels,
        arguments.videos,
        bin_s=arguments.bin,
        start=arguments.start,
        behaviors=arguments.behaviors,
        ethogram=ethogram,
        fps=arguments.fps,
    )
    _show(found.table)
    shared.tell_clocks(found.clocks)
    if found.bins is not None and arguments.start is None:
        console.note("bins count from each video's first frame: no --start says when that was")
    for path in found.write(arguments.out):
        console.result(str(path))
    return OK


def _show(table: "pd.DataFrame") -> None:
    """Print the sums over videos and subjects."""
    from ethoprism.cli import console

    rows = []
    for behavior, mine in table.groupby("behavior", sort=False):
        known = mine[mine["observed_s"] > 0]
        observed, total = known["observed_s"].sum(), known["total_s"].sum(min_count=1)
        share = 100 * total / observed if observed else float("nan")
        count = known["count"].sum(min_count=1)
        rows.append((behavior, count, _told(total), _told(share), _told(observed)))
    header = ("behaviour", "bouts", "seconds", "% of observed", "observed s")
    console.table(header, rows, "over all videos and subjects")


def _told(value: float) -> str:
    return "–" if value != value else f"{value:.1f}"


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        told = "write a date and time, as in 2026-05-01T21:30:00"
        raise argparse.ArgumentTypeError(told) from error
