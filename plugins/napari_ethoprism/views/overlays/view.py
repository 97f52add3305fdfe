"""The panel that chooses which tracks or poses are shown over the picture."""

from pathlib import Path

from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QVBoxLayout, QWidget

from napari_ethoprism.overlays import Overlays, Source
from napari_ethoprism.session import Session
from napari_ethoprism.views.asking import ask_file
from napari_ethoprism.views.flow import FlowLayout
from napari_ethoprism.views.parts import button, scrolled, section, sentence

_NOTHING = "nothing"
_KINDS = ("Tracks and poses (*.h5 *.hdf5 *.nc *.csv)", "All files (*)")


class OverlaysView(QWidget):
    """Chooses a file of DeepLabCut, SLEAP or `movement`, and how it is shown.

    Parameters
    ----------
    session
        What is open.
    overlays
        What is shown.
    """

    def __init__(self, session: Session, overlays: Overlays, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("overlays")
        self._session, self._overlays = session, overlays
        self._sources = QComboBox()
        self._names = QCheckBox("Names")
        self._least = QDoubleSpinBox()
        self._told = sentence("overlay")
        self._file = button(
            "A file …",
            "overlay file",
            "Show the tracks or poses of a file of DeepLabCut, SLEAP or movement",
            self._on_file,
        )
        self._lay_out()
        self._sources.activated.connect(self._on_chosen)
        self._names.toggled.connect(overlays.set_shows_names)
        self._least.valueChanged.connect(overlays.set_least)
        overlays.changed.connect(self._refresh)
        session.video_changed.connect(self._refresh)
        self._refresh()

    def show_file(self, path: Path) -> None:
        """Show what a file tells."""
        self._overlays.show(Source(path.name, path))

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 (Qt's name)
        """Look which files there are by now."""
        super().showEvent(event)
        self._refresh()

    def _lay_out(self) -> None:
        self._sources.setObjectName("overlay source")
        self._sources.setToolTip(
            "Files beside the video whose names begin as its name does,\n"
            "and the animals that were followed when the video was prepared"
        )
        self._sources.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._names.setObjectName("overlay names")
        self._names.setChecked(self._overlays.shows_names)
        self._names.setToolTip("Show the animals' names")
        self._least.setObjectName("least sure")
        self._least.setAccessibleName("least confidence")
        self._least.setRange(0.0, 1.0)
        self._least.setSingleStep(0.05)
        self._least.setSpecialValueText("however sure")
        self._least.setPrefix("at least ")
        self._least.setSuffix(" sure")
        self._least.setValue(self._overlays.least)
        self._least.setToolTip("Leave out points and boxes of less confidence than this")
        row = FlowLayout()
        for widget in (self._file, self._least, self._names):
            row.addWidget(widget)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(section("Tracks and poses over the picture", self._sources, row))
        column.addWidget(self._told)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(page))

    def _on_chosen(self, row: int) -> None:
        self._overlays.show(self._sources.itemData(row))

    def _on_file(self) -> None:
        video = self._session.video
        start = Path.home() if video is None else video.path.parent
        path = ask_file(self, "Show tracks or poses", _KINDS, start)
        if path is not None:
            self.show_file(path)

    def _refresh(self) -> None:
        overlays, has_video = self._overlays, self._session.video is not None
        for widget in (self._sources, self._file):
            widget.setEnabled(has_video)
        self._told.setText(self._words())
        chosen = overlays.source
        found = overlays.sources() if self.isVisible() else []
        if chosen is not None and chosen not in found:
            found.append(chosen)
        self._sources.clear()
        self._sources.addItem(_NOTHING, None)
        for source in found:
            self._sources.addItem(source.title, source)
        self._sources.setCurrentIndex(0 if chosen is None else found.index(chosen) + 1)

    def _words(self) -> str:
        overlays = self._overlays
        if self._session.video is None:
            return "Open a video first."
        if overlays.source is None:
            return "Choose a file; each animal has a colour, and is shown where the file has it."
        if overlays.bodies is None:
            return "Reading …"
        bodies = overlays.bodies
        animals = "1 animal" if len(bodies.names) == 1 else f"{len(bodies.names)} animals"
        what = f"{bodies.keypoints} points each" if bodies.keypoints else "boxes"
        return f"{animals}, {what}, from {bodies.source}: {', '.join(bodies.names)}."
