"""Operations on several events at once, each of them one action: one change, undone at one go."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.editing.coding import Change, Coding
from ethoprism_domains.annotation.editing.operations import describe, placed
from ethoprism_domains.annotation.editing.overlaps import spanning
from ethoprism_domains.annotation.editing.records import Event, order
from ethoprism_domains.annotation.editing.rules import Rules
from ethoprism_domains.annotation.editing.spans import without

Operation = Callable[..., Change]
_TOLD = 3  # of many changes so many are told by name


def one_after_another(coding: Coding, steps: Iterable[Callable[[Coding], Change]]) -> Change:
    """Join changes, each made from what the one before left, into one."""
    now, touched, told = coding, dict[str, None](), list[str]()
    for step in steps:
        change = step(now)
        if change:
            touched |= dict.fromkeys(event.event_id for event in (*change.removed, *change.added))
            told.append(change.what)
            now = now.after(change)
    more = f"; and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
    what = "; ".join(told[:_TOLD]) + more or "nothing to change"
    return _between(coding, now, touched, what)


def for_each(
    coding: Coding,
    rules: Rules,
    operation: Operation,
    event_ids: Iterable[str],
    *args: Any,
    **details: Any,
) -> Change:
    """Do the same to several events; those that are gone by then are left out.

    ``store.do(for_each, relabel, ["e1", "e2"], "walk")``
    """

    def step_of(event_id: str) -> Callable[[Coding], Change]:
        def step(now: Coding) -> Change:
            if event_id not in now.events:
                return Change("nothing to change")
            return operation(now, rules, event_id, *args, **details)

        return step

    return one_after_another(coding, map(step_of, dict.fromkeys(event_ids)))


def describe_all(coding: Coding, rules: Rules, event_ids: Iterable[str], **details: str) -> Change:
    """Set the modifiers, judgement or comment of several events."""
    return for_each(coding, rules, describe, event_ids, **details)


def shift(coding: Coding, rules: Rules, event_ids: Iterable[str], by: int) -> Change:
    """Move several events by as many frames; among themselves they keep their places."""
    before = [coding[event_id] for event_id in dict.fromkeys(event_ids)]
    if not before or not by:
        return Change("nothing to change")
    after = []
    for event in before:
        stop = None if event.stop_frame is None else event.stop_frame + by
        after.append(_edited(spanning(event, event.start_frame + by, stop, rules), rules))
    what = f"move {before[0]}" if len(before) == 1 else f"move {len(before)} events"
    return placed(coding, rules, f"{what} by {by:+d} frames", tuple(before), tuple(after))


def paste(coding: Coding, rules: Rules, events: Iterable[Event], frame: int) -> Change:
    """Put copies of events in, the earliest at a frame.

    What a person had coded is now said by the one who pastes it.

    Raises
    ------
    EthoprismError
        If there are none, or one of them cannot be here.
    """
    events = sorted(events, key=order)
    if not events:
        raise EthoprismError("there are no events to paste", coding.video, "copy some first")
    by = frame - events[0].start_frame
    copies = []
    for event in events:
        stop = None if event.stop_frame is None else event.stop_frame + by
        copy = replace(event, event_id=rules.new_id())
        if event.labeling_method != "automated":
            copy = replace(copy, annotator=rules.annotator)
        copies.append(spanning(copy, event.start_frame + by, stop, rules))
    what = f"paste {copies[0]}" if len(copies) == 1 else f"paste {len(copies)} events"
    return placed(coding, rules, what, (), tuple(copies))


def _edited(event: Event, rules: Rules) -> Event:
    """Note that a person has edited what a probe predicted."""
    if event.labeling_method != "automated":
        return event
    return replace(event, labeling_method="curated", annotator=rules.annotator)


def _between(coding: Coding, now: Coding, touched: Iterable[str], what: str) -> Change:
    """Give the change from one coding to another, of which only some events were touched."""
    changed = [key for key in touched if coding.events.get(key) != now.events.get(key)]
    removed = tuple(coding.events[key] for key in changed if key in coding.events)
    added = tuple(now.events[key] for key in changed if key in now.events)
    seen = without(now.observed, coding.observed)
    return Change(what, removed, added, seen, without(coding.observed, now.observed))
