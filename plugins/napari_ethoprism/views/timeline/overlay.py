"""Paints what moves over the lanes: the playhead, open bouts, and what is being dragged."""

from collections.abc import Sequence
from dataclasses import dataclass

from qtpy.QtCore import QPointF, QRect, QRectF, Qt
from qtpy.QtGui import QBrush, QColor, QLinearGradient, QPainter, QPen, QPolygonF

from ethoprism_domains.annotation.editing.spans import Span
from napari_ethoprism.views.theme import Colors
from napari_ethoprism.views.timeline.raster import Rows
from napari_ethoprism.views.timeline.scene import RULER, Scene

SOFT = 14  # pixels over which an open bout fades out
REACH = 7  # pixels beside the playhead that its handle takes up


@dataclass(frozen=True)
class Preview:
    """What a drag would do.

    Parameters
    ----------
    bars
        Lanes by their numbers, each with the frames of a bar.
    text
        What stands beside the mouse.
    band
        A rectangle ``x, y, width, height`` within which everything is chosen.
    """

    bars: Sequence[tuple[int, Span]] = ()
    text: str = ""
    band: tuple[float, float, float, float] | None = None


def paint_open_bouts(painter: QPainter, scene: Scene, playhead: int) -> None:
    """Paint the bouts that were not yet stopped, up to the playhead."""
    for bout in scene.index.open_bouts.values():
        number = scene.layout.number_of((bout.subject, bout.behavior))
        if number is None:
            continue
        color = QColor(scene.layout.lanes[number].color)
        left = scene.head + scene.scale.x_of(float(bout.start_frame))
        seen = max(playhead, bout.start_frame) + 1
        right = scene.head + scene.scale.x_of(float(seen))
        rows = Rows.of(scene.layout.lane_height - 1, bool(scene.curves)).bar
        top, height = scene.layout.top_of(number) + rows.start, rows.stop - rows.start
        painter.fillRect(QRectF(left, top, right - left, height), color)
        fade = QLinearGradient(right, 0, right + SOFT, 0)
        fade.setColorAt(0, color)
        color.setAlpha(0)
        fade.setColorAt(1, color)
        painter.fillRect(QRectF(right, top, SOFT, height), QBrush(fade))


def paint_span(painter: QPainter, scene: Scene, colors: Colors, height: int) -> None:
    """Shade the stretch that the user has marked."""
    if scene.span is None:
        return
    left, right = (scene.head + scene.scale.x_of(float(frame)) for frame in scene.span)
    shade = QColor(colors.highlight)
    shade.setAlphaF(0.22)
    painter.fillRect(QRectF(left, RULER // 2, right - left, height), shade)
    painter.fillRect(QRectF(left, RULER - 4, right - left, 3), QColor(colors.highlight))


def paint_playhead(
    painter: QPainter, scene: Scene, colors: Colors, playhead: int, height: int
) -> None:
    """Draw the line at the frame that is shown, and the handle on the ruler."""
    x = scene.head + round(scene.scale.x_of(float(playhead)))
    color = QColor(colors.warning)
    painter.fillRect(QRect(x, 0, 1, height), color)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    corners = [(x - 5.5, 0.0), (x + 6.5, 0.0), (x + 0.5, 9.0)]
    painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def paint_preview(painter: QPainter, scene: Scene, colors: Colors, preview: Preview) -> None:
    """Draw what a drag would do."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for number, (start, stop) in preview.bars:
        left, right = (scene.head + scene.scale.x_of(float(frame)) for frame in (start, stop))
        rect = QRectF(left, scene.layout.top_of(number), right - left, scene.layout.lane_height - 2)
        fill = QColor(scene.layout.lanes[number].color)
        fill.setAlphaF(0.6)
        painter.fillRect(rect, fill)
        painter.setPen(QPen(QColor(colors.text), 2))
        painter.drawRect(rect)
    if preview.band is not None:
        shade = QColor(colors.highlight)
        painter.setPen(QPen(shade, 1))
        shade.setAlphaF(0.2)
        painter.setBrush(shade)
        painter.drawRect(QRectF(*preview.band))


def paint_words(painter: QPainter, colors: Colors, text: str, at: QPointF, room: QRect) -> None:
    """Write a note beside the mouse, within the widget."""
    if not text:
        return
    size = painter.fontMetrics().boundingRect(text)
    box = QRectF(at.x() + 14, at.y() - 26, size.width() + 12, size.height() + 6)
    box.moveLeft(max(min(box.left(), room.right() - box.width() - 1), 0.0))
    box.moveTop(max(min(box.top(), room.bottom() - box.height() - 1), 0.0))
    painter.fillRect(box, QColor(colors.foreground))
    painter.setPen(QColor(colors.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
