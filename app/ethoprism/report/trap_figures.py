"""Figures of camera traps: activity by hour, trapping rates, what animals did."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ethoprism_domains.ecology.rates import ALL_SITES, NOT_TOLD

_INK, _SOFT, _LINE, _FILL, _NIGHT = "#1d2230", "#5c6475", "#d9d6d0", "#3b6fb6", "#eceaf2"
_COLORS = ("#3b6fb6", "#d9822b", "#4f9d69", "#b5487a", "#8a6fc0", "#937b5b", "#2a9d9d", "#8b8f98")
_CLOCKS = {
    "local": "hour of the day, clock on the wall",
    "sun": "hour of the day, sun time (12: the sun is highest)",
    "utc": "hour of the day, UTC",
}
_COLUMNS = 3


def activity_figure(found: xr.Dataset, events: pd.DataFrame) -> Figure:
    """Draw each species' activity over the day, with its band, its events, and the night in grey.

    Parameters
    ----------
    found
        As `ethoprism_domains.ecology.activity` gives it.
    events
        With `species` and `hour`.
    """
    names = [str(name) for name in found["species"].values]
    columns = min(_COLUMNS, len(names))
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(3.6 * columns + 0.4, 2.5 * rows + 0.5), layout="constrained")
    grid = figure.subplots(rows, columns, sharex=True, squeeze=False)
    for axes in grid.flat[len(names) :]:
        axes.set_axis_off()
    for axes, name in zip(grid.flat, names, strict=False):
        own = found.sel(species=name)
        hours = events.loc[events["species"] == name, "hour"].to_numpy()
        _draw_activity(axes, own, hours)
        level = f"level {float(own['level']):.2f} ({float(own['level_low']):.2f} to "
        level += f"{float(own['level_high']):.2f}), {int(own['events'])} events"
        axes.set_title(name, fontsize=9.5, loc="left", color=_INK, style="italic", pad=14)
        axes.text(0, 1.02, level, transform=axes.transAxes, fontsize=7.5, color=_SOFT)
    figure.supxlabel(_CLOCKS[str(found.attrs["clock"])], fontsize=9.5, color=_SOFT)
    figure.supylabel("density of events, per hour", fontsize=9.5, color=_SOFT)
    return figure


def rates_figure(rates: pd.DataFrame) -> Figure:
    """Draw how often each species came for a hundred days of watching, by site, with intervals."""
    names = sorted(set(rates["species"]))
    sites = [*sorted(set(rates["site"]) - {ALL_SITES}), ALL_SITES]
    columns = min(_COLUMNS, len(names))
    rows = -(-len(names) // columns)
    height = (0.26 * len(sites) + 0.6) * rows + 0.5
    figure = Figure(figsize=(3.4 * columns + 0.8, height), layout="constrained")
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for axes in grid.flat[len(names) :]:
        axes.set_axis_off()
    for axes, name in zip(grid.flat, names, strict=False):
        own = rates[rates["species"] == name].set_index("site").reindex(sites)
        _draw_rates(axes, own)
        axes.set_title(name, fontsize=9.5, loc="left", color=_INK, style="italic")
    figure.supxlabel("independent events in 100 days", fontsize=9.5, color=_SOFT)
    return figure


def budget_figure(budgets: pd.DataFrame) -> Figure:
    """Draw the shares of behaviours of each species, at each site and at all together."""
    told = budgets[budgets["behavior"] != NOT_TOLD]
    behaviors = sorted(set(told["behavior"]))
    names = sorted(set(told["species"]))
    sites = [*sorted(set(told["site"]) - {ALL_SITES}), ALL_SITES]
    columns = min(_COLUMNS, len(names))
    rows = -(-len(names) // columns)
    height = (0.26 * len(sites) + 0.6) * rows + 0.8
    figure = Figure(figsize=(3.4 * columns + 0.8, height), layout="constrained")
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes in grid.flat[len(names) :]:
        axes.set_axis_off()
    for axes, name in zip(grid.flat, names, strict=False):
        _draw_shares(axes, told[told["species"] == name], sites, behaviors)
        axes.set_title(name, fontsize=9.5, loc="left", color=_INK, style="italic")
    handles, labels = grid.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=8.5)
    return figure


def _draw_activity(axes: Axes, own: xr.Dataset, hours: np.ndarray) -> None:
    at = np.append(own["hour"].to_numpy(), 24.0)
    density, low, high = (
        np.append(own[name].to_numpy(), own[name].to_numpy()[0])
        for name in ("density", "low", "high")
    )
    sunrise, sunset = float(own["sunrise"]), float(own["sunset"])
    if np.isfinite(sunrise) and np.isfinite(sunset):
        for start, stop in _night(sunrise % 24, sunset % 24):
            axes.axvspan(start, stop, color=_NIGHT, linewidth=0, zorder=0)
    axes.fill_between(at, low, high, color=_FILL, alpha=0.25, linewidth=0)
    axes.plot(at, density, color=_FILL, linewidth=1.8)
    axes.plot(hours, np.zeros(len(hours)), "|", color=_INK, markersize=6, alpha=0.5, clip_on=False)
    axes.set(xlim=(0, 24), ylim=(0, None))
    axes.set_xticks(range(0, 25, 6))
    _clean(axes)


def _night(sunrise: float, sunset: float) -> list[tuple[float, float]]:
    if sunrise <= sunset:
        return [(0.0, sunrise), (sunset, 24.0)]
    return [(sunset, sunrise)]  # the clock is far from the place's own


def _draw_rates(axes: Axes, own: pd.DataFrame) -> None:
    at = np.arange(len(own))
    rate, low, high = (own[name].to_numpy(np.float64) for name in ("rate", "low", "high"))
    known = np.isfinite(low) & np.isfinite(high)
    colors = [_SOFT if site == ALL_SITES else _FILL for site in own.index]
    for place in np.flatnonzero(known):
        axes.plot([low[place], high[place]], [place, place], color=colors[place], linewidth=1.4)
    axes.scatter(rate, at, c=colors, s=22, zorder=3)
    axes.set_yticks(at, list(own.index))
    axes.set_ylim(len(own) - 0.4, -0.6)
    axes.set_xlim(0, None)
    _clean(axes)


def _draw_shares(
    axes: Axes, own: pd.DataFrame, sites: Sequence[str], behaviors: Sequence[str]
) -> None:
    shares = own.pivot_table(index="site", columns="behavior", values="share")
    shares = shares.reindex(index=list(sites), columns=list(behaviors)).fillna(0.0)
    records = own.groupby("site")["records"].sum().reindex(list(sites)).fillna(0).astype(int)
    left = np.zeros(len(sites))
    for number, behavior in enumerate(behaviors):
        width = shares[behavior].to_numpy()
        color = _COLORS[number % len(_COLORS)]
        axes.barh(np.arange(len(sites)), width, 0.72, left=left, color=color, label=behavior)
        left += width
    for place, count in enumerate(records):
        axes.text(1.02, place, str(count), va="center", fontsize=7.5, color=_SOFT)
    axes.set_yticks(range(len(sites)), list(sites))
    axes.set_ylim(len(sites) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    _clean(axes)
    axes.grid(visible=False)


def _clean(axes: Axes) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(_LINE)
    axes.tick_params(length=0, labelsize=8.5, colors=_SOFT)
    axes.grid(color=_LINE, linewidth=0.5)
    axes.set_axisbelow(True)
