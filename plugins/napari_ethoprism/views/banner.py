"""Sentences about problems, above everything else until they are dismissed."""

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

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
    """

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._told: list[str] = []
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
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 4, 2)
        row.addWidget(self._label, 1)
        row.addWidget(self._dismiss)
        session.told.connect(self._on_told)
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

    def _refresh(self) -> None:
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
