"""Asks for the modifiers of an event that was just coded; the event itself is saved already."""

from html import escape

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ethoprism_domains.annotation import Modifier
from napari_ethoprism.views.coding.modifier_text import Chosen, chosen_in, is_number, text_of

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_NUMBER = "0123456789.,-"
_COLUMNS = 2


class Question(QFrame):
    """Asks for one modifier after the other; digits choose, Enter goes on, Escape leaves the rest.

    It never takes the focus: keys come through `wants` and `take`.

    Attributes
    ----------
    answered
        Emitted with the event's id and its modifiers' text when all was asked or left.
    opened
        It waits for an answer, or no more.
    """

    answered = Signal(str, str)
    opened = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modifiers")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._event_id, self._modifiers, self._at = "", tuple[Modifier, ...](), 0
        self._chosen: Chosen = ()
        self._title, self._hint = QLabel(), QLabel()
        self._title.setWordWrap(True)
        self._hint.setWordWrap(True)
        self._number = QLineEdit()
        self._number.setObjectName("modifier number")
        self._number.setAccessibleName("Number of the modifier")
        self._number.returnPressed.connect(self._go_on)
        self._pauses = QCheckBox("Pause the video while asking")
        self._pauses.setObjectName("pause while asking")
        self._pauses.setChecked(True)
        self._pauses.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._choices = QWidget()
        self._buttons: list[QPushButton] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 2, 4, 2)
        column.setSpacing(2)
        for widget in (self._title, self._choices, self._number, self._hint, self._pauses):
            column.addWidget(widget)
        self._grid = QGridLayout(self._choices)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.hide()

    @property
    def pauses(self) -> bool:
        """Whether the video should wait for the answer."""
        return bool(self._pauses.isChecked())

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return bool(self._event_id)

    def ask(self, event_id: str, told: str, modifiers: tuple[Modifier, ...], text: str) -> None:
        """Begin to ask; what was asked before is answered as far as it is."""
        self.finish()
        self._event_id, self._modifiers, self._told = event_id, modifiers, told
        self._chosen = chosen_in(text, modifiers)
        self._show(0)
        self.show()
        self.opened.emit(True)

    def finish(self) -> None:
        """Answer with what was chosen so far."""
        if not self.is_open:
            return
        self._take_number()
        event_id, self._event_id = self._event_id, ""
        self.hide()
        self.opened.emit(False)
        self.answered.emit(event_id, text_of(self._chosen))

    def wants(self, event: QKeyEvent) -> bool:
        """Say whether a key is an answer."""
        if not self.is_open or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if event.key() in (*_ENTER, Qt.Key.Key_Escape):
            return True
        if self._is_numeric:
            return event.key() == Qt.Key.Key_Backspace or _is_one_of(event.text(), _NUMBER)
        digits = "".join(str(number) for number in range(1, min(len(self._buttons), 9) + 1))
        return _is_one_of(event.text(), digits)

    def take(self, event: QKeyEvent) -> None:
        """Take a key as an answer."""
        if event.key() == Qt.Key.Key_Escape:
            self.finish()
        elif event.key() in _ENTER:
            self._go_on()
        elif not self._is_numeric:
            self._buttons[int(event.text()) - 1].click()
        elif event.key() == Qt.Key.Key_Backspace:
            self._number.backspace()
        else:
            self._number.insert(event.text())

    @property
    def _is_numeric(self) -> bool:
        return self._modifiers[self._at].kind == "numeric"

    def _show(self, at: int) -> None:
        self._at = at
        modifier, values = self._modifiers[at], self._chosen[at]
        more = f" ({at + 1} of {len(self._modifiers)})" if len(self._modifiers) > 1 else ""
        told = f"{escape(self._told)}: <b>{escape(modifier.name)}</b>?{more}"
        self._title.setText(told)
        self._title.setToolTip(modifier.description)
        self._number.setVisible(self._is_numeric)
        self._number.setText(values[0] if values and self._is_numeric else "")
        self._make_buttons(modifier, values)
        self._hint.setText(_hint(modifier))

    def _make_buttons(self, modifier: Modifier, values: tuple[str, ...]) -> None:
        for button in self._buttons:
            button.setParent(None)
            button.deleteLater()
        self._buttons = []
        for at, value in enumerate(modifier.values):
            button = QPushButton(f"{at + 1}  {value}" if at < 9 else value)
            button.setObjectName(f"modifier {value}")
            button.setProperty("value", value)
            button.setCheckable(True)
            button.setChecked(value in values)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(self._on_click)
            self._grid.addWidget(button, at // _COLUMNS, at % _COLUMNS)
            self._buttons.append(button)
        self._choices.setVisible(bool(self._buttons))

    def _on_click(self) -> None:
        button = self.sender()
        if not isinstance(button, QPushButton):
            return
        if self._modifiers[self._at].kind == "single":
            self._choose((str(button.property("value")),))
            self._go_on()
            return
        ticked = (other for other in self._buttons if other.isChecked())
        self._choose(tuple(str(other.property("value")) for other in ticked))

    def _choose(self, values: tuple[str, ...]) -> None:
        self._chosen = (*self._chosen[: self._at], values, *self._chosen[self._at + 1 :])

    def _take_number(self) -> None:
        if self._is_numeric:
            text = self._number.text().strip().replace(",", ".")
            self._choose((text,) if is_number(text) else ())

    def _go_on(self) -> None:
        self._take_number()
        if self._at + 1 < len(self._modifiers):
            self._show(self._at + 1)
        else:
            self.finish()


def _is_one_of(text: str, letters: str) -> bool:
    return len(text) == 1 and text in letters


def _hint(modifier: Modifier) -> str:
    how = {
        "single": "A number chooses",
        "multiple": "Numbers choose, Enter goes on",
        "numeric": "Type the number, Enter goes on",
    }
    return f"{how.get(modifier.kind, '')}; Escape leaves it empty. The event is saved."
