"""What touches the viewer: the video's layer, its slider, and what lies over the picture."""

from napari_ethoprism.canvas.canvas import Canvas
from napari_ethoprism.canvas.over_picture import OverPicture

__all__ = ["Canvas", "OverPicture"]
