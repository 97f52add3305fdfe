"""Predictions come in, and what a person says of one: operations as those of `operations`.

A prediction that nobody has judged may be replaced at any time; what a person has made or judged
is never touched by a probe.
"""

from collections.abc import Iterable
from dataclasses import replace

from ethoprism_domains.annotation.editing.coding import Change, Coding, fitted
from ethoprism_domains.annotation.editing.operations import (
    accept,
    add,
    add_all,
    delete,
    relabel,
)
from ethoprism_domains.annotation.editing.records import Event
from ethoprism_domains.annotation.editing.rules import Rules
from ethoprism_domains.annotation.editing.spans import joined, without
from ethoprism_domains.annotation.editing.together import one_after_another

_JUDGED_SHARE = 0.5


def take_in(coding: Coding, rules: Rules, events: Iterable[Event], model: str) -> Change:
    """Put a probe's predictions in place of its earlier ones that nobody has judged.

    Where a person has observed half of a bout's frames or more, it is left out: there the person
    has spoken. Of another bout the longest stretch that nobody has observed comes in.

    Parameters
    ----------
    events
        What the probe predicts now.
    model
        The probe's name.
    """
    stale = tuple(event for event in coding.in_order() if _is_unjudged(event, model))
    left = coding.after(Change("", stale))
    fresh = [part for event in events if (part := _unobserved_part(event, coding)) is not None]
    added = add_all(left, rules, fresh, "").added
    whole = Change(f"take in {len(added)} predictions of {model}", stale, added)
    return fitted(whole, coding)  # what is predicted as before is no change


def correct(coding: Coding, rules: Rules, event_id: str, behavior: str) -> Change:
    """Say that a prediction's frames are right and its behaviour is another one."""
    steps = (
        lambda now: relabel(now, rules, event_id, behavior),
        lambda now: accept(now, rules, event_id),
    )
    what = f"correct {coding[event_id]} to {behavior}"
    return replace(one_after_another(coding, steps), what=what)


def judge_missed(
    coding: Coding,
    rules: Rules,
    behavior: str,
    start: int,
    stop: int,
    subject: str = "",
    *,
    judgement: str,
    model: str,
    confidence: float,
    instead: str = "",
) -> Change:
    """Say whether a behaviour happened where a probe nearly predicted it.

    The event that is made is curated and names the probe; its frames are observed by that.

    Parameters
    ----------
    judgement
        ``present`` if it happened, ``absent`` if not.
    model, confidence
        The probe, and the probability it gave.
    instead
        An event that an earlier judgement of the same stretch made; it is replaced.
    """
    is_point = judgement == "present" and rules.kind_of(behavior) == "point"
    middle = (start + stop - 1) // 2
    before = delete(coding, rules, instead) if instead in coding.events else Change("")
    left = coding.after(before)
    made = add(
        left,
        rules,
        behavior,
        middle if is_point else start,
        None if is_point else stop,
        subject,
        judgement=judgement,
        labeling_method="curated",
        model=model,
        confidence=confidence,
    )
    what = f"{'find' if judgement == 'present' else 'deny'} {made.added[-1]}"
    seen = without(((start, stop),), coding.observed)
    return Change(what, (*before.removed, *made.removed), made.added, seen)


def _is_unjudged(event: Event, model: str) -> bool:
    return event.labeling_method == "automated" and event.model == model


def _unobserved_part(event: Event, coding: Coding) -> Event | None:
    """Cut an event back to the longest stretch that nobody has observed; None if it is judged."""
    span = (event.start_frame, event.last_frame)
    pieces = without((span,), coding.observed)
    length = span[1] - span[0]
    if sum(stop - start for start, stop in pieces) <= _JUDGED_SHARE * length:
        return None
    if pieces == joined((span,)):
        return event
    start, stop = max(pieces, key=lambda piece: piece[1] - piece[0])
    return replace(event, start_frame=start, stop_frame=stop)
