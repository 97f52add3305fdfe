"""What is selected: its fields to edit, and where it comes from."""

from napari_ethoprism.views.coding.details.details import DetailsView

__all__ = ["DetailsView"]
