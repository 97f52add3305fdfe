"""The bar beneath the video: playing, where the playhead is, jumps, and what was saved."""

from napari_ethoprism.views.transport.view import TransportView

__all__ = ["TransportView"]
