"""Which files of a lab's folder are of which video, where nothing but their names tells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations
from ethoprism_domains.annotation.merging import renamed
from ethoprism_domains.base import Finding, times_of_video
from ethoprism_domains.formats import Reading, read_events, recognise

TABLE = "recordings.csv"
_POSES = (".h5", ".hdf5", ".nc", ".csv")


@dataclass(frozen=True)
class Row:
    """What is told of one video: files are None where nothing tells them."""

    video: Path
    name: str
    labels: Path | None = None
    tracks: Path | None = None
    individuals: tuple[str, ...] = ()
    split: str = ""
    coders: Mapping[str, Path] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)


class FolderFiles:
    """The files of a folder that no row has named: which are labels, and which are tracks."""

    def __init__(self, root: Path, rows: list[Row]) -> None:
        self._rows = rows
        taken = {file for row in rows for file in (row.labels, row.tracks, *row.coders.values())}
        taken |= {row.video for row in rows} | {root / TABLE}
        rest = [path for path in sorted(root.iterdir()) if path.is_file() and path not in taken]
        self._labels = {path: form for path in rest if (form := label_format(path))}
        self._poses = [
            path for path in rest if path.suffix.lower() in _POSES and path not in self._labels
        ]
        self._used: set[Path] = set()
        self._shared: dict[Path, Reading | None] = {}
        self._broken: dict[Path, str] = {}

    def labels_of(self, row: Row) -> Path | None:
        """Give the label file that begins as the video does, or the only one of the only video."""
        own = [path for path in self._labels if self._is_of(path, row)]
        if not own and len(self._rows) == len(self._labels) == 1:
            own = [*self._labels]
        self._used.update(own[:1])
        return own[0] if own else None

    def tracks_of(self, row: Row) -> Path | None:
        """Give the file of poses or boxes that begins as the video does."""
        own = [path for path in self._poses if self._is_of(path, row)]
        return own[0] if own else None

    def shared_labels(self, row: Row) -> Annotations | None:
        """Give what a file of several videos says of this one."""
        for path in self._labels:
            if any(self._is_of(path, other) for other in self._rows):
                continue
            if path not in self._shared:
                self._shared[path] = self._read_shared(path)
            reading = self._shared[path]
            named = [video for video in reading.videos if means(video, row)] if reading else []
            if reading and named:
                self._used.add(path)
                return renamed(reading, {named[0]: row.name})
        return None

    def unused(self) -> Iterator[Finding]:
        """Tell which label files are of none of the videos; a remark if no video lacks labels."""
        lacking = any(row.labels is None for row in self._rows)
        for path in (path for path in self._labels if path not in self._used):
            if path in self._broken:
                yield Finding("unreadable file", path.name, self._broken[path], wrong=lacking)
                continue
            told = f"a label file of none of the videos: name its video in {TABLE}"
            yield Finding("unlisted labels", path.name, told, wrong=lacking)

    def _is_of(self, path: Path, row: Row) -> bool:
        """Say whether a file begins as this video's does, and as no longer name of another's."""
        stems = [other.video.stem for other in self._rows if _begins(path, other.video.stem)]
        return bool(stems) and max(stems, key=len) == row.video.stem

    def _read_shared(self, path: Path) -> Reading | None:
        times = {row.video.name: times_of_video(row.video) for row in self._rows}
        stems = {row.video.stem: times[row.video.name] for row in self._rows}

        def find(video: str) -> np.ndarray | None:
            name = PurePosixPath(video.replace("\\", "/")).name
            return times.get(name, stems.get(name))

        try:
            return read_events(path, frame_times=find, observed="whole if known")
        except EthoprismError as error:
            self._broken[path] = str(error)
            return None


def _begins(path: Path, stem: str) -> bool:
    return path.name.startswith(stem) and path.name[len(stem) : len(stem) + 1] in tuple("._- ")


def means(video: str, row: Row) -> bool:
    """Say whether a label file's name of a video means that of the row."""
    name = PurePosixPath(video.replace("\\", "/")).name
    return name in (row.video.name, row.video.stem)


def label_format(path: Path) -> str:
    """Name the label format that a file is of; none if it is no label file."""
    try:
        return recognise(path).name
    except EthoprismError:
        return ""
