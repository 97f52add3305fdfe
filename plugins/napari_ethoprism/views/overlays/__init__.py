"""The panel that chooses which tracks or poses are shown over the picture."""

from napari_ethoprism.views.overlays.view import OverlaysView

__all__ = ["OverlaysView"]
