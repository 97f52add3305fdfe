"""The videos of a project: names that stay, paths that may change, fingerprints that find them."""

import os
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import fingerprint_file


@dataclass(frozen=True)
class ProjectVideo:
    """One video of a project.

    Parameters
    ----------
    name
        What annotations call it; unique, also where upper and lower case are one.
    path
        Where it is: relative to the project's folder where it lies in or beside it.
    group
        The animal, session or site that it belongs to.
    fingerprint
        Of the file's content, so that it is found again under another name.
    """

    name: str
    path: str
    group: str = ""
    fingerprint: str = ""

    def mapping(self) -> dict[str, str]:
        """Give the form for ``project.yaml``."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in told.items() if value}


def videos_from(content: object, where: object) -> tuple[ProjectVideo, ...]:
    """Read the list of videos of ``project.yaml``; an item is a path or a mapping.

    Raises
    ------
    EthoprismError
        Naming the video that is wrong.
    """
    if content is None:
        return ()
    if not isinstance(content, list):
        raise EthoprismError("videos: expected a list", where, "write one video a line")
    videos = tuple(_video(item, number, where) for number, item in enumerate(content, start=1))
    names: set[str] = set()
    for video in videos:
        if video.name.casefold() in names:
            told = f"video {video.name!r} stands there twice"
            raise EthoprismError(told, where, "give one another name (upper or lower case is none)")
        names.add(video.name.casefold())
    return videos


def fingerprints(
    files: Sequence[Path], progress: Callable[[int, int], None] | None = None
) -> dict[Path, str]:
    """Tell files' contents apart: path -> fingerprint.

    Raises
    ------
    EthoprismError
        If one cannot be read.
    """
    told = {}
    for number, path in enumerate(files, start=1):
        told[path] = _fingerprint(path)
        if progress is not None:
            progress(number, len(files))
    return told


def new_videos(
    files: Mapping[Path, str], folder: Path, known: Sequence[ProjectVideo], group: str
) -> list[ProjectVideo]:
    """Describe video files for a project in `folder`; those it has already are left out.

    A file whose name is taken is called by its folder's name too.

    Parameters
    ----------
    files
        The fingerprints of resolved paths.

    Raises
    ------
    EthoprismError
        If all the names of a file are taken.
    """
    taken = {video.name.casefold() for video in known}
    present = {video_path(folder, video) for video in known}
    added = []
    for path, fingerprint in files.items():
        if path in present:
            continue
        names = (_composed(path.name), _composed(f"{path.parent.name}/{path.name}"))
        name = next((name for name in names if name.casefold() not in taken), None)
        if name is None:
            remedy = "rename the file, or add it to project.yaml under another name"
            raise EthoprismError("its name is taken by another video", path, remedy)
        added.append(ProjectVideo(name, stored_path(folder, path), group, fingerprint))
        taken.add(name.casefold())
        present.add(path)
    return added


def video_path(folder: Path, video: ProjectVideo) -> Path:
    """Give the place of a video's file."""
    return (folder / video.path).resolve()


def stored_path(folder: Path, path: Path) -> str:
    """Write a path relative to the project where the file lies in or beside its folder."""
    folder, path = folder.resolve(), path.resolve()
    if path.is_relative_to(folder.parent):
        return Path(os.path.relpath(path, folder)).as_posix()
    return path.as_posix()


def find_moved(missing: Sequence[ProjectVideo], candidates: Iterable[Path]) -> dict[str, Path]:
    """Find videos again by their content among `candidates`: name -> file."""
    wanted = {video.fingerprint: video.name for video in missing if video.fingerprint}
    names = {Path(video.path).name for video in missing}
    found: dict[str, Path] = {}
    # most have moved and kept their names: these first, for each look costs some megabytes
    for path in sorted(candidates, key=lambda path: path.name not in names):
        if len(found) == len(wanted):
            break
        name = wanted.get(_fingerprint(path))
        if name is not None:
            found.setdefault(name, path)
    return found


def _video(item: object, number: int, where: object) -> ProjectVideo:
    if isinstance(item, str):
        return ProjectVideo(_composed(Path(item).name), item)
    known = {field.name for field in fields(ProjectVideo)}
    if not isinstance(item, Mapping) or not item.get("path"):
        raise EthoprismError(f"video {number} has no path: {item!r}", where, "write its path")
    told: dict[str, Any] = {key: str(item[key]) for key in known & set(item)}
    return ProjectVideo(**({"name": _composed(Path(told["path"]).name)} | told))


def _composed(name: str) -> str:
    # some systems take accents apart; annotations are found by the name
    return unicodedata.normalize("NFC", name)


def _fingerprint(path: Path) -> str:
    try:
        return fingerprint_file(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise EthoprismError(f"cannot read ({reason})", path, "check the path") from error
