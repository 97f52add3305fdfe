"""What is being done beside the window, how far it is, and a button that ends it."""

from qtpy.QtWidgets import QGridLayout, QLabel, QProgressBar, QPushButton, QWidget

from napari_ethoprism.opening import Opener


class BusyBar(QWidget):
    """Hidden while an opener is idle."""

    def __init__(self, opener: Opener, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("busy bar")
        self._label = QLabel()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        cancel = QPushButton("Cancel")
        cancel.setObjectName("cancel opening")
        cancel.clicked.connect(opener.cancel)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self._label, 0, 0, 1, 2)
        grid.addWidget(self._bar, 1, 0)
        grid.addWidget(cancel, 1, 1)
        opener.began.connect(self._on_began)
        opener.progressed.connect(self._on_progressed)
        opener.ended.connect(self.hide)
        self.setVisible(opener.is_busy)

    def _on_began(self, told: str) -> None:
        self._label.setText(told)
        self._bar.setRange(0, 0)  # nobody knows yet how much there is
        self.show()

    def _on_progressed(self, done: int, total: int) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)
