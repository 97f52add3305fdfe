"""Say how far coders of the same videos agree, people or models."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ethoprism.cli import arguments as shared

if TYPE_CHECKING:
    from ethoprism_domains.agreement import Agreement


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `agreement` takes."""
    parser.add_argument(
        "coders",
        nargs="+",
        type=Path,
        metavar="LABELS",
        help="a label file of any known format for each coder, or a folder of them; "
        "the bouts that classify found are such files too",
    )
    shared.add_label_choices(parser)
    shared.add_rate(parser)
    parser.add_argument(
        "--interval",
        type=float,
        metavar="SECONDS",
        help="compare the frames at each so many seconds (default: every frame)",
    )
    parser.add_argument(
        "--tolerance",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="an edge that is off by no more is no disagreement (default: 0)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("agreement"),
        metavar="DIR",
        help="where tables and figures go (default: %(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Compare the coders, print the table, and write files and figures."""
    from ethoprism.cli import OK, console
    from ethoprism.measuring import agreement
    from ethoprism_domains.agreement import AgreementSettings

    ethogram = None if arguments.ethogram is None else shared.read_ethogram(arguments.ethogram)
    settings = AgreementSettings(
        interval=arguments.interval, tolerance=arguments.tolerance, exclusive=arguments.exclusive
    )
    found = agreement(
        arguments.coders,
        arguments.videos,
        settings=settings,
        behaviors=arguments.behaviors,
        ethogram=ethogram,
        fps=arguments.fps,
    )
    _show(found.agreement)
    shared.tell_clocks(found.clocks)
    if len(found.agreement.coders) > 2 and arguments.tolerance:
        console.note("Fleiss' kappa and Krippendorff's alpha are without tolerance")
    for path in found.write(arguments.out):
        console.result(str(path))
    return OK


def _show(agreement: "Agreement") -> None:
    """Print a row for each set of coders and behaviour, a column for each measure."""
    from ethoprism.cli import console

    level = f"{100 * agreement.confidence:g} %"
    title = f"agreement, in brackets the {level} interval over {agreement.unit_count}"
    for coders, rows in agreement.table.groupby("coders", sort=False):
        measures = rows["measure"].unique().tolist()
        cells = [
            (behavior, *(_told(row) for row in mine.itertuples()))
            for behavior, mine in rows.groupby("behavior", sort=False)
        ]
        console.table(("behaviour", *measures), cells, f"{coders}: {title} {agreement.unit}")


def _told(row) -> str:  # type: ignore[no-untyped-def]  # a row of a table has no type
    if row.value != row.value:
        return "–"
    interval = "" if row.low != row.low else f" [{row.low:.2f}, {row.high:.2f}]"
    return f"{row.value:.2f}{interval}"
