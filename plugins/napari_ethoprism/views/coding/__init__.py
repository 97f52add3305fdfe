"""The panel for coding: the ethogram as buttons and keys, its editor and its legend."""

from napari_ethoprism.views.coding.view import CodingView

__all__ = ["CodingView"]
