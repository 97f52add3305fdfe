"""The annotations of one video by one annotator, kept so that nothing that was coded is lost.

Every action is in the journal, flushed to the disk, before the call that does it returns. The tidy
table beside it follows within seconds. See ``docs/annotations.md`` for what is on the disk.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, ParamSpec

import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.editing.coding import Change, Coding, fitted
from ethoprism_domains.annotation.editing.operations import observe
from ethoprism_domains.annotation.editing.rules import Rules
from ethoprism_domains.annotation.ethogram import Ethogram
from ethoprism_domains.annotation.events import Annotations
from ethoprism_domains.annotation.store.appending import Append, JournalTakenError, append_durably
from ethoprism_domains.annotation.store.history import History, replay
from ethoprism_domains.annotation.store.journal import read_journal
from ethoprism_domains.annotation.store.naming import AnnotationPaths
from ethoprism_domains.annotation.store.opening import Addition, Loaded, branch_additions, load
from ethoprism_domains.annotation.store.past import Past, past_of
from ethoprism_domains.annotation.store.rewriting import Rewriter, TableWriter
from ethoprism_domains.annotation.store.sessions import Session
from ethoprism_domains.annotation.store.writing import SessionJournal

P = ParamSpec("P")
_Action = tuple[Change, Mapping[str, Any]]


class AnnotationStore:
    """Opens, edits and keeps the annotations of one video by one annotator.

    Parameters
    ----------
    folder
        The folder of the annotations; made if need be.
    video, annotator
        Names; they give the files theirs.
    ethogram, frame_times, overlaps
        What edits are checked against and completed from, see `Rules`.
    read_only
        Look, and write nothing at all.
    rewrite_after
        The table is rewritten this many seconds after an action; None for only when closing.
    backup_every
        Seconds between two former tables that are set aside.
    append
        Appends bytes to the journal durably, or raises `OSError`.

    Attributes
    ----------
    coding
        What is coded now: an immutable value, replaced by each action.
    notices
        What the user should know, in order: damage, edits by others, what could not be written.

    Raises
    ------
    EthoprismError
        If a file is there and cannot be read, or a name cannot be a file's.
    """

    def __init__(
        self,
        folder: str | Path,
        video: str,
        annotator: str,
        *,
        ethogram: Ethogram | None = None,
        frame_times: np.ndarray | None = None,
        overlaps: str = "refuse",
        read_only: bool = False,
        rewrite_after: float | None = 2.0,
        backup_every: float = 600.0,
        append: Append = append_durably,
    ) -> None:
        self.video, self.annotator = video, annotator
        self.paths = AnnotationPaths.of(folder, video, annotator)
        self.rules = Rules(annotator, ethogram, frame_times, overlaps)
        loaded = load(self.paths, video, self.rules)
        self.coding: Coding = loaded.coding
        self.notices: list[str] = list(loaded.notices)
        self._obstacle = loaded.obstacle or ("it was asked for" if read_only else "")
        self._table_refused = loaded.table_refused
        self._history: History = loaded.replayed.history
        self._merged = dict(loaded.replayed.merged)
        self._ours: dict[int, Change] = {}  # what this session wrote into the common journal
        self._lock, self._closed = threading.RLock(), False
        self._session, self._append = Session(), append
        names = {"video": video, "annotator": annotator}
        self._journal = SessionJournal(self.paths, self._session, loaded.journal, names, append)
        self._table = TableWriter(self.paths, loaded.table, loaded.edited, backup_every)
        self._rewriter = Rewriter(self.write_table, rewrite_after)
        if not self._obstacle:
            self._begin(loaded)
        elif not read_only:
            self.notices.append(f"opened to be read only: {self._obstacle}")

    @property
    def read_only(self) -> bool:
        """Whether nothing can be changed; a notice says why."""
        return bool(self._obstacle)

    @property
    def is_table_refused(self) -> bool:
        """Whether nothing can be changed because the table cannot be taken in."""
        return self._table_refused

    @property
    def is_second_writer(self) -> bool:
        """Whether another session has the journal, so that this one writes one of its own."""
        return self._journal.is_branch

    @property
    def journal_path(self) -> Path:
        """The journal that this session writes: the common one, or one of its own."""
        return self._journal.path

    @property
    def last_action(self) -> int:
        """The number that the last action has in the journal; 0 before the first."""
        return self._history.last

    @property
    def can_undo(self) -> bool:
        """Whether there is an action to undo."""
        return bool(self._history.done)

    @property
    def can_redo(self) -> bool:
        """Whether there is an action to redo."""
        return bool(self._history.undone)

    def do(
        self,
        operation: Callable[Concatenate[Coding, Rules, P], Change],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Change:
        """Do an operation of `editing`; when this returns, it is on the disk.

        ``store.do(add, "walk", 10, 20, subject="A")``

        Returns
        -------
        What it changed; nothing is written if that is nothing.

        Raises
        ------
        EthoprismError
            If the operation is refused or cannot be saved; then all is as before.
        """
        return self._act("do", lambda: (operation(self.coding, self.rules, *args, **kwargs), {}))

    def watch(self, start: int, stop: int) -> Change:
        """Note that the frames from `start` to `stop` (exclusive) were watched, thus observed.

        It is written as by `do`, but undo passes over it: nobody decided anything.
        """
        noted = {"watched": True}
        return self._act("do", lambda: (observe(self.coding, self.rules, start, stop), noted))

    def undo(self) -> Change:
        """Take the last action back, also one of an earlier session; the rest as for `do`."""

        def make() -> _Action:
            action = _last(self._history.done, "undo", self.video)
            change = self._history.changes[action]
            back = change.inverted(f"undo: {change.what}")
            return fitted(back, self.coding), {"target": action}

        return self._act("undo", make)

    def redo(self) -> Change:
        """Do again what was taken back last; the rest as for `do`."""

        def make() -> _Action:
            action = _last(self._history.undone, "redo", self.video)
            return fitted(self._history.changes[action], self.coding), {"target": action}

        return self._act("redo", make)

    def annotations(self) -> Annotations:
        """Give events and observed intervals as tables.

        Raises
        ------
        EthoprismError
            If the store has no ethogram, or an event contradicts it.
        """
        if self.rules.ethogram is None:
            raise EthoprismError("no ethogram is known", self.video, "open the store with one")
        coding = self.coding
        return Annotations(coding.table(), coding.observed_table(), self.rules.ethogram)

    def past(self, event_id: str) -> list[Past]:
        """Tell all that was done to an event, when and by whom, from the journal."""
        return past_of(event_id, read_journal(self.paths.journal).lines)

    def write_table(self) -> bool:
        """Rewrite the table if it is not what is coded.

        Returns
        -------
        Whether the table now is what is coded; if not, a notice says why.
        """
        with self._lock:
            if self.read_only or self.is_second_writer:
                return False
            coding, through = self.coding, self._journal.seq
        try:
            told = self._table.write(coding, through, self._journal)
        except (EthoprismError, JournalTakenError) as error:
            told = f"the table could not be rewritten yet ({error}); the journal has everything"
        if told and told not in self.notices:
            self.notices.append(told)
        return not told

    def close(self) -> None:
        """Write the table, and say in the journal that this session has ended.

        Never raises: everything is in the journal already.
        """
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._rewriter.stop()
        if self.read_only:
            return
        with self._lock:
            self._take_in_branches()
        written = self.write_table()
        with self._lock:
            self._journal.end(self._table.fingerprint if written else None)
        with contextlib.suppress(EthoprismError):  # else the next opening does it
            if self.is_second_writer and self._journal.main_is_free():
                self._merge_now()

    def __enter__(self) -> "AnnotationStore":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _begin(self, loaded: Loaded) -> None:
        """Enter the journal, and write down what was found beside it."""
        try:
            told = self._journal.begin()
            self.notices += [told] if told else []
            if self.is_second_writer:
                self._history = History()
                return
            self.coding = loaded.replayed.coding
            self._take_in(loaded.additions)
        except (EthoprismError, JournalTakenError) as error:
            self.coding = loaded.coding
            self._obstacle = f"the journal cannot be written ({error})"
            self.notices.append(f"opened to be read only: {self._obstacle}")
        if loaded.edited or loaded.additions:
            self._rewriter.wake()

    def _act(self, kind: str, make: Callable[[], _Action]) -> Change:
        """Make a change of what is coded, write it into the journal, and only then make it ours."""
        with self._lock:
            self._be_writable()
            try:
                return self._commit(kind, *make())
            except JournalTakenError:
                self._meet_others()
            return self._commit(kind, *make())

    def _commit(self, kind: str, change: Change, extra: Mapping[str, Any]) -> Change:
        if not change and kind == "do":
            return change
        after = self.coding.after(change)
        line = self._journal.write_change(kind, change, self.annotator, extra)
        self.coding = after
        self._history.note(line, change)
        if not self.is_second_writer:
            self._ours[line.seq] = change
        self._rewriter.wake()
        return change

    def _meet_others(self) -> None:
        """Somebody else has written into our journal: take that in, and go on where we may.

        What of ours is not in the file any more is written again.
        """
        journal, told = self._journal.reenter()
        self.notices.append(told or "another session has written here: its actions were taken in")
        replayed = replay(journal.lines, self.video)
        present = {line.seq for line in journal.lines if line.session == self._session.id}
        missing = [change for seq, change in self._ours.items() if seq not in present]
        self.coding, self._merged = replayed.coding, dict(replayed.merged)
        self._history = History() if self.is_second_writer else replayed.history
        for change in missing:
            self._commit("do", fitted(change, self.coding), {})

    def _take_in(self, additions: Iterable[Addition]) -> None:
        for addition in additions:
            self._commit("do", addition.change, {"merged": dict(addition.merged)})
            self._merged |= addition.merged

    def _take_in_branches(self) -> None:
        """Bring in what other sessions have coded beside us meanwhile."""
        if self.is_second_writer:
            return
        try:
            additions, notices = branch_additions(self.paths, self.coding, self._merged)
            self._take_in(additions)
        except (EthoprismError, JournalTakenError):
            return  # the next opening does it
        self.notices += notices

    def _be_writable(self) -> None:
        if self._closed:
            raise EthoprismError("these annotations were closed", self.video, "open them again")
        if self._obstacle:
            raise EthoprismError("opened to be read only", self.paths.table, self._obstacle)

    def _merge_now(self) -> None:
        """Nobody has the common journal: open it once more, which brings all together."""
        AnnotationStore(
            self.paths.folder,
            self.video,
            self.annotator,
            ethogram=self.rules.ethogram,
            frame_times=self.rules.frame_times,
            rewrite_after=None,
            append=self._append,
        ).close()


def _last(actions: list[int], what: str, video: str) -> int:
    if not actions:
        raise EthoprismError(f"there is nothing to {what}", video, "go on coding")
    return actions[-1]
