"""The bar's pictures, drawn in the theme's colours."""

from qtpy.QtCore import QPointF, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

_SIZE = 16
_SCALE = 3  # drawn larger than shown, for screens with fine pixels

# corners of filled shapes on a grid of 16
_SHAPES: dict[str, list[list[tuple[float, float]]]] = {
    "play": [[(4, 2), (14, 8), (4, 14)]],
    "pause": [[(3, 2), (6.5, 2), (6.5, 14), (3, 14)], [(9.5, 2), (13, 2), (13, 14), (9.5, 14)]],
    "next frame": [[(8, 3), (14, 8), (8, 13)], [(3, 3), (5, 3), (5, 13), (3, 13)]],
    "next event": [
        [(2, 3), (7, 8), (2, 13)],
        [(7, 3), (12, 8), (7, 13)],
        [(12.5, 3), (14.5, 3), (14.5, 13), (12.5, 13)],
    ],
    "next unreviewed": [[(8, 4), (13, 8), (8, 12)]],
    "next unobserved": [[(8, 4), (13, 8), (8, 12)]],
    "redo": [[(9, 1), (15, 5), (9, 9)]],
    "loop": [[(9, 0), (14, 3.5), (9, 7)]],
}
_MIRRORED = {
    "previous frame": "next frame",
    "previous event": "next event",
    "previous unreviewed": "next unreviewed",
    "previous unobserved": "next unobserved",
    "undo": "redo",
    "backwards": "play",
}


def icon(name: str, color: str) -> QIcon:
    """Draw the picture of a command."""
    pixmap = QPixmap(QSize(_SIZE * _SCALE, _SIZE * _SCALE))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(_SCALE, _SCALE)
    if name in _MIRRORED:
        painter.translate(_SIZE, 0)
        painter.scale(-1, 1)
    _draw(painter, _MIRRORED.get(name, name), QColor(color))
    painter.end()
    return QIcon(pixmap)


def _draw(painter: QPainter, name: str, color: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    for corners in _SHAPES[name]:
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color, 1.8))
    if name == "redo":
        path = QPainterPath(QPointF(10, 5))
        path.lineTo(6.5, 5)
        path.arcTo(QRectF(2.5, 5, 8, 8), 90, 180)
        path.lineTo(11, 13)
        painter.drawPath(path)
    elif name == "loop":
        path = QPainterPath(QPointF(10, 3.5))
        path.lineTo(6, 3.5)
        path.arcTo(QRectF(1.5, 3.5, 9, 9), 90, 180)
        path.lineTo(10, 12.5)
        path.arcTo(QRectF(5.5, 3.5, 9, 9), 270, 100)
        painter.drawPath(path)
    elif name == "next unreviewed":
        painter.drawEllipse(QRectF(1, 5, 6, 6))
    elif name == "next unobserved":
        painter.drawRect(QRectF(1, 5, 5, 6))
