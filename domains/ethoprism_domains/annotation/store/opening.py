"""Read what is on the disk about one video and annotator, and bring its parts together.

The journal is the truth; the table beside it may have been edited by hand, and other sessions may
have left journals of their own. Whatever they hold beyond the journal comes out of here as
changes that a session writes into the journal, so that all of it can be undone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.editing.coding import Change, Coding, difference, fitted
from ethoprism_domains.annotation.editing.rules import Rules
from ethoprism_domains.annotation.store.history import Replayed, change_from, replay
from ethoprism_domains.annotation.store.journal import FORMAT, Journal, Line, read_journal
from ethoprism_domains.annotation.store.naming import AnnotationPaths
from ethoprism_domains.annotation.store.table_file import fingerprint, read_bytes, read_coding


@dataclass(frozen=True)
class Addition:
    """What was found beside the journal, as a change to be written into it.

    Parameters
    ----------
    merged
        How many lines of another session's journal it takes in, by the session's id.
    """

    change: Change
    merged: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Loaded:
    """All that was found.

    Parameters
    ----------
    journal, replayed
        The journal as read, and what it amounts to.
    table
        The bytes of the table; None if there is none.
    edited
        Whether somebody else than us wrote the table.
    additions
        What is to be written into the journal, in order.
    notices
        What the user should know.
    obstacle
        Why nothing may be written; empty if it may.
    table_refused
        Whether that is because the table cannot be taken in.
    """

    journal: Journal
    replayed: Replayed
    table: bytes | None
    edited: bool
    additions: tuple[Addition, ...]
    notices: tuple[str, ...]
    obstacle: str = ""
    table_refused: bool = False

    @property
    def coding(self) -> Coding:
        """What is coded, with the additions."""
        coding = self.replayed.coding
        for addition in self.additions:
            coding = coding.after(addition.change)
        return coding


def load(paths: AnnotationPaths, video: str, rules: Rules) -> Loaded:
    """Read the journal, the table and other sessions' journals; write nothing.

    Raises
    ------
    EthoprismError
        If a file is there and cannot be read at all.
    """
    journal = read_journal(paths.journal)
    replayed = replay(journal.lines, video)
    table = read_bytes(paths.table)
    edited = table is not None and fingerprint(table) not in replayed.tables
    notices = list(_about_damage(paths.journal, journal, replayed.told))
    additions: list[Addition] = []
    obstacle, refused = _newer(paths.journal, journal), False
    if not obstacle and table is not None and (edited or notices):
        try:
            additions += _from_table(paths, read_coding(paths.table, video, rules), replayed)
        except EthoprismError as error:
            refused = True
            obstacle = f"the table is not what we wrote, and cannot be taken in: {error}"
    if edited and additions:
        notices.append(_about_edit(paths.table, additions[0].change))
    if table is None and any(line.kind == "written" for line in journal.lines):
        notices.append(f"{paths.table.name} was missing: it is written anew from the journal")
    found = (tuple(additions), tuple(notices), obstacle, refused)
    loaded = Loaded(journal, replayed, table, edited, *found)
    return loaded if obstacle else _with_branches(loaded, paths)


def branch_additions(
    paths: AnnotationPaths, coding: Coding, merged: Mapping[str, int], own: str = ""
) -> tuple[list[Addition], list[str]]:
    """Find what other sessions coded in journals of their own, and the notices about it.

    Parameters
    ----------
    merged
        How many lines of each session were taken in before.
    own
        The session whose journal is left out.
    """
    additions, notices = [], []
    for path in paths.branches():
        journal = read_journal(path)
        session = journal.lines[0].session if journal.lines else ""
        if session == own or not session:
            continue
        if told := _newer(path, journal):
            notices.append(told)
            continue
        fresh = [line for line in journal.lines if line.seq > merged.get(session, 0)]
        change, conflicts = _rebased(fresh, coding)
        if change:
            additions.append(Addition(change, {session: journal.last_seq}))
            coding = coding.after(change)
            notices.append(f"{change.what} ({_counts(change)}); it can be undone")
            notices += [*conflicts, *_about_damage(path, journal)]
    return additions, notices


def _with_branches(loaded: Loaded, paths: AnnotationPaths) -> Loaded:
    found, notices = branch_additions(paths, loaded.coding, loaded.replayed.merged)
    return replace(
        loaded,
        additions=(*loaded.additions, *found),
        notices=(*loaded.notices, *notices),
    )


def _from_table(paths: AnnotationPaths, table: Coding, replayed: Replayed) -> Iterator[Addition]:
    """Give what the table holds beyond the journal, compared with what it was when it was written.

    Where a kill left two tables that it may have been, the nearer one is taken.
    """
    name = fingerprint(read_bytes(paths.table)) or ""
    bases = list(replayed.tables.values()) or [Coding(table.video)]
    if name in replayed.tables:
        bases = [replayed.tables[name]]
    what = f"take in what was edited in {paths.table.name}"
    changes = [difference(base.without_open_bouts(), table, what) for base in bases]
    nearest = min(changes, key=lambda change: len(change.removed) + len(change.added))
    change = fitted(nearest, replayed.coding)
    if change:
        yield Addition(change)


def _rebased(lines: list[Line], coding: Coding) -> tuple[Change, list[str]]:
    """Do another session's actions again on top of ours.

    Where both changed an event, the other session's version stands; what one changed and the other
    deleted stays.
    """
    before, conflicts = coding, []
    actions = [line for line in lines if line.kind in ("do", "undo", "redo")]
    for line in actions:
        change = change_from(line.fields)
        gone = set(change.deleted)
        for event in change.removed:
            ours = coding.events.get(event.event_id)
            if ours == event or (ours is None and event.event_id in gone):
                continue
            kept = "the first is kept" if event.event_id in gone else "the second is kept"
            theirs = "deleted it" if event.event_id in gone else "changed it too"
            conflicts.append(
                f"{'deleted here' if ours is None else ours}: another session {theirs} ({event}); "
                f"{kept}, the other one is in the journal"
            )
        stay = {event.event_id for event in change.removed} & gone
        stay = {key for key in stay if coding.events.get(key) not in change.removed}
        removed = tuple(event for event in change.removed if event.event_id not in stay)
        coding = coding.after(fitted(replace(change, removed=removed), coding))
    what = f"take in {len(actions)} actions of another session"
    return difference(before, coding, what), conflicts


def _about_damage(
    path: Path, journal: Journal, told: frozenset[int] = frozenset()
) -> Iterator[str]:
    for damage in journal.damage:
        if damage.offset not in told:
            yield f"{path.name} at byte {damage.offset}: {damage.reason}; the rest was read"


def _about_edit(path: Path, change: Change) -> str:
    return f"{path.name} was edited outside ({_counts(change)}): taken in, and can be undone"


def _counts(change: Change) -> str:
    counts = {
        "added": len(change.created),
        "changed": len(change.modified),
        "deleted": len(change.deleted),
    }
    told = [f"{count} {what}" for what, count in counts.items() if count]
    told += ["observed frames changed"] if change.seen or change.unseen else []
    return ", ".join(told)


def _newer(path: Path, journal: Journal) -> str:
    if journal.format <= FORMAT:
        return ""
    return f"{path.name} was written by a newer version (format {journal.format}): update Ethoprism"
