"""Open video files beside the window, so that a large or damaged one does not block it."""

from pathlib import Path

from qtpy.QtCore import QObject, QRunnable, QThreadPool, Signal

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Video


class VideoOpener(QObject):
    """Opens one video after another; only the last one that was asked for is given.

    Attributes
    ----------
    opened
        Emitted with what was asked for (name) and the open `Video`.
    failed
        Emitted with the name and the `EthoprismError`.
    """

    opened = Signal(str, object)
    failed = Signal(str, object)
    _done = Signal(int, str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked = 0
        self._pool = QThreadPool(self)
        self._done.connect(self._give)

    def open(self, name: str, path: Path) -> None:
        """Begin to open a file; `opened` or `failed` follow."""
        self._asked += 1
        self._pool.start(_Opening(self, self._asked, name, path))

    def forget(self) -> None:
        """Give nothing of what is being opened now."""
        self._asked += 1

    def wait(self) -> None:
        """Wait until nothing is being opened."""
        self._pool.waitForDone()

    def _give(self, number: int, name: str, result: object) -> None:
        is_video = isinstance(result, Video)
        if number != self._asked:
            if isinstance(result, Video):
                result.close()
            return
        (self.opened if is_video else self.failed).emit(name, result)


class _Opening(QRunnable):
    def __init__(self, owner: VideoOpener, number: int, name: str, path: Path) -> None:
        super().__init__()
        self._owner, self._number, self._name, self._path = owner, number, name, path

    def run(self) -> None:
        """Open the file, in a thread of the pool."""
        try:
            result: object = Video(self._path)
        except EthoprismError as error:
            result = error
        except OSError as error:
            reason = error.strerror or str(error)
            result = EthoprismError(f"cannot read ({reason})", self._path, "check the disk")
        self._owner._done.emit(self._number, self._name, result)
