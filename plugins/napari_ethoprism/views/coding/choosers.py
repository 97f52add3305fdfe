"""Small rows of buttons of which one is on: the subject, the judgement, the coding mode."""

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QColor, QPainter, QPaintEvent, QPen
from qtpy.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ethoprism_domains.annotation import Subject
from napari_ethoprism.keys import command
from napari_ethoprism.views.coding.bindings import JUDGEMENTS
from napari_ethoprism.views.theme import Theme

_COLUMNS, _ROW = 2, 27


class Chooser(QWidget):
    """Buttons of which one is on.

    Attributes
    ----------
    chosen
        Emitted with the value of the button that was clicked.
    """

    chosen = Signal(str)

    def __init__(self, columns: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns = columns
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(3)
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._on_click)
        self._buttons: dict[str, QPushButton] = {}

    def set_choices(self, choices: list[tuple[str, str, str, str]]) -> None:
        """Take other choices: each a value, a label, a key and a hint."""
        for button in self._buttons.values():
            self._group.removeButton(button)
            button.setParent(None)
            button.deleteLater()
        self._buttons = {}
        for at, (value, label, key, hint) in enumerate(choices):
            button = QPushButton(f"{label}   {key}" if key else label)
            button.setObjectName(f"choose {value}")
            button.setProperty("value", value)
            button.setCheckable(True)
            button.setToolTip(hint)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setMinimumWidth(40)
            self._group.addButton(button)
            self._grid.addWidget(button, at // self._columns, at % self._columns)
            self._buttons[value] = button

    def choose(self, value: str) -> None:
        """Show a value as the one that is chosen; none is if it is no choice."""
        button = self._buttons.get(value)
        if button is not None:
            button.setChecked(True)
            return
        self._group.setExclusive(False)
        for other in self._buttons.values():
            other.setChecked(False)
        self._group.setExclusive(True)

    def _on_click(self, button: QPushButton) -> None:
        self.chosen.emit(button.property("value"))


class SubjectChooser(QScrollArea):
    """Who is coded: one of the subjects, or the whole scene; long lists scroll.

    Attributes
    ----------
    chosen
        Emitted with the subject's name; empty for the whole scene.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chooser = Chooser(_COLUMNS)
        self._chooser.chosen.connect(self.chosen)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(self._chooser)

    def set_subjects(self, subjects: tuple[Subject, ...], current: str) -> None:
        """Take other subjects."""
        whole = command("whole scene")
        choices = [("", "Whole scene", whole.shown, whole.hint())]
        for item in subjects:
            told = [f"Code {item.name}" + (f" (key {item.key})" if item.key else "")]
            told += [item.description] if item.description else []
            choices.append((item.name, item.name, item.key, "\n".join(told)))
        self._chooser.set_choices(choices)
        self.setVisible(bool(subjects))
        rows = min((len(choices) + _COLUMNS - 1) // _COLUMNS, 3)
        self.setFixedHeight(rows * _ROW + 2)
        self.choose(current)

    def choose(self, subject: str) -> None:
        """Show who is coded."""
        self._chooser.choose(subject)


class JudgementChooser(Chooser):
    """Whether something is present, unsure or absent.

    Parameters
    ----------
    of
        What the names of the commands that do the same end in.
    """

    def __init__(self, of: str = "", parent: QWidget | None = None) -> None:
        super().__init__(len(JUDGEMENTS), parent)
        choices = []
        for name in JUDGEMENTS:
            does = command(f"{name}{of}")
            choices.append((name, name.capitalize(), "" if of else does.shown, does.hint()))
        self.set_choices(choices)


class ModeSwitch(QPushButton):
    """The large switch of the coding mode; nobody can overlook whether it is on."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.judgement = "present"
        self.setObjectName("coding mode")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumHeight(38)
        self.setToolTip(command("coding mode").hint())
        self.toggled.connect(self._tell)
        theme.changed.connect(self.update)
        self._tell(False)

    def set_judgement(self, judgement: str) -> None:
        """Say how what is coded next is judged, where that is not as usual."""
        self.judgement = judgement
        self._tell(self.isChecked())

    def paintEvent(self, _: QPaintEvent | None) -> None:  # noqa: N802
        """Draw it."""
        colors = self._theme.colors
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_on = self.isChecked()
        painter.setBrush(QColor("#b3261e" if is_on else colors.foreground))
        painter.setPen(QPen(QColor(colors.highlight if self.hasFocus() else colors.primary), 1.5))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 6, 6)
        painter.setPen(QColor("#ffffff" if is_on else colors.text))
        font = painter.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.15)
        painter.setFont(font)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())

    def _tell(self, is_on: bool) -> None:
        key = command("coding mode").shown
        judged = "" if self.judgement == "present" else f" AS {self.judgement.upper()}"
        self.setText(f"● CODING{judged}  ({key} ends it)" if is_on else f"Coding is off  ({key})")
        self.update()


def row_of(*widgets: QWidget) -> QHBoxLayout:
    """Put widgets beside one another, without margins."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        row.addWidget(widget)
    return row


def column_of(*widgets: QWidget) -> QVBoxLayout:
    """Put widgets below one another, without margins."""
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        column.addWidget(widget)
    return column
