"""Write what an annotator has coded in a project as label files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ethoprism.project import Project
from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import load_index
from ethoprism_domains.annotation.store import spelled
from ethoprism_domains.formats import Format, LossReport, write_events
from ethoprism_domains.formats.losses import merge_reports

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ExportRequest:
    """What is to be written.

    Parameters
    ----------
    project, annotator
        Whose annotations of what.
    format
        In which format.
    path
        The file; a folder where all videos go into a format that holds one video a file.
    video
        The only video; all if empty.
    """

    project: Project
    annotator: str
    format: Format
    path: Path
    video: str = ""

    @property
    def is_folder(self) -> bool:
        """Whether each video gets a file of its own, in a folder."""
        return self.format.one_video and not self.video


@dataclass(frozen=True)
class Exported:
    """The files that were written, and what they could not carry."""

    files: tuple[Path, ...]
    losses: LossReport


def export_targets(request: ExportRequest) -> dict[Path, str]:
    """Give the files that would be written, and the video of each; empty for all videos."""
    if not request.is_folder:
        return {request.path: request.video}
    suffix = request.format.extensions[0]
    annotations = request.project.annotations(request.annotator)
    names = [video.name for video in request.project.videos if video.name in annotations.videos]
    return {request.path / f"{spelled(name)}{suffix}": name for name in names}


def export_annotations(
    request: ExportRequest, overwrite: bool = False, progress: Progress | None = None
) -> Exported:
    """Write the annotations; each file appears whole or not at all.

    Parameters
    ----------
    overwrite
        Whether files that are there already are replaced.
    progress
        Called with the files done and their total.

    Raises
    ------
    EthoprismError
        If there is nothing to write, a file is there already, or one cannot be written.
    """
    annotations = request.project.annotations(request.annotator)
    targets = export_targets(request)
    if not targets or (request.video and request.video not in annotations.videos):
        told = f"{request.annotator} has coded nothing of it"
        raise EthoprismError(told, request.video or None, "code something first")
    for path in targets:
        if path.exists() and not overwrite:
            raise EthoprismError("it exists already", path, "choose another name")
    times = _times_of(request.project)
    losses = []
    for number, (path, video) in enumerate(targets.items()):
        if progress is not None:
            progress(number, len(targets))
        losses.append(
            write_events(
                path, annotations, request.format.name, video=video or None, frame_times=times
            )
        )
    return Exported(tuple(targets), merge_reports(losses))


def _times_of(project: Project) -> Callable[[str], np.ndarray | None]:
    present = {video.name for video in project.videos} - {v.name for v in project.missing()}
    return lambda name: load_index(project.path_of(name)).times if name in present else None
