"""The videos below a data set's folder: found by name, and told where nobody asks for them."""

from collections.abc import Iterator
from pathlib import Path

from ethoprism_core.video import VIDEO_SUFFIXES
from ethoprism_core.video.find import natural_order
from ethoprism_domains.base import Finding


class VideoFiles:
    """The videos below a folder, by their names without ending.

    Parameters
    ----------
    folder
        Searched through all its levels.
    """

    def __init__(self, folder: Path) -> None:
        self._by_stem: dict[str, list[Path]] = {}
        self._used: set[Path] = set()
        found = (path for path in folder.rglob("*") if path.suffix.lower() in VIDEO_SUFFIXES)
        for path in sorted(filter(Path.is_file, found), key=natural_order):
            self._by_stem.setdefault(path.stem, []).append(path)

    def of(
        self, stem: str, where: str, findings: list[Finding], near: Path | None = None
    ) -> Path | None:
        """Find a recording's video; where several could be it, that is a finding.

        Parameters
        ----------
        stem
            Its name without ending.
        where
            The recording, for the finding.
        near
            The folder that it is in, or beside; anywhere if not given.
        """
        found = self.named(stem)
        if near is not None:
            found = [path for path in found if path.parent in (near, near.parent)]
        self._used.update(found)
        if len(found) > 1:
            told = f"several videos could be it: {found[0]} and {found[1]}"
            findings.append(Finding("several videos", where, told, len(found)))
        return found[0] if len(found) == 1 else None

    def named(self, stem: str) -> list[Path]:
        """List the videos of a name; asking does not use them."""
        return self._by_stem.get(stem, [])

    def use(self, path: Path) -> None:
        """Take note that a video is a recording's."""
        self._used.add(path)

    def unused(self) -> Iterator[Finding]:
        """Tell of each video that nobody asked for."""
        for paths in self._by_stem.values():
            for path in paths:
                if path not in self._used:
                    yield Finding("unlisted video", path.name, "it has no labels", wrong=False)
