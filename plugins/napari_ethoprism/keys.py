"""The commands that have a key, in one table: the shortcuts and the legend are made from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtGui import QKeyEvent, QKeySequence, QShortcut
from qtpy.QtWidgets import QWidget


@dataclass(frozen=True)
class Command:
    """Something that a key does wherever the focus is, but in a text field.

    Parameters
    ----------
    name
        What the program calls it.
    keys
        Its keys, as Qt writes them (``Shift+Left``); the first one is shown.
    help
        What it does, in the user's words.
    group
        The heading it stands under in the legend.
    """

    name: str
    keys: tuple[str, ...]
    help: str
    group: str

    @property
    def shown(self) -> str:
        """The first key as this system writes it; empty without one."""
        if not self.keys:
            return ""
        return QKeySequence(self.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)

    def hint(self) -> str:
        """Give the tooltip of a button that does it."""
        sentence = self.help[0].upper() + self.help[1:]
        return f"{sentence} ({self.shown})" if self.keys else sentence


_CODE, _PLAY, _MOVE, _EDIT = "Coding", "Playing", "Moving", "Editing"
_REVIEW, _COMPARE = "Reviewing", "Comparing"

COMMANDS = (
    Command("coding mode", ("F2",), "switch coding on or off", _CODE),
    Command("present", ("F6",), "judge what is coded next as present", _CODE),
    Command("unsure", ("F7",), "judge what is coded next as unsure", _CODE),
    Command("absent", ("F8",), "judge what is coded next as absent", _CODE),
    Command("present of selected", ("Shift+F6",), "judge what is selected as present", _CODE),
    Command("unsure of selected", ("Shift+F7",), "judge what is selected as unsure", _CODE),
    Command("absent of selected", ("Shift+F8",), "judge what is selected as absent", _CODE),
    Command("whole scene", ("F9",), "code the whole scene, not one subject", _CODE),
    Command("legend", ("F1",), "show all keys", _CODE),
    Command("play", ("Space",), "play or pause", _PLAY),
    Command("faster", ("Ctrl+.",), "play faster", _PLAY),
    Command("slower", ("Ctrl+,",), "play slower", _PLAY),
    Command("backwards", ("Shift+Space",), "play the other way", _PLAY),
    Command("loop", ("Ctrl+L",), "loop the selected bout, or stop looping", _PLAY),
    Command("next frame", ("Right",), "next frame", _MOVE),
    Command("previous frame", ("Left",), "previous frame", _MOVE),
    Command("next second", ("Shift+Right",), "one second on", _MOVE),
    Command("previous second", ("Shift+Left",), "one second back", _MOVE),
    Command("next event", ("Down",), "next start or stop of an event", _MOVE),
    Command("previous event", ("Up",), "previous start or stop of an event", _MOVE),
    Command("next unreviewed", ("Shift+Down",), "next bout that nobody has reviewed", _MOVE),
    Command("previous unreviewed", ("Shift+Up",), "previous unreviewed bout", _MOVE),
    Command("next unobserved", ("Ctrl+Right",), "next stretch that is not observed", _MOVE),
    Command("previous unobserved", ("Ctrl+Left",), "previous unobserved stretch", _MOVE),
    Command("first frame", ("Home",), "first frame", _MOVE),
    Command("last frame", ("End",), "last frame", _MOVE),
    Command("go to", ("Ctrl+J",), "type a frame or a time to go to", _MOVE),
    Command("next video", ("Ctrl+PgDown",), "next video of the project", _MOVE),
    Command("previous video", ("Ctrl+PgUp",), "previous video of the project", _MOVE),
    Command("undo", ("Ctrl+Z",), "take the last action back", _EDIT),
    Command("redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "do again what was taken back", _EDIT),
    Command("save", ("Ctrl+S",), "say when the last action was saved", _EDIT),
    Command("accept", ("Return", "Enter"), "it is right: accept what is shown for review", _REVIEW),
    Command("reject", ("Backspace",), "it is wrong: reject what is shown for review", _REVIEW),
    Command("correct", ("F4",), "it is another behaviour: choose which", _REVIEW),
    Command("skip", ("PgDown",), "decide later: on to the next", _REVIEW),
    Command("back", ("PgUp",), "back to the one before", _REVIEW),
    Command("next disagreement", ("F3",), "next disagreement with another coder", _COMPARE),
    Command("previous disagreement", ("Shift+F3",), "previous disagreement", _COMPARE),
)
# the viewer's menu has these too: of two shortcuts with one key, Qt would serve neither
_CONTESTED = ("Ctrl+S",)
_BY_NAME = {command.name: command for command in COMMANDS}


def command(name: str) -> Command:
    """Give the command of a name."""
    return _BY_NAME[name]


class Shortcuts(QObject):
    """Binds commands to what they do, in one window.

    Keys work wherever the focus is in that window; text fields keep the keys that they use.

    Parameters
    ----------
    window
        The top-level window.
    actions
        What each command does, by its name.
    """

    def __init__(self, window: QWidget, actions: Mapping[str, Callable[[], object]]) -> None:
        super().__init__()  # no child of the window, which would keep each other alive
        self._actions = dict(actions)
        self._shortcuts: list[QShortcut] = []
        self._contested: dict[QKeySequence, str] = {}
        for name in actions:
            for key in command(name).keys:
                if key in _CONTESTED:
                    self._contested[QKeySequence(key)] = name
                else:
                    self._shortcuts.append(self._bind(window, name, key))
        window.installEventFilter(self)

    def close(self) -> None:
        """Give the keys back."""
        self._contested.clear()
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._shortcuts.clear()
        self._actions.clear()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Take a contested key before the window's menu is asked."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
            return False
        name = self._contested.get(QKeySequence(event.keyCombination()))
        if name is None:
            return False
        event.accept()
        self._actions[name]()
        return True

    def _bind(self, window: QWidget, name: str, key: str) -> QShortcut:
        shortcut = QShortcut(QKeySequence(key), window)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.setObjectName(name)
        shortcut.activated.connect(self._act)
        return shortcut

    def _act(self) -> None:
        shortcut = self.sender()
        if shortcut is not None:
            self._actions[shortcut.objectName()]()
