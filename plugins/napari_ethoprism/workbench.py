"""Puts the views around a napari viewer, and takes them away again."""

from collections.abc import Callable

from napari.viewer import Viewer
from qtpy.QtCore import QObject, Qt
from qtpy.QtWidgets import QMainWindow, QTabWidget, QVBoxLayout, QWidget

from napari_ethoprism.canvas import Canvas, OverPicture
from napari_ethoprism.ending import Ending
from napari_ethoprism.jobs import Learner
from napari_ethoprism.keys import Shortcuts
from napari_ethoprism.opening import Opener
from napari_ethoprism.overlays import Overlays
from napari_ethoprism.playback import Moves, Observing, Pictures, Player
from napari_ethoprism.session import Session
from napari_ethoprism.settings import Settings, read_settings
from napari_ethoprism.views.agreement import AgreementView
from napari_ethoprism.views.classify import ClassifyView
from napari_ethoprism.views.coding import CodingView
from napari_ethoprism.views.exchange import ExchangeView
from napari_ethoprism.views.overlays import OverlaysView
from napari_ethoprism.views.review import ReviewView
from napari_ethoprism.views.theme import Theme
from napari_ethoprism.views.timeline import TimelineView
from napari_ethoprism.views.transport import TransportView
from napari_ethoprism.views.videos import VideosView

PANEL = "Workbench (Ethoprism)"  # as napari calls it when its menu opens it

# What the panel on the right holds: a tab's title, and what makes its view.
TABS: dict[str, Callable[["Workbench"], QWidget]] = {
    "Project": lambda bench: VideosView(bench.session, bench.theme, bench.opener),
    "Code": lambda bench: CodingView(
        bench.session, bench.theme, bench.player, bench.settings.hold_ms / 1000
    ),
    "Classify": lambda bench: ClassifyView(bench.session, bench.learner),
    "Review": lambda bench: ReviewView(bench.session, bench.player, bench.learner),
    "Compare": lambda bench: AgreementView(bench.session),
    "Tracks": lambda bench: OverlaysView(bench.session, bench.overlays),
    "Files": lambda bench: ExchangeView(bench.session),
}

_CORNER = Qt.Corner.BottomLeftCorner
_BOTTOM_HEIGHT = 230  # pixels: the bar, the ruler and half a dozen lanes


class Workbench(QObject):
    """A session with its views, docked in one viewer.

    Parameters
    ----------
    viewer
        The napari viewer.
    annotator
        Who codes.
    dock_panel
        Whether the panel is docked here; napari's menu docks what it has opened by itself.

    Attributes
    ----------
    session, player
        What is open, and what plays it.
    settings
        What the user has chosen in napari's preferences.
    opener
        Opens projects and videos.
    pictures, canvas
        The pictures of the screen, and what shows them in the viewer.
    observing
        Notes what is watched while coding.
    overlays, over_picture
        The tracks or poses that are shown, and what shows them over the picture.
    learner
        Does the long work of the project: embedding, learning, predicting.
    theme
        The colours for painted views, those of the viewer's theme.
    views
        The views of the panel by their titles.
    transport, timeline
        What is at the bottom.
    """

    def __init__(self, viewer: Viewer, annotator: str, dock_panel: bool = True) -> None:
        super().__init__()
        self.viewer = viewer
        self.settings: Settings = read_settings()
        settings = self.settings
        self.session: Session = Session(annotator, self)
        self.player: Player = Player(self.session, self)
        self.observing = Observing(self.session, self.player, self)
        self.observing.set_enabled(settings.observe_while_playing)
        self.opener: Opener = Opener(self.session, parent=self)
        self.learner: Learner = Learner(self.session, self)
        self.theme: Theme = Theme(parent=self)
        self.overlays: Overlays = Overlays(self.session, self)
        self.pictures = Pictures(self.session, self, settings.cache_mb << 20)
        self.canvas = Canvas(viewer, self.session, self.pictures, self.theme, self)
        self.views = {title: make(self) for title, make in TABS.items()}
        self.panel = self._make_panel()
        moves = Moves(self.session, self.player, self)
        self.transport = TransportView(
            self.session, self.player, self.observing, self.theme, moves.actions()
        )
        self.timeline = TimelineView(self.session, self.theme)
        self.bottom = self._make_bottom()
        window = self._dock(dock_panel)
        self.over_picture = OverPicture(
            viewer, window, self.canvas, self.session, self.overlays, self
        )
        self.canvas.put_badge(window)
        self._shortcuts = Shortcuts(
            window, moves.actions() | self.transport.actions() | self._commands()
        )
        self._connect()
        self._is_closed = False
        self._ending = Ending(window, self.panel, self)
        self._ending.window_closed.connect(self.close)
        self._ending.widget_removed.connect(self._on_removed)
        self.setParent(self.panel)  # lives as long as what it shows

    def _dock(self, dock_panel: bool) -> QWidget:
        """Put panel and timeline into the window, and return it."""
        docks = self.viewer.window
        if dock_panel:
            docks.add_dock_widget(self.panel, name=PANEL, area="right")
        dock = docks.add_dock_widget(self.bottom, name="Timeline", area="bottom")
        window = self.bottom.window()
        if isinstance(window, QMainWindow):
            # else napari's panels on the left, which are high, leave the timeline no height
            window.setCorner(_CORNER, Qt.DockWidgetArea.LeftDockWidgetArea)
            window.resizeDocks([dock], [_BOTTOM_HEIGHT], Qt.Orientation.Vertical)
        return window

    def _commands(self) -> dict[str, Callable[[], object]]:
        """Gather what the views do by key."""
        commands: dict[str, Callable[[], object]] = {}
        for view in self.views.values():
            if isinstance(view, CodingView | AgreementView):
                commands |= view.commands()
        return commands

    def _connect(self) -> None:
        """Let what one view asks for be done by another, for they do not know each other."""
        for view in self.views.values():
            if isinstance(view, AgreementView):
                view.loop_asked.connect(self._loop)
                view.marked.connect(self.timeline.set_marks)
            if isinstance(view, ClassifyView):
                view.encoder.draw_asked.connect(self.over_picture.draw_rectangle)
                self.over_picture.rectangle_drawn.connect(view.encoder.set_part)
        self.transport.names_toggled.connect(self.canvas.show_names)
        self.transport.banner.locate_asked.connect(self._locate)
        self.player.playing_changed.connect(self.timeline.set_playing)
        self.timeline.loop_asked.connect(self._loop)
        self.timeline.modifiers_asked.connect(self._ask_modifiers)

    def do(self, what: str) -> None:
        """Do what a button of the project's tab is called, such as ``open a project``."""
        project = self.views["Project"]
        self.panel.setCurrentWidget(project)
        if isinstance(project, VideosView):
            project.do(what)

    def close(self) -> None:
        """End what runs, and close the project; everything is saved already."""
        if self._is_closed:
            return
        self._is_closed = True
        self.player.pause()
        self.opener.close()
        self.learner.close()
        self.overlays.close()
        self.over_picture.close()
        self._shortcuts.close()
        window = self.bottom.window()
        if isinstance(window, QMainWindow):
            window.setCorner(_CORNER, Qt.DockWidgetArea.BottomDockWidgetArea)
        for view in (*self.views.values(), self.transport, self.timeline):
            view.close()
        self.session.close_project()
        self.session.wait()
        self.pictures.close()
        self.canvas.close()

    def _on_removed(self) -> None:
        """Take the bottom away too: the user has put the panel away."""
        self.close()
        self.viewer.window.remove_dock_widget(self.bottom)

    def _locate(self) -> None:
        self.do("locate")

    def _loop(self, start: int, stop: int) -> None:
        self.player.loop(start, stop)
        self.player.play()

    def _ask_modifiers(self, event_id: str) -> None:
        coding = self.views["Code"]
        self.panel.setCurrentWidget(coding)
        if isinstance(coding, CodingView):
            coding.details.asking.emit(event_id)

    def _make_panel(self) -> QTabWidget:
        panel = QTabWidget()
        panel.setObjectName("ethoprism panel")
        # napari's own style leaves more room around titles than a narrow panel has
        panel.tabBar().setStyleSheet("QTabBar::tab { padding: 3px 4px; }")
        for title, view in self.views.items():
            panel.addTab(view, title)
        return panel

    def _make_bottom(self) -> QWidget:
        bottom = QWidget()
        bottom.setObjectName("ethoprism bottom")
        layout = QVBoxLayout(bottom)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.transport)
        layout.addWidget(self.timeline, 1)
        return bottom
