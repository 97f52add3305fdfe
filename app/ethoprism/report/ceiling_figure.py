"""Scores of each behaviour with their intervals, beside what people and chance reach."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ethoprism_domains.evaluation import Scores

_INK, _SOFT, _LANE = "#1d2230", "#5c6475", "#f1efeb"
_ROW_INCHES = 0.42


def ceiling_figure(
    scores: Scores, ceiling: Scores | None, colors: Mapping[str, str], metric: str = "f1"
) -> Figure:
    """Draw a row for each behaviour: the probe's score, the coders' and that of chance.

    Parameters
    ----------
    ceiling
        What the other coders reach against the same labels; None where there are none.
    colors
        ``#rrggbb`` by behaviour; its order is the order of the rows.
    metric
        Which score.
    """
    figure = Figure(figsize=(7.5, 1.3 + _ROW_INCHES * len(colors)), layout="constrained")
    axes = figure.subplots()
    told = f"{100 * scores.confidence:g} % intervals over {scores.group_count} groups"
    for row, (name, color) in enumerate(colors.items()):
        axes.axhspan(row - 0.43, row + 0.43, color=_LANE, linewidth=0, zorder=0)
        own = _row(scores, name, metric)
        if own is not None:
            _draw(axes, own, row - 0.14 * (ceiling is not None), color, "o")
            axes.plot([own["chance"]] * 2, [row - 0.4, row + 0.4], color=_SOFT, lw=1, ls=":")
        people = None if ceiling is None else _row(ceiling, name, metric)
        if people is not None:
            _draw(axes, people, row + 0.18, _INK, "D")
    axes.set(xlim=(0, 1.02), ylim=(len(colors) - 0.5, -0.5))
    axes.set_yticks(range(len(colors)), list(colors))
    axes.tick_params(length=0, colors=_INK)
    axes.spines[:].set_visible(False)
    axes.set_xlabel(f"{_spelled(metric)} of frames ({told})", color=_SOFT)
    marks = "dot: the probe, on what it has not seen; dotted: chance"
    title = marks if ceiling is None else f"{marks}; diamond: another person"
    axes.set_title(title, loc="left", fontsize=9.5, color=_INK)
    return figure


def _row(scores: Scores, behavior: str, metric: str) -> pd.Series | None:
    table = scores.table
    rows = table[(table["behavior"] == behavior) & (table["metric"] == metric)]
    return None if rows.empty or rows["value"].isna().all() else rows.iloc[0]


def _draw(axes: Axes, score: pd.Series, height: float, color: str, mark: str) -> None:
    if score[["low", "high"]].notna().all():
        axes.plot([score["low"], score["high"]], [height] * 2, color=color, lw=2, zorder=2)
    axes.plot([score["value"]], [height], mark, color=color, ms=6, mec="white", zorder=3)


def _spelled(metric: str) -> str:
    return {"f1": "F1"}.get(metric, metric.replace("_", " "))
