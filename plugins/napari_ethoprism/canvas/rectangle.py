"""Draws a rectangle on the picture: press, drag, let go."""

from qtpy.QtCore import QPointF, QRectF, Qt, Signal
from qtpy.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from qtpy.QtWidgets import QWidget

from napari_ethoprism.canvas.placement import Pair, Placement

_WORDS = "Drag a rectangle over the part of the picture. Escape leaves all as it was."
_LINE, _FILL, _SHADE = QColor("#ffffff"), QColor(0, 120, 255, 60), QColor(0, 0, 0, 170)


class RectangleDrawer(QWidget):
    """Lies over the canvas while a rectangle is drawn, and goes afterwards.

    Parameters
    ----------
    canvas
        The widget in which the picture is.
    placement
        Where the picture is in it.
    size
        The picture's width and height in pixels.

    Attributes
    ----------
    drawn
        Emitted with ``left, top, width, height`` in pixels of the picture.
    ended
        There is nothing to draw any more, whether something was drawn or not.
    """

    drawn = Signal(int, int, int, int)
    ended = Signal()

    def __init__(self, canvas: QWidget, placement: Placement, size: tuple[int, int]) -> None:
        super().__init__(canvas)
        self.setObjectName("rectangle drawer")
        self._placement, self._size = placement, size
        self._from: QPointF | None = None
        self._to = QPointF()
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setGeometry(canvas.rect())
        self.show()
        self.raise_()
        self.setFocus()

    def end(self) -> None:
        """Go, with nothing drawn."""
        self.hide()
        self.ended.emit()
        self.deleteLater()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 (Qt's name)
        """Put one corner down."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._from = self._to = event.position()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Draw the other corner along."""
        if event is not None and self._from is not None:
            self._to = event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Take the rectangle, if it holds a pixel; else it may be drawn again."""
        if event is None or self._from is None or event.button() != Qt.MouseButton.LeftButton:
            return
        corners = self._from, event.position()
        self._from = None
        places = [self._placement.on_picture(corner) for corner in corners]
        left, top, width, height = whole_pixels(places[0], places[1], self._size)
        self.update()
        if width > 0 and height > 0:
            self.drawn.emit(left, top, width, height)
            self.end()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Leave all as it was, on Escape."""
        if event is None:
            return
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint what is to be done, and the rectangle so far."""
        painter = QPainter(self)
        room = QRectF(self.rect()).adjusted(16, 8, -16, -8)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
        wrapped = int(flags.value) | int(Qt.TextFlag.TextWordWrap.value)
        words = painter.boundingRect(room, wrapped, _WORDS)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_SHADE)
        painter.drawRoundedRect(words.adjusted(-6, -3, 6, 3), 4, 4)
        painter.setPen(_LINE)
        painter.drawText(words, wrapped, _WORDS)
        if self._from is not None:
            painter.setPen(QPen(_LINE, 1, Qt.PenStyle.DashLine))
            painter.setBrush(_FILL)
            painter.drawRect(QRectF(self._from, self._to).normalized())
        painter.end()


def whole_pixels(one: Pair, other: Pair, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Give ``left, top, width, height`` of the whole pixels between two corners.

    A pixel's middle is at its number, so it reaches half a unit to each side.

    Parameters
    ----------
    one, other
        x and y of the corners, which may lie beside the picture.
    size
        The picture's width and height.
    """
    edges = []
    for axis, most in enumerate(size):
        places = sorted((one[axis], other[axis]))
        edges.append([min(max(round(place + 0.5), 0), most) for place in places])
    (left, right), (top, bottom) = edges
    return left, top, right - left, bottom - top
