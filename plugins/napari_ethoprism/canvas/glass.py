"""What lies over the picture: the animals of an overlay, painted by Qt.

napari's layers of points and shapes cost a step some 20 ms and more, these few lines next to
nothing; and they are always those of the picture that is on the screen.
"""

from collections.abc import Callable

from napari.layers import Layer
from napari.viewer import Viewer
from qtpy.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from qtpy.QtGui import QColor, QPainter, QPaintEvent, QPen
from qtpy.QtWidgets import QWidget

from napari_ethoprism.canvas.placement import Placement, camera_of
from napari_ethoprism.overlays import Body, Overlays
from napari_ethoprism.session import Session

# Okabe and Ito 2008, "Color universal design", but for black
COLORS = tuple(
    QColor(name)
    for name in ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
)
_SHADE = QColor(0, 0, 0, 170)
_RADIUS, _LINE = 3.0, 1.6  # points of the window


class Glass(QWidget):
    """Lies over the canvas, and lets the mouse through.

    Parameters
    ----------
    viewer, canvas
        The viewer, and the widget in which it draws.
    layer
        Gives the layer of the picture.
    session, overlays
        What is shown.
    """

    def __init__(
        self,
        viewer: Viewer,
        canvas: QWidget,
        layer: Callable[[], Layer | None],
        session: Session,
        overlays: Overlays,
    ) -> None:
        super().__init__(canvas)
        self.setObjectName("glass")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._viewer, self._canvas, self._layer = viewer, canvas, layer
        self._overlays = overlays
        self._bodies: list[Body] = []
        self.setGeometry(canvas.rect())
        canvas.installEventFilter(self)
        camera_of(viewer).events.connect(self._on_camera)
        session.shown_changed.connect(self._on_shown)
        overlays.changed.connect(self._on_shown)
        self._on_shown()

    def close(self) -> bool:
        """Let the viewer go."""
        camera_of(self._viewer).events.disconnect(self._on_camera)
        self._canvas.removeEventFilter(self)
        self.deleteLater()
        return bool(super().close())

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Stay as large as the canvas."""
        if event is not None and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._canvas.rect())
        return False

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 (Qt's name)
        """Paint the animals of the frame that is on the screen."""
        placement = Placement.of(self._viewer, self._layer(), self._canvas)
        if placement is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for body in self._bodies:
            self._paint(painter, placement, body)
        painter.end()

    def _on_shown(self, _: object = None) -> None:
        self._bodies = self._overlays.of_frame()
        self.setVisible(self._overlays.bodies is not None)
        self.update()

    def _on_camera(self, _: object = None) -> None:
        if self._bodies:
            self.update()

    def _paint(self, painter: QPainter, placement: Placement, body: Body) -> None:
        color = COLORS[body.number % len(COLORS)]
        anchor = None
        if body.box is not None:
            left, top, right, bottom = body.box
            box = QRectF(placement.on_canvas(left, top), placement.on_canvas(right, bottom))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for pen in (QPen(_SHADE, 2 * _LINE), QPen(color, _LINE)):
                painter.setPen(pen)
                painter.drawRect(box)
            anchor = box.topLeft()
        painter.setPen(QPen(_SHADE, 1))
        painter.setBrush(color)
        for x, y in body.points.tolist():
            place = placement.on_canvas(x, y)
            painter.drawEllipse(place, _RADIUS, _RADIUS)
            anchor = anchor or place
        if self._overlays.shows_names and anchor is not None:
            _name(painter, anchor, body.name, color)


def _name(painter: QPainter, anchor: QPointF, name: str, color: QColor) -> None:
    metrics = painter.fontMetrics()
    size = QRectF(0, 0, metrics.horizontalAdvance(name) + 6, metrics.height())
    size.moveBottomLeft(anchor + QPointF(0, -3))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_SHADE)
    painter.drawRoundedRect(size, 3, 3)
    painter.setPen(color.lighter(130))
    painter.drawText(size, Qt.AlignmentFlag.AlignCenter, name)
