"""What was done to an event, when and by whom: its provenance, as the journal tells it."""

from collections.abc import Iterable
from dataclasses import dataclass

from ethoprism_domains.annotation.editing.records import Event
from ethoprism_domains.annotation.store.history import change_from
from ethoprism_domains.annotation.store.journal import Line


@dataclass(frozen=True)
class Past:
    """One action that touched an event.

    Parameters
    ----------
    time
        In UTC, as ISO 8601.
    by
        The annotator who did it.
    what
        What was done.
    before, after
        The event's record; None where it was not there.
    """

    time: str
    by: str
    what: str
    before: Event | None
    after: Event | None


def past_of(event_id: str, lines: Iterable[Line]) -> list[Past]:
    """List the actions that touched an event, the first one first."""
    return [past for line in lines if (past := _past(event_id, line)) is not None]


def _past(event_id: str, line: Line) -> Past | None:
    if line.kind not in ("do", "undo", "redo"):
        return None
    change = change_from(line.fields)
    before = next((event for event in change.removed if event.event_id == event_id), None)
    after = next((event for event in change.added if event.event_id == event_id), None)
    if before is None and after is None:
        return None
    return Past(line.time, str(line.fields.get("by", "")), change.what, before, after)
