"""Opens what the user names, beside the window: one thing at a time, with progress and cancel."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, QTimer, Signal

from ethoprism.project import Home, Project, ProjectVideo, find_home
from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import find_videos
from ethoprism_domains.annotation import Ethogram
from napari_ethoprism.jobs import Progress, ThreadJob
from napari_ethoprism.opening.recent import RecentProjects
from napari_ethoprism.session import Session

if TYPE_CHECKING:
    from ethoprism.sample_study import SampleSettings


class Opener(QObject):
    """Opens projects and videos in a session; what goes wrong is told by the session.

    Parameters
    ----------
    session
        Where things are opened.
    recent
        Remembers which projects were opened.
    documents
        Where projects of videos on read-only drives go, see `find_home`.
    sample
        Where the sample study is made, and how large.

    Attributes
    ----------
    began
        Emitted with a sentence on what is being done now.
    progressed
        Emitted with how much is done and how much there is.
    ended
        Nothing is being done any more.
    """

    began = Signal(str)
    progressed = Signal(int, int)
    ended = Signal()

    def __init__(
        self,
        session: Session,
        recent: RecentProjects | None = None,
        documents: Path | None = None,
        sample: "tuple[Path, SampleSettings] | None" = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.recent = recent or RecentProjects()
        self._session, self._documents = session, documents
        self._sample = sample
        self._job = ThreadJob(self)
        self._gathered: list[Path] = []
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.timeout.connect(self._open_gathered)
        self._take: Callable[[Any], None] = self._take_home
        self._job.progressed.connect(self.progressed)
        self._job.done.connect(self._on_done)
        self._job.failed.connect(self._on_failed)
        self._job.cancelled.connect(self._on_cancelled)

    @property
    def is_busy(self) -> bool:
        """Whether something is being opened, made or searched."""
        return self._job.is_running

    def open(self, paths: Sequence[str | Path]) -> None:
        """Open a project, or videos and folders of videos, in place of what is open."""
        if not paths:
            return
        named, known = [Path(path) for path in paths], self._known_projects()
        told = named[0].name if len(named) == 1 else f"{len(named)} files"
        self._begin(
            f"Opening {told} …",
            lambda progress: find_home(named, self._documents, progress, known),
            self._take_home,
        )

    def open_together(self, paths: Sequence[str | Path]) -> None:
        """Open what is named now and until the window is idle, such as files dropped at once."""
        self._gathered += [Path(path) for path in paths]
        self._gather.start(0)

    def open_sample(self) -> None:
        """Open the sample study; make it first where it is not there."""
        sample, who = self._sample, self._session.annotator

        def make(progress: Progress) -> Home:
            from ethoprism import sample_study as study  # brings the simulation

            folder, settings = sample or (study.sample_folder(), study.SampleSettings())
            return Home(study.make_sample_study(folder, who, settings, progress))

        self._begin("Making the sample study …", make, self._take_home)

    def create(self, folder: str | Path, ethogram: Ethogram) -> bool:
        """Make a project in a folder that has none, and open it."""
        try:
            project = Project.create(folder, ethogram)
        except EthoprismError as error:
            return self._session.tell_problem(error)
        self._take_home(Home(project, notice=f"made a project in {project.folder}"))
        return True

    def add_videos(self, paths: Sequence[str | Path]) -> None:
        """Add videos and folders of videos to the project that is open."""
        project = self._session.project
        if project is None:
            self.open(paths)
            return
        named = [Path(path) for path in paths]

        def add(progress: Progress) -> list[ProjectVideo]:
            return project.add_videos(find_videos(named), progress=progress)

        self._begin("Adding videos …", add, self._take_added)

    def locate(self, paths: Sequence[str | Path]) -> None:
        """Search missing videos of the project by their content, in folders or among files."""
        project = self._session.project
        if project is None:
            return
        named = [Path(path) for path in paths]

        def search(_: Progress) -> dict[str, Path]:
            return project.locate(find_videos(named))

        self._begin("Searching for the missing videos …", search, self._take_located)

    def cancel(self) -> None:
        """End what is being done; what was made until then is kept or cleaned away."""
        self._job.cancel()

    def wait(self) -> None:
        """Wait until nothing is being done; the signals follow when the window is idle."""
        self._job.wait()

    def close(self) -> None:
        """End what is being done, and tell nothing more."""
        self._gather.stop()
        self._job.close()

    def _known_projects(self) -> list[Path]:
        project = self._session.project
        return [*([] if project is None else [project.folder]), *self.recent.folders()]

    def _open_gathered(self) -> None:
        gathered, self._gathered = self._gathered, []
        self.open(gathered)

    def _begin(
        self, told: str, work: Callable[[Progress], object], take: Callable[[Any], None]
    ) -> None:
        self._take = take
        self._job.start(work)
        self.began.emit(told)

    def _on_done(self, result: object) -> None:
        self.ended.emit()
        self._take(result)

    def _on_failed(self, error: EthoprismError) -> None:
        self.ended.emit()
        self._session.tell_problem(error)

    def _on_cancelled(self) -> None:
        self.ended.emit()
        self._session.tell("stopped")

    def _take_home(self, home: Home) -> None:
        if self._session.open_project(home.project.folder, home.video):
            self.recent.add(home.project.folder)
            if home.notice:
                self._session.tell(home.notice)

    def _take_added(self, added: list[ProjectVideo]) -> None:
        session = self._session
        session.videos_changed.emit()
        session.tell(f"{_videos(len(added))} added" if added else "the project has these already")
        if added and session.video is None:
            session.show(added[0].name)

    def _take_located(self, found: dict[str, Path]) -> None:
        session = self._session
        missing = [] if session.project is None else session.project.missing()
        if not found:
            told = f"none of these files is one of the {_videos(len(missing))} that are missing"
            session.tell_problem(EthoprismError(told, None, "search another folder"))
            return
        rest = f", {len(missing)} still missing" if missing else ""
        session.tell(f"{_videos(len(found))} found again{rest}")
        session.videos_changed.emit()
        if session.video is None:
            session.show(next(iter(found)))


def _videos(count: int) -> str:
    return f"{count} video{'' if count == 1 else 's'}"
