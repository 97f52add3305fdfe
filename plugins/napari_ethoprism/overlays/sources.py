"""Which files of tracks or poses there are for a video: those beside it, and followed animals."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ethoprism.learning.places import features_folder
from ethoprism.project import Project
from ethoprism_core.video import Video

_SUFFIXES = (".h5", ".hdf5", ".nc", ".csv")
_FOLLOWED = ".tracks.nc"  # beside the features of an encoder


@dataclass(frozen=True)
class Source:
    """A file that tells where animals are.

    Parameters
    ----------
    title
        What to call it.
    path
        Where it is.
    kind
        The same for files of other videos that were made alike.
    """

    title: str
    path: Path
    kind: str = ""


def find_sources(project: Project | None, video: Video) -> list[Source]:
    """Find the files that a video's name leads to; what is in them is not looked at."""
    beside = sorted(_beside(video.path), key=lambda source: source.title)
    return [*beside, *([] if project is None else _followed(project, video))]


def _beside(video: Path) -> Iterator[Source]:
    try:
        paths = list(video.parent.iterdir())
    except OSError:
        return
    for path in paths:
        rest = path.name.removeprefix(video.stem)
        is_named_so = rest != path.name and rest.startswith((".", "_", "-", "DLC"))
        if is_named_so and path.suffix.lower() in _SUFFIXES and _may_be_poses(path):
            yield Source(path.name, path, rest)


def _may_be_poses(path: Path) -> bool:
    """Tell DeepLabCut's tables from other tables, such as labels."""
    if path.suffix.lower() != ".csv":
        return True
    try:
        with path.open("rb") as file:
            return b"scorer" in file.read(16)
    except OSError:
        return False


def _followed(project: Project, video: Video) -> Iterator[Source]:
    stem = video.path.stem
    names = (f"{stem}-{video.index.fingerprint[:8]}", stem)
    folder = features_folder(project)
    for encoder in sorted(folder.iterdir()) if folder.is_dir() else ():
        paths = (encoder / f"{name}{_FOLLOWED}" for name in names)
        path = next((path for path in paths if path.is_file()), None)
        if path is not None:
            title = f"followed animals ({encoder.name})"
            yield Source(title, path, title)
