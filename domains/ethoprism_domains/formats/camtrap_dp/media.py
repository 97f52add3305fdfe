"""What the table of media tells of a recording, and the tags and times of Camtrap DP."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from ethoprism_domains.formats.tables import Table, read_table

MEDIA = "media.csv"


@dataclass(frozen=True)
class Medium:
    """One recording or picture.

    Parameters
    ----------
    key
        Its `mediaID`.
    deployment
        Its `deploymentID`.
    name
        Its file's name.
    start
        When it starts.
    is_picture
        Whether it is a picture and no video.
    """

    key: str
    deployment: str
    name: str
    start: datetime
    is_picture: bool


def media_beside(path: Path) -> list[Medium]:
    """Read the table of media in an observations table's folder; nothing if there is none.

    Raises
    ------
    EthoprismError
        If it is no table, or a time in it is none.
    """
    beside = path.parent / MEDIA
    if not beside.is_file():
        return []
    table = read_table(beside)
    columns = zip(
        table.text("mediaid"),
        table.text("deploymentid"),
        table.text("filename"),
        table.text("filepath"),
        table.text("filemediatype"),
        strict=True,
    )
    return [
        Medium(
            key.strip(),
            deployment.strip(),
            name.strip() or PurePosixPath(where.strip()).name or key.strip(),
            moment(table, row, "timestamp"),
            kind.strip().startswith("image"),
        )
        for row, (key, deployment, name, where, kind) in enumerate(columns)
    ]


def moment(table: Table, row: int, key: str) -> datetime:
    """Read a time with its time zone.

    Raises
    ------
    EthoprismError
        Naming the line, if it is none.
    """
    cell = table.text(key)[row].strip()
    try:
        found = datetime.fromisoformat(cell)
        if found.tzinfo is not None:
            return found
    except ValueError:
        pass
    remedy = "write it like 2020-03-01T22:00:00Z"
    raise table.error(row, f"{key} {cell!r} is no time with a time zone", remedy)


def join_tags(tags: Mapping[str, object]) -> str:
    """Write tags as Camtrap DP wants them, ``key:value | key:value``; empty ones are left out."""
    told = {key: str(value) for key, value in tags.items() if value != ""}
    return " | ".join(f"{key}:{quote(value, safe='')}" for key, value in told.items())


def split_tags(cell: str) -> dict[str, str]:
    """Read tags of `join_tags`; those of others may be without a colon, and are left out."""
    parts = (part.strip().partition(":") for part in cell.split("|"))
    return {key: unquote(value) for key, colon, value in parts if colon}
