"""Paints all that stays as it is while the playhead moves: ruler, names and lanes."""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from qtpy.QtCore import QPointF, QRect, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPixmap

from napari_ethoprism.views.theme import Colors
from napari_ethoprism.views.timeline.inks import Inks, mixed
from napari_ethoprism.views.timeline.lanes import Lane
from napari_ethoprism.views.timeline.raster import (
    Rows,
    empty_lane,
    paint_curve,
    paint_events,
    paint_spans,
    paint_unobserved,
)
from napari_ethoprism.views.timeline.ruler import frame_ticks, time_ticks
from napari_ethoprism.views.timeline.scale import Scale
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

    def paint(self, scene: Scene, colors: Colors, font: QFont, size: QSize, ratio: float) -> None:
        """Paint everything."""
        wanted = QSize(round(size.width() * ratio), round(size.height() * ratio))
        if self.pixmap.size() != wanted:
            self.pixmap = QPixmap(wanted)
        self.pixmap.setDevicePixelRatio(ratio)
        self.pixmap.fill(QColor(colors.background))
        layout = scene.layout
        painter = self._painter(font)
        painter.setClipRect(QRect(0, RULER, scene.head, size.height() - RULER))
        for number in layout.between(RULER, size.height()):
            place = QRect(0, layout.top_of(number), scene.head, layout.lane_height)
            _paint_name(painter, layout.lanes[number], place, colors)
        painter.end()
        self.paint_frames(scene, colors, font)

    def paint_frames(self, scene: Scene, colors: Colors, font: QFont) -> None:
        """Paint all but the names: the ruler and the lanes."""
        painter = self._painter(font)
        _paint_ruler(painter, scene, colors, self._size.width())
        painter.end()
        self.paint_lanes(scene.layout.between(RULER, self._size.height()), scene, colors)

    def paint_lanes(self, numbers: Iterable[int], scene: Scene, colors: Colors) -> None:
        """Paint what is in some lanes."""
        ratio, size, height = self.pixmap.devicePixelRatio(), self._size, scene.layout.lane_height
        scale = scene.scale.magnified(ratio)
        rows = Rows.of(round(height * ratio), bool(scene.curves))
        empty = [_empty_lane(scene, scale, rows, colors, is_odd) for is_odd in (False, True)]
        painter = QPainter(self.pixmap)
        painter.setClipRect(QRect(scene.head, RULER, size.width() - scene.head, size.height()))
        pixels = empty[0].copy()
        image = _as_image(pixels, ratio)
        for number in numbers:
            pixels[:] = empty[number % 2]
            _paint_lane(pixels, number, scene, scale, rows, colors)
            painter.drawImage(QPointF(scene.head, scene.layout.top_of(number)), image)
        painter.end()

    @property
    def _size(self) -> QSize:
        return self.pixmap.deviceIndependentSize().toSize()

    def _painter(self, font: QFont) -> QPainter:
        painter = QPainter(self.pixmap)
        painter.setFont(font)
        return painter


def _paint_lane(
    image: np.ndarray, number: int, scene: Scene, scale: Scale, rows: Rows, colors: Colors
) -> None:
    """Paint what a lane holds into its empty picture."""
    lane = scene.layout.lanes[number]
    inks = _inks(lane.color, colors, bool(number % 2))
    if lane.kind == "marks":
        image[:-1] = inks.ground
        paint_spans(image, scene.marks[lane.behavior].spans, scale, inks)
        return
    if lane.key in scene.curves:
        paint_curve(image, scene.curves[lane.key], scale, rows, inks)
    chosen = scene.chosen_of(lane.key)
    paint_events(image, scene.index[lane.key], scale, rows, inks, chosen, scene.is_blind)


def _empty_lane(scene: Scene, scale: Scale, rows: Rows, colors: Colors, is_odd: bool) -> np.ndarray:
    inks = _inks(colors.text, colors, is_odd)
    image = empty_lane(scale, rows, inks)
    paint_unobserved(image, scene.observed, scale, inks)
    image[-1] = mixed(colors.foreground, colors.background)
    return image


@lru_cache(maxsize=256)
def _inks(color: str, colors: Colors, is_odd: bool) -> Inks:
    ground = QColor(colors.background)
    if is_odd:
        ground = ground.lighter(112) if colors.is_dark else ground.darker(104)
    return Inks.of(color, ground.name(), colors.primary, colors.text)


def _as_image(pixels: np.ndarray, ratio: float) -> QImage:
    """Let pixels be seen as an image: it shows what they are when it is drawn."""
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    return image


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
