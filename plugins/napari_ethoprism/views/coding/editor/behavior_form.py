"""The fields of one behaviour, with what is wrong beside each."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from qtpy.QtCore import Signal
from qtpy.QtGui import QColor, QIcon, QPixmap
from qtpy.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from ethoprism_domains.annotation import Behavior
from ethoprism_domains.annotation.behaviors import BEHAVIOR_KINDS
from napari_ethoprism.views.coding.choosers import column_of, row_of
from napari_ethoprism.views.coding.editor.modifier_table import ModifierTable
from napari_ethoprism.views.theme import Theme

_FIELDS = ("name", "key", "kind", "color", "modifiers")


class BehaviorForm(QWidget):
    """Edits one behaviour.

    Attributes
    ----------
    edited
        Emitted with the `Behavior` at every change.
    """

    edited = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._behavior, self._is_filling = theme, Behavior(""), False
        self.name, self.key, self.description = QLineEdit(), QLineEdit(), QLineEdit()
        self.kind, self.category = QComboBox(), QComboBox()
        self.color, self._pick = QLineEdit(), QPushButton("Choose…")
        self.per_subject = QCheckBox("Done by one of the subjects")
        self.modifiers = ModifierTable()
        self._problems = {field: QLabel() for field in _FIELDS}
        self._set_up()
        self._lay_out()

    def show_behavior(self, behavior: Behavior, categories: Iterable[str]) -> None:
        """Show a behaviour to edit."""
        self._behavior, self._is_filling = behavior, True
        for field, text in (
            (self.name, behavior.name),
            (self.key, behavior.key),
            (self.description, behavior.description),
            (self.color, behavior.color),
        ):
            if field.text() != text:
                field.setText(text)
        self.kind.setCurrentText(behavior.kind)
        self.category.clear()
        self.category.addItems(sorted({*categories, ""}))
        self.category.setCurrentText(behavior.category)
        self.per_subject.setChecked(behavior.per_subject)
        self.modifiers.show_modifiers(behavior.modifiers)
        self._show_color(behavior.color)
        self._is_filling = False

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Say beside each field what is wrong with it."""
        for field, label in self._problems.items():
            told = problems.get(field, "")
            label.setText(told)
            label.setVisible(bool(told))
            label.setStyleSheet(f"color: {self._theme.colors.problem}")

    def _set_up(self) -> None:
        names = ("name", "key", "kind", "color", "category", "description", "per_subject")
        for name in names:
            getattr(self, name).setObjectName(f"behaviour {name}")
        self.kind.addItems(BEHAVIOR_KINDS)
        self.category.setEditable(True)
        self.key.setMaxLength(3)
        self.key.setPlaceholderText("automatic")
        self.color.setPlaceholderText("automatic")
        self.key.setToolTip("The key that codes it: any character, capitals with Shift, or as F5")
        self.kind.setToolTip("A state has a duration, a point is a moment")
        self.per_subject.setToolTip("Off for what concerns the whole scene, such as rain")
        self.category.setToolTip("Behaviours of one category are shown as a group")
        for field in (self.name, self.key, self.description, self.color):
            field.textEdited.connect(self._on_edit)
        self.kind.activated.connect(self._on_edit)
        self.category.currentTextChanged.connect(self._on_edit)
        self.per_subject.toggled.connect(self._on_edit)
        self.modifiers.edited.connect(self._on_edit)
        self._pick.clicked.connect(self._on_pick)

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        color = QWidget()
        color.setLayout(row_of(self.color, self._pick))
        for label, widget, field in (
            ("Name", self.name, "name"),
            ("Key", self.key, "key"),
            ("Kind", self.kind, "kind"),
            ("Colour", color, "color"),
            ("Category", self.category, ""),
            ("Description", self.description, ""),
            ("", self.per_subject, ""),
        ):
            form.addRow(label, self._with_problem(widget, field))
        form.addRow(QLabel("Modifiers, asked for when it is coded"))
        form.addRow(self._with_problem(self.modifiers, "modifiers"))

    def _with_problem(self, widget: QWidget, field: str) -> QWidget:
        if not field:
            return widget
        label = self._problems[field]
        label.setObjectName(f"problem {field}")
        label.setWordWrap(True)
        label.hide()
        both = QWidget()
        both.setLayout(column_of(widget, label))
        return both

    def _on_edit(self, *_: object) -> None:
        if self._is_filling:
            return
        self._behavior = replace(
            self._behavior,
            name=self.name.text(),
            key=self.key.text(),
            kind=self.kind.currentText(),
            color=self.color.text().strip().lower(),
            category=self.category.currentText().strip(),
            description=self.description.text(),
            per_subject=self.per_subject.isChecked(),
            modifiers=self.modifiers.modifiers(),
        )
        self._show_color(self._behavior.color)
        self.edited.emit(self._behavior)

    def _on_pick(self) -> None:
        chosen = QColorDialog.getColor(QColor(self.color.text()), self, "Colour of the behaviour")
        if chosen.isValid():
            self.color.setText(chosen.name())
            self._on_edit()

    def _show_color(self, color: str) -> None:
        self._pick.setIcon(color_icon(color))


def color_icon(color: str) -> QIcon:
    """Make a small square of a colour; nothing if it is none."""
    if not QColor.isValidColorName(color):
        return QIcon()
    square = QPixmap(14, 14)
    square.fill(QColor(color))
    return QIcon(square)
