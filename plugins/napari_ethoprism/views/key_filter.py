"""Keys as an ethogram names them, and a filter that sees a window's keys before anybody else."""

import time
from collections.abc import Callable

from qtpy.QtCore import QCoreApplication, QEvent, QObject, Qt
from qtpy.QtGui import QKeyEvent, QKeySequence
from qtpy.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDockWidget,
    QKeySequenceEdit,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

_KEYS = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease)
_NONE = Qt.KeyboardModifier.NoModifier
_PLAIN = (
    Qt.KeyboardModifier.ShiftModifier
    | Qt.KeyboardModifier.KeypadModifier
    | Qt.KeyboardModifier.GroupSwitchModifier
)


def key_of(event: QKeyEvent) -> str:
    """Name the key of a press as an ethogram writes it: a character, or such as ``F5``.

    Caps Lock changes no letter, Shift does. Empty with Ctrl, Alt or the like.
    """
    modifiers = event.modifiers()
    if modifiers & ~_PLAIN:
        return ""
    text = event.text()
    if len(text) == 1 and text.isprintable():
        is_shifted = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        cased = text.upper() if is_shifted else text.lower()
        return cased if len(cased) == 1 else text
    if Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35 and modifiers == _NONE:
        return QKeySequence(event.key()).toString()
    return ""


class KeyFilter(QObject):
    """Takes keys of one window wherever its focus is, but not while text is typed.

    A key that `press` wants reaches nobody else, neither as a shortcut nor when it comes up again;
    its repeats are swallowed. All other keys pass untouched.

    Parameters
    ----------
    anchor
        A widget of the window.
    wants
        Says whether a press is for us.
    press, release
        Told of each press that is wanted and of its release, with a number that is the same for
        both and the moment in seconds.
    lost
        Told when the window is left with keys down, whose releases will not be seen.
    """

    def __init__(
        self,
        anchor: QWidget,
        wants: Callable[[QKeyEvent], bool],
        press: Callable[[QKeyEvent, int, float], None],
        release: Callable[[int, float], None],
        lost: Callable[[], None],
    ) -> None:
        super().__init__(anchor)
        self._anchor = anchor
        self._wants, self._press, self._release, self._lost = wants, press, release, lost
        self._down: set[int] = set()
        self._is_active = False

    def set_active(self, is_active: bool) -> None:
        """Begin to see keys, or cease to."""
        if is_active == self._is_active:
            return
        self._is_active = is_active
        self._down.clear()
        application = QCoreApplication.instance()
        if application is None:
            return
        application.removeEventFilter(self)
        if is_active:
            application.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Look at an event of the application; True takes it."""
        if event is None:
            return False
        kind = event.type()
        if kind == QEvent.Type.WindowDeactivate:
            if self._down and watched is self._anchor.window():
                self._down.clear()
                self._lost()
            return False
        if kind not in _KEYS or not isinstance(watched, QWidget):
            return False
        assert isinstance(event, QKeyEvent)
        if kind == QEvent.Type.KeyRelease:
            return self._on_release(event)
        return self._on_press(watched, event, kind == QEvent.Type.ShortcutOverride)

    def _on_press(self, watched: QWidget, event: QKeyEvent, is_question: bool) -> bool:
        number = _physical_key(event)
        if number in self._down and event.isAutoRepeat():
            event.accept()
            return True
        if not self._is_ours(watched) or not self._wants(event):
            return False
        event.accept()  # as an answer to the question, it keeps shortcuts from having the key
        if not is_question and not event.isAutoRepeat():
            self._down.add(number)
            self._press(event, number, _moment(event))
        return True

    def _on_release(self, event: QKeyEvent) -> bool:
        number = _physical_key(event)
        if number not in self._down:
            return False
        event.accept()
        if not event.isAutoRepeat():
            self._down.remove(number)
            self._release(number, _moment(event))
        return True

    def _is_ours(self, watched: QWidget) -> bool:
        """Say whether the window has the keys, and nobody types text."""
        if QApplication.activeModalWidget() or QApplication.activePopupWidget():
            return False
        window, own = watched.window(), self._anchor.window()
        main = window.parentWidget() if isinstance(window, QDockWidget) else None  # it floats
        return (main or window) is own and not takes_text(watched)


def takes_text(widget: QWidget) -> bool:
    """Say whether letters typed into a widget are text."""
    if isinstance(widget, QLineEdit | QTextEdit | QPlainTextEdit):
        return not widget.isReadOnly()
    if isinstance(widget, QComboBox):
        return bool(widget.isEditable())
    return isinstance(widget, QAbstractSpinBox | QKeySequenceEdit)


def _physical_key(event: QKeyEvent) -> int:
    """Tell keys apart also where Shift has changed their letter meanwhile, if the system can."""
    code = event.nativeScanCode()
    return int(code) if code > 1 else -int(event.key())


def _moment(event: QKeyEvent) -> float:
    """Give the time of the key, not of our coming to it; the window may have been busy."""
    return event.timestamp() / 1000 if event.timestamp() else time.monotonic()
