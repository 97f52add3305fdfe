"""From a journal's lines to what is coded, what can be undone, and what the table should hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ethoprism_domains.annotation.editing.coding import Change, Coding
from ethoprism_domains.annotation.editing.records import Event, event_from, event_mapping
from ethoprism_domains.annotation.editing.spans import Spans, joined, without
from ethoprism_domains.annotation.store.journal import Line

_ACTIONS = ("do", "undo", "redo")


@dataclass
class History:
    """The actions of a journal.

    Parameters
    ----------
    changes
        What each action changed, by its number.
    done, undone
        Numbers of the actions that can be undone, and redone; the last one first. What was noted
        while somebody watched is no action of theirs, and in neither.
    """

    changes: dict[int, Change] = field(default_factory=dict)
    done: list[int] = field(default_factory=list)
    undone: list[int] = field(default_factory=list)

    @property
    def last(self) -> int:
        """The number of the last action; 0 if there is none."""
        return next(reversed(self.changes), 0)

    def note(self, line: Line, change: Change) -> None:
        """Take in an action."""
        self.changes[line.seq] = change
        if line.fields.get("watched"):
            return
        if line.kind == "do":
            self.done.append(line.seq)
            self.undone.clear()
            return
        source, target = self.done, self.undone
        if line.kind == "redo":
            source, target = target, source
        action = int(line.fields["target"])
        if action in source:
            source.remove(action)
        target.append(action)


@dataclass(frozen=True)
class Replayed:
    """What a journal amounts to.

    Parameters
    ----------
    coding
        What is coded after the last line.
    history
        What can be undone and redone.
    tables
        What the table may rightly hold, by its fingerprint: the last one that was known to be
        written, and any later one that was about to be.
    merged
        How many lines of other sessions' journals have been taken in, by the session's id.
    told
        Where damage was that somebody has been told of.
    """

    coding: Coding
    history: History
    tables: Mapping[str, Coding]
    merged: Mapping[str, int]
    told: frozenset[int]


def replay(lines: Iterable[Line], video: str) -> Replayed:
    """Do again all that a journal tells."""
    lines = list(lines)
    wanted = _tables(lines)
    events: dict[str, Event] = {}
    observed: Spans = ()
    history = History()
    tables: dict[str, Coding] = {}
    merged: dict[str, int] = {}
    told: set[int] = set()
    for number, line in enumerate(lines):
        if line.kind in _ACTIONS:
            change = change_from(line.fields)
            history.note(line, change)
            _apply(events, change)
            if change.seen or change.unseen:
                observed = joined((*without(observed, change.unseen), *change.seen))
        elif line.kind == "open":
            told |= set(line.fields.get("damage", ()))
        if line.kind in (*_ACTIONS, "merged"):
            merged |= line.fields.get("merged", {})
        for fingerprint in wanted.get(number, ()):
            tables[fingerprint] = Coding.of(video, events.values(), observed)
    coding = Coding.of(video, events.values(), observed)
    return Replayed(coding, history, tables, merged, frozenset(told))


def change_fields(change: Change) -> dict[str, Any]:
    """Give a change as plain values, for a line of the journal."""
    told: dict[str, Any] = {"what": change.what}
    for key in ("removed", "added"):
        if events := getattr(change, key):
            told[key] = [event_mapping(event) for event in events]
    return told | {key: spans for key in ("seen", "unseen") if (spans := getattr(change, key))}


def change_from(fields: Mapping[str, Any]) -> Change:
    """Make the change of `change_fields`."""
    removed, added = (
        tuple(event_from(item) for item in fields.get(key, ())) for key in ("removed", "added")
    )
    seen, unseen = (
        tuple((int(start), int(stop)) for start, stop in fields.get(key, ()))
        for key in ("seen", "unseen")
    )
    return Change(str(fields.get("what", "")), removed, added, seen, unseen)


def _apply(events: dict[str, Event], change: Change) -> None:
    for event in change.removed:
        events.pop(event.event_id, None)
    for event in change.added:
        events[event.event_id] = event


def _tables(lines: list[Line]) -> dict[int, list[str]]:
    """Find after which line each table that may be there was taken: position -> fingerprints."""
    since = 0
    for number, line in enumerate(lines):
        if line.kind == "written":
            since = _announced(lines, number)
    found: dict[int, list[str]] = {}
    for number in range(since, len(lines)):
        line = lines[number]
        if line.kind == "table":
            found.setdefault(_position(lines, number), []).append(str(line.fields["table"]))
    return found


def _announced(lines: list[Line], written: int) -> int:
    """Find the line that announced a table which was then written."""
    name = lines[written].fields.get("table")
    for number in range(written, -1, -1):
        if lines[number].kind == "table" and lines[number].fields.get("table") == name:
            return number
    return written


def _position(lines: list[Line], announced: int) -> int:
    """Find the last line that a table includes; nothing that came later does it hold."""
    through = int(lines[announced].fields.get("through", 0))
    for number in range(announced, -1, -1):
        if lines[number].seq <= through:
            return number
    return 0
