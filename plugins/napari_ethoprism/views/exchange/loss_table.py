"""What did not come through, as a table one can read."""

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ethoprism_domains.formats import LossReport

_COLUMNS = ("Lost or in doubt", "How many", "The first of them")


class LossTable(QWidget):
    """A sentence on what was done, and below it what was lost; hidden until there is something."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told = QLabel()
        self._told.setObjectName("exchange result")
        self._told.setWordWrap(True)
        self._told.setTextFormat(Qt.TextFormat.PlainText)
        self._told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._table = QTableWidget(0, len(_COLUMNS))
        self._table.setObjectName("losses")
        self._table.setHorizontalHeaderLabels(_COLUMNS)
        self._table.verticalHeader().hide()
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setWordWrap(True)
        self._table.setMinimumHeight(120)
        header = self._table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._told)
        column.addWidget(self._table, 1)
        self.hide()

    def show_report(self, told: str, losses: LossReport) -> None:
        """Show what was done, and what was lost."""
        self._told.setText(told + (":" if losses else ". Nothing was lost."))
        self._table.setRowCount(len(losses))
        for row, loss in enumerate(losses):
            for column, text in enumerate((loss.what, f"{loss.count:,}", loss.where)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self._table.setItem(row, column, item)
        self._table.setVisible(bool(losses))
        self._table.resizeRowsToContents()
        self.show()
