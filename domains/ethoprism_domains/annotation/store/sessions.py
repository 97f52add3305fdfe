"""Sessions: who has a journal open, as far as its lines and this computer can tell.

There is no lock. Each session says in the journal that it opens and closes it; of those that have
not closed, the first owns it, and the others write journals of their own until they can be merged.
A session that ended without a word is told by its process being gone, or after half a day.
"""

import hashlib
import os
import platform
import uuid
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ethoprism_domains.annotation.store.journal import Line

_SILENCE = timedelta(hours=12)


class Session:
    """One opening of a store; lives as long as the store does."""

    def __init__(self) -> None:
        self.id = uuid.uuid4().hex[:12]
        _OF_THIS_PROCESS[self.id] = self

    def introduction(self) -> dict[str, Any]:
        """Give what the line that opens a journal says about its writer."""
        return {"host": _host(), "pid": os.getpid()}


_OF_THIS_PROCESS: weakref.WeakValueDictionary[str, Session] = weakref.WeakValueDictionary()


@dataclass(frozen=True)
class Standing:
    """A session that opened a journal and has not closed it."""

    id: str
    host: str
    pid: int
    last_line: str

    def is_alive(self) -> bool:
        """Say whether it may still be at work."""
        if self.host != _host():
            return datetime.now(UTC) - _moment(self.last_line) < _SILENCE
        if self.pid == os.getpid():
            return self.id in _OF_THIS_PROCESS
        return _is_running(self.pid)


def standing(lines: Iterable[Line]) -> list[Standing]:
    """Find the sessions that have not closed, in the order of their opening."""
    found: dict[str, Standing] = {}
    for line in lines:
        if line.kind == "open":
            for ended in line.fields.get("ends", ()):
                found.pop(ended, None)
            who = str(line.fields.get("host", "")), int(line.fields.get("pid", 0))
            found[line.session] = Standing(line.session, *who, line.time)
        elif line.kind == "close":
            found.pop(line.session, None)
        elif line.session in found:
            known = found[line.session]
            found[line.session] = Standing(known.id, known.host, known.pid, line.time)
    return list(found.values())


def _host() -> str:
    return hashlib.blake2b(platform.node().encode(), digest_size=6).hexdigest()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_running(pid: int) -> bool:
    if os.name == "nt":
        return _is_running_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _is_running_on_windows(pid: int) -> bool:
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]  # only there on Windows
    query_limited_information, still_active = 0x1000, 259
    handle = kernel.OpenProcess(query_limited_information, False, pid)
    if not handle:
        return False
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == still_active
