"""What was done last, and that it is saved."""

from datetime import datetime

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QWidget

from ethoprism_domains.annotation.editing import Change
from napari_ethoprism.session import Session

_ELIDED = Qt.TextElideMode.ElideRight
_WIDTH, _MARGIN = 240, 6


class SavedLabel(QLabel):
    """Tells the last action and when it was saved.

    Parameters
    ----------
    session
        Whose actions.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("saved")
        self.setFixedWidth(_WIDTH)
        self._session, self._sentence = session, ""
        session.coding_changed.connect(self._on_change)
        session.video_changed.connect(self._on_video)
        self._on_video()

    def say(self) -> None:
        """Tell once more that all is saved, for somebody who asks."""
        store = self._session.store
        if store is None:
            self._session.tell("Nothing is open that could be saved.")
        elif store.read_only:
            self._session.tell("These annotations are only read; nothing is changed.")
        else:
            self._session.tell(f"Already saved: every action is. {self._sentence}")

    def _on_change(self, change: Change) -> None:
        self._show(f"Saved {datetime.now():%H:%M:%S}: {change.what}")

    def _on_video(self) -> None:
        store = self._session.store
        if store is None:
            self._show("")
        elif store.read_only:
            self._show("Read only")
        else:
            self._show(f"Saved; {len(store.coding.events)} events by {self._session.annotator}")

    def _show(self, sentence: str) -> None:
        self._sentence = sentence
        self.setText(self.fontMetrics().elidedText(sentence, _ELIDED, _WIDTH - _MARGIN))
        self.setToolTip(f"{sentence}\nEvery action is on the disk before it is shown.")
