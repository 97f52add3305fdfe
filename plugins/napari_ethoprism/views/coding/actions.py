"""What a behaviour's key or button does to what is coded: operations as those of `editing`."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from ethoprism_domains.annotation.editing import (
    Change,
    Coding,
    Event,
    Rules,
    add,
    delete,
    describe,
    move,
    start,
)

Operation = Callable[..., Change]


def tap(
    coding: Coding,
    rules: Rules,
    behavior: str,
    frame: int,
    subject: str = "",
    judgement: str = "present",
    ends: str = "",
) -> Change:
    """Code a point, start a bout, or end the bout `ends` that the key is to end."""
    if ends:
        return end(coding, rules, ends, frame)
    if rules.kind_of(behavior) == "point":
        return add(coding, rules, behavior, frame, subject=subject, judgement=judgement)
    just_begun = (
        _begun_at(coding, rules, behavior, frame, subject) if judgement == "present" else []
    )
    steps: list[Callable[[Coding], Change]] = []
    if just_begun:  # ended where it starts, such a bout would hold no frame
        steps.append(lambda now: delete(now, rules, *just_begun))
    steps.append(lambda now: start(now, rules, behavior, frame, subject, judgement))
    return one_after_another(coding, steps)


def end(coding: Coding, rules: Rules, event_id: str, frame: int) -> Change:
    """End a bout: `frame` is the first one that no longer belongs to it.

    Before the bout's start, as when the video plays backwards, it holds the frames between, its
    own first one included; a bout that is ended where it starts is taken back.
    """
    bout = coding[event_id]
    if frame == bout.start_frame:
        return replace(delete(coding, rules, event_id), what=f"take back {bout}")
    if frame > bout.start_frame:
        change = move(coding, rules, event_id, stop=frame)
    else:
        change = move(coding, rules, event_id, frame + 1, bout.start_frame + 1)
    return replace(change, what=f"stop {coding.after(change)[event_id]}")


def for_each(
    coding: Coding, rules: Rules, operation: Operation, event_ids: Iterable[str], *args: Any
) -> Change:
    """Do the same to several events, as one action; those that are gone by then are left out."""
    steps = [_step(rules, operation, event_id, args) for event_id in event_ids]
    return one_after_another(coding, steps)


def describe_all(coding: Coding, rules: Rules, event_ids: Iterable[str], **details: str) -> Change:
    """Set the judgement, comment or modifiers of several events, as one action."""

    def described(now: Coding, rules: Rules, event_id: str) -> Change:
        return describe(now, rules, event_id, **details)

    return for_each(coding, rules, described, event_ids)


def one_after_another(coding: Coding, steps: Iterable[Callable[[Coding], Change]]) -> Change:
    """Join changes, each made from what the one before left, into one."""
    now, touched, told = coding, dict[str, None](), list[str]()
    for step in steps:
        change = step(now)
        if change:
            touched |= dict.fromkeys(event.event_id for event in (*change.removed, *change.added))
            told.append(change.what)
            now = now.after(change)
    removed = [coding.events[key] for key in touched if key in coding.events]
    added = [now.events[key] for key in touched if key in now.events]
    unchanged = set(removed) & set(added)
    what = "; ".join(told[:3]) + (f"; and {len(told) - 3} more" if len(told) > 3 else "")
    return Change(
        what,
        tuple(event for event in removed if event not in unchanged),
        tuple(event for event in added if event not in unchanged),
    )


def gave_way(change: Change, own: str) -> list[tuple[Event, Event | None]]:
    """List the events that a change cut back or took away for another one, before and after.

    Parameters
    ----------
    own
        The event that was meant to change.
    """
    after = {event.event_id: event for event in change.added}
    return [(event, after.get(event.event_id)) for event in change.removed if event.event_id != own]


def _begun_at(coding: Coding, rules: Rules, behavior: str, frame: int, subject: str) -> list[str]:
    return [
        event.event_id
        for name in rules.excluded_by(behavior)
        if name != behavior
        for event in coding.track(subject, name).overlapping(frame, frame + 1)
        if event.is_open and event.start_frame == frame
    ]


def _step(
    rules: Rules, operation: Operation, event_id: str, args: tuple[Any, ...]
) -> Callable[[Coding], Change]:
    def step(now: Coding) -> Change:
        if event_id not in now.events:
            return Change("nothing to change")
        return operation(now, rules, event_id, *args)

    return step
