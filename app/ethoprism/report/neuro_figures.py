"""Figures of signals around behaviour, of decoding, of frames on a clock, and of regions."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle as Patch

from ethoprism_core.video import Region, cut

_INK, _SOFT, _LINE, _FILL, _CHANCE = "#1d2230", "#5c6475", "#d9d6d0", "#3b6fb6", "#b0aca4"
_MOST_CHANNELS = 24
_COLUMNS = 4
_SURE = 0.05
_CHANCE_SD = 1.96
_MOST_EVENTS = 2000


def perievent_figure(data: xr.Dataset, unit: str = "") -> Figure:
    """Draw each channel's response: every event as a row of a picture, below it the mean and band.

    Of the mean, the grey band is that of 95 % of shifts, and the bar at the top marks the lags
    whose p value, corrected for all lags, is below 0.05. At most 24 channels are drawn, those
    with the least p values.

    Parameters
    ----------
    data
        As `peri_event` gives it.
    unit
        Of the signal, for the axis.
    """
    chosen = _chosen(data)
    columns = min(_COLUMNS, len(chosen))
    rows = -(-len(chosen) // columns)
    figure = Figure(figsize=(3.1 * columns + 0.5, 3.7 * rows + 0.4), layout="constrained")
    heights = [1.0, 1.0] * rows
    grid = figure.subplots(
        2 * rows, columns, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights}
    )
    for at in range(rows * columns):
        row, column = divmod(at, columns)
        above, below = grid[2 * row, column], grid[2 * row + 1, column]
        if at >= len(chosen):
            above.set_axis_off()
            below.set_axis_off()
            continue
        own = data.isel(channel=chosen[at])
        _draw_events(above, own)
        _draw_mean(below, own)
    figure.supxlabel(f"seconds from {data.attrs['behavior']}", fontsize=9.5, color=_SOFT)
    if unit:
        figure.supylabel(unit, fontsize=9.5, color=_SOFT)
    return figure


def clock_figure(frames: pd.DataFrame, problems: pd.DataFrame) -> Figure:
    """Draw how far the clock is from the video's own times (less their line), and the problems.

    Parameters
    ----------
    frames
        With `frame`, `video_s` and `clock_s`.
    problems
        With `frame` and `kind`.
    """
    own, clock = frames["video_s"].to_numpy(), frames["clock_s"].to_numpy()
    slope, offset = np.polyfit(own - own.mean(), clock, 1)
    left = 1000 * (clock - (offset + slope * (own - own.mean())))
    figure = Figure(figsize=(8, 3), layout="constrained")
    axes = figure.subplots()
    axes.plot(frames["frame"], left, color=_FILL, linewidth=1)
    for number, (kind, mine) in enumerate(problems.groupby("kind", sort=False), start=1):
        at = np.minimum(mine["frame"].to_numpy(), len(left) - 1)
        said = f"{kind} ({len(mine)})"
        axes.plot(at, left[at], "o", markersize=5, color=f"C{number}", label=said)
    if len(problems):
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=8.5)
    axes.set_xlabel("frame", color=_SOFT)
    axes.set_ylabel("clock less the line (ms)", color=_SOFT)
    _clean(axes)
    return figure


def decoding_figure(table: pd.DataFrame) -> Figure:
    """Draw how well each target is predicted; the grey bar is where 95 % of shifts score.

    Parameters
    ----------
    table
        As `decode` gives it, or several such tables joined.
    """
    parts = [*table.groupby(["direction", "score"], sort=False)]
    figure = Figure(figsize=(2.6 * len(parts) + 0.4, 2.9), layout="constrained")
    grid = figure.subplots(1, len(parts), squeeze=False)[0]
    for axes, ((direction, score), rows) in zip(grid, parts, strict=True):
        _draw_scores(axes, rows)
        axes.set_title(f"{direction}\n{str(score).replace('_', ' ')}", fontsize=9, color=_INK)
    return figure


def _draw_scores(axes: Axes, rows: pd.DataFrame) -> None:
    at = np.arange(len(rows))
    names = ("shuffle_low", "shuffle_high", "value", "chance", "p")
    low, high, value, chance, p = (rows[name].to_numpy(np.float64) for name in names)
    axes.bar(at, high - low, bottom=low, width=0.5, color=_CHANCE, alpha=0.6)
    axes.plot(at, value, "o", color=_FILL, markersize=7)
    axes.hlines(chance, at - 0.35, at + 0.35, color=_SOFT, linewidth=0.8)
    for place in np.flatnonzero(np.isfinite(p)).tolist():
        axes.annotate(
            f"p = {p[place]:.2g}",
            (place, value[place]),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            color=_INK,
        )
    axes.set_xticks(at, [str(name) for name in rows["target"]], fontsize=8.5)
    axes.set_xlim(-0.7, len(rows) - 0.3)
    every = np.concatenate([low, high, value])
    every = every[np.isfinite(every)]
    if len(every):
        room = 0.2 * max(float(np.ptp(every)), 1e-3)
        axes.set_ylim(every.min() - room, every.max() + room)
    _clean(axes)


def regions_figure(
    picture: UInt8[np.ndarray, "height width 3"], regions: Sequence[Region]
) -> Figure:
    """Draw a frame with its regions, and beside it what each of them shows."""
    figure = Figure(figsize=(2.8 * (1 + len(regions)), 2.9), layout="constrained")
    whole, *parts = figure.subplots(1, 1 + len(regions), squeeze=False)[0]
    whole.imshow(picture)
    whole.set_title("frame", fontsize=9, color=_INK)
    for number, (axes, region) in enumerate(zip(parts, regions, strict=True)):
        box = region.rectangle((picture.shape[0], picture.shape[1]))
        color = f"C{number}"
        corner = (box.left - 0.5, box.top - 0.5)
        whole.add_patch(Patch(corner, box.width, box.height, fill=False, edgecolor=color, lw=2))
        axes.imshow(cut(picture, box, max(box.width, box.height)))
        axes.set_title(region.name, fontsize=9, color=color)
    for axes in (whole, *parts):
        axes.set_axis_off()
    return figure


def _chosen(data: xr.Dataset) -> list[int]:
    count = data.sizes["channel"]
    if count <= _MOST_CHANNELS or "p" not in data:
        return list(range(min(count, _MOST_CHANNELS)))
    p = np.nan_to_num(data["p"].to_numpy(), nan=2.0)
    return sorted(np.argsort(p, kind="stable")[:_MOST_CHANNELS].tolist())


def _draw_events(axes: Axes, data: xr.Dataset) -> None:
    """Draw a row an event, in order of time."""
    windows = data["response"].transpose("event", "lag").to_numpy()[:_MOST_EVENTS]
    known = windows[np.isfinite(windows)]
    low, high = np.percentile(known, [2, 98]) if len(known) else (0.0, 1.0)
    half = float(data.attrs["step_s"]) / 2
    lags = data["lag"].to_numpy()
    extent = (float(lags[0] - half), float(lags[-1] + half), float(len(windows)), 0.0)
    axes.imshow(
        windows, aspect="auto", extent=extent, cmap="viridis", vmin=low, vmax=max(high, low + 1e-12)
    )
    axes.axvline(0, color="white", linewidth=1)
    axes.set_ylabel("event", fontsize=8.5, color=_SOFT)
    title = str(data["channel"].item())
    if "p" in data:
        title += f"   p = {float(data['p']):.3g}"
    axes.set_title(title, fontsize=9.5, loc="left", color=_INK)
    axes.tick_params(length=0, labelsize=8, colors=_SOFT)
    axes.spines[:].set_visible(False)


def _draw_mean(axes: Axes, data: xr.Dataset) -> None:
    lags = data["lag"].to_numpy()
    if "null_mean" in data:
        center = data["null_mean"].to_numpy()
        reach = _CHANCE_SD * data["null_sd"].to_numpy()
        axes.fill_between(lags, center - reach, center + reach, color=_CHANCE, alpha=0.4, lw=0)
    axes.fill_between(lags, data["low"], data["high"], color=_FILL, alpha=0.3, linewidth=0)
    axes.plot(lags, data["mean"], color=_FILL, linewidth=1.6)
    if "p_lag" in data:
        sure = data["p_lag"].to_numpy() < _SURE
        top, across = np.full(int(sure.sum()), 0.97), axes.get_xaxis_transform()
        axes.plot(lags[sure], top, "s", color=_INK, markersize=3, transform=across)
    axes.axvline(0, color=_SOFT, linewidth=0.8)
    axes.locator_params(axis="x", nbins=5)
    _clean(axes)


def _clean(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_LINE)
    axes.tick_params(length=0, labelsize=8, colors=_SOFT)
    axes.grid(color=_LINE, linewidth=0.5)
    axes.set_axisbelow(True)
