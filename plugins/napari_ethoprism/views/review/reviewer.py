"""Goes through a queue of predictions: shows each, and writes down what the reviewer says."""

from collections.abc import Callable
from typing import Protocol

from qtpy.QtCore import QObject, Signal

from ethoprism_domains.annotation.editing import Change, accept, correct, judge_missed, reject
from ethoprism_domains.review.candidates import Candidate, Queue
from napari_ethoprism.session import Session

ACCEPTED, REJECTED, CORRECTED = "accepted", "rejected", "corrected"
ELSEWHERE, UNSEEN = "judged elsewhere", "cannot be shown"
_MARGIN_S = 1.0


class Looper(Protocol):
    """What plays the video."""

    def loop(self, start: int, stop: int) -> None:
        """Play frames again and again."""

    def stop_loop(self) -> None:
        """Play beyond them again."""

    def play(self) -> None:
        """Play."""

    def pause(self) -> None:
        """Stop."""


class Reviewer(QObject):
    """The review of one queue, over several videos.

    Every answer is an action of the store at once, so a review may be left at any time.

    Parameters
    ----------
    session
        What is open.
    player
        Loops the video around what is shown.

    Attributes
    ----------
    changed
        Another candidate is shown, one was answered, or it may not be shown now.
    queue
        What is reviewed.
    at
        The number of the candidate that is shown; the queue's length after the last.
    answers
        What was said of the candidates, by their numbers.
    margin_s
        Seconds that are shown before and after.
    """

    changed = Signal()

    def __init__(self, session: Session, player: Looper, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.queue = Queue((), 0)
        self.probe = ""
        self.at = 0
        self.answers: dict[int, str] = {}
        self.margin_s = _MARGIN_S
        self._session, self._player = session, player
        self._made: dict[int, str] = {}  # events that answers have made
        self._is_shown = False
        self._opening = ""
        session.video_changed.connect(self._on_video)
        session.video_refused.connect(self._on_refused)
        session.blind_changed.connect(self._on_blind)
        session.project_changed.connect(self.clear)
        session.annotator_changed.connect(self.clear)

    @property
    def current(self) -> Candidate | None:
        """What is asked about now."""
        return self.queue.candidates[self.at] if self.at < len(self.queue.candidates) else None

    @property
    def is_open(self) -> bool:
        """Whether the current candidate is on the screen, and may be answered."""
        return self._is_shown and self.current is not None and not self._session.is_blind

    @property
    def left(self) -> int:
        """How many candidates have no answer yet."""
        return len(self.queue.candidates) - len(self.answers)

    @property
    def is_opening(self) -> bool:
        """Whether the current candidate's video is being opened."""
        return self.current is not None and self.current.video == self._opening

    def begin(self, queue: Queue, probe: str, show: bool = True) -> None:
        """Review a queue from its start; if it is not shown at once, `resume` does."""
        self.pause()
        self.queue, self.probe, self.at = queue, probe, 0
        self.answers, self._made = {}, {}
        self._is_shown = False
        if show:
            self._session.set_coding(False)
            self._show()
        else:
            self.changed.emit()

    def clear(self) -> None:
        """Forget the queue; what was answered stays as it is."""
        was_open, self._is_shown = self._is_shown, False
        self.queue, self.at, self.answers, self._made = Queue((), 0), 0, {}, {}
        if was_open:
            self._player.stop_loop()
        self.changed.emit()

    def accept(self) -> None:
        """Say that it is right."""
        self._answer(ACCEPTED, accept, "present")

    def reject(self) -> None:
        """Say that it is wrong."""
        self._answer(REJECTED, reject, "absent")

    def correct(self, behavior: str) -> None:
        """Say that it is another behaviour."""
        candidate = self.current
        if candidate is None or not self.is_open:
            return
        if candidate.is_missed:
            self._judge_missed(CORRECTED, behavior, "present")
        else:
            self._note(CORRECTED, self._session.do(correct, candidate.event_id, behavior))

    def skip(self) -> None:
        """Decide later."""
        if self.current is not None:
            self._go_on()

    def back(self) -> None:
        """Show the one before."""
        self.go_to(self.at - 1)

    def go_to(self, number: int) -> None:
        """Show one of the candidates."""
        if 0 <= number < len(self.queue.candidates):
            self.at = number
            self._show(is_asked_for=True)

    def set_margin(self, seconds: float) -> None:
        """Show more or less around each."""
        self.margin_s = seconds
        if self.is_open:
            self._loop()

    def pause(self) -> None:
        """Loop no more; `resume` goes on."""
        if self._is_shown:
            self._player.stop_loop()

    def resume(self) -> None:
        """Loop around the current candidate again, if its video is the one that is shown."""
        if self.current is not None and self.current.video == self._session.video_name:
            self._show(is_asked_for=True)

    def _answer(self, word: str, operation: Callable[..., Change], judgement: str) -> None:
        candidate = self.current
        if candidate is None or not self.is_open:
            return
        if candidate.is_missed:
            self._judge_missed(word, candidate.behavior, judgement)
        else:
            self._note(word, self._session.do(operation, candidate.event_id))

    def _judge_missed(self, word: str, behavior: str, judgement: str) -> None:
        candidate = self.current
        assert candidate is not None
        change = self._session.do(
            judge_missed,
            behavior,
            candidate.start_frame,
            candidate.stop_frame,
            candidate.subject,
            judgement=judgement,
            model=self.probe,
            confidence=candidate.probability,
            instead=self._made.get(self.at, ""),
        )
        if change is not None:
            self._made[self.at] = change.created[0] if change.created else ""
        self._note(word, change)

    def _note(self, word: str, change: Change | None) -> None:
        """Go on, unless the answer was refused; then the session has told why."""
        if change is None:
            return
        self.answers[self.at] = word
        self._go_on()

    def _go_on(self) -> None:
        """Show the next candidate that has no answer."""
        count = len(self.queue.candidates)
        later = (number for number in range(self.at + 1, count) if number not in self.answers)
        self.at = next(later, count)
        self._show()

    def _show(self, is_asked_for: bool = False) -> None:
        """Bring the current candidate on the screen; pass over what was judged elsewhere."""
        was_shown, self._is_shown = self._is_shown, False
        candidate = self.current
        if candidate is None or self._session.is_blind:
            if was_shown:
                self._player.stop_loop()
                self._player.pause()
        elif candidate.video != self._session.video_name:
            self._opening = candidate.video
            self._session.show(candidate.video)  # `_on_video` goes on
        elif not is_asked_for and self._is_settled(candidate):
            self.answers.setdefault(self.at, ELSEWHERE)
            self._go_on()
            return
        else:
            self._put(candidate)
        self.changed.emit()

    def _is_settled(self, candidate: Candidate) -> bool:
        """Say whether a person has judged or deleted the prediction since the queue was made."""
        if candidate.is_missed:
            return False
        event = self._session.coding.events.get(candidate.event_id)
        return event is None or event.labeling_method != "automated"

    def _put(self, candidate: Candidate) -> None:
        session = self._session
        shown = session.predictions
        if shown is None or shown.probe != self.probe:
            session.choose_predictions(self.probe)
        if candidate.subject:
            session.set_subject(candidate.subject)
        session.select([candidate.event_id or self._made.get(self.at, "")])
        self._is_shown = True
        self._loop()
        self._player.play()

    def _loop(self) -> None:
        candidate, times = self.current, self._session.times
        assert candidate is not None
        last = len(times) - 1
        first = times[min(candidate.start_frame, last)] - self.margin_s
        final = times[min(candidate.stop_frame, last)] + self.margin_s
        start, stop = self._session.frame_at(first), self._session.frame_at(final) + 1
        self._player.loop(start, stop)

    def _on_video(self) -> None:
        """Go on in the video that was asked for; while the user looks at another, wait."""
        was_asked_for = self._opening == self._session.video_name
        self._opening, self._is_shown = "", False
        if self.current is None:
            return
        if was_asked_for and self.current.video == self._session.video_name:
            self._show()
        else:
            self.changed.emit()

    def _on_refused(self, video: str, _: object) -> None:
        """Pass over all candidates of a video that cannot be shown."""
        if self._opening != video:
            return
        self._opening = ""
        for number, candidate in enumerate(self.queue.candidates):
            if candidate.video == video:
                self.answers.setdefault(number, UNSEEN)
        self._go_on()

    def _on_blind(self, is_blind: bool) -> None:
        if is_blind:
            self._show()
        else:
            self.resume()
