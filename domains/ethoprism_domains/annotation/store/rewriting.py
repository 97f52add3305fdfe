"""Bring the tidy table up to what is coded: in the background, atomically, never over an edit."""

import threading
import time
import weakref
from collections.abc import Callable

from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation.editing.coding import Coding
from ethoprism_domains.annotation.store.backups import keep_edited, keep_former
from ethoprism_domains.annotation.store.naming import AnnotationPaths
from ethoprism_domains.annotation.store.table_file import fingerprint, read_bytes, table_bytes
from ethoprism_domains.annotation.store.writing import SessionJournal

_SHARE = 20  # a call of a tenth of a second is followed by two of rest


class TableWriter:
    """Writes the table of one store.

    Parameters
    ----------
    found
        The table's bytes when the store was opened; None if there was none.
    edited
        Whether somebody else wrote these: then they are set aside for good.
    backup_every
        Seconds between two former tables that are set aside.

    Attributes
    ----------
    fingerprint
        Of the table as we know it.
    """

    def __init__(
        self, paths: AnnotationPaths, found: bytes | None, edited: bool, backup_every: float
    ) -> None:
        self._paths, self._edited, self._every = paths, edited, backup_every
        self.fingerprint = fingerprint(found)
        self._lock = threading.Lock()

    def write(self, coding: Coding, through: int, journal: SessionJournal) -> str:
        """Write the table of `coding`, which includes the journal's lines up to `through`.

        The journal is told before and after, so that whatever a kill leaves is known to be ours.

        Returns
        -------
        Why the table was left as it is; empty if it is up to date.

        Raises
        ------
        EthoprismError
            If the table or the journal cannot be written.
        """
        with self._lock:
            content = table_bytes(coding)
            present = read_bytes(self._paths.table)
            if present is not None and fingerprint(present) != self.fingerprint:
                return (
                    f"{self._paths.table.name} was edited outside while it was open: it is left "
                    "as it is, and taken in at the next opening"
                )
            name = fingerprint(content)
            if present != content:
                self._set_aside(present)
            # a table that happens to be right is announced too: it may be somebody's edit
            with atomic_path(self._paths.table) as temporary:
                temporary.write_bytes(content)
                journal.write("table", table=name, through=through)
            journal.write("written", table=name)
            self.fingerprint, self._edited = name, False
            return ""

    def _set_aside(self, present: bytes | None) -> None:
        if present is None:
            return
        if self._edited:
            keep_edited(self._paths, present)
        else:
            keep_former(self._paths, present, self._every)


class Rewriter:
    """Calls a function in the background some seconds after it was woken, once for many wakings.

    Parameters
    ----------
    write
        A method; its object is not kept alive.
    after
        Seconds; None for never. A call that takes long is made less often, so that the background
        never takes more than a small share of the time.
    """

    def __init__(self, write: Callable[[], bool], after: float | None) -> None:
        self._write, self._after = weakref.WeakMethod(write), after
        self._woken, self._stopped = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Ask for a call; returns at once."""
        if self._after is None or self._stopped.is_set():
            return
        self._woken.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="annotation table", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the background; a call that is under way is waited for."""
        self._stopped.set()
        self._woken.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        pause = self._after
        while not self._stopped.is_set():
            # now and then look whether the store is still there
            woken = self._woken.wait(timeout=10)
            if self._write() is None or (woken and self._stopped.wait(pause)):
                return
            if woken:
                self._woken.clear()
                pause = max(self._after or 0.0, _SHARE * self._call())

    def _call(self) -> float:
        """Call the function, if its object is still there; give the seconds it took."""
        begun = time.monotonic()
        write = self._write()
        if write is not None:
            write()
        return time.monotonic() - begun
