"""The journal: one line of JSON for each action, appended and flushed before it is acknowledged.

Every line carries a checksum of itself and a sequence number, so that a torn or damaged line is
known from a sound one and a lost line is missed. Nothing in a journal is ever rewritten.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ethoprism_core.errors import EthoprismError

FORMAT = 1  # of the lines and of the table beside them; a larger one is not written to
KINDS = ("open", "do", "undo", "redo", "table", "written", "merged", "close")
_TORN = "an incomplete last line, of an action that was not acknowledged yet"
_HEAD = b'{"check":"'
_CHECK_BYTES = 16
_BODY = len(_HEAD) + _CHECK_BYTES + len(b'",')


@dataclass(frozen=True)
class Line:
    """One line of a journal.

    Parameters
    ----------
    seq
        Counts the lines of a journal from 1; an action is called by its number.
    session
        Who wrote it: each opening of a store has an id of its own.
    time
        When, in UTC, as ISO 8601.
    kind
        One of `KINDS`.
    fields
        What else it says.
    """

    seq: int
    session: str
    time: str
    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Damage:
    """Bytes of a journal that are no sound line, or lines that are missing.

    Parameters
    ----------
    offset
        Where, in bytes.
    reason
        What is wrong there.
    """

    offset: int
    reason: str


@dataclass(frozen=True)
class Journal:
    """What a journal's file holds.

    Parameters
    ----------
    lines
        The sound lines in order. One that its session wrote anew, because the disk had refused it,
        is left out.
    damage
        What is not sound, in order.
    size
        Of the file in bytes.
    ends_clean
        Whether the last line is whole, so that another can follow it.
    format
        The newest format of any line.
    """

    lines: tuple[Line, ...] = ()
    damage: tuple[Damage, ...] = ()
    size: int = 0
    ends_clean: bool = True
    format: int = FORMAT

    @property
    def last_seq(self) -> int:
        """The last line's number; 0 if there is none."""
        return self.lines[-1].seq if self.lines else 0


def encode(line: Line) -> bytes:
    """Write a line, with its checksum and its end."""
    said = {"seq": line.seq, "session": line.session, "time": line.time, "kind": line.kind}
    text = json.dumps(said | dict(line.fields), allow_nan=False, separators=(",", ":"))
    body = text.encode()
    return _HEAD + _check(body) + b'",' + body[1:] + b"\n"


def decode(data: bytes) -> Line | None:
    """Read a line without its end; None if it is not sound."""
    body = b"{" + data[_BODY:]
    check = data[len(_HEAD) : len(_HEAD) + _CHECK_BYTES]
    if not data.startswith(_HEAD) or check != _check(body):
        return None
    try:
        said = json.loads(body)
        own = {key: said.pop(key) for key in ("seq", "session", "time", "kind")}
    except (ValueError, KeyError, AttributeError, RecursionError):
        return None
    return Line(**own, fields=said)


def read_journal(path: Path) -> Journal:
    """Read a journal as far as it is sound; a file that is not there is an empty one.

    Raises
    ------
    EthoprismError
        If the file cannot be read at all.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Journal()
    except OSError as error:
        reason = error.strerror or str(error)
        raise EthoprismError(f"cannot read ({reason})", path, "check the drive") from error
    return parse_journal(content)


def parse_journal(content: bytes) -> Journal:
    """Read a journal's bytes; see `read_journal`."""
    lines: list[Line] = []
    damage: list[Damage] = []
    for offset, data, whole in _pieces(content):
        line = decode(data)
        if line is None:
            damage.append(Damage(offset, "a damaged line" if whole else _TORN))
            continue
        while lines and lines[-1].session == line.session and lines[-1].seq >= line.seq:
            lines.pop()
        missing = line.seq - (lines[-1].seq if lines else 0) - 1
        if missing > 0:
            damage.append(Damage(offset, f"{missing} lines are missing before this place"))
        lines.append(line)
    ends_clean = not content or content.endswith(b"\n")
    newest = max((_format(line) for line in lines), default=FORMAT)
    return Journal(tuple(lines), tuple(damage), len(content), ends_clean, newest)


def _pieces(content: bytes) -> Iterator[tuple[int, bytes, bool]]:
    """Yield where each line begins, its bytes, and whether its end is there."""
    offset = 0
    for data in content.split(b"\n"):
        if data.strip():
            yield offset, data.rstrip(b"\r"), offset + len(data) < len(content)
        offset += len(data) + 1


def _format(line: Line) -> int:
    told = line.fields.get("format", FORMAT) if line.kind in KINDS else FORMAT + 1
    return int(told) if isinstance(told, int) else FORMAT + 1


def _check(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_CHECK_BYTES // 2).hexdigest().encode()
