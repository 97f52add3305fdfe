"""Open projects, videos and the sample study beside the window, and remember them."""

from napari_ethoprism.opening.opener import Opener
from napari_ethoprism.opening.recent import RecentProjects

__all__ = ["Opener", "RecentProjects"]
