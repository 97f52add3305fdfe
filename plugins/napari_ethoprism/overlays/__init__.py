"""Where animals are by the files of other programs, to be shown over the picture."""

from napari_ethoprism.overlays.bodies import Bodies, Body, read_bodies
from napari_ethoprism.overlays.overlays import Overlays
from napari_ethoprism.overlays.sources import Source, find_sources

__all__ = ["Bodies", "Body", "Overlays", "Source", "find_sources", "read_bodies"]
