"""Predictions become events, a video at a time, so that the window never waits for many."""

from collections.abc import Iterable

from qtpy.QtCore import QObject, QTimer, Signal

from ethoprism.learning.adopting import adopt_predictions, predicted_events
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.editing import take_in
from napari_ethoprism.session import Session


class Adoption(QObject):
    """Takes a probe's predictions in: through the session in its video, else through the files.

    Attributes
    ----------
    ended
        Emitted with the names of the videos in which they are.
    """

    ended = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._probe = session, ""
        self._left: list[str] = []
        self._done: list[str] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._next)

    def begin(self, probe: str, videos: Iterable[str]) -> None:
        """Take in what a probe has predicted for some videos; `ended` follows."""
        self._probe, self._left, self._done = probe, list(videos), []
        self._timer.start(0)

    def stop(self) -> None:
        """Leave the rest; `ended` follows if it was at work."""
        self._left = []

    def close(self) -> None:
        """Leave the rest, and tell nothing."""
        self._left = []
        self._timer.stop()

    def _next(self) -> None:
        if not self._left:
            self._end()
            return
        video = self._left.pop(0)
        try:
            self._adopt(video)
            self._done.append(video)
        except EthoprismError as error:
            self._session.tell_problem(error)
        self._timer.start(0)

    def _adopt(self, video: str) -> None:
        session = self._session
        assert session.project is not None
        if video == session.video_name and session.store is not None:
            session.do(take_in, predicted_events(session.project, self._probe, video), self._probe)
        else:
            adopt_predictions(session.project, self._probe, [video], session.annotator)

    def _end(self) -> None:
        session = self._session
        if session.video_name in self._done:
            session.choose_predictions(self._probe)
        session.videos_changed.emit()
        self.ended.emit(self._done)
