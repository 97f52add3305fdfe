"""Dragging what is coded, edges and whole bouts, and the band that chooses what lies within it."""

from ethoprism_domains.annotation.editing import Event, move, shift
from ethoprism_domains.annotation.editing.spans import Span
from napari_ethoprism.views.timeline.gestures import Desk, Gesture, Press
from napari_ethoprism.views.timeline.overlay import Preview
from napari_ethoprism.views.timeline.ruler import time_text
from napari_ethoprism.views.timeline.scene import RULER


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


class BoutDrag(Gesture):
    """Drags whole events by frames, all that are selected together."""

    def __init__(self, desk: Desk, press: Press, event: Event) -> None:
        super().__init__(desk, press)
        chosen = desk.session.selection
        names = chosen if event.event_id in chosen else (event.event_id,)
        self._events = [desk.session.coding.events[name] for name in names]
        self._held, self._by = event, 0

    def drag(self, x: float, y: float) -> None:
        """Show the events where they would be; none leaves the video."""
        scale = self.desk.scene.scale
        wanted = round((x - self.press.x) / scale.per_frame)
        first = min(event.start_frame for event in self._events)
        last = max(event.last_frame for event in self._events)
        self._by = min(max(wanted, -first), scale.frames - last)
        bars = [bar for event in self._events if (bar := self._bar(event)) is not None]
        start = self._held.start_frame + self._by
        self.preview = Preview(bars, f"{self._by:+,} frames · {_place_words(self.desk, start)}")

    def finish(self) -> None:
        """Move them, if they are elsewhere now."""
        names = [event.event_id for event in self._events]
        if self._by:
            self.desk.session.do(shift, names, self._by)
        self.desk.session.select(names)

    def _bar(self, event: Event) -> tuple[int, Span] | None:
        number = self.desk.scene.layout.number_of((event.subject, event.behavior))
        span = (event.start_frame + self._by, event.last_frame + self._by)
        return None if number is None else (number, span)


class Band(Gesture):
    """Chooses the events within a rectangle; where there are none, marks the stretch of frames."""

    def __init__(self, desk: Desk, press: Press) -> None:
        super().__init__(desk, press)
        self._x, self._y = press.x, press.y

    def drag(self, x: float, y: float) -> None:
        """Stretch the band to the mouse."""
        self._x, self._y = x, y
        start, stop = self._span
        left, top = min(x, self.press.x), max(min(y, self.press.y), RULER)
        width, height = abs(x - self.press.x), max(y, self.press.y) - top
        words = f"{start:,} to {stop:,} · {stop - start:,} frames"
        band = (left + self.desk.scene.head, top, width, height)
        self.preview = Preview(text=words, band=band)

    def finish(self) -> None:
        """Choose what is within, besides what was chosen if a key says so."""
        found, session = self._found(), self.desk.session
        keeps = self.press.adds or self.press.extends
        session.select([*session.selection, *found] if keeps else found)
        if not keeps:
            start, stop = self._span
            self.desk.set_span(None if found or stop <= start else (start, stop))

    @property
    def _span(self) -> Span:
        scale = self.desk.scene.scale
        first, last = sorted((self.press.x, self._x))
        return scale.edge_at(first), scale.edge_at(last)

    def _found(self) -> list[str]:
        scene = self.desk.scene
        first, last = sorted((self.press.x, self._x))
        start, stop = scene.scale.frame_at(first), scene.scale.frame_at(last) + 1
        lanes = [scene.layout.lanes[n] for n in scene.layout.between(self.press.y, self._y)]
        return [
            name
            for lane in lanes
            if lane.kind != "marks"
            for name in scene.within(lane.key, start, stop, self.desk.session.frame)
        ]


def _edge_words(desk: Desk, part: str, edge: int, span: Span) -> str:
    """Tell where an edge is, and how long the bout is."""
    return f"{part} {_place_words(desk, edge)} · {span[1] - span[0]:,} frames"


def _place_words(desk: Desk, frame: int) -> str:
    times = desk.scene.times
    at = f" · {time_text(float(times[min(frame, len(times) - 1)]))}" if len(times) else ""
    return f"{frame:,}{at}"
