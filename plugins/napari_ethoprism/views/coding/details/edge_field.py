"""One edge of an event, to be set as a frame, as a time, or where the playhead is."""

import numpy as np
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QLineEdit, QSpinBox, QToolButton, QWidget

from ethoprism_domains.annotation import seconds_to_frames
from napari_ethoprism.session import Session
from napari_ethoprism.views.clock import parse_time, time_text
from napari_ethoprism.views.coding.choosers import row_of

_OPEN = -1


class EdgeField(QWidget):
    """Edits a frame and shows its time.

    Parameters
    ----------
    what
        ``start`` or ``stop``.

    Attributes
    ----------
    moved
        Emitted with the frame that was chosen.
    """

    moved = Signal(int)

    def __init__(self, session: Session, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._what, self._shown = session, what, _OPEN
        self.frame, self.time, self._here = QSpinBox(), QLineEdit(), QToolButton()
        self.frame.setObjectName(f"{what} frame")
        self.frame.setAccessibleName(f"{what.capitalize()} frame")
        self.frame.setMinimum(_OPEN)
        self.frame.setSpecialValueText("open")
        self.frame.setKeyboardTracking(False)
        self.frame.setToolTip(f"The frame of its {what}; frames count from 0")
        self.time.setObjectName(f"{what} time")
        self.time.setAccessibleName(f"{what.capitalize()} time")
        self.time.setToolTip("As 12.345, 1:02.5 or 0:01:02.5; the nearest frame is taken")
        self._here.setText("here")
        self._here.setObjectName(f"{what} here")
        self._here.setToolTip(f"Let it {what} at the playhead")
        self.setLayout(row_of(self.frame, self.time, self._here))
        self.frame.editingFinished.connect(self._on_frame)
        self.time.editingFinished.connect(self._on_time)
        self._here.clicked.connect(self._on_here)

    def show_frame(self, frame: int | None, seconds: float | None) -> None:
        """Show an edge; None where it is not known yet."""
        self._shown = _OPEN if frame is None else frame
        self.frame.setMaximum(max(self._session.frames, self._shown))
        self.frame.setValue(self._shown)
        self.time.setText("" if seconds is None else time_text(seconds))
        self.time.setModified(False)

    def _on_frame(self) -> None:
        self._ask_for(self.frame.value())

    def _on_time(self) -> None:
        if not self.time.isModified():
            return
        self.time.setModified(False)
        seconds = parse_time(self.time.text())
        if seconds is None:
            self._session.tell(f"{self.time.text()!r} is no time: write it as 1:02.5")
            return
        frame = int(seconds_to_frames(np.array([seconds]), self._session.times)[0])
        if frame < 0:
            self._session.tell(f"the video has no moment {self.time.text()}")
            return
        self._ask_for(frame)

    def _on_here(self) -> None:
        self._ask_for(self._session.frame)

    def _ask_for(self, frame: int) -> None:
        if frame not in (self._shown, _OPEN):
            self.moved.emit(frame)
