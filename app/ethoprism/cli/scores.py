"""Scores as tables on the terminal."""

import math
from collections.abc import Iterable

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
_OF_CLIPS = ("behaviour", "clips", "average precision", "chance", "F1", "chance")


def show(scores: Scores, notices: Iterable[str] = ()) -> None:
    """Print one row a behaviour: its scores of frames and bouts, each with its chance level.

    Of whole clips: its scores of clips. Before them, what the user should know.
    """
    for notice in notices:
        console.warn(notice)
    level = f"{100 * scores.confidence:g} %"
    title = "scores of footage that was not trained on"
    if scores.group_count > 1:
        title += f", in brackets the {level} interval over {scores.group_count} groups"
    columns = _OF_CLIPS if scores.of_clips else _COLUMNS
    console.table(columns, [_row(scores, name) for name in _behaviors(scores)], title)
    if scores.of_clips:
        return
    console.result("bout F1: a bout is found if it overlaps a true one by a quarter or more")


def _behaviors(scores: Scores) -> list[str]:
    names = [str(name) for name in scores.table["behavior"].unique() if name != MACRO]
    return [*names, MACRO]


def _row(scores: Scores, behavior: str) -> tuple[str, ...]:
    mine = scores.table[scores.table["behavior"] == behavior].set_index("metric")
    rows = mine.to_dict("index")
    precision, *others = (
        rows[name] for name in ("average_precision", "f1", "f1@0.25") if name in rows
    )
    interval = f" [{_told(precision['low'])}, {_told(precision['high'])}]"
    return (
        behavior,
        str(int(others[-1]["count"])),
        _told(precision["value"]) + ("" if math.isnan(precision["low"]) else interval),
        _told(precision["chance"]),
        *(_told(score[key]) for score in others for key in ("value", "chance")),
    )


def _told(score: float) -> str:
    return "–" if math.isnan(score) else f"{score:.2f}"
