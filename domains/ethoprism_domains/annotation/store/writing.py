"""One session's way into the journal: the journal itself, or one of its own beside it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.editing.coding import Change
from ethoprism_domains.annotation.store.appending import (
    Append,
    JournalTakenError,
    JournalWriter,
    create_empty,
)
from ethoprism_domains.annotation.store.history import change_fields
from ethoprism_domains.annotation.store.journal import FORMAT, Journal, Line, read_journal
from ethoprism_domains.annotation.store.naming import AnnotationPaths
from ethoprism_domains.annotation.store.sessions import Session, Standing, standing

_SHARED = (
    "another session has these annotations open, or ended without a word: what is coded here is "
    "kept in a journal of its own, and is brought together with the other when both are closed"
)


class SessionJournal:
    """Writes the lines of one session where no other session writes.

    Parameters
    ----------
    journal
        The journal as it was read.
    names
        Video and annotator, noted in the journal.
    """

    def __init__(
        self,
        paths: AnnotationPaths,
        session: Session,
        journal: Journal,
        names: Mapping[str, str],
        append: Append,
    ) -> None:
        self._paths, self._session, self._names = paths, session, names
        self._journal, self._append = journal, append
        self._writer: JournalWriter | None = None
        self.is_branch = False

    @property
    def path(self) -> Path:
        """The file that is written to."""
        return self._writer.path if self._writer else self._paths.journal

    @property
    def seq(self) -> int:
        """The number of the last line."""
        return self._writer.seq if self._writer else 0

    def begin(self) -> str:
        """Enter the journal, or begin one of our own if somebody is in it.

        Returns
        -------
        What the user should know; empty if nothing.

        Raises
        ------
        EthoprismError
            If neither can be written.
        """
        known = self._standing(self._journal)
        if any(session.is_alive() for session in known):
            return self._begin_branch()
        _create(self._paths.journal)
        self._writer = JournalWriter(
            self._paths.journal, self._session.id, self._journal, self._append
        )
        try:
            self._introduce([session.id for session in known], self._journal)
        except JournalTakenError:
            return self._begin_branch()
        return ""

    def write(self, kind: str, **fields: Any) -> Line:
        """Append a line; see `JournalWriter.write`."""
        if self._writer is None:
            raise EthoprismError("the journal was not entered", self._paths.journal)
        return self._writer.write(kind, **fields)

    def write_change(self, kind: str, change: Change, by: str, extra: Mapping[str, Any]) -> Line:
        """Append an action."""
        return self.write(kind, by=by, **change_fields(change), **extra)

    def reenter(self) -> tuple[Journal, str]:
        """Read what others have written, and go on: in the journal if it is ours, else beside it.

        Returns
        -------
        The journal as it is now, and what the user should know.
        """
        if self.is_branch:
            raise EthoprismError("somebody else writes to our own journal", self.path, "reopen")
        journal = read_journal(self._paths.journal)
        known = self._standing(journal)
        if not known or known[0].id != self._session.id:
            return journal, self._begin_branch()
        self._writer = JournalWriter(self._paths.journal, self._session.id, journal, self._append)
        return journal, ""

    def end(self, table: str | None) -> None:
        """Say that the session has ended, if the disk takes it; `table` is what it left."""
        try:
            self.write("close", table=table)
        except (EthoprismError, JournalTakenError):
            return  # then it ends without a word

    def main_is_free(self) -> bool:
        """Whether nobody has the journal open any more."""
        known = self._standing(read_journal(self._paths.journal))
        return not any(session.is_alive() for session in known)

    def _standing(self, journal: Journal) -> list[Standing]:
        """Find who is in the journal; one that has left it has one of its own."""
        known = standing(journal.lines)
        return [session for session in known if not self._paths.branch(session.id).exists()]

    def _begin_branch(self) -> str:
        path = self._paths.branch(self._session.id)
        _create(path)
        self._writer = JournalWriter(path, self._session.id, Journal(), self._append)
        self.is_branch = True
        self._introduce([], Journal())
        return _SHARED

    def _introduce(self, ends: Iterable[str], journal: Journal) -> None:
        self.write(
            "open",
            format=FORMAT,
            **self._names,
            **self._session.introduction(),
            ends=list(ends),
            damage=[damage.offset for damage in journal.damage],
        )


def _create(path: Path) -> None:
    try:
        create_empty(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise EthoprismError(
            f"cannot write ({reason})", path, "check permissions and space"
        ) from error
