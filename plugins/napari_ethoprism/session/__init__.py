"""What is open in the window: a project, a video, its annotations. No napari, no widgets."""

from napari_ethoprism.session.predictions import Predictions
from napari_ethoprism.session.session import Session

__all__ = ["Predictions", "Session"]
