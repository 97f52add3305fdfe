"""Coders' ethograms below each other, and where they disagree."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ethoprism.report.figures import draw_lanes
from ethoprism_domains.agreement import CodedVideo
from ethoprism_domains.annotation import frame_edges, runs

_INK, _SOFT, _ALARM = "#1d2230", "#5c6475", "#c1272d"
_LANE_INCHES, _CODER_INCHES = 0.2, 0.14
_TOP, _HEIGHT = -0.4, 0.8


def agreement_figure(video: CodedVideo, colors: Mapping[str, str]) -> Figure:
    """Draw a lane for each behaviour: a strip for each coder, and a red one where they differ.

    Parameters
    ----------
    colors
        ``#rrggbb`` by behaviour.
    """
    seconds = float(frame_edges(video.frame_times)[-1])
    lane = _LANE_INCHES + _CODER_INCHES * (len(video.coders) + 1)
    height = 1.1 + len(video.individuals) * (len(video.behaviors) * lane + 0.3)
    figure = Figure(figsize=(10, height), layout="constrained")
    panels = figure.subplots(len(video.individuals), 1, sharex=True, squeeze=False)[:, 0]
    lanes = {name: colors[name] for name in video.behaviors}
    for at, (axes, individual) in enumerate(zip(panels, video.individuals, strict=True)):
        draw_lanes(axes, lanes, seconds)
        for row, color in enumerate(lanes.values()):
            _draw_lane(axes, video, (at, row), color)
        axes.set_ylabel(individual, color=_SOFT)
    panels[-1].set_xlabel("time (h:min:s)" if seconds >= 3600 else "time (min:s)", color=_SOFT)
    order = ", ".join(video.coders)
    title = f"{video.video}   from above: {order}; red: where they disagree"
    figure.suptitle(title, x=0.01, ha="left", fontsize=10, color=_INK)
    return figure


def _draw_lane(axes: Axes, video: CodedVideo, at: tuple[int, int], color: str) -> None:
    """Draw what the coders say of one individual and behaviour."""
    labels = video.labels[:, :, at[0], at[1]]
    differ = (labels == 1).any(axis=0) & (labels == 0).any(axis=0)
    strips = [*((said == 1, color) for said in labels), (differ, _ALARM)]
    step = _HEIGHT / len(strips)
    edges = frame_edges(video.frame_times)
    for number, (mask, shade) in enumerate(strips):
        starts, stops = edges[runs(mask)].T
        spans = np.stack([starts, stops - starts], axis=1).tolist()
        band = (at[1] + _TOP + number * step, step * 0.85)
        axes.broken_barh(spans, band, facecolors=shade, edgecolors="none", zorder=2)
