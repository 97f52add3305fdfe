"""Starts napari with the workbench; the command line finds this through an entry point."""

from collections.abc import Sequence
from pathlib import Path


def launch(paths: Sequence[Path], annotator: str | None = None) -> int:
    """Open a window with the workbench, and what is named in it; return when it is closed.

    Parameters
    ----------
    paths
        A project, or videos and folders of videos; nothing for the first page.
    annotator
        Who codes; by the settings if not given.
    """
    import napari

    from napari_ethoprism.contributions import workbench_of

    viewer = napari.Viewer(title="Ethoprism")
    workbench = workbench_of(viewer, annotator or "")
    workbench.opener.open(paths)
    napari.run()
    return 0
