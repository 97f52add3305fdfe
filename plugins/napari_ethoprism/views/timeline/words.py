"""What tooltips say: an event, a lane, and how the timeline is used."""

from collections.abc import Iterable
from html import escape

import numpy as np

from ethoprism_domains.annotation.editing import Event
from napari_ethoprism.views.timeline.lanes import Lane
from napari_ethoprism.views.timeline.ruler import time_text

LEGEND = (
    "How events look:",
    "solid: present; hollow and hatched: absent; dotted: unsure",
    "light cap: a prediction that a person has judged or changed",
    "low and pale with a dashed top: a prediction that nobody has judged",
    "corner at the start: it has a comment; fading end: not stopped yet",
    "hatched ground: frames that are not observed",
)
USE = (
    "Click chooses an event, Shift or Ctrl and click several; drag over lanes for a band.",
    "Drag an edge to move it; Ctrl and drag moves whole events. Escape leaves all as it was.",
    "Double-click an event to go to its start. To add one, drag over an empty lane and "
    "double-click in the stretch that is marked; on a point's lane double-click the frame.",
    "Right-click for everything else. Ctrl and the wheel zoom, the wheel pans.",
)


def tooltip(lines: Iterable[str]) -> str:
    """Make a tooltip of lines that are shown as they stand."""
    return "<qt>" + "<br>".join(escape(line) for line in lines) + "</qt>"


def event_lines(event: Event, times: np.ndarray) -> list[str]:
    """Tell all about an event."""
    who = f" of {event.subject}" if event.subject else ""
    by = f" by {event.annotator}" if event.annotator else ""
    lines = [f"{event.behavior}{who}", _span_line(event, times)]
    lines.append(f"{event.judgement}, {event.labeling_method}{by}")
    if event.model:
        sure = "" if event.confidence is None else f", confidence {event.confidence:.2f}"
        lines.append(f"predicted by {event.model}{sure}")
    if event.modifiers:
        lines.append(f"modifiers: {event.modifiers}")
    return [*lines, event.comment] if event.comment else lines


def lane_lines(lane: Lane) -> list[str]:
    """Tell what a lane shows."""
    if lane.kind == "marks":
        return [lane.name]
    who = f" of {lane.subject}" if lane.subject else ""
    key = f", key {lane.shortcut}" if lane.shortcut else ""
    return [f"{lane.behavior}{who} ({lane.kind}{key})", "Right-click to hide it.", "", *LEGEND]


def place_line(frame: int, times: np.ndarray) -> str:
    """Tell a frame and its exact time."""
    return f"frame {frame:,} · {time_text(float(times[frame]), 6)}"


def _span_line(event: Event, times: np.ndarray) -> str:
    at = _time(times, event.start_frame)
    if event.kind == "point":
        return f"frame {event.start_frame:,}{at}"
    if event.stop_frame is None:
        return f"from frame {event.start_frame:,}{at}, not stopped yet"
    until, length = _time(times, event.stop_frame), event.stop_frame - event.start_frame
    return f"frames {event.start_frame:,}{at} to {event.stop_frame:,}{until}, {length:,} frames"


def _time(times: np.ndarray, frame: int) -> str:
    return f" ({time_text(float(times[frame]))})" if frame < len(times) else ""
