"""Puts over the picture what is shown or drawn there."""

from napari.layers import Image
from napari.viewer import Viewer
from qtpy.QtCore import QObject, Signal
from qtpy.QtOpenGLWidgets import QOpenGLWidget
from qtpy.QtWidgets import QMainWindow, QWidget

from napari_ethoprism.canvas.canvas import Canvas
from napari_ethoprism.canvas.glass import Glass
from napari_ethoprism.canvas.placement import Placement
from napari_ethoprism.canvas.rectangle import RectangleDrawer
from napari_ethoprism.overlays import Overlays
from napari_ethoprism.session import Session


class OverPicture(QObject):
    """The overlay of a window's picture, and the rectangle that is drawn on it.

    Parameters
    ----------
    viewer, window
        The viewer, and the window it is in.
    canvas
        Shows the video in the viewer.
    session, overlays
        What is shown.

    Attributes
    ----------
    rectangle_drawn
        Emitted with ``left, top, width, height`` of what was asked for, in pixels of the picture.
    glass
        What shows the overlay; None where the window has no canvas.
    """

    rectangle_drawn = Signal(int, int, int, int)

    def __init__(
        self,
        viewer: Viewer,
        window: QWidget,
        canvas: Canvas,
        session: Session,
        overlays: Overlays,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._viewer, self._canvas, self._session = viewer, canvas, session
        middle = window.centralWidget() if isinstance(window, QMainWindow) else None
        self._surface = None if middle is None else middle.findChild(QOpenGLWidget)
        self._drawer: RectangleDrawer | None = None
        self.glass: Glass | None = None
        if self._surface is not None:
            self.glass = Glass(viewer, self._surface, self._layer, session, overlays)
        session.video_changed.connect(self.end_drawing)

    def draw_rectangle(self) -> None:
        """Let the user draw a rectangle; `rectangle_drawn` follows, unless they think better."""
        self.end_drawing()
        video, surface = self._session.video, self._surface
        place = None if surface is None else Placement.of(self._viewer, self._layer(), surface)
        if video is None or surface is None or place is None:
            self._session.tell("Show a video, flat and by itself, to draw on its picture.")
            return
        height, width = video.size
        self._drawer = RectangleDrawer(surface, place, (width, height))
        self._drawer.drawn.connect(self.rectangle_drawn)
        self._drawer.ended.connect(self._on_ended)

    def end_drawing(self) -> None:
        """Draw nothing any more."""
        if self._drawer is not None:
            self._drawer.end()

    def close(self) -> None:
        """Take away what lies over the picture."""
        self.end_drawing()
        if self.glass is not None:
            self.glass.close()
        self.glass = self._surface = None

    def _layer(self) -> Image | None:
        return self._canvas.layer

    def _on_ended(self) -> None:
        self._drawer = None
