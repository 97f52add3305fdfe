"""The marks of the states: an empty ring, a half disc, a dotted ring, a full disc, a cross."""

from qtpy.QtCore import QRectF, Qt
from qtpy.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from napari_ethoprism.views.theme import Colors

_SIDE, _SCALE = 14, 3  # points, and how much finer it is drawn for sharp screens


def warning_ink(colors: Colors) -> QColor:
    """Give the colour of warnings for thin strokes: darker where the background is light."""
    color = QColor(colors.warning)
    return color if colors.is_dark else color.darker(180)


def mark(state: str, colors: Colors) -> QIcon:
    """Draw the mark of a state: ``new, coded, predicted, reviewed, missing``; else nothing."""
    pixmap = QPixmap(_SIDE * _SCALE, _SIDE * _SCALE)
    pixmap.fill(QColor(0, 0, 0, 0))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(_SCALE, _SCALE)
    _draw(painter, state, colors)
    painter.end()
    return QIcon(pixmap)


def _draw(painter: QPainter, state: str, colors: Colors) -> None:
    disc = QRectF(2, 2, _SIDE - 4, _SIDE - 4)
    pen = QPen(warning_ink(colors) if state == "missing" else QColor(colors.text), 1.4)
    if state == "predicted":
        pen.setStyle(Qt.PenStyle.DotLine)
    painter.setPen(pen)
    if state == "missing":
        painter.drawLine(disc.topLeft(), disc.bottomRight())
        painter.drawLine(disc.topRight(), disc.bottomLeft())
    elif state in ("new", "coded", "predicted", "reviewed"):
        painter.drawEllipse(disc)
    painter.setBrush(QColor(colors.text))
    if state == "coded":
        painter.drawPie(disc, 90 * 16, 180 * 16)
    elif state == "reviewed":
        painter.drawEllipse(disc)
