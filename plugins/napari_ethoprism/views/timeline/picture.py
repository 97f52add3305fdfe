"""The painted part of the timeline: lanes on a cached picture, what moves painted over it."""

from qtpy.QtCore import QEvent, QPointF, QRect, Qt, Signal
from qtpy.QtGui import QPainter, QPaintEvent, QResizeEvent
from qtpy.QtWidgets import QWidget

from ethoprism_domains.annotation.editing.spans import Span
from napari_ethoprism.session import Session
from napari_ethoprism.views.theme import Theme
from napari_ethoprism.views.timeline.backdrop import Backdrop
from napari_ethoprism.views.timeline.lanes import Key
from napari_ethoprism.views.timeline.overlay import (
    REACH,
    SOFT,
    Preview,
    paint_open_bouts,
    paint_playhead,
    paint_preview,
    paint_span,
    paint_words,
)
from napari_ethoprism.views.timeline.scale import Scale
from napari_ethoprism.views.timeline.scene import RULER, Scene

_SHARE = 5  # the lanes' names take up at most one part in so many
_WIDEST_NAMES = 170  # pixels


class Picture(QWidget):
    """Shows a `Scene`.

    Attributes
    ----------
    moved
        Other frames or lanes are visible.
    preview, mouse
        What is being dragged, and where.
    """

    moved = Signal()

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumHeight(RULER + 30)
        self.session, self.theme, self.scene = session, theme, Scene()
        self.preview, self.mouse = Preview(), QPointF()
        self._backdrop = Backdrop()
        self._is_stale = self._are_frames_stale = True
        self._stale_lanes: set[int] = set()

    def refresh(self) -> None:
        """Paint everything anew."""
        self._is_stale = True
        self.update()

    def refresh_lanes(self, keys: set[Key]) -> None:
        """Paint some lanes anew."""
        for number, lane in enumerate(self.scene.layout.lanes):
            if lane.key in keys:
                self._stale_lanes.add(number)
                top = self.scene.layout.top_of(number)
                self.update(0, top, self.width(), self.scene.layout.lane_height)

    def show_playhead(self, before: int, now: int) -> None:
        """Repaint where the playhead was and where it is."""
        places = [self.x_of(frame) for frame in (before, now)]
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
            self.scene.scale, self._are_frames_stale = scale, True
            self.update()
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
        paint_preview(painter, self.scene, colors, self.preview)
        painter.restore()
        painter.setClipRect(
            QRect(self.scene.head, 0, self.width(), height), Qt.ClipOperation.IntersectClip
        )
        paint_span(painter, self.scene, colors, height)
        if self.scene.scale.frames:
            paint_playhead(painter, self.scene, colors, self.session.frame, height)
        paint_words(painter, colors, self.preview.text, self.mouse, self.rect())
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

    def _paint_backdrop(self) -> None:
        ratio, size, font = self.devicePixelRatioF(), self.size(), self.font()
        backdrop, colors = self._backdrop, self.theme.colors
        if self._is_stale or backdrop.pixmap.devicePixelRatio() != ratio:
            backdrop.paint(self.scene, colors, font, size, ratio)
        elif self._are_frames_stale:
            backdrop.paint_frames(self.scene, colors, font)
        elif self._stale_lanes:
            backdrop.paint_lanes(self._stale_lanes, self.scene, colors)
        self._is_stale = self._are_frames_stale = False
        self._stale_lanes.clear()

    def x_of(self, frame: int) -> int:
        """Give the pixel at which a frame begins."""
        return self.scene.head + round(self.scene.scale.x_of(float(frame)))
