"""The editing operations: pure functions from what is coded to the change that was asked for.

Each takes the `Coding`, the `Rules` and what the user chose, and returns a `Change` or raises; the
change lists every event that it touches, also those that gave way. What a person edits of a
probe's predictions becomes curated, and keeps the probe's name and confidence.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.editing.coding import Change, Coding
from ethoprism_domains.annotation.editing.overlaps import make_room, spanning
from ethoprism_domains.annotation.editing.records import Event
from ethoprism_domains.annotation.editing.rules import Rules
from ethoprism_domains.annotation.editing.spans import Span, joined, without

_DETAILS = ("modifiers", "judgement", "comment", "labeling_method", "confidence", "model")


def add(
    coding: Coding,
    rules: Rules,
    behavior: str,
    start: int,
    stop: int | None = None,
    subject: str = "",
    **details: Any,
) -> Change:
    """Add a state from `start` to `stop` (exclusive), or without a stop a point at `start`.

    Parameters
    ----------
    details
        Any of ``modifiers, judgement, comment, labeling_method, confidence, model``.
    """
    stop = start if stop is None else stop
    kind = "point" if stop == start else "state"
    event = _new(rules, behavior, subject, kind, details)
    event = spanning(event, start, stop, rules)
    return placed(coding, rules, f"add {event}", (), (event,))


def add_all(
    coding: Coding, rules: Rules, events: Iterable[Event], what: str, seen: Iterable[Span] = ()
) -> Change:
    """Add many events as they are, such as a probe's predictions; nothing gives way to them.

    An id that is already taken is replaced by a new one.

    Parameters
    ----------
    seen
        Spans of frames that count as observed with them.
    """
    taken, added = set(coding.events), []
    for event in events:
        event_id = rules.new_id() if event.event_id in taken or not event.event_id else None
        fresh = spanning(event, event.start_frame, event.stop_frame, rules)
        added.append(replace(fresh, event_id=event_id or event.event_id))
        taken.add(added[-1].event_id)
        rules.check(added[-1])
    for span in seen:
        rules.check_frames(*span)
    return Change(what, (), tuple(added), without(seen, coding.observed))


def start(
    coding: Coding,
    rules: Rules,
    behavior: str,
    frame: int,
    subject: str = "",
    judgement: str = "present",
) -> Change:
    """Start a bout at a frame; it is open until it is stopped.

    Open bouts that exclude it end where it starts, unless overlaps are refused. Nothing gives way
    to what is judged absent or unsure, but a bout of the same behaviour must have been stopped.
    """
    given = {"judgement": judgement}
    event = spanning(_new(rules, behavior, subject, "state", given), frame, None, rules)
    before, after = make_room(coding, event, rules)
    touched = {other.event_id for other in before}
    rivals = rules.excluded_by(behavior) if judgement == "present" else (behavior,)
    still_open = [
        other
        for name in rivals
        for other in coding.track(subject, name).events
        if other.is_open and other.start_frame < frame and other.event_id not in touched
    ]
    if still_open and (rules.overlaps == "refuse" or still_open[0].behavior == behavior):
        told = f"{still_open[0]} is still open"
        raise EthoprismError(told, coding.video, f"stop it before {behavior} starts")
    if rules.overlaps == "allow":
        still_open = []
    ended = [spanning(other, other.start_frame, frame, rules) for other in still_open]
    rules.check(event)
    return Change(f"start {event}", (*before, *still_open), (*after, *ended, event))


def stop(coding: Coding, rules: Rules, behavior: str, frame: int, subject: str = "") -> Change:
    """Stop an open bout: `frame` is the first frame that no longer belongs to it."""
    bout = _open_bout(coding, behavior, subject)
    if bout is None:
        who = f" of {subject}" if subject else ""
        raise EthoprismError(f"no bout of {behavior}{who} is open", coding.video, "start one")
    closed = spanning(bout, bout.start_frame, frame, rules)
    return placed(coding, rules, f"stop {closed}", (bout,), (closed,))


def toggle(coding: Coding, rules: Rules, behavior: str, frame: int, subject: str = "") -> Change:
    """Do what a behaviour's key does: a point, or the start or stop of a bout."""
    if rules.kind_of(behavior) == "point":
        return add(coding, rules, behavior, frame, subject=subject)
    if _open_bout(coding, behavior, subject) is not None:
        return stop(coding, rules, behavior, frame, subject)
    return start(coding, rules, behavior, frame, subject)


def delete(coding: Coding, rules: Rules, *event_ids: str) -> Change:
    """Delete events."""
    events = tuple(coding[event_id] for event_id in dict.fromkeys(event_ids))
    return Change(_told("delete", events), events)


def split(coding: Coding, rules: Rules, event_id: str, frame: int) -> Change:
    """Cut a bout in two; the second part begins at `frame` and gets an id of its own."""
    event = coding[event_id]
    inside = event.start_frame < frame and (event.is_open or frame < event.last_frame)
    if not inside or event.kind == "point":
        raise EthoprismError(f"frame {frame} is not inside {event}", coding.video, "choose another")
    first = spanning(event, event.start_frame, frame, rules)
    second = replace(spanning(event, frame, event.stop_frame, rules), event_id=rules.new_id())
    return placed(coding, rules, f"split {event}", (event,), (first, second), room=False)


def merge(coding: Coding, rules: Rules, *event_ids: str) -> Change:
    """Join bouts of one behaviour and subject into one, with the frames between them.

    The earliest keeps its id; comments are put one after another.
    """
    events = sorted((coding[name] for name in set(event_ids)), key=lambda event: event.start_frame)
    _refuse_unlike(events, coding.video)
    first, last = events[0], max(event.last_frame for event in events)
    comments = "; ".join(dict.fromkeys(event.comment for event in events if event.comment))
    sure = first.confidence if len({event.confidence for event in events}) == 1 else None
    whole = replace(first, comment=comments, confidence=sure)
    whole = spanning(whole, first.start_frame, last, rules)
    return placed(coding, rules, _told("merge", events), tuple(events), (whole,))


def move(
    coding: Coding,
    rules: Rules,
    event_id: str,
    start: int | None = None,
    stop: int | None = None,
) -> Change:
    """Move the edges of a bout, one or both, or a point to frame `start`."""
    event = coding[event_id]
    first = event.start_frame if start is None else start
    last = event.stop_frame if stop is None else stop
    if event.kind == "point":
        first = last = first if stop is None else stop
    return _edited(coding, rules, "move", event, spanning(event, first, last, rules))


def relabel(coding: Coding, rules: Rules, event_id: str, behavior: str) -> Change:
    """Give an event another behaviour."""
    event = coding[event_id]
    return _edited(
        coding, rules, f"relabel as {behavior}", event, replace(event, behavior=behavior)
    )


def change_subject(coding: Coding, rules: Rules, event_id: str, subject: str) -> Change:
    """Give an event to another subject; empty for the whole scene."""
    event = coding[event_id]
    return _edited(coding, rules, f"give to {subject}", event, replace(event, subject=subject))


def describe(
    coding: Coding,
    rules: Rules,
    event_id: str,
    *,
    modifiers: str | None = None,
    judgement: str | None = None,
    comment: str | None = None,
) -> Change:
    """Set an event's modifiers, judgement or comment; what is None stays."""
    event = coding[event_id]
    given = {"modifiers": modifiers, "judgement": judgement, "comment": comment}
    chosen: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    room = judgement == "present" != event.judgement
    after = replace(event, **chosen)
    return _edited(coding, rules, f"set {' and '.join(chosen)}", event, after, room)


def observe(coding: Coding, rules: Rules, start: int, stop: int) -> Change:
    """Mark the frames from `start` to `stop` (exclusive) as observed."""
    rules.check_frames(start, stop)
    seen = without(((start, stop),), coding.observed)
    return Change(f"mark {start}-{stop} observed", seen=seen)


def unobserve(coding: Coding, rules: Rules, start: int, stop: int) -> Change:
    """Mark the frames from `start` to `stop` (exclusive) as not observed."""
    rest = without(coding.observed, ((start, stop),))
    return Change(f"mark {start}-{stop} not observed", unseen=without(coding.observed, rest))


def accept(coding: Coding, rules: Rules, *event_ids: str) -> Change:
    """Say that predictions are right; their frames are observed by that."""
    return _reviewed(coding, rules, "accept", "present", event_ids)


def reject(coding: Coding, rules: Rules, *event_ids: str) -> Change:
    """Say that predictions are wrong: they stay, judged absent, so that a probe can learn it."""
    return _reviewed(coding, rules, "reject", "absent", event_ids)


def _reviewed(
    coding: Coding, rules: Rules, what: str, judgement: str, event_ids: Iterable[str]
) -> Change:
    before = tuple(coding[event_id] for event_id in dict.fromkeys(event_ids))
    by: dict[str, Any] = {
        "labeling_method": "curated",
        "annotator": rules.annotator,
        "judgement": judgement,
    }
    after = tuple(replace(event, **by) for event in before)
    for event in before:
        if event.labeling_method == "manual":
            raise EthoprismError(f"{event} is no prediction", coding.video, "edit or delete it")
    spans = [(event.start_frame, event.last_frame) for event in before]
    change = placed(coding, rules, _told(what, before), before, after)
    return replace(change, seen=without(joined(spans), coding.observed))


def _new(rules: Rules, behavior: str, subject: str, kind: str, details: dict[str, Any]) -> Event:
    unknown = sorted(set(details) - set(_DETAILS))
    if unknown:
        raise EthoprismError(f"an event has no {unknown[0]!r}", None, f"it has {_DETAILS}")
    event = Event(rules.new_id(), behavior, 0, None, subject, kind, **details)
    return replace(event, annotator=rules.annotator)


def _edited(
    coding: Coding, rules: Rules, what: str, before: Event, after: Event, room: bool = True
) -> Change:
    if before == after:
        return Change(f"{what}: nothing to change")
    if before.labeling_method == "automated":
        after = replace(after, labeling_method="curated", annotator=rules.annotator)
    return placed(coding, rules, f"{what}: {before}", (before,), (after,), room)


def placed(
    coding: Coding,
    rules: Rules,
    what: str,
    before: tuple[Event, ...],
    after: tuple[Event, ...],
    room: bool = True,
) -> Change:
    """Check the events that are to be; where they may take up new frames, others give way."""
    touched = dict.fromkeys(event.event_id for event in (*before, *after))
    working = coding.after(Change(what, before))
    for event in after:
        rules.check(event)
        others, pieces = make_room(working, event, rules) if room else ((), ())
        touched |= dict.fromkeys(other.event_id for other in (*others, *pieces))
        working = working.after(Change(what, others, (*pieces, event)))
    removed = tuple(coding.events[key] for key in touched if key in coding.events)
    added = tuple(working.events[key] for key in touched if key in working.events)
    return Change(what, removed, added)


def _open_bout(coding: Coding, behavior: str, subject: str) -> Event | None:
    bouts = (event for event in coding.track(subject, behavior).events if event.is_open)
    return max(bouts, key=lambda event: event.start_frame, default=None)


def _refuse_unlike(events: list[Event], video: str) -> None:
    if len(events) < 2:
        raise EthoprismError("fewer than two events to merge", video, "choose at least two")
    for key in ("behavior", "subject", "judgement", "modifiers", "kind", "labeling_method"):
        found = list(dict.fromkeys(str(getattr(event, key)) for event in events))
        if len(found) > 1:
            told = f"events of different {key} ({', '.join(map(repr, found))}) cannot be merged"
            raise EthoprismError(told, video, f"give them the same {key} first")
    if events[0].kind == "point" or any(event.is_open for event in events):
        raise EthoprismError("only bouts that have ended can be merged", video, "stop them first")


def _told(what: str, events: Iterable[Event]) -> str:
    events = tuple(events)
    return f"{what} {events[0]}" if len(events) == 1 else f"{what} {len(events)} events"
