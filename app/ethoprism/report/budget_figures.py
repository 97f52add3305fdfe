"""Figures of time budgets and of what follows what."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

_INK, _SOFT, _LINE = "#1d2230", "#5c6475", "#d9d6d0"


def shares_figure(budget: pd.DataFrame, colors: Mapping[str, str]) -> Figure:
    """Draw the share of observed time of each state: the mean, and a dot a video and subject."""
    states = [name for name in colors if (budget["behavior"] == name).any()]
    figure = Figure(figsize=(7, 1.1 + 0.38 * len(states)), layout="constrained")
    axes = figure.subplots()
    for row, name in enumerate(states):
        shares = budget.loc[budget["behavior"] == name, "proportion"].dropna().to_numpy() * 100
        if len(shares):
            axes.barh(row, shares.mean(), height=0.6, color=colors[name])
            axes.plot(shares, np.full(len(shares), row), "o", color=_INK, markersize=3.5)
    axes.set_yticks(range(len(states)), states)
    axes.set_ylim(len(states) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.set_xlabel("% of observed time (bar: mean; dots: videos and subjects)", color=_SOFT)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def bins_figure(bins: pd.DataFrame, colors: Mapping[str, str]) -> Figure:
    """Draw the share of observed time of each state over time, the mean over videos."""
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    axes = figure.subplots()
    for name, color in colors.items():
        mine = bins[bins["behavior"] == name].groupby("start_s")["proportion"].mean()
        axes.plot(mine.index / 60, mine * 100, "o-", color=color, markersize=4, label=name)
    axes.set_xlabel("start of the bin (min)", color=_SOFT)
    axes.set_ylabel("% of observed time", color=_SOFT)
    axes.set_ylim(bottom=0)
    axes.grid(color=_LINE, linewidth=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return figure


def transitions_figure(transitions: pd.DataFrame) -> Figure:
    """Draw how often one behaviour followed another, over all videos and subjects."""
    names = transitions["before"].unique().tolist()
    counts = transitions.pivot_table("count", "before", "after", "sum").loc[names, names].to_numpy()
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)
    side = 1.9 + 0.5 * len(names)
    figure = Figure(figsize=(side + 0.8, side), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        ink = "white" if shares[row, column] > 0.55 else _INK
        axes.text(column, row, f"{count:g}" if count else "", ha="center", va="center", color=ink)
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("starts next", color=_SOFT)
    axes.set_title("transitions", loc="left", fontsize=9.5, color=_INK)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure
