"""The timeline as a view: a canvas with its buttons and scroll bars, told by the session."""

from functools import partial

from qtpy.QtCore import QPoint, Qt, Signal
from qtpy.QtWidgets import QGridLayout, QHBoxLayout, QScrollBar, QToolButton, QVBoxLayout, QWidget

from ethoprism_domains.annotation.editing import Change
from ethoprism_domains.annotation.editing.spans import Spans
from napari_ethoprism.session import Session
from napari_ethoprism.views.theme import Theme
from napari_ethoprism.views.timeline.canvas import Canvas
from napari_ethoprism.views.timeline.lanes import Lane
from napari_ethoprism.views.timeline.menu import EventMenu
from napari_ethoprism.views.timeline.scene import RULER, Marks


class TimelineView(QWidget):
    """Lanes of events beneath the video.

    Parameters
    ----------
    session
        What is shown and edited.
    theme
        The colours to paint with.

    Attributes
    ----------
    loop_asked
        Emitted with the frames ``start, stop`` that are to be played again and again.
    modifiers_asked
        Emitted with the id of the event whose modifiers are to be asked for.
    """

    loop_asked = Signal(int, int)
    modifiers_asked = Signal(str)

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self.session, self.theme = session, theme
        self.canvas = Canvas(session, theme, self)
        self._across = QScrollBar(Qt.Orientation.Horizontal, self)
        self._down = QScrollBar(Qt.Orientation.Vertical, self)
        self._playhead, self._is_playing = session.frame, False
        self._video_name = session.video_name
        self._lay_out()
        self._connect()
        self._read()

    def fit(self) -> None:
        """Show the whole video."""
        self.canvas.set_scale(self.canvas.scene.scale.zoomed(0.0, 0.0))

    def zoom(self, factor: float) -> None:
        """Stretch around the playhead, or around the middle where that is not visible."""
        scale = self.canvas.scene.scale
        x = scale.x_of(float(self.session.frame))
        self.canvas.set_scale(scale.zoomed(factor, x if 0 <= x < scale.width else scale.width / 2))

    def set_marks(self, name: str, spans: Spans, color: str) -> None:
        """Show spans of frames in a lane of their own; without any, the lane goes."""
        if spans:
            self.canvas.scene.marks[name] = Marks(tuple(spans), color)
        else:
            self.canvas.scene.marks.pop(name, None)
        self._arrange()

    def set_playing(self, is_playing: bool) -> None:
        """Turn over with the playhead; while it plays, only until the user looks elsewhere."""
        self._is_playing = is_playing
        scale = self.canvas.scene.scale
        if is_playing and not scale.is_visible(self.session.frame):
            self.canvas.set_scale(scale.following(self.session.frame))

    def hide_lane(self, lane: Lane) -> None:
        """Do not show a lane any more."""
        self.canvas.scene.hidden.add(lane.key)
        self._arrange()

    def show_lanes(self) -> None:
        """Show all lanes again."""
        self.canvas.scene.hidden.clear()
        self._arrange()

    def _lay_out(self) -> None:
        buttons = QVBoxLayout()
        for name, text, tip, action in (
            ("timeline_zoom_in", "+", "Zoom in (Ctrl and the wheel, at the mouse)", self._zoom_in),
            ("timeline_zoom_out", "−", "Zoom out", self._zoom_out),
            ("timeline_fit", "⇔", "Show the whole video", self.fit),
        ):
            button = QToolButton(self)
            button.setObjectName(name)
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(action)
            buttons.addWidget(button)
        buttons.addStretch(1)
        grid = QGridLayout()
        grid.setSpacing(0)
        grid.addWidget(self.canvas, 0, 0)
        grid.addWidget(self._down, 0, 1)
        grid.addWidget(self._across, 1, 0)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.addLayout(buttons)
        row.addLayout(grid, 1)

    def _connect(self) -> None:
        session = self.session
        session.video_changed.connect(self._on_video)
        session.frame_changed.connect(self._on_frame)
        session.coding_changed.connect(self._on_coding)
        session.selection_changed.connect(self._on_selection)
        session.ethogram_changed.connect(self._read)
        session.subject_changed.connect(self._arrange)
        session.blind_changed.connect(self._on_blind)
        session.predictions_changed.connect(self._on_predictions)
        self.theme.changed.connect(self.canvas.refresh)
        self.canvas.menu_asked.connect(self._show_menu)
        self.canvas.moved.connect(self._show_bars)
        self._across.valueChanged.connect(self._on_across)
        self._down.valueChanged.connect(self.canvas.scroll_to)

    def _show_menu(self, place: QPoint, lane: Lane | None) -> None:
        menu = EventMenu(self.session, self.canvas.scene.span, self)
        menu.loop_asked.connect(self.loop_asked)
        menu.modifiers_asked.connect(self.modifiers_asked)
        menu.addSeparator()
        if lane is not None and lane.kind != "marks":
            menu.addAction(f"Hide the lane {lane.name}", partial(self.hide_lane, lane))
        menu.addAction("Show all lanes", self.show_lanes).setEnabled(bool(self.canvas.scene.hidden))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def _zoom_in(self) -> None:
        self.zoom(1.5)

    def _zoom_out(self) -> None:
        self.zoom(1 / 1.5)

    def _on_video(self) -> None:
        self.canvas.end_gesture()
        self.canvas.set_span(None)
        self.canvas.scene.curves.clear()
        if self.session.video_name != self._video_name:
            self._video_name = self.session.video_name
            self.fit()
        self._read()

    def _read(self) -> None:
        self._playhead = self.session.frame
        self.canvas.scene.read(self.session)
        self._show_all()

    def _on_frame(self, frame: int) -> None:
        before, self._playhead = self._playhead, frame
        scale = self.canvas.scene.scale
        is_left_alone = self._is_playing and not scale.is_visible(before)
        if not scale.is_visible(frame) and not is_left_alone:
            self.canvas.set_scale(scale.following(frame))
        else:
            self.canvas.show_playhead(before, frame)

    def _on_coding(self, change: Change) -> None:
        scene = self.canvas.scene
        touched = scene.index.follow(change, self.session.coding)
        scene.observed = self.session.coding.observed
        touched |= scene.choose(self.session)
        if scene.arrange(self.session) or change.seen or change.unseen:
            self._show_all()
        else:
            self.canvas.refresh_lanes(touched)

    def _on_selection(self) -> None:
        self.canvas.refresh_lanes(self.canvas.scene.choose(self.session))

    def _on_blind(self) -> None:
        self.canvas.scene.is_blind = self.session.is_blind
        self._arrange()

    def _on_predictions(self) -> None:
        self.canvas.scene.curves.clear()
        self._arrange()

    def _arrange(self) -> None:
        self.canvas.scene.arrange(self.session)
        self._show_all()

    def _show_all(self) -> None:
        self.canvas.scroll_by(0)
        self.canvas.refresh()
        self._show_bars()

    def _show_bars(self) -> None:
        """Set the scroll bars to what is visible."""
        scene = self.canvas.scene
        scale, layout = scene.scale, scene.layout
        unit = scale.per_frame or 1.0
        room = max(self.canvas.height() - RULER, 0)
        _set_bar(
            self._across, round(scale.left * unit), round(scale.width), round(scale.frames * unit)
        )
        _set_bar(self._down, layout.scroll, room, layout.height)

    def _on_across(self, value: int) -> None:
        scale = self.canvas.scene.scale
        if value != round(scale.left * scale.per_frame) and scale.per_frame:
            self.canvas.set_scale(scale.starting(value / scale.per_frame))


def _set_bar(bar: QScrollBar, value: int, page: int, whole: int) -> None:
    bar.blockSignals(True)
    bar.setRange(0, max(whole - page, 0))
    bar.setPageStep(max(page, 1))
    bar.setSingleStep(max(page // 10, 1))
    bar.setValue(value)
    bar.blockSignals(False)
