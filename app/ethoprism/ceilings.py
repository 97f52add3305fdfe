"""What people reach on a data set, as tables and files beside what a probe reaches."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ethoprism.measuring import write_table
from ethoprism.report.ceiling_figure import ceiling_figure
from ethoprism.report.figures import save_figure
from ethoprism_domains.agreement.measure import ALL_BEHAVIORS
from ethoprism_domains.base import Scoring
from ethoprism_domains.ceiling import Ceiling
from ethoprism_domains.evaluation import MACRO, Scores

CEILING_COLUMNS = ("behaviour", "F1, probe", "F1, coders", "kappa, coders")


def ceiling_rows(scores: Scores, ceiling: Ceiling) -> list[tuple[str, ...]]:
    """Give a row of text for each behaviour and their average, `CEILING_COLUMNS`."""
    names = [str(name) for name in scores.table["behavior"].unique() if name != MACRO]
    rows = [(name, name) for name in names] + [(MACRO, ALL_BEHAVIORS)]
    return [
        (
            name,
            _told(_value(scores, name)),
            _told(_value(ceiling.scores, name)),
            _told(ceiling.agreement.value("kappa", of_agreement)),
        )
        for name, of_agreement in rows
    ]


def write_ceiling(
    scores: Scores, ceiling: Ceiling | None, colors: Mapping[str, str], out: Path
) -> list[Path]:
    """Write the figure of scores beside the ceiling, and the ceiling's tables where there is one.

    Returns
    -------
    What was written.
    """
    written = [out / "scores.png"]
    people = None if ceiling is None else ceiling.scores
    save_figure(ceiling_figure(scores, people, colors), written[0])
    if ceiling is not None:
        tables = {
            "human-scores.csv": ceiling.scores.table,
            "human-agreement.csv": ceiling.agreement.table,
        }
        for name, table in tables.items():
            write_table(table, out / name)
            written.append(out / name)
    return written


def ceiling_mapping(ceiling: Ceiling, scoring: Scoring) -> dict[str, Any]:
    """Give it as plain values for a record: scores, kappa, who was compared, and on what."""
    names = scoring.values(ceiling.scores)
    return {
        "coders": list(ceiling.coders),
        "recordings": list(ceiling.recordings),
        scoring.metric: {name: plain_number(value) for name, value in names.items()},
        "mean": plain_number(scoring.mean(ceiling.scores)),
        "f1": {name: plain_number(_value(ceiling.scores, name)) for name in names},
        "kappa": {name: plain_number(ceiling.agreement.value("kappa", name)) for name in names},
    }


def _value(scores: Scores, behavior: str) -> float:
    try:
        return scores.value("f1", behavior)
    except KeyError:
        return math.nan


def _told(score: float) -> str:
    return "–" if math.isnan(score) else f"{score:.2f}"


def plain_number(value: float) -> float | None:
    """Give a score as JSON can hold it: rounded, and none where it is undefined."""
    return None if math.isnan(value) else round(value, 6)
