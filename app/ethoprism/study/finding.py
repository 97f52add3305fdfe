"""Find the files that labels mean by a video's name."""

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import find_videos


class VideoFinder:
    """Knows a set of videos by path, by file name and by file name without its ending.

    Parameters
    ----------
    where
        Videos, and folders to be searched for them.
    """

    def __init__(self, where: Sequence[Path]) -> None:
        self._where = where
        self._paths = find_videos(where)
        self._names = dict(zip(self._paths, _short_names(self._paths), strict=True))

    def path(self, name: str) -> Path:
        """Return the file of the video that is called `name`.

        Raises
        ------
        EthoprismError
            If there is none, or there are several.
        """
        matches = self._matches(name)
        if not matches:
            looked = ", ".join(str(path) for path in self._where)
            raise EthoprismError(
                "the labels name a video that is not there",
                name,
                f"say where it is with --videos (looked in {looked})",
            )
        if len(matches) > 1:
            raise EthoprismError(
                "the labels name a video that could be several files",
                f"{name} ({matches[0]} and {matches[1]})",
                "write more of its path into the labels, or narrow --videos down",
            )
        return matches[0]

    def name(self, name: str) -> str:
        """Return what this program calls the video: its file's name, longer only where it must."""
        return self._names[self.path(name)]

    def knows(self, name: str) -> bool:
        """Say whether `name` is one of the videos."""
        return len(self._matches(name)) == 1

    def lacks(self, name: str) -> bool:
        """Say whether no video could be meant by `name`."""
        return not self._matches(name)

    def namesake(self, labels: Path) -> str | None:
        """Guess which video a file means that does not say: its namesake, else the only one."""
        namesakes = [path for path in self._paths if labels.name.startswith(f"{path.stem}.")]
        candidates = namesakes or self._paths
        return self._names[candidates[0]] if len(candidates) == 1 else None

    def _matches(self, name: str) -> list[Path]:
        wanted = PurePosixPath(name.replace("\\", "/"))
        return (
            [path for path in self._paths if _ends_with(path, wanted)]
            or [path for path in self._paths if path.name == wanted.name]
            or [path for path in self._paths if path.stem == wanted.name]
        )


def _short_names(paths: Sequence[Path]) -> list[str]:
    """Name each file by its last part; if two share theirs, all by the path below their folder."""
    names = [path.name for path in paths]
    if len(set(names)) == len(names):
        return names
    common = Path(os.path.commonpath([path.resolve().parent for path in paths]))
    return [path.resolve().relative_to(common).as_posix() for path in paths]


def _ends_with(path: Path, wanted: PurePosixPath) -> bool:
    return path.resolve().parts[-len(wanted.parts) :] == wanted.parts
