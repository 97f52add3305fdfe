"""What is shown of the animals over the picture."""

from qtpy.QtCore import QObject, Signal

from ethoprism_core.errors import EthoprismError
from napari_ethoprism.jobs import ThreadJob
from napari_ethoprism.overlays.bodies import Bodies, Body, read_bodies
from napari_ethoprism.overlays.sources import Source, find_sources
from napari_ethoprism.session import Session


class Overlays(QObject):
    """The tracks or poses of a session's video that are shown.

    With another video, the file that was made alike for that one is opened, if there is one.

    Parameters
    ----------
    session
        What is open.

    Attributes
    ----------
    changed
        Others are shown, or otherwise, or none.
    source, bodies
        What is shown; the bodies are None while they are read.
    least
        What is less sure than this is not shown.
    shows_names
        Whether the animals' names are shown.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.source: Source | None = None
        self.bodies: Bodies | None = None
        self.least, self.shows_names = 0.0, True
        self._session = session
        self._job = ThreadJob(self)
        self._job.done.connect(self._on_read)
        self._job.failed.connect(self._on_failed)
        self._shown_of = session.video_name
        session.video_changed.connect(self._on_video)

    def close(self) -> None:
        """End the reading."""
        self._job.close()

    def sources(self) -> list[Source]:
        """Find the files that there are for the video."""
        session = self._session
        return [] if session.video is None else find_sources(session.project, session.video)

    def show(self, source: Source | None) -> None:
        """Show what a file tells, or nothing."""
        self._job.close()
        self.source, self.bodies = source, None
        times = self._session.times
        if source is not None and len(times):
            self._job.start(lambda _: read_bodies(source.path, times))
        self.changed.emit()

    def set_least(self, least: float) -> None:
        """Leave out what is less sure."""
        self.least = least
        self.changed.emit()

    def set_shows_names(self, shows: bool) -> None:
        """Show the animals' names, or not."""
        self.shows_names = shows
        self.changed.emit()

    def of_frame(self) -> list[Body]:
        """Give what is to be shown over the picture that is on the screen."""
        session = self._session
        frame = session.frame if session.shown is None else session.shown
        return [] if self.bodies is None else list(self.bodies.at(frame, self.least))

    def _on_read(self, bodies: Bodies) -> None:
        self.bodies = bodies
        self.changed.emit()

    def _on_failed(self, error: EthoprismError) -> None:
        self.source = None
        self.changed.emit()
        self._session.tell_problem(error)

    def _on_video(self) -> None:
        if self._session.video_name == self._shown_of:
            return
        self._shown_of = self._session.video_name
        kind = "" if self.source is None else self.source.kind
        alike = (source for source in self.sources() if kind and source.kind == kind)
        self.show(next(alike, None))
