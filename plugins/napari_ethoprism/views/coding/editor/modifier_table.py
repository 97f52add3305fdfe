"""The modifiers of one behaviour as rows: name, kind, values."""

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QComboBox,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from ethoprism_domains.annotation import Modifier
from ethoprism_domains.annotation.behaviors import MODIFIER_KINDS
from napari_ethoprism.views.coding.choosers import column_of, row_of
from napari_ethoprism.views.coding.editor.draft import modifier_rows, modifiers_from

_HEADINGS = ("Name", "Choose", "Values, with commas")


class ModifierTable(QWidget):
    """Edits modifiers.

    Attributes
    ----------
    edited
        Emitted at every change.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = QTableWidget(0, len(_HEADINGS))
        self.table.setObjectName("modifiers table")
        self.table.setHorizontalHeaderLabels(list(_HEADINGS))
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        self.table.setColumnWidth(0, 90)
        self.table.setColumnWidth(1, 90)
        self.table.setFixedHeight(110)
        self.table.itemChanged.connect(self._on_edit)
        self._add, self._remove = QPushButton("Add modifier"), QPushButton("Remove")
        self._add.setObjectName("add modifier")
        self._add.setToolTip("Ask for one more detail when this behaviour is coded")
        self._remove.setObjectName("remove modifier")
        self._remove.setToolTip("Remove the modifier that is chosen")
        self._add.clicked.connect(self._on_add)
        self._remove.clicked.connect(self._on_remove)
        column = column_of(self.table)
        column.addLayout(row_of(self._add, self._remove))
        self.setLayout(column)

    def show_modifiers(self, modifiers: tuple[Modifier, ...]) -> None:
        """Show modifiers to edit; what is being typed stays."""
        if modifiers == self.modifiers():
            return
        self.table.blockSignals(True)
        self.table.setRowCount(0)
        for row in modifier_rows(modifiers):
            self._append(*row)
        self.table.blockSignals(False)

    def modifiers(self) -> tuple[Modifier, ...]:
        """Give the modifiers as they are now."""
        return modifiers_from(self._row(at) for at in range(self.table.rowCount()))

    def _append(self, name: str, kind: str, values: str) -> None:
        at = self.table.rowCount()
        self.table.insertRow(at)
        self.table.setItem(at, 0, QTableWidgetItem(name))
        chooser = QComboBox()
        chooser.addItems(MODIFIER_KINDS)
        chooser.setCurrentText(kind)
        chooser.setToolTip("One of the values, several of them, or a number")
        chooser.activated.connect(self._on_edit)
        self.table.setCellWidget(at, 1, chooser)
        self.table.setItem(at, 2, QTableWidgetItem(values))

    def _row(self, at: int) -> tuple[str, str, str]:
        name, values = self.table.item(at, 0), self.table.item(at, 2)
        chooser = self.table.cellWidget(at, 1)
        kind = chooser.currentText() if isinstance(chooser, QComboBox) else MODIFIER_KINDS[0]
        return name.text() if name else "", kind, values.text() if values else ""

    def _on_add(self) -> None:
        self.table.blockSignals(True)
        self._append(f"modifier {self.table.rowCount() + 1}", "single", "yes, no")
        self.table.blockSignals(False)
        self.edited.emit()

    def _on_remove(self) -> None:
        at = self.table.currentRow()
        if at >= 0:
            self.table.removeRow(at)
            self.edited.emit()

    def _on_edit(self, *_: object) -> None:
        self.edited.emit()
