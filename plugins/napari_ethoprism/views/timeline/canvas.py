"""The timeline's mouse and keyboard: presses become gestures, keys become actions."""

from collections.abc import Callable
from functools import partial

from qtpy.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from qtpy.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QMouseEvent, QWheelEvent
from qtpy.QtWidgets import QToolTip, QWidget

from napari_ethoprism.session import Session
from napari_ethoprism.views.theme import Theme
from napari_ethoprism.views.timeline.acting import add_to_lane, delete_selected
from napari_ethoprism.views.timeline.dragging import Band, BoutDrag, EdgeDrag
from napari_ethoprism.views.timeline.gestures import (
    THRESHOLD,
    Click,
    Gesture,
    Pan,
    Press,
    Scrub,
)
from napari_ethoprism.views.timeline.menu import copy_selected, paste_there
from napari_ethoprism.views.timeline.overlay import Preview
from napari_ethoprism.views.timeline.picture import Picture
from napari_ethoprism.views.timeline.scene import RULER
from napari_ethoprism.views.timeline.words import USE, event_lines, lane_lines, place_line, tooltip


class Canvas(Picture):
    """Turns what mouse and keyboard do into gestures and actions.

    Attributes
    ----------
    menu_asked
        Emitted with the place on the screen where a menu is wanted, and the `Lane` there or None.
    """

    menu_asked = Signal(QPoint, object)

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(session, theme, parent)
        self.setObjectName("timeline_canvas")
        self.setAccessibleName("Timeline")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.gesture: Gesture | None = None
        self._pending: Gesture | None = None  # what a press becomes once it is dragged
        self._wanted: int | None = None
        self._seeking = QTimer(self)
        self._seeking.setSingleShot(True)
        self._seeking.timeout.connect(self._seek)

    def seek_soon(self, frame: int) -> None:
        """Move the playhead when the window is idle: of many wishes only the last one counts."""
        self._wanted = frame
        self._seeking.start(0)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Begin what the mouse may become."""
        if self.gesture is not None or not self.scene.scale.frames:
            return
        press = self._press(event)
        self.mouse = event.position()
        if event.button() == Qt.MouseButton.MiddleButton:
            self.gesture = Pan(self, press)
        elif event.button() == Qt.MouseButton.LeftButton and press.x >= 0:
            self._begin(press)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go on with the gesture."""
        self.mouse = event.position()
        press = self._press(event)
        if self.gesture is None:
            self._show_cursor(press)
            return
        if self._pending is not None:
            origin = self.gesture.press
            if max(abs(press.x - origin.x), abs(press.y - origin.y)) < THRESHOLD:
                return
            self.gesture, self._pending = self._pending, None
        self.gesture.drag(press.x, press.y)
        self.preview = self.gesture.preview
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Do what was previewed."""
        if self.gesture is None:
            return
        gesture = self.gesture
        self.end_gesture()
        gesture.finish()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go to an event's start; add one where there is none."""
        press = self._press(event)
        lane = self.scene.lane_at(press.y)
        is_left = event.button() == Qt.MouseButton.LeftButton and bool(self.scene.scale.frames)
        if lane is None or lane.kind == "marks" or press.x < 0 or not is_left:
            self.mousePressEvent(event)
            return
        hit = self.scene.hit_at(press.x, press.y, self.session.frame)
        if hit is not None:
            self.seek_soon(hit.event.start_frame)
            return
        if add_to_lane(self.session, lane, self.scene.scale.frame_at(press.x), self.scene.span):
            self.set_span(None)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom with Ctrl, else pan; with Shift, or along the names, the lanes."""
        turned = event.angleDelta()
        steps = (turned.y() or turned.x()) / 120
        x = event.position().x() - self.scene.head
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_scale(self.scene.scale.zoomed(1.25**steps, x))
        elif x < 0 or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.scroll_by(-steps * self.scene.layout.lane_height)
        else:
            self.set_scale(self.scene.scale.panned(-steps * self.scene.scale.width / 10))
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """Choose what is under the mouse, and ask for the menu."""
        hit = self.scene.hit_at(event.x() - self.scene.head, event.y(), self.session.frame)
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        if by_mouse and hit is not None and hit.event.event_id not in self.session.selection:
            self.session.select([hit.event.event_id])
        self.menu_asked.emit(event.globalPos(), self.scene.lane_at(event.y()) if by_mouse else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Edit what is selected."""
        act = self._action_of(event)
        if act is None:
            super().keyPressEvent(event)
        else:
            act()

    def event(self, event: QEvent) -> bool:
        """Keep our keys from the window's shortcuts; show tooltips of what is under the mouse."""
        if event.type() == QEvent.Type.ShortcutOverride and self._action_of(event) is not None:
            event.accept()
            return True
        if event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), tooltip(self._lines_at(event.pos())), self)
            return True
        return bool(super().event(event))

    def cancel(self) -> None:
        """Leave a drag without a trace; else choose nothing."""
        if self.gesture is not None:
            self.end_gesture()
        else:
            self.set_span(None)
            self.session.select([])

    def select_all(self) -> None:
        """Choose all events of the lanes."""
        scene = self.scene
        whole = (0, scene.scale.frames, self.session.frame)
        lanes = [lane.key for lane in scene.layout.lanes if lane.kind != "marks"]
        self.session.select([name for key in lanes for name in scene.within(key, *whole)])

    def _action_of(self, event: QKeyEvent) -> Callable[[], None] | None:
        """Find what a key does here."""
        if event.key() == Qt.Key.Key_Escape:
            return self.cancel
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            return partial(delete_selected, self.session)
        if event.matches(QKeySequence.StandardKey.Copy):
            return partial(copy_selected, self.session)
        if event.matches(QKeySequence.StandardKey.Paste):
            return partial(paste_there, self.session)
        return self.select_all if event.matches(QKeySequence.StandardKey.SelectAll) else None

    def _lines_at(self, at: QPoint) -> list[str]:
        """Tell what is under the mouse."""
        scene, x = self.scene, at.x() - self.scene.head
        lane = scene.lane_at(at.y())
        hit = scene.hit_at(x, at.y(), self.session.frame)
        if hit is not None:
            return event_lines(hit.event, scene.times)
        if lane is not None and x < 0:
            return lane_lines(lane)
        if x >= 0 and scene.scale.frames:
            return [place_line(scene.scale.frame_at(x), scene.times), "", *USE]
        return [*USE]

    def _begin(self, press: Press) -> None:
        playhead = self.x_of(self.session.frame) - self.scene.head
        if press.y < RULER:
            self.gesture = Scrub(self, press)
            return
        hit = self.scene.hit_at(press.x, press.y, self.session.frame)
        if hit is None and abs(press.x - playhead) <= 3:
            self.gesture = Scrub(self, press)
            return
        self.gesture = Click(self, press, hit.event if hit else None)
        if hit is not None and press.adds:
            self._pending = BoutDrag(self, press, hit.event)
        elif hit is not None and hit.part != "body":
            self._pending = EdgeDrag(self, press, hit.event, hit.part)
        else:
            self._pending = Band(self, press)

    def _show_cursor(self, press: Press) -> None:
        hit = self.scene.hit_at(press.x, press.y, self.session.frame)
        shape = Qt.CursorShape.ArrowCursor
        if hit is not None and hit.part != "body":
            shape = Qt.CursorShape.SizeHorCursor
        self.setCursor(shape)

    def _press(self, event: QMouseEvent) -> Press:
        at, keys = event.position(), event.modifiers()
        return Press(
            at.x() - self.scene.head,
            at.y(),
            bool(keys & Qt.KeyboardModifier.ControlModifier),
            bool(keys & Qt.KeyboardModifier.ShiftModifier),
        )

    def end_gesture(self) -> None:
        """Let go of what is being dragged."""
        self.gesture = self._pending = None
        self.preview = Preview()
        self.update()

    def _seek(self) -> None:
        if self._wanted is not None:
            wanted, self._wanted = self._wanted, None
            self.session.seek(wanted)
