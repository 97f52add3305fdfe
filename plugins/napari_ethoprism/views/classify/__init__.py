"""The panel in which a project learns: prepare its videos, learn from what is coded, predict."""

from napari_ethoprism.views.classify.view import ClassifyView

__all__ = ["ClassifyView"]
