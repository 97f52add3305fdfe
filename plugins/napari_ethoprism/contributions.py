"""What napari's menus do: each finds the workbench of the current viewer, or opens one."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from napari.viewer import Viewer
    from qtpy.QtWidgets import QWidget

    from napari_ethoprism.workbench import Workbench


def make_panel() -> "QWidget":
    """Make the workbench of the current viewer, and give its panel for napari to dock."""
    from napari_ethoprism.workbench import Workbench

    return Workbench(_viewer(), _annotator(), dock_panel=False).panel


def workbench_of(viewer: "Viewer", annotator: str = "") -> "Workbench":
    """Give the workbench of a viewer; open one where it has none.

    Parameters
    ----------
    annotator
        Who codes in a new one; by the settings if empty.
    """
    from napari_ethoprism.workbench import PANEL, Workbench

    panel = viewer.window.dock_widgets.get(PANEL)
    found = None if panel is None else panel.findChild(Workbench)
    return found or Workbench(viewer, annotator or _annotator())


def open_project() -> None:
    """Let the user choose a project."""
    workbench_of(_viewer()).do("open a project")


def open_videos() -> None:
    """Let the user choose videos."""
    workbench_of(_viewer()).do("open a video")


def open_sample_study() -> None:
    """Open the sample study; it is made first where it is not there."""
    workbench_of(_viewer()).do("open sample study")


def _viewer() -> "Viewer":
    import napari

    return napari.current_viewer() or napari.Viewer()


def _annotator() -> str:
    from napari_ethoprism.settings import read_settings

    return read_settings().who
