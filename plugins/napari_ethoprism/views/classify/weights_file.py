"""The file of an encoder's weights, where it needs one or another than the public one is wanted."""

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

_HINTS = {
    "file": "file of weights",
    "here": "file of weights, if not the public one",
    "download": "file of weights, if not the public one",
}


class WeightsFile(QWidget):
    """Names a file; hidden for an encoder without weights.

    Attributes
    ----------
    changed
        The user has named another file.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_asked = False
        self._line = QLineEdit()
        self._line.setObjectName("weights")
        self._line.setToolTip("The file that holds the encoder's weights")
        self._browse = QPushButton("Browse…")
        self._browse.setObjectName("browse weights")
        self._browse.setToolTip("Choose the file that holds the encoder's weights")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._line, 1)
        row.addWidget(self._browse)
        self._line.editingFinished.connect(self.changed)
        self._browse.clicked.connect(self._on_browse)
        self.ask("none")

    @property
    def path(self) -> str:
        """The file that is named; empty for none, and for an encoder without weights."""
        return self._line.text().strip() if self._is_asked else ""

    def set_path(self, path: str) -> None:
        """Show a file's path."""
        self._line.setText(path)

    def ask(self, weights: str) -> None:
        """Ask for a file, or do not; see `EncoderNote.weights`."""
        self._is_asked = weights in _HINTS
        self._line.setPlaceholderText(_HINTS.get(weights, ""))
        self.setVisible(self._is_asked)

    def _on_browse(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "The encoder's weights")
        if path:
            self._line.setText(path)
            self.changed.emit()
