"""The page of exclusions: a matrix of which behaviours cannot hold at once."""

from typing import Any

from qtpy.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QPushButton, QTableView, QWidget

from napari_ethoprism.views.coding.bindings import key_shown
from napari_ethoprism.views.coding.choosers import column_of, row_of
from napari_ethoprism.views.coding.editor.draft import Draft

_CELL = 26
_Index = QModelIndex


class ExclusionPage(QWidget):
    """Edits which behaviours exclude each other.

    Attributes
    ----------
    edited
        Emitted with the new `Draft`.
    """

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ExclusionModel(self)
        self.model.edited.connect(self.edited)
        self.table = QTableView()
        self.table.setObjectName("exclusions")
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        across, down = self.table.horizontalHeader(), self.table.verticalHeader()
        across.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        across.setDefaultSectionSize(_CELL)
        down.setMaximumWidth(150)
        told = QLabel(
            "A tick means that the two cannot hold at once for one subject: "
            "starting one ends the other."
        )
        told.setWordWrap(True)
        group, free = QPushButton("Only one of the chosen"), QPushButton("Let the chosen meet")
        group.setObjectName("make group")
        group.setToolTip("Rows that are selected all exclude one another")
        free.setObjectName("free group")
        free.setToolTip("Rows that are selected may hold at once")
        group.clicked.connect(self._on_group)
        free.clicked.connect(self._on_free)
        column = column_of(told, self.table)
        column.addLayout(row_of(group, free))
        self.setLayout(column)

    def show_draft(self, draft: Draft) -> None:
        """Show a draft."""
        self.model.show_draft(draft)

    def _on_group(self) -> None:
        self._set_chosen(True)

    def _on_free(self) -> None:
        self._set_chosen(False)

    def _set_chosen(self, is_excluded: bool) -> None:
        selection = self.table.selectionModel()
        rows = sorted({index.row() for index in selection.selectedIndexes()} if selection else ())
        draft = self.model.draft
        for one in rows:
            for other in rows:
                draft = draft.excluding(one, other, is_excluded)
        self.edited.emit(draft)


class ExclusionModel(QAbstractTableModel):
    """A draft's exclusions as a square of ticks."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.draft = Draft()

    def show_draft(self, draft: Draft) -> None:
        """Show a draft."""
        if draft.behaviors == self.draft.behaviors:
            self.draft = draft
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self.draft = draft
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = _Index()) -> int:  # noqa: N802, B008
        """Count the behaviours."""
        return 0 if parent.isValid() else len(self.draft.entries)

    def columnCount(self, parent: QModelIndex = _Index()) -> int:  # noqa: N802, B008
        """Count the behaviours."""
        return self.rowCount(parent)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give a tick, or what it means."""
        one, other = index.row(), index.column()
        if role == Qt.ItemDataRole.CheckStateRole and one != other:
            is_excluded = self.draft.excludes(one, other)
            return Qt.CheckState.Checked if is_excluded else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ToolTipRole and one != other:
            names = [self.draft.behaviors[at].name for at in (one, other)]
            return " and ".join(names)
        return None

    def setData(  # noqa: N802
        self, index: QModelIndex, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        """Set a tick."""
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        is_excluded = Qt.CheckState(value) == Qt.CheckState.Checked
        self.edited.emit(self.draft.excluding(index.row(), index.column(), is_excluded))
        return True

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Say what a user can do with a cell."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.row() != index.column() else flags

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Name a row; a column by its key, the whole name where the pointer rests."""
        behavior = self.draft.behaviors[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return behavior.name
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        is_row = orientation == Qt.Orientation.Vertical
        key = key_shown(behavior.key)
        return f"{behavior.name} [{key}]" if is_row else key[:3]
