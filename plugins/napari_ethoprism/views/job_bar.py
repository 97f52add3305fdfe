"""How far a long job is, and the button that stops it."""

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from napari_ethoprism.jobs import Learner

_STEPS = 1000  # bytes and frames may be more than a progress bar can count


class JobBar(QWidget):
    """Shows the job of a learner; hidden while there is none.

    Parameters
    ----------
    learner
        Whose job.
    """

    def __init__(self, learner: Learner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("job")
        self._learner = learner
        self._stage = QLabel()
        self._stage.setObjectName("job stage")
        self._stage.setTextFormat(Qt.TextFormat.PlainText)
        self._stage.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setObjectName("job progress")
        self._bar.setTextVisible(False)
        self._cancel = QPushButton("Cancel")
        self._cancel.setObjectName("cancel job")
        self._cancel.setToolTip("Stop; what is finished is kept, and taken up when you start again")
        self._cancel.clicked.connect(self._on_cancel)
        row = QHBoxLayout()
        row.addWidget(self._bar, 1)
        row.addWidget(self._cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stage)
        column.addLayout(row)
        learner.busy_changed.connect(self._on_busy)
        learner.progress.connect(self._on_progress)
        self._on_busy()

    def _on_busy(self) -> None:
        busy = self._learner.busy
        self.setVisible(bool(busy))
        self._cancel.setEnabled(True)
        self._stage.setText(f"{busy[:1].upper()}{busy[1:]}…")
        self._bar.setRange(0, 0)

    def _on_progress(self, stage: str, done: int, total: int) -> None:
        self._stage.setText(stage)
        self._bar.setRange(0, _STEPS if total else 0)
        self._bar.setValue(round(_STEPS * done / total) if total else 0)

    def _on_cancel(self) -> None:
        self._cancel.setEnabled(False)
        self._stage.setText("Stopping…")
        self._learner.cancel()
