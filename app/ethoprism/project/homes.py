"""A home for the annotations of videos that come without a project, before the first is coded.

A project that lists the video already is found among those that are known, beside the video or
above it, else in the user's documents; else one is made: in a folder beside the first video, or,
where nothing can be written there, in the user's documents.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from ethoprism.project.project import PROJECT_FILE, Project
from ethoprism.project.videos import video_path
from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import find_videos
from ethoprism_core.video.opening import check_readable
from ethoprism_domains.annotation import Ethogram

_BESIDE = "ethoprism"  # the project's folder, in that of the videos
_LEVELS = 3  # a video's own folder and two above it
_MOST_NUMBERS = 1000

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Home:
    """The project of some videos.

    Parameters
    ----------
    project
        The project.
    video
        The name of the first of the videos in it; empty if a project was asked for.
    notice
        What the user should know, such as where it was made; empty if there is nothing.
    """

    project: Project
    video: str = ""
    notice: str = ""


def find_home(
    paths: Sequence[str | Path],
    documents: Path | None = None,
    progress: Progress | None = None,
    known: Sequence[Path] = (),
) -> Home:
    """Find the project of a folder, a ``project.yaml``, or videos; make one if there is none.

    Parameters
    ----------
    paths
        A project, or videos and folders of videos.
    documents
        The folder for projects of videos that lie where nothing can be written; by default
        ``Ethoprism`` in the user's documents.
    progress
        Called with the videos looked at and their total.
    known
        Folders of projects to look into first, such as those that were opened last.

    Raises
    ------
    EthoprismError
        If there is neither a project nor a video, or nowhere to keep annotations.
    """
    if len(paths) == 1 and (folder := project_folder(Path(paths[0]))):
        return Home(Project.open(folder))
    documents = documents or platformdirs.user_documents_path() / "Ethoprism"
    videos = [path.resolve() for path in find_videos(paths)]
    for path in videos:
        check_readable(path)
    found = _listing(videos[0], (*known, *_places_around(videos[0]), *_projects_in(documents)))
    if found is not None:
        return _found(found, videos, progress)
    return _made(videos, documents, progress)


def project_folder(path: Path) -> Path | None:
    """Give the folder of the project that a path means; None if it means none."""
    folder = path.parent if path.name == PROJECT_FILE else path
    return folder if (folder / PROJECT_FILE).is_file() else None


def _listing(video: Path, folders: Iterable[Path]) -> Project | None:
    """Find the first project that lists a video."""
    for folder in folders:
        project = _readable(folder)
        if project is not None and _name_in(project, video):
            return project
    return None


def _places_around(video: Path) -> Iterator[Path]:
    for folder in list(video.parents)[:_LEVELS]:
        yield folder
        yield from _projects_in(folder)


def _projects_in(folder: Path) -> list[Path]:
    try:
        return sorted(path.parent for path in folder.glob(f"*/{PROJECT_FILE}"))
    except OSError:  # a folder that cannot be listed holds no project for us
        return []


def _readable(folder: Path) -> Project | None:
    try:
        return Project.open(folder)
    except EthoprismError:  # some other program's project.yaml, or a broken one: not this video's
        return None


def _name_in(project: Project, path: Path) -> str:
    names = (v.name for v in project.videos if video_path(project.folder, v) == path)
    return next(names, "")


def _found(project: Project, videos: Sequence[Path], progress: Progress | None) -> Home:
    notice = ""
    try:
        project.add_videos(videos, progress=progress)
    except EthoprismError as error:  # the first is there, and can be looked at
        notice = f"the other videos could not be added: {error}"
    return Home(project, _name_in(project, videos[0]), notice)


def _made(videos: Sequence[Path], documents: Path, progress: Progress | None) -> Home:
    first = videos[0]
    folder = _usable(first.parent, _BESIDE, first)
    notice = f"annotations are kept in {folder}"
    try:
        project = _project_at(folder)
        project.add_videos(videos, progress=progress)
    except EthoprismError:
        folder = _usable(documents, first.parent.name or _BESIDE, first)
        notice = f"nothing can be written beside {first.name}: annotations are kept in {folder}"
        project = _project_at(folder)
        project.add_videos(videos, progress=progress)
    return Home(project, _name_in(project, first), notice)


def _usable(parent: Path, name: str, video: Path) -> Path:
    """Choose a folder that is free, empty, or a project of videos that lie beside this one."""
    for number in range(1, _MOST_NUMBERS):
        folder = parent / (name if number == 1 else f"{name}-{number}")
        if _is_free(folder) or _is_of_neighbours(folder, video):
            return folder
    raise EthoprismError("all names for a project are taken", parent / name, "make one yourself")


def _is_free(folder: Path) -> bool:
    try:
        return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    except OSError:
        return False


def _is_of_neighbours(folder: Path, video: Path) -> bool:
    project = _readable(folder)
    if project is None:
        return False
    return any(video_path(project.folder, item).parent == video.parent for item in project.videos)


def _project_at(folder: Path) -> Project:
    if (folder / PROJECT_FILE).is_file():
        return Project.open(folder)
    return Project.create(folder, Ethogram(()))
