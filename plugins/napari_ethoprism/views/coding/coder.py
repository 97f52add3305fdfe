"""Codes what keys and buttons ask for: taps, and bouts for as long as a key is held."""

import math
from dataclasses import dataclass

from qtpy.QtCore import QObject, Signal

from ethoprism_domains.annotation.editing import Change, Event
from napari_ethoprism.session import Session
from napari_ethoprism.views.coding.actions import end, gave_way, tap
from napari_ethoprism.views.coding.holding import Holding

HOLD_SECONDS = 0.25


@dataclass(frozen=True)
class _Held:
    """A key that is down, and what it began."""

    event_id: str
    frame: int
    since: float


class Coder(QObject):
    """Turns presses and releases into events of the session.

    A press codes at once, at the playhead's frame: it starts a bout, ends one that holds there, or
    codes a point. A release after more than `hold_seconds`, during which the playhead has moved,
    ends the bout that its press began.

    Parameters
    ----------
    hold_seconds
        A shorter press is a tap.

    Attributes
    ----------
    asking
        Emitted with the id of a new event whose behaviour has modifiers.
    holding_changed
        Something was coded, or another video is shown; see `holding`.
    """

    asking = Signal(str)
    holding_changed = Signal()

    def __init__(
        self,
        session: Session,
        hold_seconds: float = HOLD_SECONDS,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._hold_seconds = session, hold_seconds
        self._held: dict[str, _Held] = {}
        self.holding = Holding()
        self.holding.reset(session.coding)
        session.coding_changed.connect(self._on_coding_changed)
        session.video_changed.connect(self._on_video_changed)
        session.video_closing.connect(self._on_video_closing)
        session.mode_changed.connect(self._on_mode_changed)

    def now(self, behavior: str) -> Event | None:
        """Give the event of a behaviour that holds at the playhead, for the current subject."""
        session = self._session
        return self.holding.at(
            session.coding, self._subject(behavior), behavior, session.frame, session.is_blind
        )

    def open_elsewhere(self) -> list[Event]:
        """Give the bouts that go on for others than those whose behaviour is shown."""
        bouts = self.holding.open_bouts()
        return [event for event in bouts if event.subject != self._subject(event.behavior)]

    def press(self, behavior: str, seconds: float) -> None:
        """Code a behaviour whose key went down.

        Parameters
        ----------
        seconds
            When, by the clock of the keys.
        """
        event_id = self._tap(behavior)
        if event_id:
            self._held[behavior] = _Held(event_id, self._session.frame, seconds)

    def release(self, behavior: str, seconds: float) -> None:
        """End what a held key began, now that it is up again."""
        held = self._held.pop(behavior, None)
        if held is None:
            return
        if seconds - held.since > self._hold_seconds:
            self._end(held)
        self._ask(held.event_id)

    def click(self, behavior: str) -> None:
        """Do what a tap of the behaviour's key does."""
        event_id = self._tap(behavior)
        if event_id:
            self._ask(event_id)

    def let_go(self, why: str) -> None:
        """End all that is held, because the keys' releases will not be seen."""
        for behavior, held in tuple(self._held.items()):
            self.release(behavior, math.inf)
            event = self._session.coding.events.get(held.event_id)
            if event is not None and event.kind == "state":
                goes_on = "goes on" if event.is_open else f"ends at frame {event.stop_frame}"
                self._session.tell(f"{why}: {behavior} {goes_on}")

    def _tap(self, behavior: str) -> str:
        """Code, and give the id of what is new; empty if nothing is."""
        session = self._session
        if not session.is_coding:
            session.tell("coding is off: switch it on to code")
            return ""
        there = self.now(behavior)
        ends = "" if there is None else self._ended_by_key(there)
        if there is not None and ends and _would_lose(there, session.frame):
            session.tell(f"{there} starts here, no frame would be left: delete it if it is wrong")
            return ""
        options = {"subject": self._subject(behavior), "judgement": session.judgement}
        change = session.do(tap, behavior, session.frame, ends=ends, **options)
        if change is None:
            return ""
        own = ends or _new_of(change, behavior, session.frame)
        self._tell(change, own)
        return "" if ends else own

    def _ended_by_key(self, event: Event) -> str:
        same = event.judgement == self._session.judgement
        return event.event_id if event.kind == "state" and (event.is_open or same) else ""

    def _end(self, held: _Held) -> None:
        event = self._session.coding.events.get(held.event_id)
        if event is None or not event.is_open or self._session.frame == held.frame:
            return
        change = self._session.do(end, held.event_id, self._session.frame)
        if change is not None:
            self._tell(change, held.event_id)

    def _ask(self, event_id: str) -> None:
        event = self._session.coding.events.get(event_id)
        ethogram = self._session.ethogram
        if event is None or event.behavior not in ethogram:
            return
        if ethogram[event.behavior].modifiers:
            self.asking.emit(event_id)

    def _tell(self, change: Change, own: str) -> None:
        told = [change.what]
        for before, after in gave_way(change, own):
            left = "was taken away" if after is None else f"is now {_span(after)}"
            told.append(f"{before} {left}")
        self._session.tell("; ".join(told))

    def _subject(self, behavior: str) -> str:
        ethogram = self._session.ethogram
        known = behavior in ethogram and not ethogram[behavior].per_subject
        return "" if known else self._session.subject

    def _on_coding_changed(self, change: Change) -> None:
        self.holding.note(change)
        self.holding_changed.emit()

    def _on_video_changed(self) -> None:
        self.holding.reset(self._session.coding)
        self.holding_changed.emit()

    def _on_video_closing(self) -> None:
        self.let_go("the video was closed")

    def _on_mode_changed(self, is_coding: bool) -> None:
        if not is_coding:
            self.let_go("coding was switched off")


def _would_lose(event: Event, frame: int) -> bool:
    """Say whether ending a bout there takes all of it away; a slip just made may go."""
    return not event.is_open and event.start_frame == frame


def _new_of(change: Change, behavior: str, frame: int) -> str:
    """Find the event that was made; what another one left behind itself begins elsewhere."""
    created = set(change.created)
    new = (event for event in change.added if event.event_id in created)
    own = (event for event in new if (event.behavior, event.start_frame) == (behavior, frame))
    return next((event.event_id for event in own), "")


def _span(event: Event) -> str:
    if event.stop_frame is None:
        return f"open from {event.start_frame}"
    return f"{event.start_frame}-{event.stop_frame}"
