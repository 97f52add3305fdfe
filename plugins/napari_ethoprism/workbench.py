"""Puts the views around a napari viewer, and takes them away again."""

from napari.utils.theme import get_theme
from napari.viewer import Viewer
from qtpy.QtCore import QObject
from qtpy.QtWidgets import QTabWidget

from napari_ethoprism.session import Session
from napari_ethoprism.views.theme import Colors, Theme


class Workbench(QObject):
    """A session with its views, docked in one viewer.

    Parameters
    ----------
    viewer
        The napari viewer.
    annotator
        Who codes.

    Attributes
    ----------
    session
        What is open.
    theme
        The colours for painted views, those of the viewer's theme.
    """

    def __init__(self, viewer: Viewer, annotator: str) -> None:
        super().__init__()
        self.viewer = viewer
        self.session = Session(annotator, self)
        self.theme = Theme(parent=self)
        self._follow_theme()
        viewer.events.theme.connect(self._follow_theme)
        self.panel = QTabWidget()
        viewer.window.add_dock_widget(self.panel, name="Ethoprism", area="right")

    def _follow_theme(self, event: object = None) -> None:
        theme = get_theme(self.viewer.theme)
        names = ("background", "foreground", "primary", "text", "highlight", "warning")
        self.theme.set(Colors(**{name: getattr(theme, name).as_hex("long") for name in names}))
