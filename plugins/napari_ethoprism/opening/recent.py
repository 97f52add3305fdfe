"""The projects that were opened last, kept in the user's settings folder."""

import json
from contextlib import suppress
from pathlib import Path

import platformdirs

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import write_text

_MOST = 12


class RecentProjects:
    """A list of folders, the last one first.

    Parameters
    ----------
    file
        Where the list is; in the user's settings folder if not given.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or platformdirs.user_config_path("ethoprism", False) / "recent.json"

    def folders(self) -> list[Path]:
        """Give the folders, whether they are there or not; none if the list cannot be read."""
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        listed = content if isinstance(content, list) else []
        return [Path(item) for item in listed if isinstance(item, str)]

    def add(self, folder: Path) -> None:
        """Put a folder first."""
        folder = folder.resolve()
        self._write([folder, *(other for other in self.folders() if other != folder)])

    def remove(self, folder: Path) -> None:
        """Forget a folder."""
        self._write([other for other in self.folders() if other != folder])

    def _write(self, folders: list[Path]) -> None:
        text = json.dumps([str(folder) for folder in folders[:_MOST]], indent=1, ensure_ascii=False)
        with suppress(EthoprismError):  # a list that cannot be kept is no reason not to open
            write_text(self._file, text + "\n")
