"""How far each video is, counted beside the window so that large projects do not block it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from qtpy.QtCore import QObject, QTimer, Signal

from ethoprism.project import Project, VideoState
from napari_ethoprism.jobs import ThreadJob
from napari_ethoprism.session import Session

_LEAST_PAUSE = 1.0  # seconds between an action and counting anew
_SHARE = 20  # counting may take this part of the time, 1 / _SHARE


@dataclass(frozen=True)
class Counted:
    """What was found about a project's videos, by their names.

    Parameters
    ----------
    states
        How far each is.
    missing
        Whose files are not where they were.
    seconds
        How long counting took.
    """

    states: Mapping[str, VideoState] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    seconds: float = 0.0


class VideoProgress(QObject):
    """Counts anew when the project, its videos or what is coded have changed.

    Attributes
    ----------
    counted
        What was found last; empty before the first.
    changed
        `counted` is another.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.counted = Counted()
        self._session = session
        self._job = ThreadJob(self)
        self._job.done.connect(self._take)
        self._job.failed.connect(session.tell_problem)
        self._again = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self.count)
        session.project_changed.connect(self._on_project)
        session.videos_changed.connect(self.count)
        session.video_changed.connect(self._later)
        session.coding_changed.connect(self._later)
        session.predictions_changed.connect(self._later)
        self.count()

    def count(self) -> None:
        """Count anew now, or as soon as what is being counted is done."""
        project = self._session.project
        self._pause.stop()
        self._again = self._job.is_running
        if project is not None and not self._again:
            self._job.start(lambda _: _count(project))

    def wait(self) -> None:
        """Wait until nothing is being counted; `changed` follows when the window is idle."""
        self._job.wait()

    def close(self) -> None:
        """Count no more."""
        self._pause.stop()
        self._job.close()

    def _on_project(self) -> None:
        self._job.forget()
        self.counted = Counted()
        self.changed.emit()
        self.count()

    def _later(self) -> None:
        if not self._pause.isActive():
            pause = max(_LEAST_PAUSE, _SHARE * self.counted.seconds)
            self._pause.start(round(1000 * pause))

    def _take(self, counted: Counted) -> None:
        self.counted = counted
        self.changed.emit()
        if self._again:
            self.count()


def _count(project: Project) -> Counted:
    started = time.monotonic()
    states = {state.video.name: state for state in project.states()}
    missing = frozenset(video.name for video in project.missing())
    return Counted(states, missing, time.monotonic() - started)
