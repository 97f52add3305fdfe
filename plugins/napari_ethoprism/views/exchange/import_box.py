"""Choosing label files to import, and what to do about behaviours that the ethogram lacks."""

from collections.abc import Sequence

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGroupBox,
    QInputDialog,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ethoprism_domains.annotation import Behavior
from napari_ethoprism.views.exchange.export_box import narrow

_OBSERVED = {
    "the whole video": "whole",
    "from the first label to the last": "coded span",
}


class ImportBox(QGroupBox):
    """How to import.

    Attributes
    ----------
    asked
        A file is to be chosen and imported.
    """

    asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Import into this video", parent)
        self._observed = QComboBox()
        self._observed.setObjectName("import observed")
        self._observed.addItems(list(_OBSERVED))
        narrow(self._observed)
        self._observed.setToolTip(
            "Which frames count as looked at, where the file does not tell:\n"
            "what is observed and not labelled counts as absent."
        )
        button = QPushButton("Import labels …")
        button.setObjectName("import")
        button.setToolTip("Read a label file of any known format; it can be undone")
        button.clicked.connect(self.asked)
        form = QFormLayout()
        form.addRow("Observed is", self._observed)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(button)

    @property
    def observed(self) -> str:
        """What counts as observed where a file does not tell, as `read_events` takes it."""
        return _OBSERVED[self._observed.currentText()]


def ask_about_behaviors(parent: QWidget, behaviors: Sequence[Behavior]) -> str:
    """Ask whether behaviours that the ethogram lacks are to be ``add``-ed, or left ``out``.

    Empty if the user wants neither.
    """
    names = ", ".join(f"{item.name} ({item.kind})" for item in behaviors)
    box = QMessageBox(parent)
    box.setWindowTitle("Behaviours that the ethogram lacks")
    box.setText(f"The file has behaviours that the ethogram does not have: {names}.")
    box.setInformativeText("Add them to the ethogram, or leave their labels out?")
    add = box.addButton("Add them", QMessageBox.ButtonRole.AcceptRole)
    leave_out = box.addButton("Leave them out", QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    return {add: "add", leave_out: "out"}.get(box.clickedButton(), "")


def ask_source(parent: QWidget, names: Sequence[str], video: str) -> str:
    """Ask which of a file's videos this one is; empty if none."""
    title, question = "Labels of several videos", f"Which of them is {video}?"
    name, is_chosen = QInputDialog.getItem(parent, title, question, list(names), 0, False)
    return str(name) if is_chosen else ""
