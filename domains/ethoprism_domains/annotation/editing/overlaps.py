"""Behaviours that cannot hold at once: what stands in the way of an event, and how it gives way."""

from dataclasses import replace

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.editing.coding import Coding
from ethoprism_domains.annotation.editing.records import Event, order
from ethoprism_domains.annotation.editing.rules import Rules
from ethoprism_domains.annotation.editing.spans import without


def in_the_way(coding: Coding, event: Event, rules: Rules) -> list[Event]:
    """Find the events that cannot hold at once with `event`, in the order of time.

    They are present, of the same subject, of the same behaviour or one that excludes it, and share
    a frame with it; a point takes up its frame, an open bout the frame it was started in.
    """
    if event.judgement != "present":
        return []
    start, stop = event.start_frame, event.last_frame
    found = [
        other
        for behavior in rules.excluded_by(event.behavior)
        for other in coding.track(event.subject, behavior).overlapping(start, stop)
        if other.judgement == "present" and other.event_id != event.event_id
    ]
    return sorted(found, key=order)


def make_room(
    coding: Coding, event: Event, rules: Rules
) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """Let others give way to `event` by the rule for overlaps.

    Returns
    -------
    The records of the others from before, and from after: cut back, cut in two, or gone.

    Raises
    ------
    EthoprismError
        If overlaps are refused; it names the events in the way.
    """
    others = [] if rules.overlaps == "allow" else in_the_way(coding, event, rules)
    if others and rules.overlaps == "refuse":
        first = ", ".join(str(other) for other in others[:3])
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        raise EthoprismError(
            f"{event} cannot hold at once with {first}{more}",
            coding.video,
            "move or delete one of them, or let the others be truncated",
        )
    return tuple(others), tuple(piece for other in others for piece in _rest(other, event, rules))


def _rest(other: Event, event: Event, rules: Rules) -> list[Event]:
    """Give what remains of `other` outside `event`; the first piece keeps the id."""
    if other.is_open:
        return [spanning(other, event.last_frame, None, rules)]
    own = ((other.start_frame, other.last_frame),)
    pieces = without(own, ((event.start_frame, event.last_frame),))
    ids = [other.event_id, *(rules.new_id() for _ in pieces[1:])]
    return [
        spanning(replace(other, event_id=event_id), start, stop, rules)
        for event_id, (start, stop) in zip(ids, pieces, strict=False)
    ]


def spanning(event: Event, start: int, stop: int | None, rules: Rules) -> Event:
    """Give an event other frames, and the seconds that belong to them."""
    return replace(
        event,
        start_frame=start,
        stop_frame=stop,
        start_s=rules.seconds(start),
        stop_s=rules.seconds(stop),
    )
