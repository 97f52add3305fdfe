"""Which project is open and who codes, and the menu of what else can be opened."""

from pathlib import Path

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QAction, QResizeEvent
from qtpy.QtWidgets import (
    QGridLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from napari_ethoprism.opening import RecentProjects
from napari_ethoprism.session import Session

_ACTIONS = (
    ("open a project", "Open project …"),
    ("open a video", "Open videos …"),
    ("make a project", "New project …"),
    ("open sample study", "Open sample study"),
)


class Header(QWidget):
    """The project's name and place, the annotator, and a menu.

    Attributes
    ----------
    chosen
        Emitted with ``open a project``, ``open a video``, ``make a project`` or ``open sample
        study``.
    recent_chosen
        Emitted with the folder of a project that was opened before.
    """

    chosen = Signal(str)
    recent_chosen = Signal(object)

    def __init__(
        self, session: Session, recent: RecentProjects, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._recent = session, recent
        self._name, self._place = QLabel(), ElidedLabel()
        self._name.setStyleSheet("font-weight: bold;")
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._who = self._make_annotator()
        self._lay_out(self._make_menu())
        session.project_changed.connect(self._on_project)
        session.annotator_changed.connect(self._on_annotator)
        self._on_project()
        self._on_annotator()

    def _lay_out(self, menu: QPushButton) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self._name, 0, 0, 1, 2)
        grid.addWidget(menu, 0, 2)
        grid.addWidget(self._place, 1, 0, 1, 3)
        label = QLabel("Annotator")
        label.setBuddy(self._who)
        grid.addWidget(label, 2, 0)
        grid.addWidget(self._who, 2, 1, 1, 2)
        grid.setColumnStretch(1, 1)

    def _make_annotator(self) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName("annotator")
        line.setToolTip(
            "Who codes: each annotator has files of their own.\nType a name and press Enter."
        )
        line.returnPressed.connect(self._on_name_given)
        line.editingFinished.connect(self._on_annotator)  # what was not confirmed is taken back
        return line

    def _make_menu(self) -> QPushButton:
        button = QPushButton("Open")
        button.setObjectName("open menu")
        button.setToolTip("Open another project or other videos, or make a project")
        menu = QMenu(button)
        for name, text in _ACTIONS:
            action = menu.addAction(text)
            action.setObjectName(name)
            action.triggered.connect(self._on_action)
        self._recents = menu.addMenu("Recent projects")
        self._recents.setObjectName("recent projects")
        self._recents.triggered.connect(self._on_recent)
        menu.aboutToShow.connect(self.fill_recent)
        button.setMenu(menu)
        return button

    def fill_recent(self) -> None:
        """List the projects that were opened last."""
        self._recents.clear()
        for folder in self._recent.folders():
            action = self._recents.addAction(_short(folder))
            action.setToolTip(str(folder))
            action.setData(str(folder))
        self._recents.setEnabled(not self._recents.isEmpty())

    def _on_project(self) -> None:
        project = self._session.project
        folder = None if project is None else project.folder.resolve()
        self._name.setText("" if folder is None else folder.name)
        self._name.setToolTip("" if folder is None else str(folder))
        self._place.set_text("" if folder is None else str(folder.parent))

    def _on_annotator(self) -> None:
        self._who.setText(self._session.annotator)

    def _on_name_given(self) -> None:
        self._session.set_annotator(self._who.text().strip())

    def _on_action(self) -> None:
        self.chosen.emit(self.sender().objectName())

    def _on_recent(self, action: QAction) -> None:
        self.recent_chosen.emit(Path(action.data()))


class ElidedLabel(QLabel):
    """One line of text that is cut in its middle where there is no room; whole in its tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_text(self, text: str) -> None:
        """Show another text."""
        self._whole = text
        self.setToolTip(text)
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Cut the text anew."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        fitting = self.fontMetrics().elidedText(
            self._whole, Qt.TextElideMode.ElideMiddle, self.width()
        )
        self.setText(fitting)


def _short(folder: Path) -> str:
    return f"{folder.name}  —  {folder.parent}".replace("&", "&&")
