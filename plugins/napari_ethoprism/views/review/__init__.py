"""The panel for review: predictions worth a look, one after another, and a key for each answer."""

from napari_ethoprism.views.review.reviewer import Reviewer
from napari_ethoprism.views.review.view import ReviewView

__all__ = ["ReviewView", "Reviewer"]
