"""The painted part of the timeline: lanes on a cached picture, the playhead over it."""

from qtpy.QtCore import QEvent, QPointF, QRect, Qt, QTimer, Signal
from qtpy.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from qtpy.QtWidgets import QWidget

from ethoprism_domains.annotation.editing.spans import Span
from napari_ethoprism.session import Session
from napari_ethoprism.views.theme import Theme
from napari_ethoprism.views.timeline.backdrop import Backdrop
from napari_ethoprism.views.timeline.gestures import (
    THRESHOLD,
    Click,
    EdgeDrag,
    Gesture,
    Pan,
    Press,
    Scrub,
)
from napari_ethoprism.views.timeline.lanes import Key
from napari_ethoprism.views.timeline.overlay import (
    REACH,
    SOFT,
    paint_open_bouts,
    paint_playhead,
    paint_preview,
    paint_span,
    paint_words,
)
from napari_ethoprism.views.timeline.scale import Scale
from napari_ethoprism.views.timeline.scene import RULER, Scene

_SHARE = 5  # the lanes' names take up at most one part in so many


class Canvas(QWidget):
    """Shows a `Scene` and turns the mouse into gestures.

    Attributes
    ----------
    moved
        Other frames or lanes are visible.
    """

    moved = Signal()

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline_canvas")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumHeight(RULER + 30)
        self.session, self.theme, self.scene = session, theme, Scene()
        self.gesture: Gesture | None = None
        self._pending: Gesture | None = None  # what a press becomes once it is dragged
        self._mouse = QPointF()
        self._backdrop = Backdrop()
        self._stale: set[int] | None = None  # lanes to paint anew; None for everything
        self._wanted: int | None = None
        self._seeking = QTimer(self)
        self._seeking.setSingleShot(True)
        self._seeking.timeout.connect(self._seek)

    def refresh(self) -> None:
        """Paint everything anew."""
        self._stale = None
        self.update()

    def refresh_lanes(self, keys: set[Key]) -> None:
        """Paint some lanes anew."""
        if self._stale is None:
            return
        for number, lane in enumerate(self.scene.layout.lanes):
            if lane.key in keys:
                self._stale.add(number)
                top = self.scene.layout.top_of(number)
                self.update(0, top, self.width(), self.scene.layout.lane_height)

    def show_playhead(self, before: int, now: int) -> None:
        """Repaint where the playhead was and where it is."""
        places = [self._x_of(frame) for frame in (before, now)]
        if self.scene.index.open_bouts:
            left, right = min(places) - REACH, max(places) + SOFT + REACH
            right += int(self.scene.scale.per_frame) + 1
            self.update(left, 0, right - left, self.height())
            return
        for x in places:
            self.update(x - REACH, 0, 2 * REACH + 1, self.height())

    def set_scale(self, scale: Scale) -> None:
        """Show other frames."""
        if scale != self.scene.scale:
            self.scene.scale = scale
            self.refresh()
            self.moved.emit()

    def scroll_by(self, pixels: float) -> None:
        """Show other lanes."""
        self.scroll_to(self.scene.layout.scroll + round(pixels))

    def scroll_to(self, pixels: int) -> None:
        """Show the lanes from a pixel on."""
        layout = self.scene.layout
        most = max(layout.height - (self.height() - RULER), 0)
        scrolled = layout.scrolled(min(max(pixels, 0), most))
        if scrolled != layout:
            self.scene.layout = scrolled
            self.refresh()
            self.moved.emit()

    def set_span(self, span: Span | None) -> None:
        """Mark a stretch of frames."""
        if span != self.scene.span:
            self.scene.span = span
            self.update()

    def seek_soon(self, frame: int) -> None:
        """Move the playhead when the window is idle: of many wishes only the last one counts."""
        self._wanted = frame
        self._seeking.start(0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Put the playhead and what is being dragged over the cached picture."""
        self._paint_backdrop()
        colors, height = self.theme.colors, self.height()
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.drawPixmap(0, 0, self._backdrop.pixmap)
        painter.save()
        painter.setClipRect(QRect(self.scene.head, RULER, self.width(), height))
        paint_open_bouts(painter, self.scene, self.session.frame)
        if self.gesture is not None:
            paint_preview(painter, self.scene, colors, self.gesture.preview)
        painter.restore()
        painter.setClipRect(QRect(self.scene.head, 0, self.width(), height), _INTERSECT)
        paint_span(painter, self.scene, colors, height)
        if self.scene.scale.frames:
            paint_playhead(painter, self.scene, colors, self.session.frame, height)
        if self.gesture is not None:
            text = self.gesture.preview.text
            paint_words(painter, colors, text, self._mouse, self.rect())
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Take the new width."""
        self.scene.head = min(170, self.width() // _SHARE)
        self.scene.scale = self.scene.scale.resized(float(max(self.width() - self.scene.head, 1)))
        self.refresh()
        self.scroll_by(0)
        self.moved.emit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Take another font or style."""
        self.refresh()
        super().changeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Begin what the mouse may become."""
        if self.gesture is not None or not self.scene.scale.frames:
            return
        press = self._press(event)
        self._mouse = event.position()
        if event.button() == Qt.MouseButton.MiddleButton:
            self.gesture = Pan(self, press)
        elif event.button() == Qt.MouseButton.LeftButton and press.x >= 0:
            self._begin(press)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go on with the gesture."""
        self._mouse = event.position()
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
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Do what was previewed."""
        if self.gesture is None:
            return
        gesture = self.gesture
        self.gesture = self._pending = None
        gesture.finish()
        self.update()

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

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Leave a drag without a trace."""
        if event.key() == Qt.Key.Key_Escape and self.gesture is not None:
            self.gesture = self._pending = None
            self.update()
            return
        super().keyPressEvent(event)

    def _begin(self, press: Press) -> None:
        playhead = self._x_of(self.session.frame) - self.scene.head
        if press.y < RULER:
            self.gesture = Scrub(self, press)
            return
        hit = self.scene.hit_at(press.x, press.y, self.session.frame)
        if hit is None and abs(press.x - playhead) <= 3:
            self.gesture = Scrub(self, press)
            return
        self.gesture = Click(self, press, hit.event if hit else None)
        if hit is not None and hit.part != "body":
            self._pending = EdgeDrag(self, press, hit.event, hit.part)

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

    def _paint_backdrop(self) -> None:
        ratio, size = self.devicePixelRatioF(), self.size()
        events, colors = self.session.coding.events, self.theme.colors
        if self._stale is None or self._backdrop.pixmap.devicePixelRatio() != ratio:
            self._backdrop.paint(self.scene, events, colors, self.font(), size, ratio)
        elif self._stale:
            self._backdrop.paint_lanes(self._stale, self.scene, events, colors, self.font())
        self._stale = set()

    def _seek(self) -> None:
        if self._wanted is not None:
            wanted, self._wanted = self._wanted, None
            self.session.seek(wanted)

    def _x_of(self, frame: int) -> int:
        return self.scene.head + round(self.scene.scale.x_of(float(frame)))


_INTERSECT = Qt.ClipOperation.IntersectClip
