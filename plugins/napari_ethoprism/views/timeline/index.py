"""The events of each lane as sorted arrays, so that what is visible is found and drawn at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Int64, UInt8

from ethoprism_domains.annotation.editing import Change, Coding, Event
from napari_ethoprism.views.timeline.lanes import Key

# what an event looks like, as bits
JUDGEMENTS = {"present": 0, "absent": 1, "unsure": 2}
METHODS = {"manual": 0, "automated": 4, "curated": 8}
JUDGEMENT, METHOD, POINT, COMMENT = 3, 12, 16, 32
_MANY = 50  # from here on a lane is sorted anew rather than changed event by event


def look_of(event: Event) -> int:
    """Give the bits that say what an event looks like."""
    point = POINT if event.kind == "point" else 0
    comment = COMMENT if event.comment else 0
    return JUDGEMENTS[event.judgement] | METHODS[event.labeling_method] | point | comment


@dataclass(frozen=True, eq=False)
class LaneEvents:
    """The events of one lane that have ended, in the order of their starts.

    Parameters
    ----------
    starts, stops
        The frames that each takes up, the second exclusive; a point takes up one.
    looks
        What each looks like, see `look_of`.
    events
        The events themselves.
    longest
        No event takes up more frames than this.
    """

    starts: Int64[np.ndarray, " event"]
    stops: Int64[np.ndarray, " event"]
    looks: UInt8[np.ndarray, " event"]
    events: np.ndarray
    longest: int

    @classmethod
    def of(cls, events: Iterable[Event]) -> "LaneEvents":
        """Sort events into arrays; open bouts are left out."""
        closed = sorted((event for event in events if not event.is_open), key=_start)
        starts = np.array([event.start_frame for event in closed], np.int64)
        stops = np.array([event.last_frame for event in closed], np.int64)
        looks = np.array([look_of(event) for event in closed], np.uint8)
        objects = np.empty(len(closed), object)
        objects[:] = closed
        return cls(starts, stops, looks, objects, int((stops - starts).max(initial=0)))

    def __len__(self) -> int:
        return len(self.starts)

    def between(self, first: int, last: int) -> Int64[np.ndarray, " found"]:
        """Find the events that take up a frame of ``[first, last)``: their numbers, in order."""
        start = int(np.searchsorted(self.starts, first - self.longest))
        stop = int(np.searchsorted(self.starts, last))
        return start + np.flatnonzero(self.stops[start:stop] > first)

    def number_of(self, event: Event) -> int | None:
        """Find an event by its start and id."""
        at = int(np.searchsorted(self.starts, event.start_frame))
        while at < len(self) and self.starts[at] == event.start_frame:
            if self.events[at].event_id == event.event_id:
                return at
            at += 1
        return None

    def plus(self, event: Event) -> "LaneEvents":
        """Put an event in."""
        at = int(np.searchsorted(self.starts, event.start_frame))
        events = np.empty(len(self) + 1, object)
        events[:at], events[at], events[at + 1 :] = self.events[:at], event, self.events[at:]
        return LaneEvents(
            np.insert(self.starts, at, event.start_frame),
            np.insert(self.stops, at, event.last_frame),
            np.insert(self.looks, at, look_of(event)),
            events,
            max(self.longest, event.last_frame - event.start_frame),
        )

    def minus(self, event: Event) -> "LaneEvents":
        """Take an event out, if it is there."""
        at = self.number_of(event)
        if at is None:
            return self
        starts, stops = np.delete(self.starts, at), np.delete(self.stops, at)
        looks, events = np.delete(self.looks, at), np.delete(self.events, at)
        return LaneEvents(starts, stops, looks, events, self.longest)

    def shown(self, is_blind: bool) -> Bool[np.ndarray, " event"]:
        """Say which events may be seen: not those of a probe while coding blind."""
        if not is_blind:
            return np.ones(len(self), bool)
        return (self.looks & METHOD) != METHODS["automated"]


def _key(event: Event) -> Key:
    return event.subject, event.behavior


def _start(event: Event) -> int:
    return event.start_frame


NO_EVENTS = LaneEvents.of(())


@dataclass
class EventIndex:
    """The events of a `Coding`, lane by lane; follows it change by change."""

    lanes: dict[Key, LaneEvents] = field(default_factory=dict)
    open_bouts: dict[str, Event] = field(default_factory=dict)

    @classmethod
    def of(cls, coding: Coding) -> "EventIndex":
        """Index all events."""
        groups: dict[Key, list[Event]] = {}
        for event in coding.events.values():
            groups.setdefault(_key(event), []).append(event)
        lanes = {key: LaneEvents.of(group) for key, group in groups.items()}
        is_open = {event.event_id: event for event in coding.events.values() if event.is_open}
        return cls(lanes, is_open)

    def __getitem__(self, key: Key) -> LaneEvents:
        return self.lanes.get(key, NO_EVENTS)

    def filled(self, is_blind: bool) -> set[Key]:
        """Give the lanes that have events which may be seen."""
        found = {key for key, lane in self.lanes.items() if lane.shown(is_blind).any()}
        return found | {_key(event) for event in self.open_bouts.values()}

    def follow(self, change: Change, coding: Coding) -> set[Key]:
        """Take in a change that led to `coding`; give the lanes that it touched."""
        touched = {_key(event) for event in (*change.removed, *change.added)}
        for event in change.removed:
            self.open_bouts.pop(event.event_id, None)
        self.open_bouts |= {event.event_id: event for event in change.added if event.is_open}
        if len(change.removed) + len(change.added) > _MANY:
            self.lanes |= {key: LaneEvents.of(coding.track(*key).events) for key in touched}
            return touched
        for event in change.removed:
            self.lanes[_key(event)] = self[_key(event)].minus(event)
        for event in change.added:
            if not event.is_open:
                self.lanes[_key(event)] = self[_key(event)].plus(event)
        return touched
