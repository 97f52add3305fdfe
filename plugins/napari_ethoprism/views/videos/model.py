"""The list of videos as a table: name and progress, with a mark that tells it at a glance."""

from typing import Any

from qtpy.QtCore import QAbstractTableModel, QModelIndex, QObject, QSortFilterProxyModel, Qt
from qtpy.QtGui import QFont, QIcon

from ethoprism.project import ProjectVideo, VideoState
from napari_ethoprism.session import Session
from napari_ethoprism.views.theme import Theme
from napari_ethoprism.views.videos.marks import mark, warning_ink
from napari_ethoprism.views.videos.progress import VideoProgress

COLUMNS = ("Video", "Progress")
_Role = Qt.ItemDataRole
_NOWHERE = QModelIndex()


class VideoModel(QAbstractTableModel):
    """One row a video of the project, in the project's order."""

    def __init__(
        self,
        session: Session,
        progress: VideoProgress,
        theme: Theme,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._progress, self._theme = session, progress, theme
        self._videos: tuple[ProjectVideo, ...] = ()
        self._marks: dict[str, QIcon] = {}
        self._bold = QFont()
        self._bold.setBold(True)
        session.videos_changed.connect(self._reset)
        session.project_changed.connect(self._reset)
        session.video_changed.connect(self._refresh)
        progress.changed.connect(self._refresh)
        theme.changed.connect(self._on_theme)
        self._reset()

    def rowCount(self, parent: QModelIndex = _NOWHERE) -> int:  # noqa: N802
        """Count the videos."""
        return 0 if parent.isValid() else len(self._videos)

    def columnCount(self, parent: QModelIndex = _NOWHERE) -> int:  # noqa: N802
        """Count the columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:  # noqa: N802
        """Give a column's title."""
        if orientation == Qt.Orientation.Horizontal and role == _Role.DisplayRole:
            return COLUMNS[section]
        return None

    def data(self, index: QModelIndex, role: int = 0) -> Any:
        """Give a cell's text, mark, colour or explanation."""
        video = self._videos[index.row()]
        is_name = index.column() == 0
        match role:
            case _Role.DisplayRole:
                return video.name if is_name else self._progress_of(video)
            case _Role.DecorationRole:
                return None if is_name else self._mark_of(video)
            case _Role.ForegroundRole:
                missing = video.name in self._progress.counted.missing
                return warning_ink(self._theme.colors) if missing else None
            case _Role.FontRole:
                return self._bold if video.name == self._session.video_name else None
            case _Role.ToolTipRole:
                return self._explain(video)
            case _Role.UserRole:  # what a search looks through
                return " ".join((video.name, video.group, self._word(video)))
        return None

    def name_at(self, row: int) -> str:
        """Give the name of the video in a row."""
        return self._videos[row].name

    def row_of(self, name: str) -> int:
        """Give the row of a video; -1 if there is none of that name."""
        return next((row for row, v in enumerate(self._videos) if v.name == name), -1)

    def _state(self, video: ProjectVideo) -> VideoState | None:
        return self._progress.counted.states.get(video.name)

    def _word(self, video: ProjectVideo) -> str:
        state = self._state(video)
        if video.name in self._progress.counted.missing:
            return "missing"
        return "" if state is None else state.state

    def _progress_of(self, video: ProjectVideo) -> str:
        state, word = self._state(video), self._word(video)
        if state is None or word == "missing":
            return word or "…"
        if word == "predicted" and state.to_review:
            return f"{state.to_review} to review"
        return word

    def _mark_of(self, video: ProjectVideo) -> QIcon:
        word = self._word(video)
        if word not in self._marks:
            self._marks[word] = mark(word, self._theme.colors)
        return self._marks[word]

    def _explain(self, video: ProjectVideo) -> str:
        state = self._state(video)
        lines = [video.name, video.path]
        if video.group:
            lines.append(f"group: {video.group}")
        if state is not None:
            lines.append(f"{state.events} events, {state.observed} frames observed")
            if state.coders:
                lines.append(f"coded by {', '.join(state.coders)}")
            if state.to_review or state.reviewed:
                lines.append(f"predictions: {state.to_review} to review, {state.reviewed} reviewed")
        if video.name in self._progress.counted.missing:
            lines.append("The file is not where it was: click it to search for it.")
        return "\n".join(lines)

    def _reset(self) -> None:
        self.beginResetModel()
        project = self._session.project
        self._videos = () if project is None else project.videos
        self.endResetModel()

    def _refresh(self) -> None:
        if self._videos:
            last = self.index(len(self._videos) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def _on_theme(self) -> None:
        self._marks.clear()
        self._refresh()


class VideoFilter(QSortFilterProxyModel):
    """Keeps the videos in whose name, group or state all the words of a search occur."""

    def __init__(self, model: VideoModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: tuple[str, ...] = ()
        self.setSourceModel(model)

    def search(self, text: str) -> None:
        """Keep what holds all these words, whatever their case."""
        self._words = tuple(text.casefold().split())
        self.invalidateFilter()

    def filterAcceptsRow(self, row: int, parent: QModelIndex) -> bool:  # noqa: N802
        """Say whether a video is kept."""
        model = self.sourceModel()
        told = str(model.data(model.index(row, 0, parent), _Role.UserRole)).casefold()
        return all(word in told for word in self._words)
