"""A lab's own folder: videos, their labels in any known format, and tracks where there are some.

``recordings.csv`` lists the videos in a column `video`, with columns as far as they are needed:
`labels` and `tracks` (files), `individuals` (names, parted by ``;``), `split`, and `labels_NAME`, a
file of what the coder NAME says of the same video. All further columns are groups, such as
`animal`, `session` and `site`. Paths are relative to the table. A cell that is empty, and a folder
without the table, go by names: what begins as the video's file does is of that video, and a label
file that names its videos is of those.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import VIDEO_SUFFIXES
from ethoprism_core.video.pose_files import read_poses, read_tracks
from ethoprism_domains.animal_behavior.folder_files import (
    TABLE,
    FolderFiles,
    Row,
    label_format,
    means,
)
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
from ethoprism_domains.annotation.merging import merge_ethograms, renamed
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
from ethoprism_domains.formats import read_events
from ethoprism_domains.formats.content import read_head
from ethoprism_domains.formats.tables import head_has, read_table

DESCRIPTION = "a folder of videos and label files with recordings.csv (column video)"
_OWN = ("video", "labels", "tracks", "individuals", "split")
_CODER = "labels_"
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
    files = FolderFiles(path, rows)
    recordings = tuple(_recording(row, files, findings) for row in rows)
    said = [item for own in recordings for item in (own.annotations, *own.coders.values())]
    merged = merge_ethograms([item.ethogram for item in said])
    names = first_seen(name for own in recordings for name in own.individuals)
    ethogram = Ethogram(merged.behaviors, tuple(map(Subject, names)))
    findings += files.unused()
    return Dataset(
        path.resolve().name, DOMAIN_NAME, recordings, ethogram, _habits(recordings), tuple(findings)
    )


def _listed(root: Path) -> Iterator[Row]:
    table = read_table(root / TABLE, ("video",))
    columns = {key: table.text(key) for key in first_seen(filter(None, table.keys))}
    paths = [cell.strip().replace("\\", "/") for cell in table.text("video")]
    names = [PurePosixPath(path).name for path in paths]
    if len(set(names)) < len(names):
        names = paths  # videos of one name in several folders
    for number, name in enumerate(names):
        told = {key: cells[number].strip() for key, cells in columns.items()}
        if not name:
            raise table.error(number, "it names no video")
        yield _row(root, told, name)


def _row(root: Path, told: Mapping[str, str], name: str) -> Row:
    files = {key: root / cell for key, cell in told.items() if cell and _is_file(key)}
    individuals = (item.strip() for item in told.get("individuals", "").split(";"))
    return Row(
        root / told["video"],
        name,
        files.get("labels"),
        files.get("tracks"),
        first_seen(filter(None, individuals)),
        told.get("split", ""),
        {key.removeprefix(_CODER): file for key, file in files.items() if key.startswith(_CODER)},
        {key: cell for key, cell in told.items() if key not in _OWN and not _is_file(key)},
    )


def _is_file(key: str) -> bool:
    return key in ("labels", "tracks") or key.startswith(_CODER)


def _found(root: Path) -> Iterator[Row]:
    for path in sorted(root.iterdir()) if root.is_dir() else []:
        if path.suffix.lower() in VIDEO_SUFFIXES and path.is_file():
            yield Row(path, path.name)


def _recording(row: Row, files: FolderFiles, findings: list[Finding]) -> Recording:
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


def _read(path: Path, row: Row, findings: list[Finding]) -> Annotations:
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
    named = [video for video in reading.videos if video == row.name or means(video, row)]
    if not named and len(reading.videos) != 1:
        told = f"{path.name} says nothing of it, but of {', '.join(reading.videos) or 'no video'}"
        findings.append(Finding("no labels", row.name, told))
        return _NOTHING
    return renamed(reading, {(named or [*reading.videos])[0]: row.name})


def _frame_counts(labels: Path | None, annotations: Annotations) -> dict[str, int]:
    """Count the frames of labels that have a row for each of them."""
    if labels is None or annotations.observed.empty:
        return {}
    if label_format(labels) not in _A_ROW_A_FRAME:
        return {}
    return {"labels": int(annotations.observed["stop_frame"].max())}


def _tracked(tracks: Path | None, row: Row) -> tuple[tuple[str, ...], dict[str, int]]:
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
