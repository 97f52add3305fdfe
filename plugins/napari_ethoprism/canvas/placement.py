"""Where in the window a place of the picture is, and the other way round."""

from dataclasses import dataclass

from napari.components import Camera
from napari.layers import Layer
from napari.viewer import Viewer
from qtpy.QtCore import QPointF
from qtpy.QtWidgets import QWidget

Pair = tuple[float, float]


def camera_of(viewer: Viewer) -> Camera:
    """Give the viewer's camera, in this napari and in those before 0.9."""
    return getattr(viewer, "scene", viewer).camera


@dataclass(frozen=True)
class Placement:
    """How the picture lies on the canvas; all pairs are x and y.

    Parameters
    ----------
    zoom
        Points of the window for a unit of the scene.
    centre
        What of the scene is in the middle of the canvas.
    size
        Of the canvas in points.
    scale, shift
        Units of the scene for a pixel of the picture, and where its first one is.
    """

    zoom: float
    centre: Pair
    size: Pair
    scale: Pair = (1.0, 1.0)
    shift: Pair = (0.0, 0.0)

    @classmethod
    def of(cls, viewer: Viewer, layer: Layer | None, canvas: QWidget) -> "Placement | None":
        """Look it up; None where the picture does not lie flat and by itself."""
        dims, camera = viewer.dims, camera_of(viewer)
        # before napari 0.9 camera and grid were the viewer's own
        grid = getattr(viewer, "canvas", viewer).grid
        is_flat = dims.ndisplay == 2 and not grid.enabled
        if layer is None or not is_flat or dims.displayed != (dims.ndim - 2, dims.ndim - 1):
            return None
        y, x = camera.center[-2:]
        scale_y, scale_x = layer.scale[-2:]
        shift_y, shift_x = layer.translate[-2:]
        size = (canvas.width(), canvas.height())
        return cls(camera.zoom, (x, y), size, (scale_x, scale_y), (shift_x, shift_y))

    def on_canvas(self, x: float, y: float) -> QPointF:
        """Give the point of the window where a pixel's middle is."""
        return QPointF(*(self._out(value, axis) for axis, value in enumerate((x, y))))

    def on_picture(self, place: QPointF) -> Pair:
        """Give the pixel, and the part of it, that is at a point of the window."""
        return self._into(place.x(), 0), self._into(place.y(), 1)

    def _out(self, value: float, axis: int) -> float:
        scene = value * self.scale[axis] + self.shift[axis]
        return (scene - self.centre[axis]) * self.zoom + self.size[axis] / 2

    def _into(self, value: float, axis: int) -> float:
        scene = (value - self.size[axis] / 2) / self.zoom + self.centre[axis]
        return (scene - self.shift[axis]) / self.scale[axis]
