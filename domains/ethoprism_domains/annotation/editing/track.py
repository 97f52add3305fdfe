"""The events of one subject and behaviour, kept in order so that neighbours are found at once."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ethoprism_domains.annotation.editing.records import Event


@dataclass(frozen=True, slots=True)
class Track:
    """Events sorted by their start; immutable, as all that an edit may go back to.

    Parameters
    ----------
    starts
        The events' start frames.
    longest
        No event takes up more frames than this.
    """

    events: tuple[Event, ...] = ()
    starts: tuple[int, ...] = ()
    longest: int = 0

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Track":
        """Sort events into a track."""
        in_order = tuple(sorted(events, key=lambda event: event.start_frame))
        starts = tuple(event.start_frame for event in in_order)
        return cls(in_order, starts, max(map(_length, in_order), default=0))

    def overlapping(self, start: int, stop: int) -> Iterator[Event]:
        """Yield the events that take up a frame of `[start, stop)`."""
        first = bisect_left(self.starts, start - self.longest)
        for event in self.events[first : bisect_left(self.starts, stop)]:
            if event.last_frame > start:
                yield event

    def plus(self, event: Event) -> "Track":
        """Put an event in."""
        at = bisect_left(self.starts, event.start_frame)
        events = (*self.events[:at], event, *self.events[at:])
        starts = (*self.starts[:at], event.start_frame, *self.starts[at:])
        return Track(events, starts, max(self.longest, _length(event)))

    def minus(self, event: Event) -> "Track":
        """Take an event out, which must be there."""
        at = bisect_left(self.starts, event.start_frame)
        while self.events[at].event_id != event.event_id:
            at += 1
        events = (*self.events[:at], *self.events[at + 1 :])
        return Track(events, (*self.starts[:at], *self.starts[at + 1 :]), self.longest)


def _length(event: Event) -> int:
    return event.last_frame - event.start_frame
