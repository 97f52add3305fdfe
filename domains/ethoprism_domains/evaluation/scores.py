"""The scores of an evaluation: a tidy table, its files, and the short tables that people read."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ethoprism_core.files import atomic_path, write_text

MACRO = "macro average"
SCORE_COLUMNS = ("level", "behavior", "metric", "value", "low", "high", "chance", "count")
_OF_FRAMES = (
    ("average precision", "average_precision"),
    ("precision", "precision"),
    ("recall", "recall"),
    ("F1", "f1"),
)


@dataclass(frozen=True, eq=False)
class Scores:
    """What an evaluation found.

    Parameters
    ----------
    table
        One row a score, columns `SCORE_COLUMNS`: `level` is frame, bout, time or clip; `low` and
        `high` bound the confidence interval; `chance` is what knowing nothing would score; `count`
        says how many frames, bouts, edges, clips or videos it stands on. Undefined values are NaN.
    budgets
        The share of time of each behaviour in each video, true and predicted, as `time_budget`.
    curves
        Precision and recall over thresholds: `behavior, threshold, precision, recall`.
    confusions
        One table of frames for each exclusive group; rows are the truth.
    videos
        What was scored.
    group_count
        How many groups were resampled; with one there are no intervals.
    confidence
        Of the intervals.
    accuracy
        The share of all frames, or clips, whose most probable behaviour is the true one: accuracy
        per instance. NaN where behaviours do not exclude one another.
    """

    table: pd.DataFrame
    budgets: pd.DataFrame
    curves: pd.DataFrame
    confusions: tuple[pd.DataFrame, ...]
    videos: tuple[str, ...]
    group_count: int
    confidence: float
    accuracy: float = math.nan

    @property
    def of_clips(self) -> bool:
        """Whether what was scored are whole clips."""
        return bool((self.table["level"] == "clip").any())

    def value(self, metric: str, behavior: str = MACRO) -> float:
        """Look one score up; NaN if it is undefined, `KeyError` if there is no such score."""
        rows = self.table[(self.table["metric"] == metric) & (self.table["behavior"] == behavior)]
        if rows.empty:
            raise KeyError((metric, behavior))
        return float(rows["value"].iloc[0])

    def to_json(self) -> str:
        """Give everything but the curves as JSON; undefined values are null."""
        content = {
            "videos": list(self.videos),
            "groups": self.group_count,
            "confidence": self.confidence,
            "accuracy": _finite(self.accuracy),
            "scores": _records(self.table),
            "time_budgets": _records(self.budgets),
            "confusions": [
                {"behaviors": list(table.columns), "frames": table.to_numpy().tolist()}
                for table in self.confusions
            ],
        }
        return json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n"

    def write_json(self, path: str | Path) -> None:
        """Write `to_json`, atomically."""
        write_text(path, self.to_json())

    def write_csv(self, path: str | Path) -> None:
        """Write the table of scores, atomically; undefined values are empty."""
        with atomic_path(path) as temporary:
            self.table.to_csv(temporary, index=False, encoding="utf-8", lineterminator="\n")


@dataclass(frozen=True)
class TextTable:
    """A small table of text, ready to be drawn."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def summary_tables(scores: Scores) -> list[TextTable]:
    """Make the tables for a terminal: frames, then bouts, one row a behaviour, then the average.

    Of whole clips there is one table.

    A cell is a score with its interval and its chance level, "0.81 [0.70, 0.90] (0.33)"; a dash
    where it is undefined.
    """
    interval = f" [{100 * scores.confidence:g} % interval]" if scores.group_count > 1 else ""
    told = f"score{interval} (chance)"
    if scores.of_clips:
        return [_text_table(scores, f"Clips: {told}", "clips", _OF_FRAMES, "average_precision")]
    overlaps = [name for name in scores.table["metric"].unique() if name.startswith("f1@")]
    of_bouts = [
        *((f"F1 at {name.removeprefix('f1@')}", name) for name in overlaps),
        ("onset off by (s)", "onset_abs_s"),
        ("offset off by (s)", "offset_abs_s"),
        ("time budget off by", "time_budget_error"),
    ]
    return [
        _text_table(scores, f"Frames: {told}", "frames", _OF_FRAMES, "average_precision"),
        _text_table(scores, f"Bouts: {told}", "bouts", of_bouts, overlaps[0]),
    ]


def _text_table(
    scores: Scores, title: str, unit: str, columns: Sequence[tuple[str, str]], counted: str
) -> TextTable:
    cells = {(row.behavior, row.metric): row for row in scores.table.itertuples()}
    names = scores.table["behavior"].unique()
    rows = []
    for name in [*(n for n in names if n != MACRO), *(n for n in names if n == MACRO)]:
        count = cells[name, counted].count
        rows.append((name, str(count), *(_told(cells.get((name, key))) for _, key in columns)))
    return TextTable(title, ("behaviour", unit, *(head for head, _ in columns)), tuple(rows))


def _told(score: object) -> str:
    """Tell a score in a few characters."""
    value, low, high, chance = (
        getattr(score, name, math.nan) for name in ("value", "low", "high", "chance")
    )
    if math.isnan(value):
        return "–"
    told = f"{value:.2f}"
    if not math.isnan(low):
        told += f" [{low:.2f}, {high:.2f}]"
    return told if math.isnan(chance) else f"{told} ({chance:.2f})"


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    return [
        {str(key): _finite(value) for key, value in row.items()} for row in table.to_dict("records")
    ]


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
