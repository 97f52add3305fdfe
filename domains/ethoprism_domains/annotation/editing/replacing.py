"""Put what somebody else has coded in place of one's own, in one stretch of one behaviour."""

from collections.abc import Iterable
from dataclasses import replace

from ethoprism_domains.annotation.editing.coding import Change, Coding, fitted
from ethoprism_domains.annotation.editing.operations import placed
from ethoprism_domains.annotation.editing.overlaps import spanning
from ethoprism_domains.annotation.editing.records import Event, order
from ethoprism_domains.annotation.editing.rules import Rules
from ethoprism_domains.annotation.editing.spans import Span, without

_PRESENT = ("present",)


def replace_within(
    coding: Coding,
    rules: Rules,
    behavior: str,
    span: Span,
    theirs: Iterable[Event],
    what: str,
    subject: str = "",
) -> Change:
    """Make a behaviour hold where others say that it does, and nowhere else within a stretch.

    Own bouts are cut at the edges of the stretch, and grow where a bout that comes in touches them.
    What comes in is now said by the one who takes it; of a probe's prediction that is noted.

    Parameters
    ----------
    span
        The frames ``(start, stop)`` that are replaced; what lies outside them stays.
    theirs
        The events of the other coder; those of other behaviours or frames do not matter.
    what
        What the action is called.
    subject
        Whose behaviour it is; empty where animals are not told apart, and any will do.

    Raises
    ------
    EthoprismError
        If an event that comes in does not fit the ethogram.
    """
    coming = [
        _taken(event, span, rules)
        for event in sorted(theirs, key=order)
        if _concerns(event, behavior, subject, _PRESENT) and _shares(event, span)
    ]
    judgements = ("present", "absent") if coming else _PRESENT
    near = (span[0] - 1, span[1] + 1)  # also what touches the stretch, to grow into it
    own = tuple(
        event
        for event in coding.in_order()
        if _concerns(event, behavior, subject, judgements) and _shares(event, near)
    )
    kept = [piece for event in own for piece in _outside(event, span, rules)]
    for event in coming:
        kept = _joined(kept, event, rules)
    changed = [event for event in kept if coding.events.get(event.event_id) != event]
    same = {event.event_id for event in kept} - {event.event_id for event in changed}
    before = tuple(event for event in own if event.event_id not in same)
    return fitted(placed(coding, rules, what, before, tuple(changed)), coding)


def _concerns(event: Event, behavior: str, subject: str, judgements: tuple[str, ...]) -> bool:
    is_meant = event.behavior == behavior and event.judgement in judgements and not event.is_open
    return is_meant and subject in ("", event.subject)


def _shares(event: Event, span: Span) -> bool:
    return event.start_frame < span[1] and event.last_frame > span[0]


def _taken(event: Event, span: Span, rules: Rules) -> Event:
    """Make an own event of the part of another's that lies in the stretch."""
    method = "manual" if event.labeling_method == "manual" else "curated"
    own = replace(event, event_id=rules.new_id(), annotator=rules.annotator, labeling_method=method)
    start = max(event.start_frame, span[0])
    stop = start if event.kind == "point" else min(event.last_frame, span[1])
    return spanning(own, start, stop, rules)


def _outside(event: Event, span: Span, rules: Rules) -> list[Event]:
    """Give what remains of an event outside the stretch; the first piece keeps the id."""
    if not _shares(event, span):
        return [event]
    ids = iter((event.event_id, rules.new_id()))
    pieces = without(((event.start_frame, event.last_frame),), (span,))
    return [
        spanning(_edited(replace(event, event_id=next(ids)), rules), *piece, rules)
        for piece in pieces
    ]


def _joined(kept: list[Event], event: Event, rules: Rules) -> list[Event]:
    """Put an event in, into those that it touches."""
    touched = [other for other in kept if _touch(other, event)]
    if not touched:
        return [*kept, event]
    start = min(event.start_frame, touched[0].start_frame)
    stop = max(event.last_frame, touched[-1].last_frame)
    whole = spanning(_edited(touched[0], rules), start, stop, rules)
    return [*(other for other in kept if other not in touched), whole]


def _touch(other: Event, event: Event) -> bool:
    alike = other.subject == event.subject and other.judgement == event.judgement
    if not alike or "point" in (other.kind, event.kind):
        return False
    return event.start_frame == other.stop_frame or other.start_frame == event.stop_frame


def _edited(event: Event, rules: Rules) -> Event:
    if event.labeling_method != "automated":
        return event
    return replace(event, labeling_method="curated", annotator=rules.annotator)
