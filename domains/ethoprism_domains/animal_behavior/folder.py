"""A lab's own folder: videos, their labels in any known format, and tracks where there are some.

``recordings.csv`` lists the videos in a column `video`, with columns as far as they are needed:
`labels` and `tracks` (files), `individuals` (names, parted by ``;``), `split`, and `labels_NAME`, a
file of what the coder NAME says of the same video. All further columns are groups, such as
`animal`, `session` and `site`. Paths are relative to the table. A cell that is empty, and a folder
without the table, go by names: what begins as the video's file does is of that video, and a label
file that names its videos is of those.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import VIDEO_SUFFIXES
from ethoprism_core.video.pose_files import read_poses, read_tracks
from ethoprism_domains.animal_behavior.reading import (
    BACKGROUND,
    DOMAIN_NAME,
    HABITS,
    first_seen,
    in_seconds,
)
from ethoprism_domains.annotation import (
    Annotations,
    Ethogram,
    Subject,
    empty_events,
    make_observed,
)
from ethoprism_domains.annotation.merging import merge_ethograms
from ethoprism_domains.base import (
    Dataset,
    Finding,
    Habits,
    ProbeChoice,
    Recording,
    Sampling,
    Scoring,
    times_of_video,
)
from ethoprism_domains.formats import Reading, read_events, recognise
from ethoprism_domains.formats.content import read_head
from ethoprism_domains.formats.tables import Table, head_has, read_table

DESCRIPTION = "a folder of videos and label files with recordings.csv (column video)"
TABLE = "recordings.csv"
_OWN = ("video", "labels", "tracks", "individuals", "split")
_CODER = "labels_"
_POSES = (".h5", ".hdf5", ".nc", ".csv")
_A_ROW_A_FRAME = ("frames-csv", "deepethogram", "simba", "cbas", "feral")
_GROUPS = ("animal", "session", "site")
_NOTHING = Annotations(empty_events(), make_observed([]), Ethogram(()))


def recognises(path: Path) -> bool:
    """Recognise it by its table."""
    table = path / TABLE
    return table.is_file() and head_has(read_head(table), ("video",))


def read_folder(path: Path) -> Dataset:
    """Read a folder with its table, or by the names of its files.

    Raises
    ------
    EthoprismError
        If there are no videos, or the table cannot be read.
    """
    rows = [*_listed(path)] if (path / TABLE).is_file() else [*_found(path)]
    if not rows:
        told = f"there is no video and no {TABLE}"
        raise EthoprismError(told, path, f"expected is {DESCRIPTION}")
    findings: list[Finding] = []
    files = _Files(path, rows)
    recordings = tuple(_recording(row, files, findings) for row in rows)
    said = [item for own in recordings for item in (own.annotations, *own.coders.values())]
    merged = merge_ethograms([item.ethogram for item in said])
    names = first_seen(name for own in recordings for name in own.individuals)
    ethogram = Ethogram(merged.behaviors, tuple(map(Subject, names)))
    findings += files.unused()
    return Dataset(
        path.resolve().name, DOMAIN_NAME, recordings, ethogram, _habits(recordings), tuple(findings)
    )


@dataclass(frozen=True)
class _Row:
    """What is told of one video: files are None where nothing tells them."""

    video: Path
    name: str
    labels: Path | None = None
    tracks: Path | None = None
    individuals: tuple[str, ...] = ()
    split: str = ""
    coders: Mapping[str, Path] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)


def _listed(root: Path) -> Iterator[_Row]:
    table = read_table(root / TABLE, ("video",))
    columns = {key: table.text(key) for key in first_seen(filter(None, table.keys))}
    for number in range(len(table)):
        told = {key: cells[number].strip() for key, cells in columns.items()}
        yield _row(root, told, table, number)


def _row(root: Path, told: Mapping[str, str], table: Table, number: int) -> _Row:
    if not told["video"]:
        raise table.error(number, "it names no video")
    files = {key: root / cell for key, cell in told.items() if cell and _is_file(key)}
    names = (name.strip() for name in told.get("individuals", "").split(";"))
    return _Row(
        root / told["video"],
        PurePosixPath(told["video"].replace("\\", "/")).name,
        files.get("labels"),
        files.get("tracks"),
        first_seen(filter(None, names)),
        told.get("split", ""),
        {key.removeprefix(_CODER): file for key, file in files.items() if key.startswith(_CODER)},
        {key: cell for key, cell in told.items() if key not in _OWN and not _is_file(key)},
    )


def _is_file(key: str) -> bool:
    return key in ("labels", "tracks") or key.startswith(_CODER)


def _found(root: Path) -> Iterator[_Row]:
    for path in sorted(root.iterdir()) if root.is_dir() else []:
        if path.suffix.lower() in VIDEO_SUFFIXES and path.is_file():
            yield _Row(path, path.name)


class _Files:
    """The files of a folder that no row has named: which are labels, and which are tracks."""

    def __init__(self, root: Path, rows: list[_Row]) -> None:
        self._rows = rows
        taken = {file for row in rows for file in (row.labels, row.tracks, *row.coders.values())}
        taken |= {row.video for row in rows} | {root / TABLE}
        rest = [path for path in sorted(root.iterdir()) if path.is_file() and path not in taken]
        self._labels = {path: form for path in rest if (form := _label_format(path))}
        self._poses = [
            path for path in rest if path.suffix.lower() in _POSES and path not in self._labels
        ]
        self._used: set[Path] = set()
        self._shared: dict[Path, Reading | None] = {}

    def labels_of(self, row: _Row) -> Path | None:
        """Give the label file that begins as the video does, or the only one of the only video."""
        own = [path for path in self._labels if self._is_of(path, row)]
        if not own and len(self._rows) == len(self._labels) == 1:
            own = [*self._labels]
        self._used.update(own[:1])
        return own[0] if own else None

    def tracks_of(self, row: _Row) -> Path | None:
        """Give the file of poses or boxes that begins as the video does."""
        own = [path for path in self._poses if self._is_of(path, row)]
        return own[0] if own else None

    def shared_labels(self, row: _Row) -> Annotations | None:
        """Give what a file of several videos says of this one."""
        for path in self._labels:
            if any(self._is_of(path, other) for other in self._rows):
                continue
            if path not in self._shared:
                self._shared[path] = self._read_shared(path)
            reading = self._shared[path]
            named = [video for video in reading.videos if _means(video, row)] if reading else []
            if reading and named:
                self._used.add(path)
                own = reading.of_video(named[0])
                return _called(own, row.name)
        return None

    def unused(self) -> Iterator[Finding]:
        """Tell which label files are of none of the videos; a remark if no video lacks labels."""
        lacking = any(row.labels is None for row in self._rows)
        for path in self._labels:
            if path not in self._used:
                told = f"a label file of none of the videos: name its video in {TABLE}"
                yield Finding("unlisted labels", path.name, told, wrong=lacking)

    def _is_of(self, path: Path, row: _Row) -> bool:
        """Say whether a file begins as this video's does, and as no longer name of another's."""
        stems = [other.video.stem for other in self._rows if _begins(path, other.video.stem)]
        return bool(stems) and max(stems, key=len) == row.video.stem

    def _read_shared(self, path: Path) -> Reading | None:
        times = {row.video.name: times_of_video(row.video) for row in self._rows}
        stems = {row.video.stem: times[row.video.name] for row in self._rows}

        def find(video: str):  # type: ignore[no-untyped-def]
            name = PurePosixPath(video.replace("\\", "/"))
            return times.get(name.name, stems.get(name.name))

        try:
            return read_events(path, frame_times=find, observed="whole if known")
        except EthoprismError:
            return None


def _begins(path: Path, stem: str) -> bool:
    return path.name.startswith(stem) and path.name[len(stem) : len(stem) + 1] in tuple("._- ")


def _means(video: str, row: _Row) -> bool:
    name = PurePosixPath(video.replace("\\", "/")).name
    return name in (row.video.name, row.video.stem)


def _called(annotations: Annotations, name: str) -> Annotations:
    return Annotations(
        annotations.events.assign(video=name),
        annotations.observed.assign(video=name),
        annotations.ethogram,
    )


def _label_format(path: Path) -> str:
    try:
        return recognise(path).name
    except EthoprismError:
        return ""


def _recording(row: _Row, files: _Files, findings: list[Finding]) -> Recording:
    own = row.labels or files.labels_of(row)
    annotations = _read(own, row, findings) if own else files.shared_labels(row) or _NOTHING
    tracks = row.tracks or files.tracks_of(row)
    counts = _frame_counts(own, annotations)
    tracked, poses = _tracked(tracks, row)
    named = filter(None, annotations.events["subject"].unique().tolist())
    return Recording(
        row.name,
        row.video,
        in_seconds(annotations, row.video),
        row.individuals or first_seen((*tracked, *named)),
        row.groups,
        tracks,
        frame_counts=counts | poses,
        metadata={"split": row.split} if row.split else {},
        coders={name: _read(path, row, findings) for name, path in row.coders.items()},
    )


def _read(path: Path, row: _Row, findings: list[Finding]) -> Annotations:
    """Read what a file says of the row's video; a file that cannot be read is a finding."""
    try:
        reading = read_events(
            path,
            video=row.name,
            frame_times=lambda name: times_of_video(row.video),
            observed="whole if known",
        )
    except EthoprismError as error:
        findings.append(Finding("unreadable file", row.name, str(error)))
        return _NOTHING
    findings += [
        Finding("left out", row.name, f"{path.name}: {loss}", wrong=False)
        for loss in reading.losses
    ]
    named = [video for video in reading.videos if video == row.name or _means(video, row)]
    if not named and len(reading.videos) != 1:
        told = f"{path.name} says nothing of it, but of {', '.join(reading.videos) or 'no video'}"
        findings.append(Finding("no labels", row.name, told))
        return _NOTHING
    return _called(reading.of_video((named or [*reading.videos])[0]), row.name)


def _frame_counts(labels: Path | None, annotations: Annotations) -> dict[str, int]:
    """Count the frames of labels that have a row for each of them."""
    if labels is None or annotations.observed.empty:
        return {}
    if _label_format(labels) not in _A_ROW_A_FRAME:
        return {}
    return {"labels": int(annotations.observed["stop_frame"].max())}


def _tracked(tracks: Path | None, row: _Row) -> tuple[tuple[str, ...], dict[str, int]]:
    """Give who is tracked, and in how many frames; nothing where the check will tell why."""
    times = times_of_video(row.video)
    if tracks is None or times is None:
        return (), {}
    try:
        names = [str(name) for name in read_tracks(tracks, times)["individual"].values]
        poses = read_poses(tracks, times)
    except EthoprismError:
        return (), {}
    return tuple(names), {} if poses is None else {"poses": len(poses.frames)}


def _habits(recordings: tuple[Recording, ...]) -> Habits:
    """Show single animals where there are tracks; leave out what the table tells of groups."""
    tracked = any(item.tracks is not None for item in recordings)
    groups = [key for key in _GROUPS if all(item.groups.get(key) for item in recordings)]
    return Habits(
        Sampling("subject" if tracked else "window", frames=16),
        ProbeChoice("compact"),
        (groups or ["video"])[0],
        Scoring("average_precision", excluded=(BACKGROUND,)),
        HABITS.exports,
    )
