"""Scores as tables on the terminal."""

import math

from ethoprism.cli import console
from ethoprism_domains.evaluation import MACRO, Scores

_COLUMNS = (
    "behaviour",
    "bouts",
    "average precision",
    "chance",
    "frame F1",
    "chance",
    "bout F1",
    "chance",
)


def show(scores: Scores) -> None:
    """Print one row a behaviour: its scores of frames and bouts, each with its chance level."""
    level = f"{100 * scores.confidence:g} %"
    title = "scores of footage that was not trained on"
    if scores.group_count > 1:
        title += f", in brackets the {level} interval over {scores.group_count} groups"
    console.table(_COLUMNS, [_row(scores, name) for name in _behaviors(scores)], title)
    console.result("bout F1: a bout is found if it overlaps a true one by a quarter or more")


def _behaviors(scores: Scores) -> list[str]:
    names = [str(name) for name in scores.table["behavior"].unique() if name != MACRO]
    return [*names, MACRO]


def _row(scores: Scores, behavior: str) -> tuple[str, ...]:
    mine = scores.table[scores.table["behavior"] == behavior].set_index("metric")
    rows = mine.to_dict("index")
    precision, frame, bout = (rows[name] for name in ("average_precision", "f1", "f1@0.25"))
    interval = f" [{_told(precision['low'])}, {_told(precision['high'])}]"
    return (
        behavior,
        str(int(bout["count"])),
        _told(precision["value"]) + ("" if math.isnan(precision["low"]) else interval),
        *(_told(score) for score in (precision["chance"], frame["value"], frame["chance"])),
        *(_told(score) for score in (bout["value"], bout["chance"])),
    )


def _told(score: float) -> str:
    return "–" if math.isnan(score) else f"{score:.2f}"
