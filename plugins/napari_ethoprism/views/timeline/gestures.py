"""What the mouse is doing between a press and a release: scrubbing, panning, choosing, dragging.

A gesture previews; only its end changes anything, with one action of the session.
"""

from dataclasses import dataclass
from typing import Protocol

from ethoprism_domains.annotation.editing import Event, move
from ethoprism_domains.annotation.editing.spans import Span
from napari_ethoprism.session import Session
from napari_ethoprism.views.timeline.overlay import Preview
from napari_ethoprism.views.timeline.ruler import time_text
from napari_ethoprism.views.timeline.scale import Scale
from napari_ethoprism.views.timeline.scene import Scene

THRESHOLD = 4.0  # pixels that the mouse moves before a press becomes a drag


class Desk(Protocol):
    """Where gestures are made."""

    session: Session
    scene: Scene

    def seek_soon(self, frame: int) -> None:
        """Move the playhead when there is time for it."""

    def set_scale(self, scale: Scale) -> None:
        """Show other frames."""

    def scroll_by(self, pixels: float) -> None:
        """Show other lanes."""

    def set_span(self, span: Span | None) -> None:
        """Mark a stretch of frames."""


@dataclass(frozen=True)
class Press:
    """Where and how a button was pressed; `x` counts from the end of the lanes' names."""

    x: float
    y: float
    adds: bool = False
    extends: bool = False


class Gesture:
    """A drag that has no effect; the base of the others."""

    preview = Preview()

    def __init__(self, desk: Desk, press: Press) -> None:
        self.desk, self.press = desk, press

    def drag(self, x: float, y: float) -> None:
        """Take it that the mouse is at a pixel now."""

    def finish(self) -> None:
        """Do what was previewed: the button was released."""


class Scrub(Gesture):
    """Drags the playhead."""

    def __init__(self, desk: Desk, press: Press) -> None:
        super().__init__(desk, press)
        self.drag(press.x, press.y)

    def drag(self, x: float, y: float) -> None:
        """Show the frame under the mouse."""
        self.desk.seek_soon(self.desk.scene.scale.frame_at(x))


class Pan(Gesture):
    """Drags the whole picture."""

    def __init__(self, desk: Desk, press: Press) -> None:
        super().__init__(desk, press)
        self._x, self._y = press.x, press.y

    def drag(self, x: float, y: float) -> None:
        """Keep under the mouse what was there."""
        self.desk.set_scale(self.desk.scene.scale.panned(self._x - x))
        self.desk.scroll_by(self._y - y)
        self._x, self._y = x, y


class EdgeDrag(Gesture):
    """Drags the start or the stop of a bout, from edge to edge between frames."""

    def __init__(self, desk: Desk, press: Press, event: Event, part: str) -> None:
        super().__init__(desk, press)
        self._event, self._part = event, part
        self._edge = self._before
        # the edge keeps its distance to the mouse
        self._offset = press.x - desk.scene.scale.x_of(float(self._edge))

    @property
    def _before(self) -> int:
        event = self._event
        return event.start_frame if self._part == "start" else event.last_frame

    def drag(self, x: float, y: float) -> None:
        """Show the bout with its edge under the mouse; it keeps a frame at least."""
        event, scene = self._event, self.desk.scene
        edge = scene.scale.edge_at(x - self._offset)
        if self._part == "start":
            self._edge = min(edge, (event.stop_frame or scene.scale.frames) - 1)
        else:
            self._edge = max(edge, event.start_frame + 1)
        stop = event.last_frame if event.stop_frame else self.desk.session.frame + 1
        span = (self._edge, stop) if self._part == "start" else (event.start_frame, self._edge)
        number = scene.layout.number_of((event.subject, event.behavior))
        bars = () if number is None else ((number, span),)
        self.preview = Preview(bars, _edge_words(self.desk, self._part, self._edge, span))

    def finish(self) -> None:
        """Move the edge, if it is elsewhere now."""
        if self._edge != self._before:
            self.desk.session.do(move, self._event.event_id, **{self._part: self._edge})
        self.desk.session.select([self._event.event_id])


class Click(Gesture):
    """A press that was not dragged."""

    def __init__(self, desk: Desk, press: Press, event: Event | None) -> None:
        super().__init__(desk, press)
        self._event = event

    def finish(self) -> None:
        """Choose what was clicked; go to the frame where nothing was."""
        session = self.desk.session
        if self._event is None:
            session.select([])
            self.desk.set_span(None)
            self.desk.seek_soon(self.desk.scene.scale.frame_at(self.press.x))
        elif self.press.extends:
            session.select([*session.selection, *self._run()])
        elif self.press.adds and self._event.event_id in session.selection:
            session.select([key for key in session.selection if key != self._event.event_id])
        elif self.press.adds:
            session.select([*session.selection, self._event.event_id])
        else:
            session.select([self._event.event_id])

    def _run(self) -> list[str]:
        """List the events of the lane from the one chosen last to the one that was clicked."""
        assert self._event is not None
        coding, event = self.desk.session.coding, self._event
        key = event.subject, event.behavior
        lane = [other.event_id for other in coding.track(*key).events]
        before = [name for name in self.desk.session.selection if name in lane]
        if not before:
            return [event.event_id]
        first, last = sorted((lane.index(before[-1]), lane.index(event.event_id)))
        return lane[first : last + 1]


def _edge_words(desk: Desk, part: str, edge: int, span: Span) -> str:
    """Tell the frame and time of an edge, and how long the bout is."""
    times = desk.scene.times
    at = time_text(float(times[min(edge, len(times) - 1)])) if len(times) else ""
    return f"{part} {edge:,} · {at} · {span[1] - span[0]:,} frames"
