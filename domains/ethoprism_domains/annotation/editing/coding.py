"""What is coded of one video, as an immutable value, and changes that can be inverted exactly.

A `Coding` is edited by making another one, which shares what did not change with the first.
A `Change` holds whole records from before and after, so that its inverse is itself turned round;
undo, redo and the journal are built on nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.editing.layered import Layered
from ethoprism_domains.annotation.editing.records import (
    Event,
    event_table,
    events_from_table,
    order,
)
from ethoprism_domains.annotation.editing.spans import Spans, joined, without
from ethoprism_domains.annotation.editing.track import Track
from ethoprism_domains.annotation.events import make_observed

_NOTHING = Track()
_MANY = 100  # from here on sorting all events anew is quicker than putting in one by one


@dataclass(frozen=True)
class Change:
    """What an action changed.

    Parameters
    ----------
    what
        What was done, in the user's words ("add walk of A 10-20").
    removed, added
        Records from before and after; an event that was modified stands in both.
    seen, unseen
        Spans of frames that became observed, and that ceased to be.
    """

    what: str
    removed: tuple[Event, ...] = ()
    added: tuple[Event, ...] = ()
    seen: Spans = ()
    unseen: Spans = ()

    def __bool__(self) -> bool:
        return bool(self.removed or self.added or self.seen or self.unseen)

    @property
    def created(self) -> tuple[str, ...]:
        """Ids of the events that were not there before."""
        before = {event.event_id for event in self.removed}
        return tuple(event.event_id for event in self.added if event.event_id not in before)

    @property
    def deleted(self) -> tuple[str, ...]:
        """Ids of the events that are there no more."""
        after = {event.event_id for event in self.added}
        return tuple(event.event_id for event in self.removed if event.event_id not in after)

    @property
    def modified(self) -> tuple[str, ...]:
        """Ids of the events that are there before and after, and differ."""
        after = {event.event_id for event in self.added}
        return tuple(event.event_id for event in self.removed if event.event_id in after)

    def inverted(self, what: str | None = None) -> "Change":
        """Give the change that takes this one back."""
        return Change(what or self.what, self.added, self.removed, self.unseen, self.seen)


@dataclass(frozen=True, eq=False)
class Coding:
    """The events and observed intervals of one video.

    Two codings are equal if they hold the same events and were observed in the same frames.
    """

    video: str
    events: Layered[Event] = field(default_factory=lambda: Layered({}))
    observed: Spans = ()
    _tracks: Mapping[tuple[str, str], Track] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, video: str, events: Iterable[Event] = (), observed: Spans = ()) -> "Coding":
        """Collect events; of two with the same id the later one counts."""
        by_id = {event.event_id: event for event in events}
        groups: dict[tuple[str, str], list[Event]] = {}
        for event in by_id.values():
            groups.setdefault((event.subject, event.behavior), []).append(event)
        tracks = {key: Track.of(group) for key, group in groups.items()}
        return cls(video, Layered(by_id), joined(observed), tracks)

    @classmethod
    def from_tables(cls, video: str, events: pd.DataFrame, observed: pd.DataFrame) -> "Coding":
        """Take one video out of tables as `Annotations` holds them."""
        own = observed[observed["video"] == video]
        spans = zip(own["start_frame"].tolist(), own["stop_frame"].tolist(), strict=True)
        return cls.of(video, events_from_table(events[events["video"] == video]), tuple(spans))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Coding):
            return NotImplemented
        mine, theirs = (self.video, self.observed), (other.video, other.observed)
        return mine == theirs and self.events == other.events

    __hash__ = None  # type: ignore[assignment]  # equality is by content, which is large

    def __getitem__(self, event_id: str) -> Event:
        if event_id not in self.events:
            raise EthoprismError("there is no such event", event_id, "it may have been deleted")
        return self.events[event_id]

    def track(self, subject: str, behavior: str) -> Track:
        """Give the events of one subject and behaviour."""
        return self._tracks.get((subject, behavior), _NOTHING)

    def in_order(self) -> list[Event]:
        """Sort the events by time."""
        return sorted(self.events.values(), key=order)

    def open_bouts(self) -> list[Event]:
        """Give the bouts that were started and not yet stopped."""
        return sorted((event for event in self.events.values() if event.is_open), key=order)

    def without_open_bouts(self) -> "Coding":
        """Leave out the bouts that were not yet stopped, as the table does."""
        closed = (event for event in self.events.values() if not event.is_open)
        return Coding.of(self.video, closed, self.observed)

    def table(self) -> pd.DataFrame:
        """Make the event table, columns `EVENT_COLUMNS`; open bouts are not in it."""
        return event_table(self.events.values(), self.video)

    def observed_table(self) -> pd.DataFrame:
        """Make the table of observed intervals, columns `OBSERVED_COLUMNS`."""
        rows = [(self.video, *span) for span in self.observed]
        return make_observed(pd.DataFrame(rows, columns=["video", "start_frame", "stop_frame"]))

    def after(self, change: Change) -> "Coding":
        """Apply a change: its removed events are taken out by their ids, its added ones put in."""
        observed = joined((*without(self.observed, change.unseen), *change.seen))
        if len(change.removed) + len(change.added) > _MANY:
            left = dict(self.events)
            for event in change.removed:
                left.pop(event.event_id, None)
            return Coding.of(self.video, (*left.values(), *change.added), observed)
        tracks, added = dict(self._tracks), {event.event_id: event for event in change.added}
        ids = dict.fromkeys((*(event.event_id for event in change.removed), *added))
        for stale in [self.events[key] for key in ids if key in self.events]:
            where = stale.subject, stale.behavior
            tracks[where] = tracks[where].minus(stale)
        for event in added.values():
            where = event.subject, event.behavior
            tracks[where] = tracks.get(where, _NOTHING).plus(event)
        return Coding(self.video, self.events.changed(ids, added), observed, tracks)


def fitted(change: Change, coding: Coding) -> Change:
    """Give the change that `change` really makes to `coding`, so that its inverse is exact.

    The records it removes are those that are there, whatever they were when it was made.
    """
    ids = dict.fromkeys(event.event_id for event in (*change.removed, *change.added))
    present = [coding.events[event_id] for event_id in ids if event_id in coding.events]
    added = {event.event_id: event for event in change.added}
    removed = tuple(event for event in present if added.get(event.event_id) != event)
    kept = {event.event_id for event in present} - {event.event_id for event in removed}
    fresh = tuple(event for event in added.values() if event.event_id not in kept)
    observed = joined((*without(coding.observed, change.unseen), *change.seen))
    seen, unseen = without(observed, coding.observed), without(coding.observed, observed)
    return Change(change.what, removed, fresh, seen, unseen)


def difference(before: Coding, after: Coding, what: str) -> Change:
    """Give the change that leads from one coding to another."""
    old, new = before.events, after.events
    removed = tuple(event for key, event in old.items() if new.get(key) != event)
    added = tuple(event for key, event in new.items() if old.get(key) != event)
    seen = without(after.observed, before.observed)
    unseen = without(before.observed, after.observed)
    return Change(what, removed, added, seen, unseen)
