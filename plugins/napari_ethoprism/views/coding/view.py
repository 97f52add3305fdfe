"""The panel for coding: the ethogram as buttons and keys, and what is selected."""

from collections.abc import Callable
from functools import partial

from qtpy.QtCore import Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import (
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.editing import Event
from napari_ethoprism.keys import command
from napari_ethoprism.session import Session
from napari_ethoprism.views.coding.asking import Asking, Pausable
from napari_ethoprism.views.coding.behavior_list import BehaviorList
from napari_ethoprism.views.coding.bindings import JUDGEMENTS, Bindings
from napari_ethoprism.views.coding.choosers import (
    JudgementChooser,
    ModeSwitch,
    SubjectChooser,
    column_of,
    row_of,
)
from napari_ethoprism.views.coding.coder import HOLD_SECONDS, Coder
from napari_ethoprism.views.coding.details import DetailsView
from napari_ethoprism.views.coding.editor import EthogramEditor
from napari_ethoprism.views.coding.legend import Legend
from napari_ethoprism.views.coding.question import Question
from napari_ethoprism.views.key_filter import KeyFilter, key_of
from napari_ethoprism.views.theme import Theme


class CodingView(QWidget):
    """Codes behaviours by buttons and keys.

    Parameters
    ----------
    session
        What is open.
    theme
        The window's colours.
    player
        What plays the video; it waits while modifiers are asked for.
    hold_seconds
        A key that is held for longer codes for as long as it is held.
    """

    def __init__(
        self,
        session: Session,
        theme: Theme,
        player: Pausable | None = None,
        hold_seconds: float = HOLD_SECONDS,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("coding")
        self._session, self._theme = session, theme
        self._bindings = Bindings()
        self._held: dict[int, str] = {}
        self.coder = Coder(session, hold_seconds, self)
        self.switch = ModeSwitch(theme)
        self.subjects = SubjectChooser()
        self.judgements = JudgementChooser()
        self.behaviors = BehaviorList(theme)
        self.question = Question()
        self.elsewhere = QLabel()
        self.editor = EthogramEditor(session, theme)
        self.details, self._details_area = DetailsView(session), QScrollArea()
        self._pages = QStackedWidget()
        self._asking = Asking(session, self.question, player, self)
        self._legend: Legend | None = None
        self._keys = KeyFilter(self, self._wants, self._on_press, self._on_release, self._on_lost)
        self._lay_out()
        self._connect()
        self._on_ethogram()
        self._on_mode(session.is_coding)
        self._on_judgement(session.judgement)
        self._on_selection()

    def close(self) -> bool:
        """Give the keys back."""
        self._keys.set_active(False)
        return super().close()

    def show_editor(self) -> None:
        """Edit the ethogram in place of the buttons."""
        if self._session.project is None:
            self._session.tell("open a project first")
            return
        self._session.set_coding(False)
        try:
            self.editor.begin()
        except EthoprismError as error:
            self._session.tell_problem(error)
            return
        self._pages.setCurrentWidget(self.editor)

    def show_buttons(self) -> None:
        """Show the buttons again."""
        self._pages.setCurrentIndex(0)

    def _lay_out(self) -> None:
        edit, legend = QPushButton("Edit ethogram…"), QPushButton("Keys…")
        edit.setObjectName("edit ethogram")
        edit.setToolTip("Add and change behaviours, their keys and colours, exclusions, subjects")
        edit.clicked.connect(self.show_editor)
        self.elsewhere.setObjectName("open elsewhere")
        self.elsewhere.setWordWrap(True)
        self.elsewhere.setToolTip("Bouts of others that were started and not yet stopped")
        legend.setObjectName("show legend")
        legend.setToolTip(command("legend").hint())
        legend.clicked.connect(self.show_legend)
        page = QWidget()
        inside = column_of(
            self.switch, self.question, self.subjects, self.judgements, self.elsewhere
        )
        inside.setSpacing(3)
        self._details_area.setWidget(self.details)
        self._details_area.setWidgetResizable(True)
        self._details_area.setFrameShape(QScrollArea.Shape.NoFrame)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.behaviors)
        halves.addWidget(self._details_area)
        halves.setStretchFactor(0, 1)
        halves.setSizes([200, 200])
        self.behaviors.setMinimumHeight(70)
        inside.addWidget(halves, 1)
        inside.addLayout(row_of(edit, legend))
        page.setLayout(inside)
        self._pages.addWidget(page)
        self._pages.addWidget(self.editor)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.addWidget(self._pages)

    def _connect(self) -> None:
        session = self._session
        self.switch.clicked.connect(session.set_coding)
        self.subjects.chosen.connect(session.set_subject)
        self.judgements.chosen.connect(session.set_judgement)
        self.editor.closed.connect(self.show_buttons)
        self.behaviors.tapped.connect(self.coder.click)
        self.coder.asking.connect(self._on_asking)
        self.details.asking.connect(self._asking.ask)
        self.question.opened.connect(self._on_question)
        session.selection_changed.connect(self._on_selection)
        session.video_changed.connect(self._on_selection)
        self.coder.holding_changed.connect(self._refresh)
        session.ethogram_changed.connect(self._on_ethogram)
        session.project_changed.connect(self._on_ethogram)
        session.mode_changed.connect(self._on_mode)
        session.judgement_changed.connect(self._on_judgement)
        session.subject_changed.connect(self._on_subject)
        session.frame_changed.connect(self._refresh)
        session.blind_changed.connect(self._refresh)

    def commands(self) -> dict[str, Callable[[], object]]:
        """Give what the window's commands for coding do."""
        judged = {f"{name} of selected": partial(self.details.judge, name) for name in JUDGEMENTS}
        return {"coding mode": self.switch.click, "legend": self.show_legend} | judged

    def show_legend(self) -> None:
        """Show the legend of keys beside the window."""
        if self._legend is None:
            self._legend = Legend(self._session, self._theme, self)
        self._legend.show()
        self._legend.raise_()

    def _wants(self, event: QKeyEvent) -> bool:
        codes = self._session.is_coding and key_of(event) in self._bindings.by_key
        return codes or self.question.wants(event)

    def _on_press(self, event: QKeyEvent, number: int, seconds: float) -> None:
        if self.question.wants(event):
            self.question.take(event)
            return
        binding = self._bindings.by_key[key_of(event)]
        if binding.kind == "subject":
            self._session.set_subject(binding.name)
        elif binding.kind == "judgement":
            self._session.set_judgement(binding.name)
        else:
            self._held[number] = binding.name
            self.coder.press(binding.name, seconds)

    def _on_release(self, number: int, seconds: float) -> None:
        behavior = self._held.pop(number, None)
        if behavior is not None:
            self.coder.release(behavior, seconds)

    def _on_lost(self) -> None:
        self._held.clear()
        self.coder.let_go("the window was left")

    def _on_ethogram(self) -> None:
        ethogram = self._session.ethogram
        self._bindings = Bindings.of(ethogram)
        if self._session.project is None:
            self.show_buttons()
        self.subjects.set_subjects(ethogram.subjects, self._session.subject)
        self.behaviors.set_ethogram(ethogram)
        if self._session.subject not in ("", *ethogram.subject_names):
            self._session.set_subject("")
        self._refresh()

    def _on_asking(self, event_id: str) -> None:
        stack = self.parentWidget()
        tabs = stack.parentWidget() if stack is not None else None
        if isinstance(tabs, QTabWidget):  # an unseen question would keep its digits from coding
            tabs.setCurrentWidget(self)
        self._asking.ask(event_id)

    def _on_question(self, is_open: bool) -> None:
        self.judgements.setHidden(is_open)
        self._keys.set_active(is_open or self._session.is_coding)

    def _on_selection(self) -> None:
        self._details_area.setVisible(bool(self._session.selection))

    def _on_mode(self, is_coding: bool) -> None:
        self._held.clear()
        self.switch.setChecked(is_coding)
        self._keys.set_active(is_coding or self.question.is_open)
        if not is_coding:
            self._session.set_judgement("present")

    def _on_judgement(self, judgement: str) -> None:
        self.judgements.choose(judgement)
        self.switch.set_judgement(judgement)

    def _on_subject(self, subject: str) -> None:
        self.subjects.choose(subject)
        self._refresh()

    def _refresh(self) -> None:
        self.behaviors.refresh(self._state)
        others = self.coder.open_elsewhere()
        self.elsewhere.setVisible(bool(others))
        self.elsewhere.setText("Goes on: " + ", ".join(map(_of_whom, others)))

    def _state(self, behavior: str) -> tuple[Event | None, str]:
        event = self.coder.now(behavior)
        if event is None:
            return None, ""
        seconds = 0.0 if event.start_s is None else event.start_s
        begun = f"{int(seconds // 60)}:{seconds % 60:06.3f}"
        since = "at" if event.kind == "point" else "since"
        return event, f"{since} {begun} · {event.start_frame}"


def _of_whom(event: Event) -> str:
    return f"{event.behavior} of {event.subject or 'the scene'} since {event.start_frame}"
