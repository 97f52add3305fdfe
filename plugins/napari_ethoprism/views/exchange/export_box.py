"""Choosing what to export, into which format."""

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ethoprism_domains.formats import FORMATS, Format, find_format

_VIDEO, _PROJECT = "This video", "All videos of the project"
_FIRST = "bouts-csv"  # holds everything


class ExportBox(QGroupBox):
    """What and how to export.

    Attributes
    ----------
    asked
        Labels are to be written, in `format`, of the video or of all (`is_whole`).
    picture_asked
        A picture of the ethogram is to be saved.
    """

    asked = Signal()
    picture_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Export", parent)
        self._what = QComboBox()
        self._what.setObjectName("export what")
        self._what.addItems([_VIDEO, _PROJECT])
        self._format = QComboBox()
        self._format.setObjectName("export format")
        names = sorted(item.name for item in FORMATS if item.write)
        self._format.addItems([_FIRST, *(name for name in names if name != _FIRST)])
        self._told = QLabel()
        self._told.setObjectName("format description")
        self._told.setWordWrap(True)
        self._lay_out()
        self._what.currentIndexChanged.connect(self._describe)
        self._format.currentIndexChanged.connect(self._describe)
        self._describe()

    @property
    def is_whole(self) -> bool:
        """Whether all videos are meant."""
        return bool(self._what.currentIndex() == 1)

    @property
    def format(self) -> Format:
        """The format that is chosen."""
        return find_format(self._format.currentText())

    def _lay_out(self) -> None:
        for box in (self._what, self._format):
            narrow(box)
        form = QFormLayout()
        form.addRow("Labels of", self._what)
        form.addRow("Format", self._format)
        row = QHBoxLayout()
        told = "Write the labels as a file, and tell what it cannot hold"
        row.addWidget(_button("export", "Export …", told, self.asked))
        told = "Save the ethogram of this video as a picture, PNG or SVG"
        row.addWidget(_button("save picture", "Picture …", told, self.picture_asked))
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self._told)
        column.addLayout(row)

    def _describe(self) -> None:
        item = self.format
        lines = [f"{item.description[0].upper()}{item.description[1:]}.", f"Keeps {item.carries}."]
        lines += [f"Loses {item.loses}."] if item.loses else []
        if item.one_video and self.is_whole:
            lines.append("It holds one video a file: a folder of files is written.")
        self._told.setText("\n".join(lines))


def narrow(box: QComboBox) -> None:
    """Let a choice be narrower than its longest item."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)


def _button(name: str, text: str, told: str, signal: Signal) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(told)
    button.clicked.connect(signal)
    return button
