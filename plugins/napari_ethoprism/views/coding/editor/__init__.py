"""The editor of the ethogram: behaviours, exclusions, subjects, and where to take them from."""

from napari_ethoprism.views.coding.editor.editor import EthogramEditor

__all__ = ["EthogramEditor"]
