"""Puts the views around a napari viewer, and takes them away again."""

from collections.abc import Callable

from napari.viewer import Viewer
from qtpy.QtCore import QObject
from qtpy.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from napari_ethoprism.canvas import Canvas
from napari_ethoprism.playback import Observing, Pictures, Player
from napari_ethoprism.session import Session
from napari_ethoprism.views.coding import CodingView
from napari_ethoprism.views.theme import Theme

# What the panel on the right holds: a tab's title, and what makes its view.
TABS: dict[str, Callable[["Workbench"], QWidget]] = {
    "Code": lambda bench: CodingView(bench.session, bench.theme, bench.player),
}


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
    pictures, canvas
        The pictures of the screen, and what shows them in the viewer.
    observing
        Notes what is watched while coding.
    theme
        The colours for painted views, those of the viewer's theme.
    views
        The views by their titles.
    """

    def __init__(self, viewer: Viewer, annotator: str) -> None:
        super().__init__()
        self.viewer = viewer
        self.session: Session = Session(annotator, self)
        self.player: Player = Player(self.session, self)
        self.observing = Observing(self.session, self.player, self)
        self.theme: Theme = Theme(parent=self)
        self.pictures = Pictures(self.session, self)
        self.canvas = Canvas(viewer, self.session, self.pictures, self.theme, self)
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
        self.pictures.close()
        self.canvas.close()

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
