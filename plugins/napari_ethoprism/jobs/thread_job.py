"""Short work beside the window, in a thread: told how far it is, and cancelled."""

import threading
import time
from collections.abc import Callable

from qtpy.QtCore import QObject, QRunnable, QThreadPool, Signal

from ethoprism_core.errors import EthoprismError

Progress = Callable[[int, int], None]
_BETWEEN_SIGNALS = 0.05  # seconds


class ThreadJob(QObject):
    """Does one piece of work after another, each in a thread; a new one ends the one before.

    Attributes
    ----------
    done
        Emitted with what the work returned.
    failed
        Emitted with the `EthoprismError` it ended in.
    cancelled
        Emitted when it has ended because of `cancel`.
    is_running
        Whether there is work that has not ended.
    progressed
        Emitted with how much is done and how much there is, not more often than can be seen.
    """

    done = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    progressed = Signal(int, int)
    _ended = Signal(int, object)
    _told = Signal(int, int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(2)  # one that is still ending, and one that begins
        self._number, self._stop = 0, threading.Event()
        self.is_running = False
        self._ended.connect(self._end)
        self._told.connect(self._tell)

    def start(self, work: Callable[[Progress], object]) -> None:
        """Begin `work(progress)`; it is cancelled where it next tells its progress."""
        self._stop.set()
        self._number, self._stop = self._number + 1, threading.Event()
        self.is_running = True
        self._pool.start(_Work(self, self._number, self._stop, work))

    def cancel(self) -> None:
        """Ask the work to end; `cancelled` follows, or `done` where it was too late."""
        self._stop.set()

    def forget(self) -> None:
        """Ask the work to end, and tell nothing of it."""
        self._stop.set()
        self._number, self.is_running = self._number + 1, False

    def wait(self) -> None:
        """Wait until the work has ended; its signal follows when the window is idle."""
        self._pool.waitForDone()

    def close(self) -> None:
        """End the work, wait for that, and tell nothing more."""
        self.forget()
        self._pool.waitForDone()

    def _end(self, number: int, result: object) -> None:
        if number != self._number:
            return  # another was begun meanwhile
        self.is_running = False
        if isinstance(result, _CancelledError):
            self.cancelled.emit()
        elif isinstance(result, EthoprismError):
            self.failed.emit(result)
        else:
            self.done.emit(result)

    def _tell(self, number: int, done: int, total: int) -> None:
        if number == self._number:
            self.progressed.emit(done, total)


class _CancelledError(Exception):
    """Ends work from within its progress."""


class _Work(QRunnable):
    def __init__(
        self,
        owner: ThreadJob,
        number: int,
        stop: threading.Event,
        do: Callable[[Progress], object],
    ) -> None:
        super().__init__()
        self._owner, self._number, self._stop, self._do = owner, number, stop, do
        self._last = 0.0

    def run(self) -> None:
        """Do the work, in a thread of the pool."""
        try:
            result = self._do(self._progress)
        except (_CancelledError, EthoprismError) as error:
            result = error
        except OSError as error:
            reason = error.strerror or str(error)
            result = EthoprismError(f"cannot read or write ({reason})", error.filename)
        except Exception as error:  # a thread that raises would end the program
            result = EthoprismError(f"unexpected {type(error).__name__} ({error})")
        self._owner._ended.emit(self._number, result)

    def _progress(self, done: int, total: int) -> None:
        if self._stop.is_set():
            raise _CancelledError
        now = time.monotonic()
        if now - self._last >= _BETWEEN_SIGNALS or done == total:
            self._last = now
            self._owner._told.emit(self._number, done, total)
