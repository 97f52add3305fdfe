"""A folder of clips with a table of what each shows, as ChimpBehave and many camera traps have it.

The table has a row a clip and label: ``video`` (or ``clip``, ``file``, ``filepath``) and ``label``;
a clip with several labels has several rows. Optional columns say what a clip belongs to (``site``
or ``location``, ``deployment``, ``camera``; ``animal`` or ``individual``; ``session`` or ``date``),
its ``split``, and its ``n_frames``.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import VIDEO_SUFFIXES
from ethoprism_domains.base import Dataset, Finding, Habits, Recording, Scoring, times_of_video
from ethoprism_domains.ecology.reading import DOMAIN_NAME, HABITS, SetReader
from ethoprism_domains.ecology.scenes import scored_for
from ethoprism_domains.formats.base import ReadOptions
from ethoprism_domains.formats.content import read_head
from ethoprism_domains.formats.tables import Table, read_table
from ethoprism_domains.formats.videos_csv import named_videos, sniff
from ethoprism_domains.formats.videos_csv import read as read_labels
from ethoprism_domains.video_files import VideoFiles

_TABLES = ("*.csv", "*.tsv")
_GROUPS = {
    "site": ("site", "location", "deployment", "camera"),
    "animal": ("animal", "individual"),
    "session": ("session", "date"),
}
_SPLITS = {"training": "train", "testing": "test", "val": "validation"}


def recognises(path: Path) -> bool:
    """Recognise a table with a label for each video, and a video."""
    return _table(path) is not None


def read(path: Path) -> Dataset:
    """Read the table, and find its clips.

    Raises
    ------
    EthoprismError
        If there is no such table, or a row of it is not what it should be.
    """
    file = _table(path)
    if file is None:
        told = "there is no table with the columns video and label, and videos beside it"
        raise EthoprismError(told, path, "write one, a row a clip")
    folder = file.parent
    table = read_table(file)
    videos, findings = dict.fromkeys(filter(None, named_videos(table))), list[Finding]()
    known_videos = VideoFiles(folder)
    there = {name: _find(folder, name, known_videos, findings) for name in videos}
    times = {name: times_of_video(video) for name, video in there.items()}
    told_frames = "n_frames" in table

    def frame_times(name: str) -> np.ndarray | None:
        known = times.get(name)
        # a clip that is not there counts as one frame, so that its label is counted
        return known if known is not None or told_frames else np.zeros(1)

    labels = read_labels(file, ReadOptions(frame_times=frame_times))
    rows = _by_video(table)
    recordings = tuple(
        Recording(
            name,
            there[name],
            labels.of_video(name),
            groups=_groups(table, rows[name]),
            frame_counts=_frame_counts(table, rows[name]),
            metadata=_split(table, rows[name]),
        )
        for name in videos
    )
    habits = scored_for(labels.ethogram, _habits(recordings))
    findings += known_videos.unused()
    name, ethogram = path.resolve().name, labels.ethogram
    return Dataset(name, DOMAIN_NAME, recordings, ethogram, habits, tuple(findings))


CLIPS = SetReader(
    "clips", "videos with a table of their labels (columns video and label)", recognises, read
)


def _table(path: Path) -> Path | None:
    files = [path] if path.is_file() else sorted(f for kind in _TABLES for f in path.glob(kind))
    found = [file for file in files if file.suffix in (".csv", ".tsv") and _is_table(file)]
    return found[0] if len(found) == 1 and _has_videos(found[0].parent) else None


def _is_table(file: Path) -> bool:
    return sniff(file, read_head(file))


def _has_videos(folder: Path) -> bool:
    return any(path.suffix.lower() in VIDEO_SUFFIXES for path in folder.rglob("*"))


def _find(folder: Path, name: str, videos: VideoFiles, findings: list[Finding]) -> Path | None:
    """Find a clip by its path below the folder, else by its name, with or without its ending."""
    path = folder / name.replace("\\", "/")
    if path.is_file():
        videos.use(path)
        return path
    stem = path.stem if path.suffix.lower() in VIDEO_SUFFIXES else path.name
    return videos.of(stem, name, findings)


def _by_video(table: Table) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(named_videos(table)):
        rows.setdefault(name, []).append(row)
    return rows


def _groups(table: Table, rows: list[int]) -> dict[str, str]:
    told = {
        group: _one(table, column, rows)
        for group, columns in _GROUPS.items()
        for column in reversed(columns)
        if column in table
    }
    return {group: value for group, value in told.items() if value}


def _split(table: Table, rows: list[int]) -> dict[str, str]:
    told = _one(table, "split", rows).casefold() if "split" in table else ""
    return {"split": _SPLITS.get(told, told)} if told else {}


def _frame_counts(table: Table, rows: list[int]) -> dict[str, int]:
    told = table.whole_numbers("n_frames")[rows] if "n_frames" in table else np.array([np.nan])
    return {} if np.isnan(told[0]) else {"table": int(told[0])}


def _one(table: Table, column: str, rows: list[int]) -> str:
    """Give what all rows of a clip say.

    Raises
    ------
    EthoprismError
        If they contradict each other.
    """
    cells = table.text(column)
    told = {cells[row].strip() for row in rows} - {""}
    if len(told) > 1:
        what = f"its clip is of two {column}s, {' and '.join(sorted(told))}"
        raise table.error(rows[-1], what)
    return next(iter(told), "")


def _habits(recordings: tuple[Recording, ...]) -> Habits:
    grouped = [group for group in _GROUPS if any(group in item.groups for item in recordings)]
    scoring = Scoring("accuracy", window_label="any")
    group_by = next(iter(grouped), "video")
    return replace(HABITS, group_by=group_by, scoring=scoring, exports=("bouts-csv",))
