"""Append to a journal so that what is acknowledged is on the disk, and notice other writers."""

import contextlib
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.store.journal import Journal, Line, encode

Append = Callable[[Path, bytes], None]
_flush = getattr(os, "fdatasync", os.fsync)  # sync but for the date, where the system can


class JournalTakenError(Exception):
    """Somebody else has written to the journal since we last did."""


def append_durably(path: Path, data: bytes) -> None:
    """Append bytes to a file and return when the disk has them; the file must be there.

    Raises
    ------
    OSError
        If the disk is full or gone; a part of the bytes may have been written.
    """
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        _flush(handle)
    finally:
        os.close(handle)


def create_empty(path: Path) -> None:
    """Make a file unless it is there, so that it survives a power cut with its folder's entry."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    if os.name == "posix":  # elsewhere a folder cannot be opened
        folder = os.open(path.parent, os.O_RDONLY)
        with contextlib.suppress(OSError):  # some network drives cannot flush a folder
            os.fsync(folder)
        os.close(folder)


class JournalWriter:
    """Appends the lines of one session to one journal.

    Parameters
    ----------
    path
        The journal's file.
    session
        The id of the session.
    journal
        What the file held when it was read.
    append
        Appends bytes durably or raises `OSError`.
    """

    def __init__(
        self, path: Path, session: str, journal: Journal, append: Append = append_durably
    ) -> None:
        self.path, self.session = path, session
        self.seq, self._size = journal.last_seq, journal.size
        self._clean = journal.ends_clean
        self._append = append
        self._attempt = b""
        self._lock = threading.Lock()

    def write(self, kind: str, **fields: Any) -> Line:
        """Append a line; when this returns, it is on the disk.

        Raises
        ------
        EthoprismError
            If it cannot be written; then it does not count, even if it is found in the file.
        JournalTakenError
            If the file is not as we left it.
        """
        with self._lock:
            line = Line(self.seq + 1, self.session, _now(), kind, fields)
            try:
                self._settle()
                self._attempt = (b"" if self._clean else b"\n") + encode(line)
                self._append(self.path, self._attempt)
            except OSError as error:
                reason = error.strerror or str(error)
                raise EthoprismError(
                    f"the action was not saved ({reason})",
                    self.path,
                    "check the disk's space and the connection, then do it again",
                ) from error
            self._size += len(self._attempt)
            self._attempt, self._clean, self.seq = b"", True, line.seq
            return line

    def is_ours(self) -> bool:
        """Say whether the file is as this session left it."""
        with self._lock:
            try:
                self._settle()
            except JournalTakenError:
                return False
            except OSError:
                return True  # nothing can be known now; the next action will tell
            return True

    def _settle(self) -> None:
        """Find the file as we left it, or with a part of what the disk refused before."""
        size = self.path.stat().st_size
        if size == self._size:
            return
        with self.path.open("rb") as file:
            file.seek(self._size)
            extra = file.read()
        if size < self._size or not self._attempt.startswith(extra):
            raise JournalTakenError(str(self.path))
        self._size, self._attempt = size, b""
        self._clean = extra.endswith(b"\n")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
