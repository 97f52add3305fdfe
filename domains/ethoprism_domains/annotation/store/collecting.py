"""All the annotations of a folder at once, quickly.

Tables that are known to be up to date are read as they are, only the others through their journals.
"""

import io
import math
import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.editing.rules import Rules
from ethoprism_domains.annotation.events import (
    EVENT_COLUMNS,
    OBSERVED_COLUMNS,
)
from ethoprism_domains.annotation.store.journal import decode, read_journal
from ethoprism_domains.annotation.store.naming import (
    AnnotationPaths,
    file_names,
    is_cut,
    names_of,
    stems_in,
)
from ethoprism_domains.annotation.store.opening import load
from ethoprism_domains.annotation.store.table_file import (
    OBSERVED,
    fingerprint,
    read_bytes,
    table_bytes,
)

_TAIL = 1024  # a line that ends a session is shorter
_HEADER = (",".join(EVENT_COLUMNS) + "\n").encode()


@dataclass(frozen=True, eq=False)
class Collected:
    """The annotations of a folder.

    Parameters
    ----------
    events, observed
        Columns `EVENT_COLUMNS` and `OBSERVED_COLUMNS`, both with `coder` before them: whose
        annotations they stand in.
    notices
        What is odd about some of them, by the name of their files.
    """

    events: pd.DataFrame
    observed: pd.DataFrame
    notices: dict[str, tuple[str, ...]]


def collect(folder: str | Path) -> Collected:
    """Read all annotations of a folder, and write nothing.

    Raises
    ------
    EthoprismError
        If a file cannot be read at all.
    """
    folder = Path(folder)
    branched = {name.split("~", 1)[0] for name in file_names(folder) if "~" in name}
    notices: dict[str, tuple[str, ...]] = {}
    parts: dict[str, list[bytes]] = {}
    for stem in stems_in(folder):
        paths = AnnotationPaths(folder, stem)
        content = None if stem in branched else _settled_table(paths)
        if content is None:
            content, told = _from_journal(paths)
            notices |= {stem: told} if told else {}
        parts.setdefault(_names(paths)[1], []).append(content.removeprefix(_HEADER))
    rows = [_rows(b"".join(own)).assign(coder=coder) for coder, own in parts.items()]
    return _collected(pd.concat(rows) if rows else _rows(b"").assign(coder=""), notices)


def names_in(folder: str | Path) -> list[tuple[str, str]]:
    """List the (video, annotator) of all annotations in a folder, in order."""
    return sorted(_names(AnnotationPaths(Path(folder), stem)) for stem in stems_in(folder))


def _names(paths: AnnotationPaths) -> tuple[str, str]:
    """Tell video and annotator: names that were cut stand whole in the journal."""
    video, annotator = names_of(paths.stem)
    lines = read_journal(paths.journal).lines if is_cut(paths.stem) else ()
    told = lines[0].fields if lines else {}
    return str(told.get("video", video)), str(told.get("annotator", annotator))


def _settled_table(paths: AnnotationPaths) -> bytes | None:
    """Give a table's bytes if the journal ends with saying that they hold all of it."""
    content = read_bytes(paths.table)
    if content is None or not content.startswith(_HEADER) or not paths.journal.is_file():
        return None
    try:
        with paths.journal.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - _TAIL))
            tail = file.read()
    except OSError as error:
        raise EthoprismError(f"cannot read ({error})", paths.journal, "check the drive") from error
    last = decode(tail.removesuffix(b"\n").rpartition(b"\n")[2])
    settled = last is not None and last.kind == "close" and tail.endswith(b"\n")
    same = settled and last and last.fields.get("table") == fingerprint(content)
    return content if same else None


def _from_journal(paths: AnnotationPaths) -> tuple[bytes, tuple[str, ...]]:
    video, annotator = _names(paths)
    loaded = load(paths, video, Rules(annotator))
    obstacle = (loaded.obstacle,) if loaded.obstacle else ()
    return table_bytes(loaded.coding), (*loaded.notices, *obstacle)


def _rows(content: bytes) -> pd.DataFrame:
    names = list(EVENT_COLUMNS)
    text = dict.fromkeys((name for name, kind in EVENT_COLUMNS.items() if kind == "str"), "str")
    if not content:
        return pd.DataFrame(columns=names)
    return pd.read_csv(
        io.BytesIO(content),
        names=names,
        dtype=text,
        keep_default_na=False,
        # pandas' own reading of numbers may be off in the last digit
        converters={name: _number for name, kind in EVENT_COLUMNS.items() if kind == "float64"},
    )


def _number(cell: str) -> float:
    return float(cell) if cell else math.nan


def _collected(rows: pd.DataFrame, notices: dict[str, tuple[str, ...]]) -> Collected:
    seen = rows["kind"] == OBSERVED
    # the rows are as a store wrote them: every column is there, and full
    events = rows.loc[~seen, ["coder", *EVENT_COLUMNS]].astype(dict(EVENT_COLUMNS))
    events = events.reset_index(drop=True)
    spans = rows.loc[seen & (rows["stop_frame"] > rows["start_frame"])]
    observed = spans[["coder", *OBSERVED_COLUMNS]].reset_index(drop=True)
    return Collected(events, observed, notices)
