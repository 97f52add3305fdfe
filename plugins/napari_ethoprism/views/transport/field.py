"""A field that shows a position and takes another one: click, type, Enter."""

from collections.abc import Callable

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from qtpy.QtWidgets import QLineEdit, QWidget


class PositionField(QLineEdit):
    """Shows where the playhead is until somebody types into it.

    Enter goes there, Escape or a click elsewhere leaves all as it was. The keys of the window work
    again afterwards, for the field gives the focus away.

    Parameters
    ----------
    name
        The object's name.
    read
        Gives the position that a text means, or None if it means none.
    widest
        A text that it must have room for.

    Attributes
    ----------
    entered
        The position that was typed.
    refused
        The text that means nothing.
    """

    entered = Signal(object)
    refused = Signal(str)

    def __init__(
        self,
        name: str,
        read: Callable[[str], object | None],
        widest: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(name)
        self._read, self._shown, self._is_entered = read, "", False
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.set_widest(widest)
        self.returnPressed.connect(self._enter)

    def set_widest(self, text: str) -> None:
        """Make room for a text."""
        self.setFixedWidth(self.fontMetrics().horizontalAdvance(text) + 18)

    def show_position(self, text: str) -> None:
        """Show a position, unless somebody is typing."""
        self._shown = text
        if not self.hasFocus():
            self.setText(text)

    def focusInEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802 (Qt's name)
        """Begin to take another position."""
        super().focusInEvent(event)
        self._is_entered = True

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Select the text on the first click, so that typing replaces it."""
        super().mousePressEvent(event)
        if self._is_entered:
            self.selectAll()
        self._is_entered = False

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Give up on Escape."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.clearFocus()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802
        """Show the position again."""
        super().focusOutEvent(event)
        self.setText(self._shown)

    def _enter(self) -> None:
        text = self.text()
        position = self._read(text)
        self.clearFocus()
        if position is None:
            self.refused.emit(text)
        else:
            self.entered.emit(position)
