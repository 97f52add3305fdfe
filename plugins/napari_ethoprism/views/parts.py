"""Small pieces that the sections of the panel are made of."""

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QFrame,
    QGroupBox,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)


def sentence(name: str) -> QLabel:
    """Make a label for sentences, which wraps."""
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setMinimumWidth(60)
    return label


def button(text: str, name: str, hint: str, act: Callable[[], object]) -> QPushButton:
    """Make a button that says in its tooltip what it does."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.setToolTip(hint)
    made.clicked.connect(act)
    return made


def section(title: str, *items: QWidget | QLayout) -> QGroupBox:
    """Put widgets and layouts below each other under a title."""
    box = QGroupBox(title)
    column = QVBoxLayout(box)
    for item in items:
        if isinstance(item, QLayout):
            column.addLayout(item)
        else:
            column.addWidget(item)
    return box


def scrolled(page: QWidget) -> QScrollArea:
    """Put a page into a frame in which it scrolls where it is higher than there is room."""
    scroll = QScrollArea()
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidgetResizable(True)
    scroll.setWidget(page)
    return scroll
