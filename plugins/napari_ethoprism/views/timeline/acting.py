"""What is done with the selected events: each function is one action of the session."""

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.editing import (
    Event,
    accept,
    add,
    change_subject,
    delete,
    describe_all,
    for_each,
    merge,
    observe,
    paste,
    reject,
    relabel,
    split,
    unobserve,
)
from ethoprism_domains.annotation.editing.spans import Span
from napari_ethoprism.session import Session
from napari_ethoprism.views.timeline.clipboard import events_in, text_of
from napari_ethoprism.views.timeline.lanes import Lane


def selected(session: Session) -> list[Event]:
    """Give the selected events."""
    return [session.coding.events[name] for name in session.selection]


def extent(session: Session) -> Span | None:
    """Give the frames from the first to the last selected event."""
    events = selected(session)
    if not events:
        return None
    stop = max(session.frame + 1 if event.is_open else event.last_frame for event in events)
    start = min(event.start_frame for event in events)
    return start, max(stop, start + 1)


def to_split(session: Session) -> list[str]:
    """Give the selected bouts that the playhead is inside of."""
    return [
        event.event_id
        for event in selected(session)
        if event.kind == "state"
        and event.start_frame < session.frame
        and (event.is_open or session.frame < event.last_frame)
    ]


def split_there(session: Session) -> None:
    """Cut the selected bouts in two at the playhead."""
    change = session.do(for_each, split, to_split(session), session.frame)
    if change is not None:
        session.select([*session.selection, *change.created])


def merge_selected(session: Session) -> None:
    """Join the selected bouts into one."""
    session.do(merge, *session.selection)


def delete_selected(session: Session) -> None:
    """Delete the selected events."""
    if session.selection:
        session.do(delete, *session.selection)


def relabel_selected(session: Session, behavior: str) -> None:
    """Give the selected events another behaviour."""
    session.do(for_each, relabel, session.selection, behavior)


def give_selected(session: Session, subject: str) -> None:
    """Give the selected events to another subject."""
    session.do(for_each, change_subject, session.selection, subject)


def judge_selected(session: Session, judgement: str) -> None:
    """Judge the selected events."""
    session.do(describe_all, session.selection, judgement=judgement)


def comment_selected(session: Session, comment: str) -> None:
    """Give the selected events a comment."""
    session.do(describe_all, session.selection, comment=comment)


def accept_selected(session: Session) -> None:
    """Say that the selected predictions are right."""
    session.do(accept, *session.selection)


def reject_selected(session: Session) -> None:
    """Say that the selected predictions are wrong."""
    session.do(reject, *session.selection)


def mark_observed(session: Session, span: Span) -> None:
    """Mark frames as observed."""
    session.do(observe, *span)


def mark_unobserved(session: Session, span: Span) -> None:
    """Mark frames as not observed."""
    session.do(unobserve, *span)


def add_to_lane(session: Session, lane: Lane, frame: int, span: Span | None) -> bool:
    """Add an event to a lane: a point at a frame, or a bout in the stretch that is marked there.

    Returns
    -------
    Whether there is one now.
    """
    if lane.kind == "point":
        start, stop = frame, None
    elif span is not None and span[0] <= frame < span[1]:
        start, stop = span
    else:
        session.tell("drag over the lane first, then double-click in the stretch that is marked")
        return False
    judged = {"subject": lane.subject, "judgement": session.judgement}
    change = session.do(add, lane.behavior, start, stop, **judged)
    if change is not None:
        session.select(change.created[-1:])
    return change is not None


def copied(session: Session) -> str:
    """Give the selected events as text for the clipboard."""
    return text_of(selected(session), session.video_name)


def paste_text(session: Session, text: str) -> None:
    """Put the events of a text in, the earliest at the playhead."""
    try:
        events = events_in(text, session.video_name, session.ethogram, session.times)
    except EthoprismError as error:
        session.tell_problem(error)
        return
    change = session.do(paste, events, session.frame)
    if change is not None:
        session.select(_placed(session, change.created, events))


def _placed(session: Session, created: tuple[str, ...], events: list[Event]) -> list[str]:
    """Tell the copies among what was created from the remainders of what gave way."""
    first = min(event.start_frame for event in events)
    places = {
        (event.behavior, event.subject, event.start_frame - first + session.frame)
        for event in events
    }
    coded = session.coding.events
    return [
        name
        for name in created
        if (coded[name].behavior, coded[name].subject, coded[name].start_frame) in places
    ]
