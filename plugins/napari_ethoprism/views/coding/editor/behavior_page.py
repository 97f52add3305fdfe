"""The page of behaviours: their list, and the form of the one that is chosen."""

from collections.abc import Callable, Mapping

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QListWidget, QListWidgetItem, QPushButton, QWidget

from ethoprism_domains.annotation import Behavior
from napari_ethoprism.views.coding.bindings import key_shown
from napari_ethoprism.views.coding.choosers import column_of, row_of
from napari_ethoprism.views.coding.editor.behavior_form import BehaviorForm, color_icon
from napari_ethoprism.views.coding.editor.draft import Draft, new_name
from napari_ethoprism.views.coding.editor.problems import Place
from napari_ethoprism.views.theme import Theme


class BehaviorPage(QWidget):
    """Edits the behaviours of a draft.

    Attributes
    ----------
    edited
        Emitted with the new `Draft`.
    """

    edited = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._draft = theme, Draft()
        self.list = QListWidget()
        self.list.setObjectName("behaviours")
        self.list.setMinimumHeight(90)
        self.list.setMaximumHeight(150)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.form = BehaviorForm(theme)
        buttons = [
            _button("Add", "add behaviour", "Add a behaviour", self._on_add),
            _button("Delete", "delete behaviour", "Delete the chosen one", self._on_delete),
            _button("↑", "behaviour up", "Move it up", self._on_up),
            _button("↓", "behaviour down", "Move it down", self._on_down),
        ]
        column = column_of(self.list)
        column.addLayout(row_of(*buttons))
        column.addWidget(self.form)
        column.addStretch(1)
        self.setLayout(column)
        self.list.currentRowChanged.connect(self._on_row)
        self.form.edited.connect(self._on_form)

    def show_draft(self, draft: Draft, problems: Mapping[Place, str]) -> None:
        """Show a draft."""
        self._draft = draft
        chosen = min(max(self.list.currentRow(), 0), len(draft.entries) - 1)
        self.list.blockSignals(True)
        self.list.clear()
        for number, behavior in enumerate(draft.behaviors):
            item = QListWidgetItem(color_icon(behavior.color), _label(behavior))
            if any(place[:2] == ("behavior", number) for place in problems):
                item.setForeground(QColor(self._theme.colors.problem))
            self.list.addItem(item)
        self.list.setCurrentRow(chosen)
        self.list.blockSignals(False)
        self._fill(problems)

    def _fill(self, problems: Mapping[Place, str]) -> None:
        at = self.list.currentRow()
        self.form.setEnabled(at >= 0)
        if at < 0:
            return
        categories = (behavior.category for behavior in self._draft.behaviors)
        self.form.show_behavior(self._draft.behaviors[at], categories)
        mine = {place[2]: told for place, told in problems.items() if place[:2] == ("behavior", at)}
        self.form.show_problems(mine)

    def _on_row(self, _: int) -> None:
        self.edited.emit(self._draft)

    def _on_form(self, behavior: Behavior) -> None:
        self.edited.emit(self._draft.with_behavior(self.list.currentRow(), behavior))

    def _on_add(self) -> None:
        name = new_name({behavior.name for behavior in self._draft.behaviors}, "behaviour")
        draft = self._draft.added(Behavior(name))
        self.list.blockSignals(True)
        self.list.addItem(name)
        self.list.setCurrentRow(self.list.count() - 1)
        self.list.blockSignals(False)
        self.edited.emit(draft)
        self.form.name.setFocus()
        self.form.name.selectAll()

    def _on_delete(self) -> None:
        if self.list.currentRow() >= 0:
            self.edited.emit(self._draft.without(self.list.currentRow()))

    def _on_up(self) -> None:
        self._move(-1)

    def _on_down(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        at = self.list.currentRow()
        moved = self._draft.moved(at, by)
        if moved is self._draft:
            return
        self.list.blockSignals(True)
        self.list.setCurrentRow(at + by)
        self.list.blockSignals(False)
        self.edited.emit(moved)


def _label(behavior: Behavior) -> str:
    key = f"   [{key_shown(behavior.key)}]" if behavior.key else ""
    return f"{behavior.name or '(no name)'}{key}"


def _button(text: str, name: str, hint: str, action: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(hint)
    button.clicked.connect(action)
    return button
