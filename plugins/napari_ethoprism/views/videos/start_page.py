"""What is shown before anything is open: three ways to begin, and what happens then."""

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

_WAYS = (
    (
        "open sample study",
        "Open sample study",
        "Four short simulated videos of a mouse, three of them coded. They are made here, in about "
        "half a minute.",
    ),
    (
        "open a video",
        "Open a video",
        "One or several. A project folder is made beside the first one, so that all you code is "
        "saved from the start.",
    ),
    (
        "open a project",
        "Open a project",
        "A folder with a project.yaml: its videos, its ethogram, and all that was coded.",
    ),
)


class StartPage(QWidget):
    """Three large buttons.

    Attributes
    ----------
    chosen
        Emitted with ``open sample study``, ``open a video`` or ``open a project``.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setSpacing(4)
        title = QLabel("Welcome to Ethoprism")
        title.setStyleSheet("font-size: 13pt;")
        column.addWidget(title)
        for name, text, happens in _WAYS:
            self._add(column, name, text, happens)
        column.addSpacing(12)
        column.addWidget(_line("Or drop videos or a project folder here."))
        column.addStretch(1)

    def _add(self, column: QVBoxLayout, name: str, text: str, happens: str) -> None:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setMinimumHeight(40)
        button.setStyleSheet("font-size: 12pt;")
        button.setAccessibleDescription(happens)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(self._on_clicked)
        column.addSpacing(8)
        column.addWidget(button)
        column.addWidget(_line(happens))

    def _on_clicked(self) -> None:
        self.chosen.emit(self.sender().objectName())


def _line(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    return label
