"""The question about one candidate, and its answers."""

from collections.abc import Sequence

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from ethoprism_domains.annotation import Behavior
from ethoprism_domains.review.candidates import Candidate
from napari_ethoprism.keys import command
from napari_ethoprism.views.flow import FlowLayout
from napari_ethoprism.views.parts import sentence

_ANSWERS = (
    ("accept", "Yes"),
    ("reject", "No"),
    ("correct", "Something else…"),
    ("skip", "Later"),
    ("back", "Back"),
)


class Card(QFrame):
    """Asks whether a behaviour happens in what is shown.

    Attributes
    ----------
    answered
        Emitted with the command of the button: ``accept``, ``reject``, ``skip`` or ``back``.
    corrected
        Emitted with the behaviour that it is.
    """

    answered = Signal(str)
    corrected = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._question = sentence("question")
        font = self._question.font()
        font.setPointSizeF(font.pointSizeF() * 1.3)
        font.setBold(True)
        self._question.setFont(font)
        self._details = sentence("details")
        self._buttons = [self._answer_button(name, text) for name, text in _ANSWERS]
        self._choices = QWidget()
        self._choices.setObjectName("choices")
        self._choice_row = FlowLayout(self._choices)
        row = FlowLayout()
        for button in self._buttons:
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.addWidget(self._question)
        column.addWidget(self._details)
        column.addLayout(row)
        column.addWidget(self._choices)
        self._choices.hide()

    @property
    def is_choosing(self) -> bool:
        """Whether it is asked which behaviour it is."""
        return not self._choices.isHidden()

    def ask(self, candidate: Candidate, when: str, answer: str) -> None:
        """Ask about a candidate.

        Parameters
        ----------
        when
            Its time.
        answer
            What was said of it before; empty if nothing was.
        """
        who = f"{candidate.subject}: " if candidate.subject else ""
        self._question.setText(f"{who}{candidate.behavior}?")
        found = "Missed, perhaps" if candidate.is_missed else "Predicted"
        lines = [f"{found}: {candidate.reason}", f"{candidate.video}, {when}"]
        if answer:
            lines.append(f"Your answer: {answer}")
        self._details.setText("\n".join(lines))
        self.show_choices(())

    def say(self, text: str) -> None:
        """Say something, and ask nothing."""
        self._question.setText(text)
        self._details.clear()
        self.show_choices(())

    def set_open(self, is_open: bool) -> None:
        """Let it be answered, or not."""
        for button in self._buttons:
            button.setEnabled(is_open)

    def show_choices(self, behaviors: Sequence[Behavior]) -> None:
        """Ask which behaviour it is; nothing is asked without any."""
        while (item := self._choice_row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        for behavior in behaviors:
            shown = f"{behavior.name}   {behavior.key}" if behavior.key else behavior.name
            button = QPushButton(shown)
            button.setObjectName(f"it is {behavior.name}")
            button.setProperty("behavior", behavior.name)
            button.setToolTip(f"It is {behavior.name}")
            button.clicked.connect(self._on_choice)
            self._choice_row.addWidget(button)
        self._choices.setVisible(bool(behaviors))

    def _answer_button(self, name: str, text: str) -> QPushButton:
        button = QPushButton(f"{text}   {command(name).shown}")
        button.setObjectName(name)
        button.setToolTip(command(name).hint())
        button.setProperty("command", name)
        button.clicked.connect(self._on_button)
        return button

    def _on_button(self) -> None:
        self.answered.emit(self.sender().property("command"))

    def _on_choice(self) -> None:
        self.corrected.emit(self.sender().property("behavior"))
