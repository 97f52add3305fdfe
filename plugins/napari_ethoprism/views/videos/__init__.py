"""The project and its videos: how far each is, and what can be opened."""

from napari_ethoprism.views.videos.view import VideosView

__all__ = ["VideosView"]
