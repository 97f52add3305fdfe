"""When modifiers are asked for: the video waits meanwhile, and the answer is written down."""

from typing import Protocol

from qtpy.QtCore import QObject

from ethoprism_domains.annotation.editing import describe
from napari_ethoprism.session import Session
from napari_ethoprism.views.coding.question import Question


class Pausable(Protocol):
    """What plays the video."""

    @property
    def is_playing(self) -> bool:
        """Whether it plays."""

    def play(self) -> None:
        """Play on."""

    def pause(self) -> None:
        """Stop where the playhead is."""


class Asking(QObject):
    """Opens the question about an event, and writes its answer.

    Parameters
    ----------
    player
        What is paused meanwhile, if it plays; None if nothing does.
    """

    def __init__(
        self,
        session: Session,
        question: Question,
        player: Pausable | None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._question, self._player = session, question, player
        self._has_paused = False
        question.answered.connect(self._on_answered)
        session.mode_changed.connect(question.finish)
        session.video_closing.connect(question.finish)

    def ask(self, event_id: str) -> None:
        """Ask for the modifiers of an event."""
        event = self._session.coding.events[event_id]
        modifiers = self._session.ethogram[event.behavior].modifiers
        paused = self._pause()
        self._question.ask(event_id, str(event), modifiers, event.modifiers)
        self._has_paused = paused

    def _pause(self) -> bool:
        """Pause what plays, and say whether it is to go on afterwards."""
        player = self._player
        if player is None or not self._question.pauses:
            return False
        if player.is_playing:
            player.pause()
            return True
        return self._has_paused and self._question.is_open

    def _on_answered(self, event_id: str, modifiers: str) -> None:
        event = self._session.coding.events.get(event_id)
        if event is not None and event.modifiers != modifiers:
            self._session.do(describe, event_id, modifiers=modifiers)
        has_paused, self._has_paused = self._has_paused, False
        if has_paused and self._player is not None:
            self._player.play()
