"""Where the next thing worth going to lies: frames and events as they are coded."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from ethoprism_domains.annotation.editing import Coding, Event, without

Found = TypeVar("Found")


def next_edge(coding: Coding, frame: int, direction: int) -> tuple[int, str] | None:
    """Find the nearest start or stop of an event after (1) or before (-1) a frame, and its id."""
    edges = [
        (edge, event.event_id)
        for event in coding.events.values()
        for edge in (event.start_frame, event.stop_frame)
        if edge is not None
    ]
    return _nearest(edges, frame, direction, lambda edge: edge[0])


def next_unreviewed(coding: Coding, frame: int, direction: int) -> Event | None:
    """Find the nearest start of an event that a probe made and nobody has judged."""
    events = (one for one in coding.events.values() if one.labeling_method == "automated")
    return _nearest(events, frame, direction, lambda event: event.start_frame)


def next_unobserved(coding: Coding, frames: int, frame: int, direction: int) -> int | None:
    """Find the nearest first frame of a stretch that is not observed."""
    starts = (start for start, _ in without(((0, frames),), coding.observed))
    return _nearest(starts, frame, direction, lambda start: start)


def _nearest(
    found: Iterable[Found], frame: int, direction: int, at: Callable[[Found], int]
) -> Found | None:
    ahead = (one for one in found if (at(one) - frame) * direction > 0)
    return min(ahead, key=lambda one: (at(one) - frame) * direction, default=None)
