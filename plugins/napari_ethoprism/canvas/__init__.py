"""The one place that touches the viewer."""

from napari_ethoprism.canvas.canvas import Canvas

__all__ = ["Canvas"]
