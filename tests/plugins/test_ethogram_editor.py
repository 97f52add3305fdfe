"""The editor of the ethogram, and the legend of its keys."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtGui import QImage
from qtpy.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from ethoprism.project import Project, read_ethogram
from ethoprism.project.templates import ethogram_in, templates
from ethoprism_domains.annotation import Behavior, Ethogram, Modifier, Subject
from ethoprism_domains.annotation.editing import add
from napari_ethoprism.session import Session
from napari_ethoprism.views.coding import CodingView
from napari_ethoprism.views.coding.editor import EthogramEditor
from napari_ethoprism.views.coding.legend import Legend, legend_html, save_legend
from napari_ethoprism.views.theme import Theme


class Answer:
    """Answers the question whether events follow a new name, and remembers it."""

    def __init__(self) -> None:
        self.questions: list[str] = []
        self.says = "relabel"

    def __call__(self, _: QWidget, question: str) -> str:
        self.questions.append(question)
        return self.says


@pytest.fixture
def answer() -> Answer:
    return Answer()


@pytest.fixture
def editor(qtbot: QtBot, session: Session, answer: Answer) -> EthogramEditor:
    made = EthogramEditor(session, Theme(), answer)
    qtbot.addWidget(made)
    made.resize(380, 640)
    made.show()
    made.begin()
    return made


def type_into(qtbot: QtBot, editor: QWidget, name: str, text: str) -> None:
    field = editor.findChild(QLineEdit, name)
    field.selectAll()
    if text:
        qtbot.keyClicks(field, text)
    else:
        qtbot.keyClick(field, Qt.Key.Key_Delete)


def click(qtbot: QtBot, editor: QWidget, name: str) -> None:
    qtbot.mouseClick(editor.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def stored(session: Session) -> Ethogram:
    return read_ethogram(session.project.file)


def test_a_behaviour_is_added_and_written_into_the_project(session, editor, qtbot):
    click(qtbot, editor, "add behaviour")
    qtbot.keyClicks(editor.behaviors.form.name, "groom")
    type_into(qtbot, editor, "behaviour key", "G")
    type_into(qtbot, editor, "behaviour color", "#123456")
    type_into(qtbot, editor, "behaviour description", "licks itself")
    with qtbot.waitSignal(editor.closed):
        click(qtbot, editor, "save ethogram")
    made = stored(session)["groom"]
    assert (made.key, made.color, made.description) == ("G", "#123456", "licks itself")
    assert session.ethogram == stored(session)


def test_nothing_is_written_when_editing_is_given_up(session, editor, qtbot):
    before = session.project.file.read_bytes()
    click(qtbot, editor, "delete behaviour")
    click(qtbot, editor, "cancel ethogram")
    assert session.project.file.read_bytes() == before
    editor.begin()
    assert editor.draft.ethogram() == session.ethogram


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("name", "", "Give it a name"),
        ("name", "rest", "called so"),
        ("name", "walk ", "no blanks"),
        ("key", "r", "that of rest"),
        ("key", " ", "play or pause"),
        ("key", "F6", "present"),
        ("key", "ab", "one character"),
        ("color", "red", "#rrggbb"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(editor, qtbot, field, text, told):
    type_into(qtbot, editor, f"behaviour {field}", text)
    label = editor.findChild(QLabel, f"problem {field}")
    assert label.isVisible() and told in label.text()
    assert not editor.findChild(QPushButton, "save ethogram").isEnabled()


def test_a_name_that_passes_through_another_ones_keeps_exclusions_apart(session, editor, qtbot):
    type_into(qtbot, editor, "behaviour name", "rest")
    qtbot.keyClicks(editor.behaviors.form.name, "less")
    made = editor.draft.ethogram()
    assert made.names == ("restless", "rest", "jump")
    assert made["restless"].excludes == ("rest",) and made["rest"].excludes == ("restless",)


def test_exclusions_are_ticked_and_made_of_groups(session, editor):
    model = editor.exclusions.model
    checked = Qt.ItemDataRole.CheckStateRole
    assert model.data(model.index(0, 1), checked) == Qt.CheckState.Checked
    model.setData(model.index(0, 1), Qt.CheckState.Unchecked, checked)
    assert editor.draft.ethogram()["rest"].excludes == ()
    editor.exclusions.table.selectAll()
    editor.exclusions.findChild(QPushButton, "make group").click()
    assert editor.draft.ethogram().exclusive_groups == (("walk", "rest", "jump"),)
    editor.exclusions.findChild(QPushButton, "free group").click()
    assert editor.draft.ethogram().exclusive_groups == ()


def test_subjects_are_edited(session, editor, qtbot):
    click(qtbot, editor, "add subject")
    table = editor.subjects.table
    table.item(2, 0).setText("Béatrice")
    table.item(2, 1).setText("w")
    assert "that of walk" in editor.findChild(QLabel, "problem subjects").text()
    table.item(2, 1).setText("B")
    table.setCurrentCell(0, 0)
    click(qtbot, editor, "delete subject")
    editor.save()
    assert [(item.name, item.key) for item in stored(session).subjects][1] == ("Béatrice", "B")


def test_modifiers_are_edited(session, editor, qtbot):
    click(qtbot, editor, "add modifier")
    table = editor.behaviors.form.modifiers.table
    table.item(0, 0).setText("surface")
    table.item(0, 2).setText("wall, floor")
    editor.save()
    assert stored(session)["walk"].modifiers == (Modifier("surface", values=("wall", "floor")),)


def test_behaviours_are_moved(editor, qtbot):
    click(qtbot, editor, "behaviour down")
    assert editor.draft.ethogram().names == ("rest", "walk", "jump")
    click(qtbot, editor, "behaviour up")
    assert editor.draft.ethogram().names == ("walk", "rest", "jump")


def test_events_follow_a_new_name_in_all_videos_and_each_can_be_undone(
    session, editor, answer, qtbot, made_videos
):
    session.do(add, "walk", 0, 10)
    other = made_videos[1].name
    with session.project.store(other, "bob", frame_times=np.arange(60) / 20) as store:
        store.do(add, "walk", 5, 10)
        store.do(add, "rest", 20, 30)
    editor.begin()
    type_into(qtbot, editor, "behaviour name", "stroll")
    editor.save()
    assert "walk is now called stroll, and has 2 events in 2 annotations" in answer.questions[0]
    assert [event.behavior for event in session.coding.in_order()] == ["stroll"]
    events = Project.open(session.project.folder).collect().events
    assert sorted(events["behavior"]) == ["rest", "stroll", "stroll"]
    session.undo()
    assert [event.behavior for event in session.coding.in_order()] == ["walk"]
    with session.project.store(other, "bob") as store:
        assert store.past(store.coding.in_order()[0].event_id)[-1].what.startswith("anna calls")
        store.undo()
        assert [event.behavior for event in store.coding.in_order()] == ["walk", "rest"]


def test_events_may_keep_the_old_name(session, editor, answer, qtbot):
    session.do(add, "walk", 0, 10)
    answer.says = "leave"
    editor.begin()
    type_into(qtbot, editor, "behaviour name", "stroll")
    editor.save()
    assert stored(session).names[0] == "stroll"
    assert [event.behavior for event in session.coding.in_order()] == ["walk"]


def test_a_rename_is_given_up(session, editor, answer, qtbot):
    session.do(add, "walk", 0, 10)
    answer.says = "cancel"
    editor.begin()
    type_into(qtbot, editor, "behaviour name", "stroll")
    editor.save()
    assert stored(session).names[0] == "walk"


def test_deleting_says_how_many_events_stay(session, editor, qtbot):
    session.do(add, "walk", 0, 10)
    editor.begin()
    click(qtbot, editor, "delete behaviour")
    assert "1 events of walk stay" in editor.findChild(QLabel, "editor says").text()
    editor.save()
    assert "walk" not in stored(session)
    assert len(session.coding.events) == 1


def test_a_kind_that_contradicts_events_is_refused(session, editor):
    session.do(add, "walk", 0, 10)
    editor.begin()
    editor.behaviors.form.kind.setCurrentText("point")
    editor.behaviors.form.kind.activated.emit(1)
    assert "It has state events" in editor.findChild(QLabel, "problem kind").text()


def test_another_ethogram_is_added_without_double_names_and_keys(editor, tmp_path):
    other = Ethogram(
        (Behavior("walk"), Behavior("fly", key="r", excludes=("perch",)), Behavior("perch")),
        (Subject("A"), Subject("C", key="w")),
    )
    project = Project.create(tmp_path / "other", other)
    editor.add_from(ethogram_in(project.file))
    made = editor.draft.ethogram()
    assert made.names == ("walk", "rest", "jump", "fly", "perch")
    assert made["rest"].key == "r" and made["fly"].excludes == ("perch",)
    assert made.subject_names == ("A", "B", "C")
    assert not editor.findChild(QLabel, "editor says").text()


@pytest.mark.parametrize("title", templates())
def test_templates_can_be_saved_as_they_are(session, editor, title):
    editor.add_from(templates()[title])
    editor.save()
    assert set(templates()[title].names) <= set(stored(session).names)


def test_the_panel_shows_the_editor_in_place(session, qtbot):
    view = CodingView(session, Theme())
    qtbot.addWidget(view)
    view.show()
    session.set_coding(True)
    click(qtbot, view, "edit ethogram")
    assert view.editor.isVisible() and not session.is_coding
    click(qtbot, view, "cancel ethogram")
    assert not view.editor.isVisible()
    view.close()


def test_the_legend_tells_all_keys_and_is_saved_as_a_picture(session, qtbot, tmp_path):
    legend = Legend(session, Theme())
    qtbot.addWidget(legend)
    told = legend_html(session.ethogram, Theme().colors)
    for word in ("walk", "jump", "play or pause", "switch coding on or off", "#0072b2"):
        assert word in told
    save_legend(session.ethogram, tmp_path / "keys.png")
    picture = QImage(str(tmp_path / "keys.png"))
    assert picture.width() > 1000 and not picture.isNull()


def test_the_editor_stays_closed_where_annotations_cannot_be_read(session, qtbot):
    (session.project.annotations_folder / "one.mp4.bob.csv").mkdir()
    view = CodingView(session, Theme())
    qtbot.addWidget(view)
    view.show()
    with qtbot.waitSignal(session.told) as said:
        click(qtbot, view, "edit ethogram")
    assert said.args[1] == "problem" and not view.editor.isVisible()
    view.close()


def test_the_editor_gives_way_when_the_project_is_closed(session, qtbot):
    view = CodingView(session, Theme())
    qtbot.addWidget(view)
    view.show()
    view.show_editor()
    session.close_project()
    assert not view.editor.isVisible() and not view.behaviors.buttons
    view.close()
