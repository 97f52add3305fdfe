"""The list of stretches in which two coders disagree, to step through."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qtpy.QtCore import QModelIndex, Qt, Signal
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from napari_ethoprism.views.clock import time_text

if TYPE_CHECKING:
    from ethoprism.comparing import Disagreement

_COLUMNS = {"Behaviour": 92, "Says so": 66, "From": 74, "To": 74, "Seconds": 56}  # pixels
_SORTED, _NUMBER = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_FROM = 2


class DisagreementTable(QTableWidget):
    """Lists disagreements, sorted by the column that is clicked.

    Attributes
    ----------
    chosen
        Another disagreement is to be looked at, a `Disagreement`.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(_COLUMNS), parent)
        self.setObjectName("disagreements")
        self.setToolTip("Click a line to look at it; click a heading to sort by it")
        self.setHorizontalHeaderLabels(list(_COLUMNS))
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setWordWrap(False)
        self.setMinimumHeight(170)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate(_COLUMNS.values()):
            self.setColumnWidth(column, width)
        header.setStretchLastSection(True)
        self.setSortingEnabled(True)
        self.sortByColumn(_FROM, Qt.SortOrder.AscendingOrder)
        self._items: tuple[Disagreement, ...] = ()
        self._next = 0  # the row that a step leads to where the last one looked at is gone
        self.clicked.connect(self._on_click)

    @property
    def current(self) -> "Disagreement | None":
        """What is looked at."""
        item = self.item(self.currentRow(), 0)
        return None if item is None else self._items[item.data(_NUMBER)]

    def show_all(self, items: "Sequence[Disagreement]", me: str, them: str) -> None:
        """List disagreements; the one that is looked at stays so if it is among them."""
        before, row = self.current, self.currentRow()
        if row >= 0:
            self._next = row
        self._items = tuple(items)
        self.setSortingEnabled(False)  # else each cell is put elsewhere while it is filled
        self.setRowCount(len(self._items))
        for number, item in enumerate(self._items):
            self._fill(number, item, me if item.is_mine else them)
        self.setSortingEnabled(True)
        at = self._row_of(before)
        if at is None:
            self.setCurrentIndex(QModelIndex())
            self.clearSelection()
        else:
            self.selectRow(at)

    def step(self, by: int) -> None:
        """Look at the next (1) or previous (-1) one, as they are sorted."""
        row, last = self.currentRow(), self.rowCount() - 1
        if last < 0:
            return
        to = row + by if row >= 0 else self._next - (by < 0)
        self._look_at(min(max(to, 0), last))

    def _look_at(self, row: int) -> None:
        self.selectRow(row)
        if self.current is not None:
            self.chosen.emit(self.current)

    def _on_click(self, index: QModelIndex) -> None:
        self._look_at(index.row())

    def _row_of(self, wanted: "Disagreement | None") -> int | None:
        rows = range(self.rowCount()) if wanted is not None else ()
        cells = ((row, self.item(row, 0)) for row in rows)
        found = (row for row, cell in cells if cell and self._items[cell.data(_NUMBER)] == wanted)
        return next(found, None)

    def _fill(self, row: int, item: "Disagreement", who: str) -> None:
        of = f" of {item.subject}" if item.subject else ""
        length = item.stop_s - item.start_s
        cells = (
            (f"{item.behavior}{of}", None),
            (who, None),
            (_short(item.start_s), item.start),
            (_short(item.stop_s), item.stop),
            (f"{length:.2f}", length),
        )
        for column, (text, value) in enumerate(cells):
            cell = _Cell(text)
            cell.setData(_SORTED, value)
            cell.setData(_NUMBER, row)
            cell.setToolTip(f"{text}\nframes {item.start:,} to {item.stop:,}")
            self.setItem(row, column, cell)


def _short(seconds: float) -> str:
    """Write a time without hours where there are none."""
    return time_text(seconds).removeprefix("00:")


class _Cell(QTableWidgetItem):
    """A cell that sorts by its number where it has one."""

    def __lt__(self, other: QTableWidgetItem) -> bool:
        mine, theirs = self.data(_SORTED), other.data(_SORTED)
        if mine is None or theirs is None:
            return self.text().casefold() < other.text().casefold()
        return bool(mine < theirs)
