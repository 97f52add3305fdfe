"""The dialog that makes a project: where, and with which behaviours to begin."""

from pathlib import Path

from qtpy.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ethoprism.project import project_folder
from ethoprism.project.templates import ethogram_in, templates
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Ethogram
from napari_ethoprism.views.asking import ask_file, ask_folder

_NONE, _FROM_FILE = "None: I will add the behaviours", "From a file …"
_KINDS = ("Projects, ethograms and label files (*)",)


class NewProjectDialog(QDialog):
    """Asks for a folder and an ethogram.

    Attributes
    ----------
    folder, ethogram
        What was chosen.
    """

    def __init__(self, beside: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("New project")
        self.folder, self.ethogram = beside / "new project", Ethogram(())
        self._beside = beside
        self._place = QLineEdit(str(self.folder))
        self._place.setObjectName("project folder")
        self._place.setMinimumWidth(320)
        self._choices: dict[str, Ethogram] = {_NONE: Ethogram(()), **templates()}
        self._behaviors = QComboBox()
        self._behaviors.setObjectName("ethogram choice")
        self._behaviors.addItems([*self._choices, _FROM_FILE])
        self._told = QLabel()
        self._told.setWordWrap(True)
        self._lay_out()
        self._place.textChanged.connect(self._check)
        self._behaviors.activated.connect(self._on_behaviors)
        self._check()

    def _lay_out(self) -> None:
        browse = QPushButton("Choose …")
        browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.addWidget(self._place, 1)
        row.addWidget(browse)
        form = QFormLayout()
        form.addRow("Folder", row)
        form.addRow("Behaviours", self._behaviors)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._make = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._make.setText("Make the project")
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self._told)
        column.addWidget(self._buttons)

    def _browse(self) -> None:
        chosen = ask_folder(self, "A folder for the project", self._beside)
        if chosen is not None:
            self._place.setText(str(chosen))

    def _on_behaviors(self) -> None:
        if self._behaviors.currentText() != _FROM_FILE:
            self._check()
            return
        self._behaviors.setCurrentIndex(0)
        chosen = ask_file(self, "Take the behaviours of", _KINDS, self._beside)
        problem = "" if chosen is None else self._take(chosen)
        self._check()
        if problem:
            self._told.setText(problem)

    def _take(self, path: Path) -> str:
        """Take the ethogram of a file, or say why it cannot be taken."""
        try:
            ethogram = ethogram_in(path)
        except EthoprismError as error:
            return str(error)
        name = f"Those of {path.parent.name}/{path.name}"
        if name not in self._choices:
            self._behaviors.insertItem(self._behaviors.count() - 1, name)
        self._choices[name] = ethogram
        self._behaviors.setCurrentText(name)
        return ""

    def _check(self) -> None:
        text = self._place.text().strip()
        self.folder = Path(text).expanduser()
        self.ethogram = self._choices.get(self._behaviors.currentText(), Ethogram(()))
        problem = ""
        if not text:
            problem = "Choose a folder."
        elif not self.folder.is_absolute():
            problem = "Write the whole path of the folder."
        elif project_folder(self.folder):
            problem = "There is a project in this folder already: open it instead."
        self._make.setEnabled(not problem)
        names = ", ".join(self.ethogram.names)
        self._told.setText(problem or names or "Behaviours can be added and changed at any time.")
