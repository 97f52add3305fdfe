"""The context menu: what can be done with the selected events, with frames, and with lanes."""

from collections.abc import Callable
from functools import partial

from qtpy.QtCore import Signal
from qtpy.QtGui import QAction, QGuiApplication
from qtpy.QtWidgets import QInputDialog, QMenu, QWidget

from ethoprism_domains.annotation.editing import Event
from ethoprism_domains.annotation.editing.spans import Span
from ethoprism_domains.annotation.validation import JUDGEMENTS
from napari_ethoprism.session import Session
from napari_ethoprism.views.timeline import acting


class EventMenu(QMenu):
    """What can be done with the selection and the marked frames.

    Parameters
    ----------
    span
        The frames that the user has marked.

    Attributes
    ----------
    loop_asked
        Emitted with the frames that are to be played again and again.
    modifiers_asked
        Emitted with the id of the event whose modifiers are to be asked for.
    """

    loop_asked = Signal(int, int)
    modifiers_asked = Signal(str)

    def __init__(self, session: Session, span: Span | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("timeline_menu")
        self.setToolTipsVisible(True)
        self._session, self._span = session, span or acting.extent(session)
        events = acting.selected(session)
        if events:
            self._add_events(events)
            self.addSeparator()
        self._add_clipboard()
        self.addSeparator()
        self._add_frames()

    def _add_events(self, events: list[Event]) -> None:
        session = self._session
        title = str(events[0]) if len(events) == 1 else f"{len(events)} events"
        self._add(title, None)
        splits = partial(acting.split_there, session) if acting.to_split(session) else None
        self._add(f"Split at frame {session.frame:,}", splits)
        merges = partial(acting.merge_selected, session) if len(events) > 1 else None
        self._add("Merge", merges)
        self._add("Delete\tDel", partial(acting.delete_selected, session))
        self.addSeparator()
        self._add_naming(events)
        self._add_judging(events)

    def _add_naming(self, events: list[Event]) -> None:
        session = self._session
        names = self.addMenu("Relabel as")
        for name in session.ethogram.names:
            self._add(name, partial(acting.relabel_selected, session, name), names)
        if session.ethogram.subjects:
            subjects = self.addMenu("Give to")
            for name in ("", *session.ethogram.subject_names):
                gives = partial(acting.give_selected, session, name)
                self._add(name or "the whole scene", gives, subjects)
        self._add("Comment…", self._ask_comment)
        self._add("Modifiers…", self._ask_modifiers if self._has_modifiers(events) else None)

    def _add_judging(self, events: list[Event]) -> None:
        session, judgements = self._session, self.addMenu("Judge as")
        for name in JUDGEMENTS:
            action = self._add(name, partial(acting.judge_selected, session, name), judgements)
            action.setCheckable(True)
            action.setChecked({event.judgement for event in events} == {name})
        predicted = all(event.labeling_method != "manual" for event in events)
        accepts, rejects = (
            partial(does, session) if predicted else None
            for does in (acting.accept_selected, acting.reject_selected)
        )
        self._add("Accept the prediction", accepts)
        self._add("Reject the prediction", rejects)

    def _add_clipboard(self) -> None:
        session, text = self._session, QGuiApplication.clipboard().text()
        self._add("Copy\tCtrl+C", partial(copy_selected, session) if session.selection else None)
        pastes = partial(paste_there, session) if text else None
        self._add("Paste at the playhead\tCtrl+V", pastes)

    def _add_frames(self) -> None:
        session, span = self._session, self._span
        if span is not None:
            words = f"frames {span[0]:,} to {span[1]:,}"
            self._add(f"Loop {words}", self._loop)
            self._add(f"Mark {words} observed", partial(acting.mark_observed, session, span))
            marks = partial(acting.mark_unobserved, session, span)
            self._add(f"Mark {words} not observed", marks)
        whole = (0, session.frames)
        marks = partial(acting.mark_observed, session, whole)
        self._add("Mark the whole video observed", marks)

    def _add(
        self, text: str, does: Callable[[], object] | None, menu: QMenu | None = None
    ) -> QAction:
        """Add an entry; grey without something to do."""
        action = (menu or self).addAction(text.replace("&", "&&"))
        if does is None:
            action.setEnabled(False)
        else:
            action.triggered.connect(lambda _=False: does())
        return action

    def _has_modifiers(self, events: list[Event]) -> bool:
        ethogram, event = self._session.ethogram, events[0]
        return (
            len(events) == 1
            and event.behavior in ethogram
            and bool(ethogram[event.behavior].modifiers)
        )

    def _ask_modifiers(self) -> None:
        self.modifiers_asked.emit(self._session.selection[0])

    def _loop(self) -> None:
        if self._span is not None:
            self.loop_asked.emit(*self._span)

    def _ask_comment(self) -> None:
        ask_comment(self._session, self.parentWidget())


def ask_comment(session: Session, parent: QWidget) -> None:
    """Ask for a comment on the selected events; what was written there already can be changed."""
    comments = {event.comment for event in acting.selected(session)}
    dialog = QInputDialog(parent)
    dialog.setObjectName("timeline_comment")
    dialog.setWindowTitle("Comment")
    dialog.setLabelText("Comment on the selected events:")
    dialog.setOption(QInputDialog.InputDialogOption.UsePlainTextEditForTextInput)
    dialog.setTextValue(comments.pop() if len(comments) == 1 else "")
    dialog.textValueSelected.connect(partial(acting.comment_selected, session))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def copy_selected(session: Session) -> None:
    """Put the selected events on the clipboard."""
    if session.selection:
        QGuiApplication.clipboard().setText(acting.copied(session))
        session.tell(f"copied {len(session.selection)} events")


def paste_there(session: Session) -> None:
    """Put the clipboard's events in at the playhead."""
    acting.paste_text(session, QGuiApplication.clipboard().text())
