"""The panel that compares what is coded with what another coder or a probe says."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QComboBox, QDoubleSpinBox, QVBoxLayout, QWidget

from ethoprism.exchanging import SeveralVideosError
from ethoprism_core.errors import EthoprismError
from napari_ethoprism.keys import command
from napari_ethoprism.session import Session
from napari_ethoprism.views.agreement.comparer import Comparer
from napari_ethoprism.views.agreement.disagreement_table import DisagreementTable
from napari_ethoprism.views.agreement.partner import FILE, Partner, partners
from napari_ethoprism.views.asking import ask_file
from napari_ethoprism.views.exchange.import_box import ask_source
from napari_ethoprism.views.flow import FlowLayout
from napari_ethoprism.views.parts import button, scrolled, section, sentence

if TYPE_CHECKING:
    from ethoprism.comparing import Compared

MARKS = "disagreements"
_COLOR = "#e0457b"
_NOBODY = "nobody"
_MARGIN_S = 0.5  # of video that is looped before and after, so that one sees what it is about
_LONGEST_S = 3600.0


class AgreementView(QWidget):
    """Says how far two coders agree, and steps through where they do not.

    Parameters
    ----------
    session
        What is open.

    Attributes
    ----------
    loop_asked
        Emitted with the frames ``start, stop`` that are to be played again and again.
    marked
        Emitted with a lane's name, the spans of frames to mark in it, and their colour.
    comparer
        Makes the comparison.
    table
        The disagreements.
    """

    loop_asked = Signal(int, int)
    marked = Signal(str, object, str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("agreement")
        self._session = session
        self.comparer = Comparer(session, self)
        self._listed_of: Compared | None = None
        self.table = DisagreementTable()
        self._who = QComboBox()
        self._interval = _seconds("interval", "every frame", "compare every ", " s")
        self._tolerance = _seconds("tolerance", "no tolerance", "pass over ", " s at edges")
        self._told = sentence("agreement")
        self._details = sentence("agreement of behaviours")
        self._listed = sentence("listed")
        self._make_buttons()
        self._lay_out()
        self._connect()
        self._list_partners()
        self._list(None)
        self._refresh()

    def commands(self) -> dict[str, Callable[[], object]]:
        """Give what the commands of this panel do, by their names."""
        return {
            "next disagreement": partial(self.step, 1),
            "previous disagreement": partial(self.step, -1),
        }

    def step(self, by: int) -> None:
        """Look at the next (1) or previous (-1) disagreement, as they are sorted."""
        if not self.table.rowCount():
            self._session.tell("There is no disagreement to go to; see the tab Compare.")
        self.table.step(by)

    def compare_file(self, path: Path, source: str | None = None) -> None:
        """Compare with what a label file says of the video."""
        self.comparer.choose(Partner(FILE, path.name, path, source))
        self._list_partners()

    def close(self) -> bool:
        """End what is being compared."""
        self.comparer.close()
        return bool(super().close())

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 (Qt's name)
        """Look who has coded the video meanwhile."""
        super().showEvent(event)
        self._list_partners()

    def _make_buttons(self) -> None:
        self._file = button(
            "A label file …",
            "compare file",
            "Compare with a label file of any known format; nothing of it is imported",
            self._on_file,
        )
        self._back, self._on = (
            button(words, name, command(name).hint(), partial(self.step, by))
            for words, name, by in (
                ("◂ Previous", "previous disagreement", -1),
                ("Next ▸", "next disagreement", 1),
            )
        )
        self._take = button(
            "Take theirs",
            "take theirs",
            "In this stretch, code what the other says; it can be undone",
            self._on_take,
        )

    def _lay_out(self) -> None:
        self._who.setObjectName("compare with")
        self._who.setToolTip("Whose word on this video yours is compared with")
        self._who.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._interval.setToolTip(
            "Compare the frames at each so many seconds, or every frame.\n"
            "Neighbouring frames are alike; a moment a second is customary."
        )
        self._tolerance.setToolTip(
            "An edge that is off by no more seconds than this is no disagreement"
        )
        settings, steps = FlowLayout(), FlowLayout()
        for layout, widgets in (
            (settings, (self._file, self._interval, self._tolerance)),
            (steps, (self._back, self._on, self._take)),
        ):
            for widget in widgets:
                layout.addWidget(widget)
        self._lists = section("Where you disagree", self._listed, self.table, steps)
        self._measures = section("Each behaviour", self._details)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(section("Compare with", self._who, settings, self._told))
        column.addWidget(self._lists, 1)
        column.addWidget(self._measures)
        column.addStretch(0)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(page))

    def _connect(self) -> None:
        self._who.activated.connect(self._on_chosen)
        self._interval.valueChanged.connect(self._on_settings)
        self._tolerance.valueChanged.connect(self._on_settings)
        self.table.chosen.connect(self._look_at)
        self.table.itemSelectionChanged.connect(self._on_selection)
        self.comparer.changed.connect(self._refresh)
        self.comparer.failed.connect(self._on_failed)
        session = self._session
        session.video_changed.connect(self._on_video)
        session.annotator_changed.connect(self._on_video)
        session.predictions_changed.connect(self._on_video)
        session.blind_changed.connect(self._on_video)

    def _list_partners(self) -> None:
        chosen = self.comparer.partner
        found = [] if self._session.is_blind else partners(self._session)
        if chosen is not None and chosen not in found:
            found.append(chosen)
        self._who.clear()
        self._who.addItem(_NOBODY, None)
        for one in found:
            self._who.addItem(one.words, one)
        self._who.setCurrentIndex(0 if chosen is None else found.index(chosen) + 1)

    def _on_video(self, _: object = None) -> None:
        if self.isVisible():
            self._list_partners()
        self._refresh()

    def _on_chosen(self, row: int) -> None:
        self.comparer.choose(self._who.itemData(row))

    def _on_file(self) -> None:
        project = self._session.project
        start = Path.home() if project is None else project.folder.resolve()
        path = ask_file(self, "Compare with labels", ("Label files (*)",), start)
        if path is not None:
            self.compare_file(path)

    def _on_settings(self) -> None:
        self.comparer.set_settings(self._interval.value(), self._tolerance.value())

    def _on_failed(self, error: EthoprismError) -> None:
        partner = self.comparer.partner
        if partner is not None and isinstance(error, SeveralVideosError):
            source = ask_source(self, error.names, self._session.video_name)
            if source:
                self.compare_file(partner.path, source)
                return
        self._session.tell_problem(error)
        self._told.setText(str(error))

    def _look_at(self, _: object) -> None:
        """Go where the stretch that is chosen begins, and play it again and again."""
        session, chosen = self._session, self.table.current
        if chosen is None:
            return
        start = session.frame_at(chosen.start_s - _MARGIN_S)
        stop = session.frame_at(chosen.stop_s + _MARGIN_S) + 1
        session.seek(chosen.start)
        self.loop_asked.emit(start, stop)

    def _on_take(self) -> None:
        chosen = self.table.current
        if chosen is not None:
            self.comparer.take_theirs(chosen)

    def _on_selection(self) -> None:
        chosen, compared = self.table.current, self.comparer.compared
        self._take.setEnabled(chosen is not None and compared is not None)

    def _refresh(self) -> None:
        session, compared = self._session, self.comparer.compared
        is_open = session.store is not None and not session.is_blind
        for widget in (self._who, self._file, self._interval, self._tolerance):
            widget.setEnabled(is_open)
        self._told.setText(self._words())
        self._lists.setVisible(compared is not None)
        self._measures.setVisible(compared is not None)
        if compared is not self._listed_of:
            self._listed_of = compared
            self._list(compared)

    def _list(self, compared: "Compared | None") -> None:
        found = () if compared is None else compared.disagreements
        them = "" if compared is None else compared.other.name
        self.table.show_all(found, "you", them)
        self._listed.setText(_count(len(found)))
        for widget in (self._back, self._on):
            widget.setEnabled(bool(found))
        self._on_selection()
        if compared is not None:
            lines = [f"{row.sentence()}\n    {row.numbers()}" for row in compared.rows[1:]]
            self._details.setText("\n".join([*lines, compared.interval]))
        self.marked.emit(MARKS, tuple((item.start, item.stop) for item in found), _COLOR)

    def _words(self) -> str:
        session, compared = self._session, self.comparer.compared
        if session.store is None:
            return "Open a video first."
        if session.is_blind:
            return "What others say is hidden while you code blind."
        if compared is not None:
            overall = compared.rows[0]
            told = f"{overall.sentence()}\n{overall.numbers()}"
            if compared.other.knew_the_answer:
                told += "\nIt has learned from this video: expect less in others."
            left = ", ".join(compared.other.left_out)
            return f"{told}\nNot in your ethogram, left out: {left}" if left else told
        if self.comparer.is_busy:
            return "Comparing …"
        return "Choose another coder of this video, a probe, or a label file."


def _seconds(name: str, nothing: str, before: str, after: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setObjectName(name)
    box.setAccessibleName(name)
    box.setRange(0.0, _LONGEST_S)
    box.setDecimals(2)
    box.setSingleStep(0.25)
    box.setSpecialValueText(nothing)
    box.setPrefix(before)
    box.setSuffix(after)
    return box


def _count(number: int) -> str:
    if not number:
        return "Nowhere: there is no disagreement among what both have observed."
    return f"{number:,} stretch{'' if number == 1 else 'es'} of frames"
