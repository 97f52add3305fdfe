"""What the mouse is doing between a press and a release: scrubbing, panning, clicking.

A gesture previews; only its end changes anything, with one action of the session.
"""

from dataclasses import dataclass
from typing import Protocol

from ethoprism_domains.annotation.editing import Event
from ethoprism_domains.annotation.editing.spans import Span
from napari_ethoprism.session import Session
from napari_ethoprism.views.timeline.overlay import Preview
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
        """Show the frame under the mouse, or the nearest that is visible."""
        scale = self.desk.scene.scale
        self.desk.seek_soon(scale.frame_at(min(max(x, 0.0), scale.width - 1)))


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


class Click(Gesture):
    """A press that was not dragged."""

    def __init__(self, desk: Desk, press: Press, event: Event | None) -> None:
        super().__init__(desk, press)
        self._event = event

    def finish(self) -> None:
        """Choose what was clicked; go to the frame where nothing was."""
        session = self.desk.session
        if self._event is None:
            self._go()
        elif self.press.extends:
            session.select([*session.selection, *self._run()])
        elif self.press.adds and self._event.event_id in session.selection:
            session.select([key for key in session.selection if key != self._event.event_id])
        elif self.press.adds:
            session.select([*session.selection, self._event.event_id])
        else:
            session.select([self._event.event_id])

    def _go(self) -> None:
        """Go to the frame that was clicked; a click beside the marked stretch ends its marking."""
        frame, span = self.desk.scene.scale.frame_at(self.press.x), self.desk.scene.span
        self.desk.session.select([])
        if span is not None and not span[0] <= frame < span[1]:
            self.desk.set_span(None)
        self.desk.seek_soon(frame)

    def _run(self) -> list[str]:
        """List the events of the lane from the one chosen last to the one that was clicked."""
        assert self._event is not None
        coding, event = self.desk.session.coding, self._event
        key = event.subject, event.behavior
        lane = [other.event_id for other in coding.track(*key).events]
        before = [name for name in self.desk.session.selection if name in lane]
        if not before or event.event_id not in lane:
            return [event.event_id]
        first, last = sorted((lane.index(before[-1]), lane.index(event.event_id)))
        return lane[first : last + 1]
