"""The bar beneath the video."""

from collections.abc import Callable, Mapping

from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from napari_ethoprism.keys import command
from napari_ethoprism.playback import SPEEDS, Observing, Player
from napari_ethoprism.session import Session
from napari_ethoprism.views.banner import Banner
from napari_ethoprism.views.flow import FlowBar
from napari_ethoprism.views.theme import Theme
from napari_ethoprism.views.transport.icons import icon
from napari_ethoprism.views.transport.position import PositionView
from napari_ethoprism.views.transport.saved import SavedLabel

_GROUPS = (
    ("previous event", "previous frame", "play", "next frame", "next event"),
    ("loop",),
    ("previous unreviewed", "next unreviewed"),
    ("previous unobserved", "next unobserved"),
    ("undo", "redo"),
)


class TransportView(QWidget):
    """Plays, shows where the playhead is, jumps, undoes, and tells what was saved.

    Parameters
    ----------
    session, player, observing
        What it shows and moves.
    theme
        The window's colours.
    actions
        What each command does, by its name.

    Attributes
    ----------
    names_toggled
        Whether the names of bouts are wanted over the picture.
    """

    names_toggled = Signal(bool)

    def __init__(
        self,
        session: Session,
        player: Player,
        observing: Observing,
        theme: Theme,
        actions: Mapping[str, Callable[[], object]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("transport")
        self._session, self._player, self._theme = session, player, theme
        self._buttons = {name: self._button(name, actions[name]) for row in _GROUPS for name in row}
        self.banner = Banner(session, theme)
        self.position = PositionView(session, theme)
        self.saved = SavedLabel(session)
        self._speed = self._make_speed()
        self._every = _check_box(
            "every frame", "Every frame", "Wait for each picture, however long it takes to decode"
        )
        self._every.toggled.connect(self._on_every)
        self._watch = _check_box(
            "note watched",
            "Observe",
            "In coding mode, frames that are played or stepped through become observed",
        )
        self._watch.setChecked(observing.is_enabled)
        self._watch.toggled.connect(observing.set_enabled)
        self._names = _check_box(
            "names", "Names", "Show over the picture which bouts hold in the frame"
        )
        self._names.setChecked(True)
        self._names.toggled.connect(self.names_toggled)
        self._blind = _check_box(
            "blind", "Blind", "Hide all that probes predicted, to code without being led"
        )
        self._blind.setChecked(session.is_blind)
        self._blind.toggled.connect(session.set_blind)
        session.blind_changed.connect(self._blind.setChecked)
        self._lay_out()
        self._connect()

    def actions(self) -> dict[str, Callable[[], object]]:
        """Give what the commands of the bar's own do, by their names."""
        return {"go to": self.position.edit, "save": self.saved.say}

    def _lay_out(self) -> None:
        first, *others = [_row(*(self._buttons[name] for name in row)) for row in _GROUPS]
        speed = _row(self._speed, self._every)
        choices = self._watch, self._names, self._blind
        bar = FlowBar(first, speed, self.position, *others, *choices, self.saved)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 2, 4, 0)
        column.setSpacing(2)
        column.addWidget(self.banner)
        column.addWidget(bar)

    def _connect(self) -> None:
        session, player = self._session, self._player
        player.playing_changed.connect(self._refresh)
        player.loop_changed.connect(self._refresh)
        player.speed_changed.connect(self._on_speed)
        session.video_changed.connect(self._refresh)
        session.coding_changed.connect(self._refresh)
        session.selection_changed.connect(self._refresh)
        self._theme.changed.connect(self._draw_icons)
        self._draw_icons()
        self._on_speed(player.speed)
        self._refresh()

    def _button(self, name: str, action: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setAutoRaise(True)
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setToolTip(command(name).hint())
        button.setAccessibleName(command(name).help)
        button.setAutoRepeat(name.endswith("frame"))
        button.setCheckable(name == "loop")
        button.clicked.connect(lambda _=False: action())
        return button

    def _make_speed(self) -> QComboBox:
        box = QComboBox()
        box.setObjectName("speed")
        box.setAccessibleName("speed")
        box.setToolTip(
            f"How fast to play; negative plays backwards ({command('faster').shown}, "
            f"{command('slower').shown}, {command('backwards').shown})"
        )
        box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for speed in (*reversed(SPEEDS), *(-speed for speed in SPEEDS)):
            box.addItem(f"{speed:g} ×".replace("-", "−"), speed)
        box.activated.connect(self._on_speed_chosen)
        return box

    def _on_speed_chosen(self, row: int) -> None:
        self._player.set_speed(self._speed.itemData(row))

    def _on_speed(self, speed: float) -> None:
        self._speed.setCurrentIndex(self._speed.findData(speed))
        self._draw_icons()

    def _on_every(self, is_on: bool) -> None:
        self._player.every_frame = is_on

    def _refresh(self, _: object = None) -> None:
        session, store = self._session, self._session.store
        for name, button in self._buttons.items():
            button.setEnabled(session.video is not None)
            if name in ("undo", "redo"):
                can = store is not None and (store.can_undo if name == "undo" else store.can_redo)
                button.setEnabled(can)
        loop = self._buttons["loop"]
        loop.setChecked(self._player.span is not None)
        loop.setEnabled(self._player.span is not None or bool(session.selection))
        self._draw_play()

    def _draw_icons(self) -> None:
        for name, button in self._buttons.items():
            button.setIcon(icon(name, self._theme.colors.text))
        self._draw_play()

    def _draw_play(self) -> None:
        shown = "backwards" if self._player.speed < 0 else "play"
        name = "pause" if self._player.is_playing else shown
        self._buttons["play"].setIcon(icon(name, self._theme.colors.text))


def _row(*widgets: QWidget) -> QWidget:
    group = QWidget()
    row = QHBoxLayout(group)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(2)
    for widget in widgets:
        row.addWidget(widget)
    return group


def _check_box(name: str, text: str, tip: str) -> QCheckBox:
    box = QCheckBox(text)
    box.setObjectName(name)
    box.setToolTip(tip)
    box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return box
