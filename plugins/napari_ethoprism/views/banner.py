"""Sentences about problems, above everything else until they are dismissed."""

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from ethoprism_core.errors import EthoprismError
from napari_ethoprism.session import Session
from napari_ethoprism.views.theme import Theme

_MOST = 20


class Banner(QWidget):
    """Shows the problems that a session tells; hidden while there is none.

    Parameters
    ----------
    session
        Whose problems.
    theme
        The window's colours.

    Attributes
    ----------
    locate_asked
        The file of a video is not where it was, and the user wants to search for it.
    """

    locate_asked = Signal()

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._theme = session, theme
        self._told: list[str] = []
        self._missing: dict[str, str] = {}  # the sentence about a video -> its name
        self._label = QLabel()
        self._label.setObjectName("problem")
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._dismiss = QToolButton()
        self._dismiss.setObjectName("dismiss")
        self._dismiss.setText("×")
        self._dismiss.setToolTip("Put this message away")
        self._dismiss.setAccessibleName("Put this message away")
        self._dismiss.clicked.connect(self.dismiss)
        self._locate = QPushButton("Locate …")
        self._locate.setObjectName("locate missing")
        self._locate.setToolTip("Search the video in another folder, by its content")
        self._locate.clicked.connect(self.locate_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 4, 2)
        row.addWidget(self._label, 1)
        row.addWidget(self._locate)
        row.addWidget(self._dismiss)
        session.told.connect(self._on_told)
        session.video_refused.connect(self._on_refused)
        session.video_changed.connect(self._on_video)
        theme.changed.connect(self._on_theme)
        self._on_theme()
        self.hide()

    def dismiss(self) -> None:
        """Put away what is shown; the problem that was told before it comes back."""
        if self._told:
            self._told.pop()
        self._refresh()

    def _on_told(self, sentence: str, kind: str) -> None:
        if kind != "problem":
            return
        self._told = [*(one for one in self._told if one != sentence), sentence][-_MOST:]
        self._refresh()

    def _on_refused(self, name: str, error: EthoprismError) -> None:
        project = self._session.project
        if project is not None and not project.path_of(name).is_file():
            self._missing[str(error)] = name
            self._refresh()

    def _on_video(self) -> None:
        """Forget that a video was missing that is shown now."""
        shown = self._session.video_name
        found = {told for told, name in self._missing.items() if name == shown}
        self._told = [told for told in self._told if told not in found]
        self._refresh()

    def _refresh(self) -> None:
        self._locate.setVisible(bool(self._told) and self._told[-1] in self._missing)
        more = len(self._told) - 1
        self._label.setText(
            (self._told[-1] if self._told else "") + (f"  (and {more} more)" if more > 0 else "")
        )
        self.setVisible(bool(self._told))

    def _on_theme(self) -> None:
        self.setStyleSheet(
            f"QWidget#banner {{ background: {self._theme.colors.warning}; border-radius: 3px; }}"
            "QWidget#banner QLabel, QWidget#banner QToolButton"
            " { background: transparent; color: #1c1c1c; }"
        )
