"""The tab of the project: its videos, how far they are, and what else can be opened."""

from collections.abc import Callable
from pathlib import Path

from qtpy.QtCore import QModelIndex, Qt
from qtpy.QtGui import QDragEnterEvent, QDropEvent
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ethoprism.project import project_folder
from ethoprism_core.errors import EthoprismError
from napari_ethoprism.keys import command
from napari_ethoprism.opening import Opener
from napari_ethoprism.session import Session
from napari_ethoprism.views.asking import ask_folder, ask_videos
from napari_ethoprism.views.theme import Theme
from napari_ethoprism.views.videos.busy_bar import BusyBar
from napari_ethoprism.views.videos.header import Header
from napari_ethoprism.views.videos.model import VideoFilter, VideoModel
from napari_ethoprism.views.videos.new_project import NewProjectDialog
from napari_ethoprism.views.videos.progress import VideoProgress
from napari_ethoprism.views.videos.start_page import StartPage


class VideosView(QWidget):
    """Shows the project's videos, and opens projects and videos.

    Parameters
    ----------
    session
        What is open.
    theme
        The window's colours.
    opener
        Opens what is chosen here.

    Attributes
    ----------
    progress
        How far each video is.
    """

    def __init__(
        self, session: Session, theme: Theme, opener: Opener, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("videos")
        self.setAcceptDrops(True)
        self._session, self._opener = session, opener
        self.progress = VideoProgress(session, self)
        self._model = VideoModel(session, self.progress, theme, self)
        self._filter = VideoFilter(self._model, self)
        self._pages = QStackedWidget()
        self._summary = _wrapped("summary")
        self._read_only = _wrapped("read only")
        self._pages.addWidget(self._make_start())
        self._pages.addWidget(self._make_list())
        column = QVBoxLayout(self)
        column.addWidget(self._pages, 1)
        column.addWidget(BusyBar(opener))
        self._connect()
        self._on_project()

    def close(self) -> bool:
        """Count no more."""
        self.progress.close()
        return super().close()

    def do(self, what: str) -> None:
        """Do what a button or a menu is called, such as ``open a project``."""
        {
            "open a project": self._open_project,
            "open a video": self._open_videos,
            "open sample study": self._opener.open_sample,
            "make a project": self._make_project,
            "add videos": self._add_videos,
            "locate": self.locate,
            "next video": self._next,
            "previous video": self._previous,
        }[what]()

    def locate(self) -> None:
        """Let the user say where to search missing videos."""
        folder = ask_folder(self, "Search the missing videos in this folder", self._beside())
        if folder is not None:
            self._opener.locate([folder])

    def drop(self, paths: list[Path]) -> None:
        """Open what was dropped: a project as it is, videos in the project that is open."""
        project = next((path for path in paths if project_folder(path)), None)
        if project is not None:
            self._opener.open([project])
        else:
            self._opener.add_videos(paths)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open the files."""
        urls = [url for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.drop([Path(url.toLocalFile()) for url in urls])

    def _make_start(self) -> QWidget:
        page = StartPage()
        page.chosen.connect(self.do)
        return _scrolled(page)

    def _make_list(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        header = Header(self._session, self._opener.recent)
        header.chosen.connect(self.do)
        header.recent_chosen.connect(self._open_folder)
        column.addWidget(header)
        column.addWidget(self._read_only)
        column.addWidget(self._make_search())
        self._table = self._make_table()
        column.addWidget(self._table, 1)
        column.addWidget(self._summary)
        column.addLayout(self._make_buttons())
        return page

    def _make_search(self) -> QLineEdit:
        search = QLineEdit()
        search.setObjectName("search videos")
        search.setPlaceholderText("Search: a name, a group, new, predicted …")
        search.setClearButtonEnabled(True)
        search.textChanged.connect(self._filter.search)
        return search

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setObjectName("video list")
        table.setModel(self._filter)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setShowGrid(False)
        table.setWordWrap(False)
        rows = table.verticalHeader()
        rows.hide()
        rows.setDefaultSectionSize(table.fontMetrics().height() + 8)
        columns = table.horizontalHeader()
        columns.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        columns.setSectionResizeMode(1, QHeaderView.ResizeMode.Interactive)
        columns.resizeSection(1, 110)
        columns.setHighlightSections(False)
        table.clicked.connect(self._on_chosen)
        table.activated.connect(self._on_chosen)
        return table

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for name, text in (("previous video", "◀ Previous"), ("next video", "Next ▶")):
            row.addWidget(self._button(name, text, command(name).hint()))
        row.addStretch(1)
        self._missing = self._button(
            "locate", "Locate …", "Search the missing videos in another folder"
        )
        row.addWidget(self._missing)
        row.addWidget(self._button("add videos", "Add …", "Add videos to this project"))
        return row

    def _button(self, name: str, text: str, told: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setToolTip(told)
        button.clicked.connect(self._on_button)
        return button

    def _connect(self) -> None:
        session = self._session
        session.project_changed.connect(self._on_project)
        session.video_changed.connect(self._on_video)
        session.annotator_changed.connect(self._on_video)
        session.videos_changed.connect(self._on_counted)
        self.progress.changed.connect(self._on_counted)

    def _on_button(self) -> None:
        self.do(self.sender().objectName())

    def _on_project(self) -> None:
        self._pages.setCurrentIndex(0 if self._session.project is None else 1)
        self._on_counted()
        self._on_video()

    def _on_video(self) -> None:
        store = self._session.store
        is_locked = store is not None and store.read_only
        self._read_only.setVisible(is_locked)
        if is_locked:
            self._read_only.setText(
                "This can only be looked at: nothing can be written into the project. "
                "Copy it to a drive that you can write to, and open the copy."
            )
        row = self._model.row_of(self._session.video_name)
        shown = self._filter.mapFromSource(self._model.index(row, 0)) if row >= 0 else QModelIndex()
        if shown.isValid():
            self._table.selectRow(shown.row())
            self._table.scrollTo(shown)

    def _on_counted(self) -> None:
        project, counted = self._session.project, self.progress.counted
        names = [] if project is None else [video.name for video in project.videos]
        words = [counted.states[name].state for name in names if name in counted.states]
        told = [f"{words.count(word)} {word}" for word in dict.fromkeys(words)]
        told += [f"{len(counted.missing)} missing"] if counted.missing else []
        total = f"{len(names)} video{'' if len(names) == 1 else 's'}"
        if not names:
            self._summary.setText("No videos yet: add some, or drop them here.")
        else:
            self._summary.setText(": ".join([total, *([", ".join(told)] if told else [])]))
        self._missing.setVisible(bool(counted.missing))

    def _on_chosen(self, index: QModelIndex) -> None:
        name = self._model.name_at(self._filter.mapToSource(index).row())
        if name in self.progress.counted.missing:
            self.locate()
        elif name != self._session.video_name:
            self._session.show(name)

    def _next(self) -> None:
        self._session.step_video(1)

    def _previous(self) -> None:
        self._session.step_video(-1)

    def _open_project(self) -> None:
        folder = ask_folder(self, "Open a project: choose its folder", self._beside())
        if folder is not None:
            self._open_folder(folder)

    def _open_videos(self) -> None:
        self._ask_videos("Open videos", self._opener.open)

    def _add_videos(self) -> None:
        self._ask_videos("Add videos to the project", self._opener.add_videos)

    def _ask_videos(self, title: str, take: Callable[[list[Path]], None]) -> None:
        chosen = ask_videos(self, title, self._beside())
        if chosen:
            take(chosen)

    def _open_folder(self, folder: Path) -> None:
        if project_folder(folder) is not None:
            self._opener.open([folder])
            return
        self._opener.recent.remove(folder)
        remedy = "choose one with a project.yaml in it, or open its videos"
        problem = EthoprismError("there is no project in this folder", folder, remedy)
        self._session.tell_problem(problem)

    def _make_project(self) -> None:
        dialog = NewProjectDialog(self._beside() or Path.home(), self)
        if dialog.exec() == NewProjectDialog.DialogCode.Accepted:
            self._opener.create(dialog.folder, dialog.ethogram)

    def _beside(self) -> Path | None:
        project = self._session.project
        return None if project is None else project.folder.resolve().parent


def _wrapped(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    return label


def _scrolled(page: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setWidget(page)
    return area
