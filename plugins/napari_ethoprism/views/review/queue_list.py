"""The list of what is to be reviewed, with what was said of it."""

from collections.abc import Mapping

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QListWidget, QListWidgetItem, QWidget

from ethoprism_domains.review.candidates import Candidate, Queue

_MARKS = {"accepted": "✓", "rejected": "✕", "corrected": "↷"}


class QueueList(QListWidget):
    """Shows a queue; a click goes to one of its candidates.

    Attributes
    ----------
    asked_for
        Emitted with the number of the candidate that was clicked.
    """

    asked_for = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("queue")
        self.setToolTip("Click to look at one of them now")
        self.setUniformItemSizes(True)
        self._queue: Queue | None = None
        self.itemClicked.connect(self._on_click)

    def show_queue(self, queue: Queue, answers: Mapping[int, str], at: int) -> None:
        """Show a queue, its answers, and where the review is."""
        if queue is not self._queue:
            self._queue = queue
            self.clear()
            for candidate in queue.candidates:
                self.addItem(_told(candidate))
        for number, candidate in enumerate(queue.candidates):
            answer = answers.get(number, "")
            mark = _MARKS.get(answer, "–" if answer else "·")
            item = self.item(number)
            if item is not None:
                item.setText(f"{mark}  {_told(candidate)}")
                item.setToolTip(answer or candidate.reason)
        self.setCurrentRow(at if at < len(queue.candidates) else -1)

    def _on_click(self, item: QListWidgetItem) -> None:
        self.asked_for.emit(self.row(item))


def _told(candidate: Candidate) -> str:
    who = f" of {candidate.subject}" if candidate.subject else ""
    missed = " (missed?)" if candidate.is_missed else ""
    return f"{candidate.behavior}{who}{missed}, {candidate.video} from {candidate.start_frame}"
