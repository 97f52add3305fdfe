"""Puts the views around a napari viewer, and takes them away again."""

from collections.abc import Callable

from napari.utils.theme import get_theme
from napari.viewer import Viewer
from qtpy.QtCore import QObject
from qtpy.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from napari_ethoprism.playback import Player
from napari_ethoprism.session import Session
from napari_ethoprism.views.theme import Colors, Theme

# What the panel on the right holds: a tab's title, and what makes its view.
TABS: dict[str, Callable[["Workbench"], QWidget]] = {}


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
    session, player
        What is open, and what plays it.
    theme
        The colours for painted views, those of the viewer's theme.
    views
        The views by their titles.
    """

    def __init__(self, viewer: Viewer, annotator: str) -> None:
        super().__init__()
        self.viewer = viewer
        self.session = Session(annotator, self)
        self.player = Player(self.session, self)
        self.theme = Theme(parent=self)
        self._follow_theme()
        viewer.events.theme.connect(self._follow_theme)
        self.views = {title: make(self) for title, make in TABS.items()}
        self.panel = self._make_panel()
        self.bottom = self._make_bottom()
        viewer.window.add_dock_widget(self.panel, name="Ethoprism", area="right")
        viewer.window.add_dock_widget(self.bottom, name="Timeline", area="bottom")

    def close(self) -> None:
        """End what runs, and close the project; everything is saved already."""
        self.player.pause()
        for view in self.views.values():
            view.close()
        self.session.close_project()
        self.viewer.events.theme.disconnect(self._follow_theme)

    def _make_panel(self) -> QWidget:
        panel = QTabWidget()
        panel.setObjectName("ethoprism panel")
        for title, view in self.views.items():
            panel.addTab(view, title)
        return panel

    def _make_bottom(self) -> QWidget:
        bottom = QWidget()
        bottom.setObjectName("ethoprism bottom")
        layout = QVBoxLayout(bottom)
        layout.setContentsMargins(0, 0, 0, 0)
        return bottom

    def _follow_theme(self, event: object = None) -> None:
        theme = get_theme(self.viewer.theme)
        names = ("background", "foreground", "primary", "text", "highlight", "warning")
        self.theme.set(Colors(**{name: getattr(theme, name).as_hex("long") for name in names}))
