"""Look after a project: find what is not as it should be, and mend what can be mended."""

from collections.abc import Iterator
from dataclasses import dataclass

from ethoprism.project.project import Project
from ethoprism.project.videos import video_path
from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import fingerprint_file
from ethoprism_domains.annotation.store import (
    AnnotationPaths,
    AnnotationStore,
    names_in,
    set_table_aside,
)


@dataclass(frozen=True)
class Finding:
    """One thing to know about a project.

    Parameters
    ----------
    where
        The video, or the annotations as ``video by annotator``.
    what
        What is odd, or what was done about it.
    """

    where: str
    what: str


def check_project(project: Project) -> list[Finding]:
    """Find what is not as it should be; nothing is written."""
    return [*_about_videos(project), *_about_annotations(project), *_about_events(project)]


def recover_project(project: Project) -> list[Finding]:
    """Bring journals, tables and other sessions' journals together; say what was done.

    A table that cannot be taken in is moved to the backups and written anew from the journal.
    """
    found = []
    for video, annotator in names_in(project.annotations_folder):
        where = f"{video} by {annotator}"
        try:
            found += [Finding(where, told) for told in _recover(project, video, annotator)]
        except EthoprismError as error:
            found.append(Finding(where, str(error)))
    return found


def _recover(project: Project, video: str, annotator: str) -> Iterator[str]:
    store = _opened(project, video, annotator)
    store.close()
    if store.is_table_refused:
        kept = set_table_aside(AnnotationPaths.of(project.annotations_folder, video, annotator))
        yield from store.notices
        yield f"the table was moved to {kept}, and written anew from the journal"
        store = _opened(project, video, annotator)
        store.close()
    yield from store.notices
    if store.coding.open_bouts():
        yield f"{len(store.coding.open_bouts())} bouts were started and not stopped"


def _opened(project: Project, video: str, annotator: str) -> AnnotationStore:
    return AnnotationStore(
        project.annotations_folder,
        video,
        annotator,
        ethogram=project.ethogram,
        rewrite_after=None,
    )


def _about_videos(project: Project) -> Iterator[Finding]:
    for video in project.videos:
        path = video_path(project.folder, video)
        if not path.is_file():
            yield Finding(video.name, f"the file is missing ({path})")
        elif video.fingerprint and fingerprint_file(path) != video.fingerprint:
            yield Finding(video.name, f"the file is not the one that was added ({path})")


def _about_annotations(project: Project) -> Iterator[Finding]:
    for stem, notices in project.collect().notices.items():
        for told in notices:
            yield Finding(stem, told)
    names = {video.name for video in project.videos}
    for video, annotator in names_in(project.annotations_folder):
        if video not in names:
            yield Finding(f"{video} by {annotator}", "the project has no such video")


def _about_events(project: Project) -> Iterator[Finding]:
    events = project.collect().events
    strange = events[~events["behavior"].isin(project.ethogram.names)]
    for (video, behavior), rows in strange.groupby(["video", "behavior"]):
        yield Finding(str(video), f"{len(rows)} events of {behavior!r}, which the ethogram lacks")
