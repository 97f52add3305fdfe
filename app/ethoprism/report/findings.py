"""What scores say, as the values of a page: intervals, time budgets, and counts of bouts."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ethoprism.report.content import Budget, Interval, Score
from ethoprism_domains.evaluation import MACRO, ScoredVideo, Scores
from ethoprism_domains.evaluation.bout_metrics import count_bouts

OVERLAP = 0.25
_NEUTRAL = "#7a8294"


@dataclass(frozen=True)
class BoutCount:
    """How many bouts there truly were, how many were reported, and how many of those match."""

    true: int
    reported: int
    found: int


def count_found(videos: list[ScoredVideo]) -> BoutCount:
    """Count the bouts of all behaviours; one is found by a report that overlaps it by a quarter."""
    counts = [count_bouts(video.truth, video.predicted, (OVERLAP,)) for video in videos]
    found, true, reported = (
        sum(int(part.sum()) for part in parts) for parts in zip(*counts, strict=True)
    )
    return BoutCount(true, reported, found)


def list_scores(scores: Scores, colors: Mapping[str, str]) -> tuple[tuple[Score, ...], Score]:
    """Return the score of each behaviour, and their mean."""
    single = tuple(_score(scores, name, color) for name, color in colors.items())
    return single, _score(scores, MACRO, _NEUTRAL)


def list_budgets(budgets: pd.DataFrame, colors: Mapping[str, str]) -> tuple[Budget, ...]:
    """Return each behaviour's share of all the time that was observed."""
    weighted = budgets[["truth", "predicted"]].mul(budgets["observed_s"], axis=0)
    sums = weighted.assign(observed_s=budgets["observed_s"]).groupby(budgets["behavior"]).sum()
    shares = sums[["truth", "predicted"]].div(sums["observed_s"], axis=0)
    return tuple(
        Budget(name, color, float(shares["truth"][name]), float(shares["predicted"][name]))
        for name, color in colors.items()
    )


def _score(scores: Scores, behavior: str, color: str) -> Score:
    mine = scores.table[scores.table["behavior"] == behavior].set_index("metric")
    rows = mine.to_dict("index")
    precision = rows["average_precision"]
    return Score(
        behavior="mean" if behavior == MACRO else behavior,
        color=color,
        average_precision=Interval(
            *(float(precision[name]) for name in ("value", "low", "high", "chance"))
        ),
        frame_f1=float(rows["f1"]["value"]),
        bout_f1=float(rows[f"f1@{OVERLAP:g}"]["value"]),
        bouts=int(rows[f"f1@{OVERLAP:g}"]["count"]),
    )
