"""The page of subjects: those who are told apart, each with a key."""

from collections.abc import Mapping
from dataclasses import replace

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QLabel, QPushButton, QTableWidget, QTableWidgetItem, QWidget

from ethoprism_domains.annotation import Subject
from napari_ethoprism.views.coding.choosers import column_of, row_of
from napari_ethoprism.views.coding.editor.draft import Draft, new_name
from napari_ethoprism.views.coding.editor.problems import Place
from napari_ethoprism.views.theme import Theme

_HEADINGS = ("Name", "Key", "Description")


class SubjectPage(QWidget):
    """Edits the subjects of a draft.

    Attributes
    ----------
    edited
        Emitted with the new `Draft`.
    """

    edited = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._draft = theme, Draft()
        self.table = QTableWidget(0, len(_HEADINGS))
        self.table.setObjectName("subjects")
        self.table.setHorizontalHeaderLabels(list(_HEADINGS))
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.verticalHeader().hide()
        self.table.itemChanged.connect(self._on_edit)
        self._problem = QLabel()
        self._problem.setObjectName("problem subjects")
        self._problem.setWordWrap(True)
        add, remove = QPushButton("Add"), QPushButton("Delete")
        add.setObjectName("add subject")
        add.setToolTip("Add one of the individuals that you tell apart")
        remove.setObjectName("delete subject")
        remove.setToolTip("Delete the chosen one; its events stay")
        add.clicked.connect(self._on_add)
        remove.clicked.connect(self._on_remove)
        column = column_of(self.table, self._problem)
        column.addLayout(row_of(add, remove))
        self.setLayout(column)

    def show_draft(self, draft: Draft, problems: Mapping[Place, str]) -> None:
        """Show a draft."""
        if draft.subjects != self._shown():
            self._fill(draft.subjects)
        self._draft = draft
        mine = [(place[1], told) for place, told in problems.items() if place[0] == "subject"]
        lines = [f"{draft.subjects[at].name or '(no name)'}: {told}" for at, told in mine]
        self._problem.setText("\n".join(lines))
        self._problem.setStyleSheet(f"color: {self._theme.colors.problem}")
        self._problem.setVisible(bool(lines))

    def _fill(self, subjects: tuple[Subject, ...]) -> None:
        self.table.blockSignals(True)
        self.table.setRowCount(len(subjects))
        for at, item in enumerate(subjects):
            for column, text in enumerate((item.name, item.key, item.description)):
                self.table.setItem(at, column, QTableWidgetItem(text))
        self.table.blockSignals(False)

    def _shown(self) -> tuple[Subject, ...]:
        rows = range(self.table.rowCount())
        return tuple(Subject(*(self._text(at, column) for column in range(3))) for at in rows)

    def _text(self, at: int, column: int) -> str:
        item = self.table.item(at, column)
        return item.text() if item else ""

    def _on_edit(self, _: QTableWidgetItem) -> None:
        self.edited.emit(replace(self._draft, subjects=self._shown()))

    def _on_add(self) -> None:
        name = new_name({item.name for item in self._draft.subjects}, "subject")
        self.edited.emit(replace(self._draft, subjects=(*self._draft.subjects, Subject(name))))
        self.table.setCurrentCell(self.table.rowCount() - 1, 0)

    def _on_remove(self) -> None:
        at = self.table.currentRow()
        if at >= 0:
            left = (*self._draft.subjects[:at], *self._draft.subjects[at + 1 :])
            self.edited.emit(replace(self._draft, subjects=left))
