"""The selected events: every field of one, what several have in common; edits go to the session."""

from collections.abc import Callable, Iterable
from html import escape

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.editing import (
    Change,
    Event,
    change_subject,
    delete,
    move,
    relabel,
)
from ethoprism_domains.annotation.editing.together import describe_all, for_each
from napari_ethoprism.session import Session
from napari_ethoprism.views.coding.choosers import JudgementChooser, column_of, row_of
from napari_ethoprism.views.coding.details.edge_field import EdgeField
from napari_ethoprism.views.coding.details.provenance import past_text, provenance

_SEVERAL = "(several)"
_SCENE = "(whole scene)"


class DetailsView(QWidget):
    """Shows and edits what is selected; hidden while nothing is.

    Attributes
    ----------
    asking
        Emitted with the id of the event whose modifiers are to be asked for.
    """

    asking = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("details")
        self._session = session
        self.title, self.origin, self.past = QLabel(), QLabel(), QLabel()
        self.behavior, self.subject = QComboBox(), QComboBox()
        self.start, self.stop = EdgeField(session, "start"), EdgeField(session, "stop")
        self.judgement = JudgementChooser(" of selected")
        self.modifiers, self.comment = QLineEdit(), QLineEdit()
        self._ask, self._show_past = QToolButton(), QPushButton("Its past")
        self._delete = QPushButton("Delete")
        self._set_up()
        self._lay_out()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Show what is selected now."""
        events = self._events()
        self.setVisible(bool(events))
        if not events:
            return
        only = events[0] if len(events) == 1 else None
        title = escape(str(only)) if only else f"{len(events)} events"
        self.title.setText(f"<b>{title}</b>")
        self._fill_choices(events)
        self._fill_edges(only)
        self.judgement.choose(_common(event.judgement for event in events))
        self.modifiers.setText(_common(event.modifiers for event in events))
        self.comment.setText(_common(event.comment for event in events))
        told = dict.fromkeys(provenance(event) for event in events)
        self.origin.setText("\n".join(list(told)[:3]))
        self._ask.setEnabled(only is not None and self._has_modifiers(only))
        self._show_past.setVisible(only is not None)
        self.past.hide()

    def judge(self, judgement: str) -> None:
        """Judge what is selected."""
        self._describe(judgement=judgement)

    def _set_up(self) -> None:
        self.title.setWordWrap(True)
        self.origin.setWordWrap(True)
        self.origin.setObjectName("provenance")
        self.past.setWordWrap(True)
        self.past.setObjectName("past")
        for name in ("behavior", "subject", "modifiers", "comment"):
            getattr(self, name).setObjectName(f"event {name}")
        for box in (self.behavior, self.subject):
            box.setMinimumContentsLength(8)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        self.behavior.setToolTip("Give it another behaviour")
        self.subject.setToolTip("Give it to another subject")
        self.modifiers.setToolTip("One part for each modifier, with | between")
        self.comment.setToolTip("Any remark")
        self._ask.setText("ask")
        self._ask.setObjectName("ask modifiers")
        self._ask.setToolTip("Choose the modifiers one by one")
        self._show_past.setObjectName("show past")
        self._show_past.setToolTip("All that was done to it, when and by whom")
        self._delete.setObjectName("delete selected")
        self._delete.setToolTip("Delete what is selected")

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(3)
        form.addRow("Start", self.start)
        form.addRow("Stop", self.stop)
        form.addRow("Modifiers", _beside(self.modifiers, self._ask))
        form.addRow("Comment", self.comment)
        self.stop.setToolTip("The first frame that no longer belongs to it")
        column = column_of(self.title, _beside(self.behavior, self.subject))
        column.setSpacing(3)
        column.addLayout(form)
        for widget in (self.judgement, self.origin, _beside(self._show_past, self._delete)):
            column.addWidget(widget)
        column.addWidget(self.past)
        column.addStretch(1)
        self.setLayout(column)

    def _connect(self) -> None:
        session = self._session
        session.selection_changed.connect(self.refresh)
        session.video_changed.connect(self.refresh)
        session.ethogram_changed.connect(self.refresh)
        session.coding_changed.connect(self._on_change)
        self.behavior.activated.connect(self._on_behavior)
        self.subject.activated.connect(self._on_subject)
        self.start.moved.connect(self._on_start)
        self.stop.moved.connect(self._on_stop)
        self.judgement.chosen.connect(self.judge)
        self.modifiers.editingFinished.connect(self._on_modifiers)
        self.comment.editingFinished.connect(self._on_comment)
        self._ask.clicked.connect(self._on_ask)
        self._show_past.clicked.connect(self._on_past)
        self._delete.clicked.connect(self._on_delete)

    def _events(self) -> list[Event]:
        events = self._session.coding.events
        return [events[key] for key in self._session.selection if key in events]

    def _fill_choices(self, events: list[Event]) -> None:
        ethogram = self._session.ethogram
        behavior = _common((event.behavior for event in events), _SEVERAL)
        _fill(self.behavior, ethogram.names, behavior)
        subject = _common((event.subject or _SCENE for event in events), _SEVERAL)
        _fill(self.subject, (_SCENE, *ethogram.subject_names), subject)

    def _fill_edges(self, only: Event | None) -> None:
        self.start.setEnabled(only is not None)
        self.stop.setEnabled(only is not None and only.kind == "state")
        self.start.show_frame(*(only.start_frame, only.start_s) if only else (None, None))
        self.stop.show_frame(*(only.stop_frame, only.stop_s) if only else (None, None))

    def _has_modifiers(self, event: Event) -> bool:
        ethogram = self._session.ethogram
        return event.behavior in ethogram and bool(ethogram[event.behavior].modifiers)

    def _on_change(self, change: Change) -> None:
        touched = {event.event_id for event in (*change.removed, *change.added)}
        if touched & set(self._session.selection) or not self._events():
            self.refresh()

    def _on_behavior(self) -> None:
        name = self.behavior.currentText()
        if any(event.behavior != name for event in self._events()) and name != _SEVERAL:
            self._do(for_each, relabel, self._session.selection, name)

    def _on_subject(self) -> None:
        name = self.subject.currentText()
        if name == _SEVERAL:
            return
        name = "" if name == _SCENE else name
        if any(event.subject != name for event in self._events()):
            self._do(for_each, change_subject, self._session.selection, name)

    def _on_start(self, frame: int) -> None:
        self._do(move, self._session.selection[0], frame)

    def _on_stop(self, frame: int) -> None:
        self._do(move, self._session.selection[0], stop=frame)

    def _on_modifiers(self) -> None:
        if self.modifiers.isModified():
            self._describe(modifiers=self.modifiers.text().strip())

    def _on_comment(self) -> None:
        if self.comment.isModified():
            self._describe(comment=self.comment.text().strip())

    def _on_ask(self) -> None:
        self.asking.emit(self._session.selection[0])

    def _on_delete(self) -> None:
        self._do(delete, *self._session.selection)

    def _on_past(self) -> None:
        store = self._session.store
        if store is None or len(self._session.selection) != 1:
            return
        try:
            self.past.setText(past_text(store.past(self._session.selection[0])))
        except EthoprismError as error:
            self._session.tell_problem(error)
            return
        self.past.show()

    def _describe(self, **details: str) -> None:
        if self._session.selection:
            self._do(describe_all, self._session.selection, **details)

    def _do(self, operation: Callable[..., Change], *args: object, **details: object) -> None:
        """Ask the session; what it refuses is shown as it is."""
        if self._session.do(operation, *args, **details) is None:
            self.refresh()


def _beside(*widgets: QWidget) -> QWidget:
    both = QWidget()
    both.setLayout(row_of(*widgets))
    return both


def _fill(box: QComboBox, names: Iterable[str], current: str) -> None:
    shown = list(names)
    box.clear()
    box.addItems(shown if current in shown else [current, *shown])
    box.setCurrentText(current)


def _common(values: Iterable[str], several: str = "") -> str:
    """Give the value that all have, else what stands for several."""
    found = set(values)
    return found.pop() if len(found) == 1 else several
