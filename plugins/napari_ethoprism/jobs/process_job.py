"""Long work beside the window, in a process of its own: told how far it is, and cancelled."""

import logging

from qtpy.QtCore import QObject, QTimer, Signal

from ethoprism.jobs import Cancelled, Failed, Finished, JobProcess, Message, Progress, Task
from ethoprism_core.errors import EthoprismError

_LISTEN_MS = 50

_log = logging.getLogger(__name__)


class Job(QObject):
    """Does one task in a process; see `ethoprism.jobs`.

    Parameters
    ----------
    task
        What to do.

    Attributes
    ----------
    progress
        Emitted with a stage, what is done of it, and all there is to do (0 while nobody knows).
    finished
        Emitted with the result, plain values.
    failed
        Emitted with a sentence that says why.
    cancelled
        Emitted when it has ended because of `cancel`.
    """

    progress = Signal(str, int, int)
    finished = Signal(object)
    failed = Signal(str)
    cancelled = Signal()

    def __init__(self, task: Task, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: JobProcess | None = None
        self._problem = ""
        try:
            self._process = JobProcess(task)
        except EthoprismError as error:
            self._problem = str(error)
        self._timer = QTimer(self)
        self._timer.setInterval(_LISTEN_MS)
        self._timer.timeout.connect(self._listen)
        self._timer.start()

    @property
    def is_running(self) -> bool:
        """Whether its end has not been told yet."""
        return bool(self._timer.isActive())

    @property
    def pid(self) -> int:
        """The number of its process; 0 where none could be started."""
        return self._process.pid if self._process is not None else 0

    def cancel(self) -> None:
        """Ask it to stop; `cancelled` follows, or `finished` where it was too late."""
        if self._process is not None:
            self._process.cancel()

    def close(self) -> None:
        """Stop it, wait for that some seconds at the most, and tell nothing more."""
        self._timer.stop()
        if self._process is not None:
            self._process.close()

    def _listen(self) -> None:
        if self._process is None:
            self._end(Failed(self._problem))
            return
        told = self._process.poll()
        newest = [message for message in told if isinstance(message, Progress)][-1:]
        for message in newest:
            self.progress.emit(_told(message), message.done, message.total)
        if told and not isinstance(told[-1], Progress):
            self._end(told[-1])

    def _end(self, message: Message) -> None:
        self._timer.stop()
        if self._process is not None and self._process.log():
            _log.info(self._process.log())
        if isinstance(message, Finished):
            self.finished.emit(message.result)
        elif isinstance(message, Failed):
            self.failed.emit(message.sentence)
        elif isinstance(message, Cancelled):
            self.cancelled.emit()


def _told(progress: Progress) -> str:
    """Tell a stage; of a download also how much has come, for that is what people wait for."""
    if progress.unit == "MB" and progress.total:
        return f"{progress.stage}: {progress.done} of {progress.total} MB"
    return progress.stage
