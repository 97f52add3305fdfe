"""The timeline with a real mouse and keyboard: what is chosen, edited and refused."""

import pytest
from qtpy.QtCore import Qt
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QInputDialog, QToolButton

from ethoprism_domains.annotation.editing import add_all
from ethoprism_domains.annotation.editing.records import Event
from napari_ethoprism.session import Session

from .timeline_hand import CTRL, LEFT, NONE, SHIFT, span


def actions(session: Session) -> int:
    assert session.store is not None
    return session.store.last_action


def test_lanes_are_those_of_the_subject_and_those_with_events(session, view, code):
    def names() -> list[str]:
        return [lane.name for lane in view.canvas.scene.layout.lanes]

    assert names() == ["A · walk", "A · rest", "A · jump"]
    code("walk", 10, 20)
    session.set_subject("B")
    assert names() == ["A · walk", "B · walk", "B · rest", "B · jump"]
    session.undo()
    assert names() == ["B · walk", "B · rest", "B · jump"]


@pytest.mark.parametrize("lane", ["ruler", "A · rest"])
def test_a_click_where_nothing_is_goes_to_that_frame(qtbot, hand, session, lane):
    for frame in (31, 77):
        hand.click(frame + 0.5, lane)
        qtbot.waitUntil(lambda wanted=frame: session.frame == wanted)


def test_dragging_along_the_ruler_scrubs_and_asks_for_few_frames(qtbot, hand, session):
    seen: list[int] = []
    session.frame_changed.connect(seen.append)
    hand.drag((5.5, "ruler"), *((frame + 0.5, "ruler") for frame in range(10, 60)))
    qtbot.waitUntil(lambda: session.frame == 59)
    assert len(seen) < 25


@pytest.mark.parametrize("by", [-7, -1, 1, 6, 20])
@pytest.mark.parametrize(("part", "edge"), [("start", 40), ("stop", 60)])
def test_an_edge_that_is_dragged_by_some_frames_moves_by_that_many(
    hand, session, code, part, edge, by
):
    name, before = code("walk", 40, 60), actions(session)
    grasp = edge + (0.1 if part == "start" else -0.1)
    hand.drag((grasp, "A · walk"), (grasp + by * 2, "A · rest"), (grasp + by, "A · walk"))
    wanted = (min(40 + by, 59), 60) if part == "start" else (40, 60 + by)
    assert span(session, name) == wanted
    assert actions(session) == before + 1 and session.selection == (name,)
    session.undo()
    assert span(session, name) == (40, 60)


def test_an_edge_stays_within_the_video_and_leaves_a_frame(hand, session, code):
    name = code("walk", 40, 60)
    hand.drag((59.9, "A · walk"), (5, "A · walk"))
    assert span(session, name) == (40, 41)
    session.undo()
    hand.drag((40.1, "A · walk"), (0, "A · walk"), (-30, "A · walk"))
    assert span(session, name) == (0, 60)


def test_a_drag_is_previewed_and_escape_leaves_all_as_it_was(qtbot, hand, session, code):
    name, before = code("walk", 40, 60), actions(session)
    hand.drag((59.9, "A · walk"), (79.9, "A · walk"), let_go=False)
    assert hand.canvas.preview.text == "stop 80 · 0:04.000 · 40 frames"
    assert hand.color_at(70, "A · walk") not in (hand.color_at(70, "A · rest"), "#262930")
    qtbot.keyClick(hand.canvas, Qt.Key.Key_Escape)
    qtbot.mouseRelease(hand.canvas, LEFT, NONE, hand.place(80, "A · walk"))
    assert span(session, name) == (40, 60) and actions(session) == before
    assert hand.color_at(70, "A · walk") == "#262930" or not hand.canvas.preview.bars


def test_a_bout_moves_only_with_ctrl_and_all_that_is_selected_with_it(hand, session, code):
    first, second, point = code("walk", 10, 20), code("rest", 30, 40), code("jump", 35)
    hand.drag((15, "A · walk"), (45, "A · walk"))
    assert span(session, first) == (10, 20)
    session.select([first, point])
    before = actions(session)
    hand.drag((15, "A · walk"), (22, "A · walk"), keys=CTRL)
    assert (span(session, first), span(session, point)) == ((17, 27), (42, 42))
    assert span(session, second) == (30, 40) and actions(session) == before + 1
    hand.drag((35, "A · rest"), (300, "A · rest"), keys=CTRL)
    assert span(session, second) == (90, 100) and session.selection == (second,)


def test_clicks_choose_one_or_several_or_a_run(hand, session, code):
    names = [code("walk", at, at + 5) for at in (10, 20, 30, 40)]
    hand.click(12, "A · walk")
    assert session.selection == (names[0],)
    hand.click(32, "A · walk", CTRL)
    assert session.selection == (names[0], names[2])
    hand.click(12, "A · walk", CTRL)
    assert session.selection == (names[2],)
    hand.click(12, "A · walk", SHIFT)
    assert set(session.selection) == set(names[:3])
    hand.click(70, "A · walk")
    assert session.selection == ()


def test_a_band_chooses_what_lies_within(hand, session, code):
    walk, rest, jump = code("walk", 10, 20), code("rest", 20, 40), code("jump", 50)
    code("walk", 70, 80)
    hand.drag((15, "A · walk"), (30, "A · rest"))
    assert session.selection == (walk, rest)
    hand.drag((55, "A · jump"), (48, "A · jump"), keys=SHIFT)
    assert session.selection == (walk, rest, jump)


def test_a_marked_stretch_becomes_a_bout_by_a_double_click(qtbot, hand, session):
    said: list[str] = []
    session.told.connect(lambda sentence, _: said.append(sentence))
    hand.double_click(30.5, "A · rest")
    assert not session.coding.events and "drag over the lane first" in said[-1]
    hand.drag((30.1, "A · rest"), (45.1, "A · rest"))
    assert hand.canvas.scene.span == (30, 45)
    session.set_judgement("unsure")
    hand.double_click(40.5, "A · rest")
    (event,) = session.coding.events.values()
    assert (event.start_frame, event.stop_frame, event.subject) == (30, 45, "A")
    assert event.judgement == "unsure" and hand.canvas.scene.span is None
    assert session.selection == (event.event_id,)
    hand.drag((60, "A · rest"), (70, "A · rest"))
    hand.click(90, "A · rest")
    assert hand.canvas.scene.span is None


def test_a_double_click_adds_a_point_or_goes_to_the_start_of_a_bout(qtbot, hand, session, code):
    hand.double_click(25.5, "A · jump")
    (event,) = session.coding.events.values()
    assert (event.kind, event.start_frame) == ("point", 25)
    code("walk", 50, 70)
    hand.double_click(63, "A · walk")
    qtbot.waitUntil(lambda: session.frame == 50)
    assert len(session.coding.events) == 2


def test_a_refusal_is_told_and_the_bout_stays_where_it_was(hand, session, code):
    assert session.store is not None
    session.store.rules = type(session.store.rules)(
        "anna", session.ethogram, session.times, "refuse"
    )
    walk, _ = code("walk", 10, 20), code("rest", 30, 40)
    said: list[tuple[str, str]] = []
    session.told.connect(lambda *words: said.append(words))
    hand.drag((19.9, "A · walk"), (34.9, "A · walk"))
    assert span(session, walk) == (10, 20) and not hand.canvas.preview.bars
    assert said[-1][1] == "problem" and "cannot hold at once" in said[-1][0]


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_the_delete_key_deletes_what_is_selected(qtbot, hand, session, code, key):
    first, second = code("walk", 10, 20), code("walk", 30, 40)
    session.select([first])
    qtbot.keyClick(hand.canvas, key)
    assert list(session.coding.events) == [second] and session.selection == ()
    qtbot.keyClick(hand.canvas, key)
    assert len(session.coding.events) == 1


def test_events_are_copied_and_pasted_at_the_playhead_as_one_action(qtbot, hand, session, code):
    first, second = code("walk", 10, 20, comment="tab\tand «ü»"), code("jump", 15)
    qtbot.keyClick(hand.canvas, Qt.Key.Key_A, CTRL)
    assert set(session.selection) == {first, second}
    qtbot.keyClick(hand.canvas, Qt.Key.Key_C, CTRL)
    text = QGuiApplication.clipboard().text()
    assert "behavior\t" in text.splitlines()[0] and len(text.splitlines()) == 3
    session.seek(50)
    before = actions(session)
    qtbot.keyClick(hand.canvas, Qt.Key.Key_V, CTRL)
    assert actions(session) == before + 1
    pasted = [session.coding.events[name] for name in session.selection]
    found = sorted((event.behavior, event.start_frame, event.comment) for event in pasted)
    assert found == [("jump", 55, ""), ("walk", 50, "tab\tand «ü»")]
    assert {first, second}.isdisjoint(session.selection)


def test_events_are_pasted_into_another_video(qtbot, hand, session, code, show_video):
    session.select([code("walk", 80, 95)])
    qtbot.keyClick(hand.canvas, Qt.Key.Key_C, CTRL)
    show_video(session, "twö.mp4")
    session.seek(40)
    qtbot.keyClick(hand.canvas, Qt.Key.Key_V, CTRL)
    (event,) = session.coding.events.values()
    assert (event.start_frame, event.stop_frame, event.annotator) == (40, 55, "anna")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "nothing is pasted"),
        ("some words", "nothing is pasted"),
        ("behavior\tstart_frame\tstop_frame\nfly\t1\t5", "'fly'"),
        ("behavior\tstart_frame\tstop_frame\nwalk\t1\t500", "beyond the video's end"),
    ],
)
def test_what_is_no_event_is_not_pasted(qtbot, hand, session, text, told):
    said: list[str] = []
    session.told.connect(lambda sentence, _: said.append(sentence))
    QGuiApplication.clipboard().setText(text)
    qtbot.keyClick(hand.canvas, Qt.Key.Key_V, CTRL)
    assert not session.coding.events and told in said[-1]
    assert "clipboard.tsv" not in said[-1]


def test_a_table_in_seconds_is_pasted_by_the_videos_times(qtbot, hand, session):
    text = "behavior,subject,start_s,stop_s\nwalk,A,1.0,2.0\n"
    QGuiApplication.clipboard().setText(text)
    session.seek(7)
    qtbot.keyClick(hand.canvas, Qt.Key.Key_V, CTRL)
    (event,) = session.coding.events.values()
    assert (event.start_frame, event.stop_frame) == (7, 27)


def test_the_menu_edits_what_is_selected(hand, session, code):
    name = code("walk", 10, 30)
    session.seek(20)
    hand.choose(15, "A · walk", "Split at frame 20")
    assert sorted(span(session, key) for key in session.coding.events) == [(10, 20), (20, 30)]
    assert len(session.selection) == 2
    hand.choose(15, "A · walk", "Merge")
    assert span(session, name) == (10, 30) and len(session.coding.events) == 1
    hand.choose(15, "A · walk", "Relabel as", "rest")
    assert session.coding.events[name].behavior == "rest"
    hand.choose(15, "A · rest", "Judge as", "unsure")
    assert session.coding.events[name].judgement == "unsure"
    hand.choose(15, "A · rest", "Give to", "B")
    assert session.coding.events[name].subject == "B"
    hand.choose(15, "B · rest", "Give to", "the whole scene")
    hand.choose(15, "rest", "Delete")
    assert not session.coding.events


def test_several_are_relabelled_as_one_action(hand, session, code):
    names = [code("walk", at, at + 5) for at in (10, 20, 30)]
    session.select(names[:2])
    before = actions(session)
    hand.choose(12, "A · walk", "Relabel as", "rest")
    assert [session.coding.events[name].behavior for name in names] == ["rest", "rest", "walk"]
    assert actions(session) == before + 1


def test_the_menu_greys_what_cannot_be(hand, session, code):
    name = code("walk", 10, 30)
    menu = hand.menu(15, "A · walk")
    enabled = {action.text().split("\t")[0]: action.isEnabled() for action in menu.actions()}
    assert session.selection == (name,)
    assert not enabled["Split at frame 0"] and not enabled["Merge"] and enabled["Delete"]
    assert not enabled["Accept the prediction"] and not enabled["Modifiers…"]
    menu.close()
    session.select([])
    bare = [action.text() for action in hand.menu(60, "A · rest").actions()]
    assert not any(text.startswith(("Delete", "Judge", "Loop")) for text in bare)


def test_frames_are_marked_observed_and_a_stretch_is_looped(qtbot, hand, view, session):
    hand.choose(5, "A · walk", "Mark the whole video observed")
    assert session.coding.observed == ((0, 100),)
    hand.drag((20, "A · rest"), (40, "A · rest"))
    hand.choose(30, "A · rest", "Mark frames 20 to 40 not observed")
    assert session.coding.observed == ((0, 20), (40, 100))
    with qtbot.waitSignal(view.loop_asked) as asked:
        hand.choose(30, "A · rest", "Loop frames 20 to 40")
    assert asked.args == [20, 40]
    hand.choose(30, "A · rest", "Mark frames 20 to 40 observed")
    assert session.coding.observed == ((0, 100),)


def test_predictions_are_accepted_and_rejected(hand, session):
    def predict(name: str, begin: int) -> Event:
        return Event(name, "walk", begin, begin + 10, "A", labeling_method="automated", model="m")

    session.do(add_all, [predict("p", 10), predict("q", 30)], "predict")
    hand.choose(15, "A · walk", "Accept the prediction")
    hand.choose(35, "A · walk", "Reject the prediction")
    judged = [(e.judgement, e.labeling_method) for e in session.coding.events.values()]
    assert judged == [("present", "curated"), ("absent", "curated")]
    assert session.coding.observed == ((10, 20), (30, 40))


def test_a_comment_is_written(qtbot, hand, view, session, code):
    name = code("walk", 10, 30, comment="old")
    hand.choose(15, "A · walk", "Comment…")
    dialog = view.findChild(QInputDialog, "timeline_comment")
    assert dialog.textValue() == "old"
    dialog.setTextValue("new\nlines")
    dialog.accept()
    assert session.coding.events[name].comment == "new\nlines"
    qtbot.waitUntil(lambda: view.findChild(QInputDialog, "timeline_comment") is None)


def test_lanes_can_be_hidden_and_shown_again(hand, view, code):
    code("walk", 10, 20)
    hand.choose(60, "A · rest", "Hide the lane A · rest")
    names = [lane.name for lane in view.canvas.scene.layout.lanes]
    assert names == ["A · walk", "A · jump"]
    hand.choose(60, "A · walk", "Show all lanes")
    assert len(view.canvas.scene.layout.lanes) == 3


def test_the_wheel_zooms_at_the_mouse_and_pans(qtbot, hand, view):
    scale = view.canvas.scene.scale
    hand.wheel(40.5, "A · walk", 4, CTRL)
    zoomed = view.canvas.scene.scale
    assert zoomed.per_frame == pytest.approx(scale.per_frame * 1.25**4)
    assert zoomed.x_of(40.5) == pytest.approx(scale.x_of(40.5), abs=1)
    hand.wheel(40.5, "A · walk", -1)
    assert view.canvas.scene.scale.left > zoomed.left
    left = view.canvas.scene.scale.left
    hand.drag((40, "A · rest"), (35, "A · rest"), button=Qt.MouseButton.MiddleButton)
    assert view.canvas.scene.scale.left == pytest.approx(left + 5, abs=0.2)
    for name, fits in (("timeline_zoom_in", False), ("timeline_fit", True)):
        qtbot.mouseClick(view.findChild(QToolButton, name), LEFT)
        assert view.canvas.scene.scale.is_fit == fits


def test_the_picture_follows_the_playhead_unless_the_user_looks_elsewhere_while_it_plays(
    view, session
):
    view.zoom(4)
    session.seek(90)
    assert view.canvas.scene.scale.is_visible(90)
    view.set_playing(True)
    view.canvas.set_scale(view.canvas.scene.scale.starting(0))
    session.seek(91)
    assert not view.canvas.scene.scale.is_visible(91)
    view.set_playing(False)
    session.seek(92)
    assert view.canvas.scene.scale.is_visible(92)
