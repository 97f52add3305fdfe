"""Find the videos that a user names: files, and folders searched for them."""

import re
from collections.abc import Container, Iterable
from pathlib import Path

from ethoprism_core.errors import EthoprismError

_SUFFIXES = """
.3gp .asf .avi .flv .gif .h264 .h265 .hevc .m2ts .m4v .mjpeg .mjpg .mkv .mov .mp4
.mpeg .mpg .mts .mxf .ogv .ts .vob .webm .wmv
"""
VIDEO_SUFFIXES = frozenset(_SUFFIXES.split())


def find_videos(paths: Iterable[str | Path]) -> list[Path]:
    """Return the videos among `paths`, each once, folders searched through all their levels.

    A file that is named is taken whatever its suffix; inside folders the suffix decides and hidden
    files are passed over. Folders are listed in natural order (``2.mp4`` before ``10.mp4``).

    Raises
    ------
    EthoprismError
        If a path does not exist, a named folder cannot be read or there is no video at all.
    """
    named = [Path(path) for path in paths]
    found: dict[Path, None] = {}
    for path in named:
        if not path.exists():
            raise EthoprismError("no such file or folder", path, "check the path")
        found.update(dict.fromkeys(_videos_in(path) if path.is_dir() else [path]))
    if not found:
        raise EthoprismError(
            "no videos found", ", ".join(map(str, named)) or None, "name video files or folders"
        )
    return list(found)


def _videos_in(folder: Path) -> list[Path]:
    try:
        next(folder.iterdir(), None)
    except OSError as error:  # searching deeper passes over what cannot be read
        reason = error.strerror or str(error)
        raise EthoprismError(
            f"cannot read the folder ({reason})", folder, "check its permissions"
        ) from error
    return files_below(folder, VIDEO_SUFFIXES)


def files_below(folder: Path, suffixes: Container[str]) -> list[Path]:
    """List the files of these endings below a folder in natural order, hidden ones left out."""
    found = [
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in suffixes
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
        and file.is_file()
    ]
    return sorted(found, key=natural_order)


def natural_order(path: Path) -> list[tuple[int, int, str]]:
    """Sort numbers by value and the rest by letter, whatever the case."""
    parts = re.findall(r"\d+|\D+", path.as_posix().casefold())
    return [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts]
