"""Which videos belong together: the same animal, session or site is left out as a whole."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ethoprism.study.finding import VideoFinder
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.formats.tables import Table, header_key, read_table


def read_groups(
    group: str, labels: Sequence[Path], finder: VideoFinder, videos: Sequence[str]
) -> dict[str, str]:
    """Return each video's group, by the video's name.

    Parameters
    ----------
    group
        ``video`` (each by itself), a column of the label files, or a table, ``FILE`` or
        ``FILE:COLUMN``, with a column `video`.

    Raises
    ------
    EthoprismError
        If there is no such column, or a video has no group or two.
    """
    if group == "video":
        return {video: video for video in videos}
    file, column = _split(group)
    groups: dict[str, str] = {}
    for path in labels if file is None else [file]:
        for video, value in _rows(read_table(path), column):
            if not finder.knows(video):
                continue  # a table of all videos may list more than were labelled
            name = finder.name(video)
            if groups.setdefault(name, value) != value:
                raise EthoprismError(
                    f"{name} is in two groups, {groups[name]!r} and {value!r}",
                    path,
                    "a group holds for a whole video: correct it there",
                )
    missing = [video for video in videos if not groups.get(video)]
    if missing:
        raise EthoprismError("a video has no group", missing[0], f"add it to {group}")
    return {video: groups[video] for video in videos}


def _split(group: str) -> tuple[Path | None, str]:
    """Take ``FILE``, ``FILE:COLUMN`` or ``COLUMN`` apart; a Windows drive has a colon as well."""
    if Path(group).is_file():
        return Path(group), ""
    file, colon, column = group.rpartition(":")
    if colon and Path(file).is_file():
        return Path(file), column
    return None, group


def _rows(table: Table, column: str) -> Iterator[tuple[str, str]]:
    others = [key for key in table.keys if key not in ("video", "")]
    if not column and len(others) != 1:
        raise EthoprismError(
            f"which column is the group, of {', '.join(others)}", table.path, "write FILE:COLUMN"
        )
    key = header_key(column or others[0])
    for needed in ("video", key):
        if needed not in table:
            raise EthoprismError(
                f"no column {needed!r} among {', '.join(table.names)}", table.path, "name one"
            )
    values = (value.strip() for value in table.text(key))
    return zip((video.strip() for video in table.text("video")), values, strict=True)
