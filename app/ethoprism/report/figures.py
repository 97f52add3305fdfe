"""Figures, drawn through matplotlib's objects: they need no screen and share no state."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MultipleLocator

from ethoprism.report.timelines import clock, tick_step
from ethoprism_core.files import atomic_path

_INK, _SOFT, _LINE, _LANE = "#1d2230", "#5c6475", "#d9d6d0", "#f1efeb"
_DOTS_PER_INCH = 130
_LANE_INCHES = 0.34


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure as its file's ending tells, PNG or SVG or another, atomically."""
    form = path.suffix.lower().removeprefix(".") or "png"
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format=form, dpi=_DOTS_PER_INCH)


def ethogram_figure(
    predicted: pd.DataFrame,
    colors: Mapping[str, str],
    seconds: float,
    title: str,
    coded: pd.DataFrame | None = None,
) -> Figure:
    """Draw bouts as an ethogram: one row for each behaviour, one panel for each subject.

    Parameters
    ----------
    predicted, coded
        Event tables with `subject, behavior, start_s, stop_s`; where somebody coded the video, that
        is the thin grey line above each prediction.
    colors
        ``#rrggbb`` by behaviour; its order is the order of the rows.
    seconds
        The video's duration.
    """
    tables = [predicted] if coded is None else [predicted, coded]
    subjects = sorted({str(name) for table in tables for name in table["subject"]}) or [""]
    height = 0.95 + len(subjects) * (len(colors) * _LANE_INCHES + 0.3)
    figure = Figure(figsize=(10, height), layout="constrained")
    panels = figure.subplots(len(subjects), 1, sharex=True, squeeze=False)[:, 0]
    for axes, subject in zip(panels, subjects, strict=True):
        draw_lanes(axes, colors, seconds)
        for row, (behavior, color) in enumerate(colors.items()):
            _draw_bouts(axes, predicted, subject, behavior, (row - 0.16, 0.5), color)
            if coded is not None:
                _draw_bouts(axes, coded, subject, behavior, (row - 0.4, 0.15), _SOFT)
        axes.set_ylabel(subject, color=_SOFT)
    panels[-1].set_xlabel("time (h:min:s)" if seconds >= 3600 else "time (min:s)", color=_SOFT)
    legend = "" if coded is None else "   (thin grey: the labels)"
    figure.suptitle(f"{title}{legend}", x=0.01, ha="left", fontsize=11, color=_INK)
    return figure


def precision_recall_figure(
    curves: Mapping[str, tuple[Float[np.ndarray, " recall"], Float[np.ndarray, " recall"]]],
    colors: Mapping[str, str],
    average_precision: Mapping[str, float],
    chance: Mapping[str, float],
) -> Figure:
    """Draw one small panel of precision against recall for each behaviour.

    Parameters
    ----------
    curves
        `(recall, precision)` by behaviour.
    chance
        What guessing reaches, by behaviour: the dashed line.
    """
    columns = min(4, len(curves))
    rows = -(-len(curves) // columns)
    figure = Figure(figsize=(2.5 * columns + 0.3, 2.5 * rows + 0.3), layout="constrained")
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes in grid.flat[len(curves) :]:
        axes.set_axis_off()
    for axes, (behavior, (recall, precision)) in zip(grid.flat, curves.items(), strict=False):
        _clean(axes)
        axes.axhline(chance[behavior], color=_SOFT, linewidth=1, linestyle=(0, (3, 3)))
        axes.plot(recall, precision, color=colors[behavior], linewidth=2, drawstyle="steps-post")
        title = f"{behavior}  {average_precision[behavior]:.2f}"
        axes.set_title(title, fontsize=9.5, loc="left", color=_INK)
        axes.set(xlim=(0, 1), ylim=(0, 1.02))
    figure.supxlabel("recall", fontsize=9.5, color=_SOFT)
    figure.supylabel("precision", fontsize=9.5, color=_SOFT)
    return figure


def confusion_figure(counts: Float[np.ndarray, "true predicted"], names: Sequence[str]) -> Figure:
    """Draw which behaviour was taken for which, as the share of each true behaviour's frames."""
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
    side = 1.9 + 0.5 * len(names)
    figure = Figure(figsize=(side + 0.8, side), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        if share >= 0.005:
            ink = "white" if share > 0.55 else _INK
            axes.text(column, row, f"{100 * share:.0f}", ha="center", va="center", color=ink)
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("predicted", color=_SOFT)
    axes.set_ylabel("true", color=_SOFT)
    axes.set_title("of each true behaviour, % of frames", loc="left", fontsize=9.5, color=_INK)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


def draw_lanes(axes: Axes, colors: Mapping[str, str], seconds: float) -> None:
    """Draw an empty lane for each behaviour, and the axis of time below."""
    for row in range(len(colors)):
        axes.axhspan(row - 0.43, row + 0.43, color=_LANE, linewidth=0, zorder=0)
    axes.set_ylim(len(colors) - 0.5, -0.5)
    axes.set_xlim(0, seconds or 1)
    axes.set_yticks(range(len(colors)), list(colors))
    axes.xaxis.set_major_locator(MultipleLocator(tick_step(seconds)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: clock(value)))
    axes.tick_params(length=0, labelsize=9.5, colors=_INK)
    axes.spines[:].set_visible(False)


def _draw_bouts(
    axes: Axes,
    events: pd.DataFrame,
    subject: str,
    behavior: str,
    band: tuple[float, float],
    color: str,
) -> None:
    mine = events[(events["subject"] == subject) & (events["behavior"] == behavior)]
    spans = list(zip(mine["start_s"], mine["stop_s"] - mine["start_s"], strict=True))
    axes.broken_barh(spans, band, facecolors=color, edgecolors=color, linewidth=0.4, zorder=2)


def _clean(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_LINE)
    axes.tick_params(length=0, labelsize=8.5, colors=_SOFT)
    axes.grid(color=_LINE, linewidth=0.5)
    axes.set_axisbelow(True)
