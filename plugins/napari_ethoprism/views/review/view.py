"""The panel for review: predictions worth a look, one after another, and a key for each answer."""

from qtpy.QtCore import Qt
from qtpy.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShowEvent
from qtpy.QtWidgets import QDoubleSpinBox, QVBoxLayout, QWidget

from ethoprism_domains.review.candidates import Queue
from napari_ethoprism.jobs import Learner
from napari_ethoprism.keys import command
from napari_ethoprism.session import Session
from napari_ethoprism.views.flow import FlowLayout
from napari_ethoprism.views.job_bar import JobBar
from napari_ethoprism.views.key_filter import KeyFilter, key_of
from napari_ethoprism.views.parts import button, scrolled, sentence
from napari_ethoprism.views.review.card import Card
from napari_ethoprism.views.review.queue_list import QueueList
from napari_ethoprism.views.review.reviewer import Looper, Reviewer
from napari_ethoprism.views.score_list import ScoreList

_COMMANDS = ("accept", "reject", "correct", "skip", "back")
_LONGEST_MARGIN_S = 30.0


class ReviewView(QWidget):
    """Reviews predictions.

    Parameters
    ----------
    session
        What is open.
    player
        Loops the video around what is shown.
    learner
        Chooses what to review, and learns again from it.
    """

    def __init__(
        self, session: Session, player: Looper, learner: Learner, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("review")
        self._session, self._learner = session, learner
        self.reviewer = Reviewer(session, player, self)
        self._left = sentence("left")
        self.card = Card()
        self.queue = QueueList()
        self.scores = ScoreList()
        self._margin = QDoubleSpinBox()
        self._choose = button(
            "Choose what to review",
            "make queue",
            "Find the predictions worth a look first: doubtful ones, and unlike one another",
            learner.make_queue,
        )
        self._again = button(
            "Learn from this and predict again",
            "learn again",
            "Learn again with your answers, predict the same videos, and choose what to review",
            self._on_again,
        )
        self._lay_out()
        self._keys = KeyFilter(self, self._wants, self._on_key, _ignore_release, _ignore)
        self._actions = {
            "accept": self.reviewer.accept,
            "reject": self.reviewer.reject,
            "correct": self._on_correct,
            "skip": self.reviewer.skip,
            "back": self.reviewer.back,
        }
        self._connect()
        self._refresh()

    def close(self) -> bool:
        """Give the keys back."""
        self._keys.set_active(False)
        return bool(super().close())

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 (Qt's name)
        """Go on with the review."""
        super().showEvent(event)
        self._on_mode()
        self.reviewer.resume()

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802
        """Give the keys back while another panel is in sight."""
        super().hideEvent(event)
        self._keys.set_active(False)
        self.reviewer.pause()

    def _lay_out(self) -> None:
        self._margin.setObjectName("margin")
        self._margin.setRange(0.0, _LONGEST_MARGIN_S)
        self._margin.setSingleStep(0.5)
        self._margin.setDecimals(1)
        self._margin.setValue(self.reviewer.margin_s)
        self._margin.setPrefix("with ")
        self._margin.setSuffix(" s before and after")
        self._margin.setToolTip("How much of the video is looped around each")
        self.queue.setMinimumHeight(80)
        row = FlowLayout()
        for widget in (self._choose, self._again):
            row.addWidget(widget)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(4, 4, 4, 4)
        column.addLayout(row)
        for widget in (self._left, self.card, self._margin, self.queue, self.scores):
            column.addWidget(widget, 1 if widget is self.queue else 0)
        whole = QVBoxLayout(self)
        whole.addWidget(scrolled(page), 1)
        whole.addWidget(JobBar(self._learner))

    def _connect(self) -> None:
        session, learner, reviewer = self._session, self._learner, self.reviewer
        self.card.answered.connect(self._on_command)
        self.card.corrected.connect(reviewer.correct)
        self.queue.asked_for.connect(reviewer.go_to)
        self._margin.valueChanged.connect(reviewer.set_margin)
        reviewer.changed.connect(self._refresh)
        learner.queued.connect(self._on_queued)
        learner.busy_changed.connect(self._refresh)
        learner.probe_changed.connect(self._refresh)
        session.blind_changed.connect(self._refresh)
        session.mode_changed.connect(self._on_mode)

    def _on_queued(self, queue: Queue) -> None:
        if not queue.candidates:
            self._session.tell("there is nothing to review: every prediction has been judged")
        self.reviewer.begin(queue, self._learner.trained.probe, show=self.isVisible())

    def _on_again(self) -> None:
        self.reviewer.clear()
        self._learner.learn_again()

    def _on_mode(self) -> None:
        """Keys code while coding is on; else they answer."""
        self._keys.set_active(self.isVisible() and not self._session.is_coding)

    def _on_command(self, name: str) -> None:
        self._actions[name]()

    def _on_correct(self) -> None:
        current = self.reviewer.current
        if current is None or not self.reviewer.is_open:
            return
        others = [item for item in self._session.ethogram if item.name != current.behavior]
        self.card.show_choices(() if self.card.is_choosing else others)

    def _wants(self, event: QKeyEvent) -> bool:
        if not self.reviewer.is_open:
            return False
        return bool(_command_of(event) or (self.card.is_choosing and self._behavior_of(event)))

    def _on_key(self, event: QKeyEvent, _: int, __: float) -> None:
        behavior = self._behavior_of(event) if self.card.is_choosing else ""
        if behavior:
            self.reviewer.correct(behavior)
        else:
            self._on_command(_command_of(event))

    def _behavior_of(self, event: QKeyEvent) -> str:
        key = key_of(event)
        return next((item.name for item in self._session.ethogram if item.key == key != ""), "")

    def _refresh(self) -> None:
        reviewer, learner = self.reviewer, self._learner
        is_blind, idle = self._session.is_blind, not learner.busy
        self._choose.setEnabled(idle and not is_blind and bool(learner.trained.probe))
        self._again.setEnabled(idle and bool(learner.trained.probe))
        self.queue.setVisible(not is_blind and bool(reviewer.queue.candidates))
        self._margin.setVisible(not is_blind and reviewer.current is not None)
        if not is_blind:
            self.queue.show_queue(reviewer.queue, reviewer.answers, reviewer.at)
        self.scores.show_scores(learner.trained.scores, learner.trained.former)
        self.scores.setVisible(learner.trained.former is not None)
        self._left.setText(self._told_left())
        self._left.setVisible(bool(self._left.text()))
        self.card.set_open(reviewer.is_open)
        self._refresh_card()

    def _refresh_card(self) -> None:
        reviewer, session = self.reviewer, self._session
        current = reviewer.current
        if session.is_blind:
            self.card.say("Predictions are hidden while you code blind.")
        elif current is None:
            self.card.say(self._told_none())
        elif reviewer.is_opening:
            self.card.say(f"Opening {current.video}…")
        elif current.video != session.video_name:
            self.card.say(f"The review goes on in {current.video}: click it in the list.")
        else:
            start = session.times[min(current.start_frame, session.frames - 1)]
            when = f"at {start:.1f} s, frames {current.start_frame} to {current.stop_frame - 1}"
            self.card.ask(current, when, reviewer.answers.get(reviewer.at, ""))

    def _told_left(self) -> str:
        reviewer = self.reviewer
        count = len(reviewer.queue.candidates)
        if not count or self._session.is_blind:
            return ""
        return (
            f"{reviewer.left} of {count} left to look at. When these were chosen, "
            f"{reviewer.queue.unjudged} predicted bouts were not judged."
        )

    def _told_none(self) -> str:
        if self.reviewer.queue.candidates:
            left = self.reviewer.left
            later = f" {left} are left for later." if left else ""
            return f"That was the last one.{later} Learn from it, and see what has changed."
        if not self._learner.trained.probe:
            return "Nothing to review yet: learn first, then predict a video."
        return "Choose what to review."


def _command_of(event: QKeyEvent) -> str:
    """Name the command of a key; empty if it is none of ours."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if modifiers != Qt.KeyboardModifier.NoModifier:
        return ""
    shown = QKeySequence(event.key()).toString(QKeySequence.SequenceFormat.PortableText)
    return next((name for name in _COMMANDS if shown in command(name).keys), "")


def _ignore_release(_: int, __: float) -> None:
    """Do nothing: an answer is given when its key goes down."""


def _ignore() -> None:
    """Do nothing: no answer lasts while its key is down."""
