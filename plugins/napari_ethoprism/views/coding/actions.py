"""What a behaviour's key or button does to what is coded: operations as those of `editing`."""

from collections.abc import Callable
from dataclasses import replace

from ethoprism_domains.annotation.editing import (
    Change,
    Coding,
    Event,
    Rules,
    add,
    delete,
    move,
    start,
)
from ethoprism_domains.annotation.editing.together import one_after_another


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
