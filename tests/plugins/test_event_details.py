"""What is selected: its fields, its edits, and where it comes from."""

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLineEdit, QPushButton, QSpinBox, QToolButton, QWidget

from ethoprism_domains.annotation.editing import Event, add, add_all, start
from napari_ethoprism.session import Session
from napari_ethoprism.views.coding import CodingView
from napari_ethoprism.views.theme import Theme


@pytest.fixture
def view(qtbot: QtBot, session: Session) -> CodingView:
    made = CodingView(session, Theme())
    qtbot.addWidget(made)
    made.resize(380, 700)
    made.show()
    return made


@pytest.fixture
def walk(session: Session) -> str:
    """A selected bout of frames 10 to 20, half a second to one."""
    (event_id,) = session.do(add, "walk", 10, 20, subject="A").created
    session.select([event_id])
    return event_id


def set_text(qtbot: QtBot, view: QWidget, name: str, text: str) -> None:
    field = view.findChild(QLineEdit, name)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def span(session: Session, event_id: str) -> tuple[int, int | None]:
    event = session.coding[event_id]
    return event.start_frame, event.stop_frame


def test_details_show_what_is_selected_and_hide_without(session, view, walk):
    assert view.details.isVisible()
    assert "walk of A 10-20" in view.details.title.text()
    assert view.details.start.frame.value() == 10
    assert view.details.start.time.text() == "00:00:00.500"
    assert view.details.stop.time.text() == "00:00:01.000"
    assert view.details.origin.text() == "Coded by anna."
    session.select([])
    assert not view.details.isVisible()


def test_edges_are_set_by_frame_time_and_playhead(session, view, walk, qtbot):
    frame = view.findChild(QSpinBox, "start frame")
    frame.setFocus()
    frame.selectAll()
    qtbot.keyClicks(frame, "12")
    qtbot.keyClick(frame, Qt.Key.Key_Return)
    assert span(session, walk) == (12, 20)
    set_text(qtbot, view, "stop time", "0:01.26")
    assert span(session, walk) == (12, 25)
    session.seek(15)
    qtbot.mouseClick(view.findChild(QToolButton, "start here"), Qt.MouseButton.LeftButton)
    assert span(session, walk) == (15, 25)


@pytest.mark.parametrize(("text", "told"), [("soon", "is no time"), ("9:00", "has no moment")])
def test_a_time_that_is_none_is_refused(session, view, walk, qtbot, text, told):
    with qtbot.waitSignal(session.told) as said:
        set_text(qtbot, view, "stop time", text)
    assert told in said.args[0]
    assert span(session, walk) == (10, 20)


def test_an_edge_beyond_the_other_is_refused_and_shown_as_it_is(session, view, walk, qtbot):
    with qtbot.waitSignal(session.told) as said:
        set_text(qtbot, view, "start time", "2")
    assert said.args[1] == "problem"
    assert span(session, walk) == (10, 20) and view.details.start.frame.value() == 10


def test_an_open_bout_is_ended_in_its_details(session, view, qtbot):
    (event_id,) = session.do(start, "rest", 30).created
    session.select([event_id])
    assert view.findChild(QSpinBox, "stop frame").text() == "open"
    session.seek(50)
    qtbot.mouseClick(view.findChild(QToolButton, "stop here"), Qt.MouseButton.LeftButton)
    assert span(session, event_id) == (30, 50)


def test_comment_modifiers_subject_and_behaviour_are_edited(session, view, walk, qtbot):
    set_text(qtbot, view, "event comment", "very tired")
    set_text(qtbot, view, "event modifiers", "wall|")
    for box, text in ((view.details.subject, "B"), (view.details.behavior, "rest")):
        box.setCurrentText(text)
        box.activated.emit(box.currentIndex())
    event = session.coding[walk]
    assert (event.comment, event.modifiers) == ("very tired", "wall|")
    assert (event.subject, event.behavior) == ("B", "rest")
    session.undo()
    assert view.details.behavior.currentText() == "walk"


def test_several_are_edited_as_one_action(session, view, walk, qtbot):
    (other,) = session.do(add, "jump", 40, comment="high").created
    session.select([walk, other])
    assert "2 events" in view.details.title.text()
    assert view.details.behavior.currentText() == "(several)"
    assert not view.details.start.isEnabled() and view.details.comment.text() == ""
    view.commands()["unsure of selected"]()
    assert {event.judgement for event in session.coding.events.values()} == {"unsure"}
    session.undo()
    assert {event.judgement for event in session.coding.events.values()} == {"present"}
    qtbot.mouseClick(view.findChild(QPushButton, "delete selected"), Qt.MouseButton.LeftButton)
    assert not session.coding.events and not view.details.isVisible()
    session.undo()
    assert len(session.coding.events) == 2


def test_provenance_tells_probe_confidence_and_judge(session, view, qtbot):
    predicted = Event("", "walk", 0, 5, labeling_method="automated", confidence=0.87, model="night")
    (event_id,) = session.do(add_all, [predicted], "predict").created
    session.select([event_id])
    assert view.details.origin.text() == "Predicted by night, 87% confident; nobody has judged it."
    set_text(qtbot, view, "stop time", "0.35")
    assert "judged or edited by anna" in view.details.origin.text()
    qtbot.mouseClick(view.findChild(QPushButton, "show past"), Qt.MouseButton.LeftButton)
    lines = view.details.past.text().splitlines()
    assert len(lines) == 2 and "anna: move" in lines[0] and "anna: predict" in lines[1]
