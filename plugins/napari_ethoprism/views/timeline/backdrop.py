"""Paints all that stays as it is while the playhead moves: ruler, names and lanes."""

from collections.abc import Iterable

import numpy as np
from qtpy.QtCore import QPointF, QRect, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPixmap

from napari_ethoprism.views.theme import Colors
from napari_ethoprism.views.timeline.lanes import Lane
from napari_ethoprism.views.timeline.raster import (
    Inks,
    Rows,
    blank,
    ink,
    paint_curve,
    paint_events,
    paint_spans,
    paint_unobserved,
)
from napari_ethoprism.views.timeline.ruler import frame_ticks, time_ticks
from napari_ethoprism.views.timeline.scene import RULER, Scene

_SWATCH = 10  # pixels of a lane's colour, beside its name


class Backdrop:
    """A picture of the timeline without the playhead, of which only what changes is made anew.

    Attributes
    ----------
    pixmap
        The picture, in pixels of the device.
    """

    def __init__(self) -> None:
        self.pixmap = QPixmap()

    def paint(
        self,
        scene: Scene,
        colors: Colors,
        font: QFont,
        size: QSize,
        ratio: float,
    ) -> None:
        """Paint everything."""
        wanted = QSize(round(size.width() * ratio), round(size.height() * ratio))
        if self.pixmap.size() != wanted:
            self.pixmap = QPixmap(wanted)
        self.pixmap.setDevicePixelRatio(ratio)
        self.pixmap.fill(QColor(colors.background))
        lanes = scene.layout.between(RULER, size.height())
        self.paint_lanes(lanes, scene, colors, font)
        painter = QPainter(self.pixmap)
        painter.setFont(font)
        _paint_ruler(painter, scene, colors, size.width())
        painter.end()

    def paint_lanes(
        self,
        numbers: Iterable[int],
        scene: Scene,
        colors: Colors,
        font: QFont,
    ) -> None:
        """Paint some lanes."""
        ratio = self.pixmap.devicePixelRatio()
        painter = QPainter(self.pixmap)
        painter.setFont(font)
        width = round(self.pixmap.width() / ratio)
        painter.setClipRect(QRect(0, RULER, width, round(self.pixmap.height() / ratio) - RULER))
        for number in numbers:
            lane, top = scene.layout.lanes[number], scene.layout.top_of(number)
            height = scene.layout.lane_height
            _paint_ground(painter, QRect(0, top, width, height), colors, number)
            image = _lane_image(lane, scene, colors, ratio)
            painter.drawImage(QPointF(scene.head, top), image)
            _paint_name(painter, lane, QRect(0, top, scene.head, height), colors)
        painter.end()


def _lane_image(lane: Lane, scene: Scene, colors: Colors, ratio: float) -> QImage:
    scale = scene.scale.magnified(ratio)
    rows = Rows.of(round((scene.layout.lane_height - 1) * ratio), bool(scene.curves))
    inks = Inks.of(lane.color, colors.text)
    image = blank(scale, rows)
    if lane.kind == "marks":
        paint_spans(image, scene.marks[lane.behavior].spans, scale, inks)
    else:
        paint_unobserved(image, scene.observed, scale, ink(colors.primary, 0.7))
        if lane.key in scene.curves:
            paint_curve(image, scene.curves[lane.key], scale, rows, inks)
        chosen = scene.chosen_of(lane.key)
        paint_events(image, scene.index[lane.key], scale, rows, inks, chosen, scene.is_blind)
    return _as_image(image, ratio)


def _as_image(pixels: np.ndarray, ratio: float) -> QImage:
    height, width = pixels.shape
    kind = QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(pixels.tobytes(), width, height, 4 * width, kind).copy()
    image.setDevicePixelRatio(ratio)
    return image


def _paint_ground(painter: QPainter, rect: QRect, colors: Colors, number: int) -> None:
    ground = QColor(colors.background)
    if number % 2:
        ground = ground.lighter(112) if colors.is_dark else ground.darker(104)
    painter.fillRect(rect, ground)
    painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, QColor(colors.foreground))


def _paint_name(painter: QPainter, lane: Lane, rect: QRect, colors: Colors) -> None:
    """Write a lane's name beside its colour; a point's colour is a disc, a state's a square."""
    painter.fillRect(rect.adjusted(0, 0, 0, -1), QColor(colors.foreground))
    swatch = QRectF(6, rect.center().y() - _SWATCH / 2 + 0.5, _SWATCH, _SWATCH)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, lane.kind == "point")
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(lane.color))
    (painter.drawEllipse if lane.kind == "point" else painter.drawRect)(swatch)
    painter.setPen(QColor(colors.text))
    metrics = QFontMetrics(painter.font())
    key = lane.shortcut
    room = metrics.horizontalAdvance(key) + 12 if key else 4
    words = rect.adjusted(_SWATCH + 12, 0, -room, 0)
    name = metrics.elidedText(lane.name, Qt.TextElideMode.ElideMiddle, words.width())
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.drawText(words, middle | Qt.AlignmentFlag.AlignLeft, name)
    if key:
        faint = QColor(colors.text)
        faint.setAlphaF(0.6)
        painter.setPen(faint)
        painter.drawText(rect.adjusted(0, 0, -6, 0), middle | Qt.AlignmentFlag.AlignRight, key)


def _paint_ruler(painter: QPainter, scene: Scene, colors: Colors, width: int) -> None:
    """Write times above and frames below."""
    half = RULER // 2
    painter.setClipRect(QRect(0, 0, width, RULER))
    painter.fillRect(0, 0, width, RULER, QColor(colors.background))
    painter.setPen(QColor(colors.text))
    left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
    painter.drawText(QRect(0, 0, scene.head - 8, half), right, "time")
    painter.drawText(QRect(0, half, scene.head - 8, half), right, "frame")
    painter.setClipRect(QRect(scene.head, 0, width - scene.head, RULER))
    rows = ((0, time_ticks(scene.scale, scene.times)), (half, frame_ticks(scene.scale)))
    for top, ticks in rows:
        for tick in ticks:
            x = scene.head + round(tick.x)
            painter.fillRect(x, top + 2, 1, half - 3, QColor(colors.primary))
            painter.drawText(QRect(x + 4, top, 120, half), left, tick.label)
    painter.fillRect(0, RULER - 1, width, 1, QColor(colors.primary))
