"""Former tables: how often they are set aside, and which of them are kept."""

import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation.store.naming import TABLE, AnnotationPaths
from ethoprism_domains.annotation.store.table_file import read_bytes

_NEWEST, _DAYS = 10, 30
_DATE = "%Y%m%dT%H%M%S%fZ"
_EDITED = "edited"


def keep_former(
    paths: AnnotationPaths, content: bytes, every: float, now: datetime | None = None
) -> Path | None:
    """Set a table's bytes aside, unless that was done within the last `every` seconds.

    Of those that were set aside before, the newest ten are kept, and the last of each of the
    newest thirty days.
    """
    now = now or datetime.now(UTC)
    known = _former(paths)
    if known and now - max(known) < timedelta(seconds=every):
        return None
    path = _write(paths, content, now, "")
    for date, old in known.items():
        if date not in _kept([*known, now]):
            with contextlib.suppress(OSError):  # somebody looks at it: next time
                old.unlink()
    return path


def keep_edited(paths: AnnotationPaths, content: bytes) -> Path:
    """Set aside a table that somebody edited by hand, before ours replaces it; it is kept."""
    return _write(paths, content, datetime.now(UTC), f".{_EDITED}")


def former_tables(paths: AnnotationPaths) -> list[Path]:
    """List the tables that were set aside, the newest first."""
    known = _former(paths)
    return [known[date] for date in sorted(known, reverse=True)]


def _former(paths: AnnotationPaths) -> dict[datetime, Path]:
    found = {}
    begin = f"{paths.stem}."
    for path in paths.backups.iterdir() if paths.backups.is_dir() else ():
        if path.name.startswith(begin) and path.name.endswith(TABLE):
            told = path.name[len(begin) : -len(TABLE)]
            with contextlib.suppress(ValueError):  # another file that begins with the same name
                found[datetime.strptime(told, _DATE).replace(tzinfo=UTC)] = path
    return found


def _kept(dates: list[datetime]) -> set[datetime]:
    newest = sorted(dates, reverse=True)
    last_of_day = {date.date(): date for date in reversed(newest)}
    days = sorted(last_of_day, reverse=True)[:_DAYS]
    return {*newest[:_NEWEST], *(last_of_day[day] for day in days)}


def _write(paths: AnnotationPaths, content: bytes, now: datetime, mark: str) -> Path:
    path = paths.backups / f"{paths.stem}.{now.strftime(_DATE)}{mark}{TABLE}"
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)
    return path


def set_table_aside(paths: AnnotationPaths) -> Path | None:
    """Move the table to the backups, so that the next opening writes it anew from the journal."""
    content = read_bytes(paths.table)
    if content is None:
        return None
    kept = keep_edited(paths, content)
    paths.table.unlink(missing_ok=True)
    return kept
