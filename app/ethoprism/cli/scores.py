"""Scores as tables on the terminal."""

from ethoprism.cli import console
from ethoprism_domains.evaluation import Scores, summary_tables


def show(scores: Scores) -> None:
    """Print the frame and bout scores of each behaviour, with interval and chance."""
    for table in summary_tables(scores):
        console.table(table.header, table.rows, table.title)
        console.result("")
