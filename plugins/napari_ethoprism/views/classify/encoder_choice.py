"""Which encoder looks at the videos, and at what of the picture."""

from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QGridLayout,
    QLineEdit,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ethoprism.defaults import DEFAULT_ENCODER
from ethoprism.learning.encoder_guide import encoder_notes
from ethoprism.project import Project
from ethoprism_core.errors import EthoprismError
from napari_ethoprism.views.classify.weights_file import WeightsFile
from napari_ethoprism.views.parts import button, sentence

_MOST_ANIMALS = 30
_FOLLOW, _WHOLE, _PART = range(3)
_CHOSEN_HERE = ("follow", "crop", "checkpoint")


class EncoderChoice(QWidget):
    """Chooses the encoder of a project, and what it is shown.

    Attributes
    ----------
    changed
        The user has chosen otherwise.
    draw_asked
        The part of the picture is to be drawn on it; `set_part` takes what was drawn.
    """

    changed = Signal()
    draw_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notes = {note.name: note for note in encoder_notes()}
        self._others: dict[str, Any] = {}  # options that are chosen elsewhere, and stay
        self._encoders = QComboBox()
        self._encoders.setObjectName("encoder")
        self._encoders.setToolTip("What turns the video into numbers that behaviours are told by")
        self._encoders.addItems(list(self._notes))
        self._encoders.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._note = sentence("encoder note")
        self.weights = WeightsFile()
        self._regions = QButtonGroup(self)
        self._animals = QSpinBox()
        self._animals.setObjectName("animals")
        self._animals.setRange(1, _MOST_ANIMALS)
        self._animals.setToolTip("How many animals at the most; each is followed by itself")
        self._crop = QLineEdit()
        self._crop.setObjectName("crop")
        self._crop.setPlaceholderText("left, top, width, height")
        self._crop.setToolTip("A part of the picture, in pixels: left, top, width, height")
        self._draw = button(
            "Draw", "draw part", "Drag a rectangle on the picture", self.draw_asked.emit
        )
        self._lay_out()
        self._show_note()
        self._encoders.activated.connect(self._on_changed)
        self.weights.changed.connect(self._on_changed)
        self._regions.idClicked.connect(self._on_changed)
        self._animals.valueChanged.connect(self._on_animals)
        self._on_animals(1)
        self._crop.editingFinished.connect(self._on_changed)

    def show_project(self, project: Project | None) -> None:
        """Show what a project has chosen."""
        if project is None:
            return
        given = dict(project.embedding)
        encoder = project.encoder or DEFAULT_ENCODER
        if self._encoders.findText(encoder) < 0:
            self._encoders.addItem(encoder)
        self._encoders.setCurrentText(encoder)
        self.weights.set_path(str(given.get("checkpoint") or ""))
        crop, follow = given.get("crop"), given.get("follow", 1)
        region = _PART if crop else _FOLLOW if follow else _WHOLE
        self._regions.button(region).setChecked(True)
        self._animals.setValue(follow if isinstance(follow, int) and follow > 0 else 1)
        self._crop.setText(", ".join(map(str, crop)) if isinstance(crop, list) else "")
        self._others = {name: value for name, value in given.items() if name not in _CHOSEN_HERE}
        self._show_note()

    def set_part(self, left: int, top: int, width: int, height: int) -> None:
        """Choose a part of the picture, in pixels."""
        self._regions.button(_PART).setChecked(True)
        self._crop.setText(f"{left}, {top}, {width}, {height}")
        self._on_changed()

    def chosen(self) -> tuple[str, dict[str, Any]]:
        """Give the encoder's name, and how it is used, as `Project.set_encoder` takes them.

        Raises
        ------
        EthoprismError
            If the part of the picture is not four numbers, or the encoder lacks its weights.
        """
        encoder = self._encoders.currentText()
        region = self._regions.checkedId()
        shown: dict[str, Any] = {"follow": self._animals.value() if region == _FOLLOW else 0}
        if region == _PART:
            shown = {"crop": self._four_numbers()}
        if self.weights.path:
            shown["checkpoint"] = self.weights.path
        elif self._kind_of_weights() == "file":
            raise EthoprismError("the encoder needs a file of weights", encoder, "name it")
        return encoder, self._others | shown

    def _four_numbers(self) -> list[int]:
        try:
            left, top, width, height = map(int, self._crop.text().split(","))
        except ValueError as error:
            told = "the part of the picture is not four numbers"
            raise EthoprismError(told, self._crop.text(), "write left, top, width, height") from (
                error
            )
        return [left, top, width, height]

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        rows = (
            (
                _FOLLOW,
                "Follow",
                "follow",
                "Each animal in a square that goes with it",
                self._animals,
            ),
            (_WHOLE, "The whole picture", "whole", "Nothing is cut out; for moving cameras", None),
            (_PART, "A part", "part", "The same part of the picture all the time", self._crop),
        )
        for at, (number, text, name, hint, widget) in enumerate(rows):
            radio = QRadioButton(text)
            radio.setObjectName(name)
            radio.setToolTip(hint)
            self._regions.addButton(radio, number)
            if widget is None:
                grid.addWidget(radio, at, 0, 1, 3)
            else:
                grid.addWidget(radio, at, 0)
                grid.addWidget(widget, at, 1)
        grid.addWidget(self._draw, len(rows) - 1, 2)
        self._regions.button(_FOLLOW).setChecked(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._encoders)
        column.addWidget(self._note)
        column.addWidget(self.weights)
        column.addLayout(grid)

    def _show_note(self) -> None:
        note = self._notes.get(self._encoders.currentText())
        self._note.setText(note.sentence() if note else "This encoder is not installed here.")
        self.weights.ask(self._kind_of_weights())

    def _kind_of_weights(self) -> str:
        note = self._notes.get(self._encoders.currentText())
        return note.weights if note else "none"

    def _on_animals(self, number: int) -> None:
        self._animals.setSuffix(" animal" if number == 1 else " animals")
        self._on_changed()

    def _on_changed(self) -> None:
        self._show_note()
        self.changed.emit()
