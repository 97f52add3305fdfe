"""Reviewing: one candidate after the other, answered by keys, over several videos."""

from dataclasses import dataclass

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QPushButton

from ethoprism_domains.annotation.editing import add_all, move
from ethoprism_domains.annotation.editing.records import Event
from ethoprism_domains.review.candidates import Candidate, Queue
from napari_ethoprism.jobs import Learner, Trained
from napari_ethoprism.playback import Player
from napari_ethoprism.session import Session
from napari_ethoprism.views.review import ReviewView


def automated(name: str, behavior: str, start: int, stop: int) -> Event:
    return Event(name, behavior, start, stop, "A", labeling_method="automated", model="net")


def ask_about(video: str, event: Event, event_id: str | None = None) -> Candidate:
    key = event.event_id if event_id is None else event_id
    stop = event.last_frame
    return Candidate(video, "A", event.behavior, event.start_frame, stop, key, 0.6, 0.5, "unsure")


FIRST, SECOND = automated("e1", "walk", 20, 40), automated("e2", "walk", 60, 80)
OTHER = automated("e3", "rest", 10, 30)
MISSED = Event("", "rest", 44, 54)


@dataclass
class Bench:
    session: Session
    view: ReviewView
    player: Player

    @property
    def question(self) -> str:
        return self.view.findChild(QLabel, "question").text()

    def press(self, qtbot, key: Qt.Key) -> None:
        qtbot.keyClick(self.view, key)


@pytest.fixture
def bench(qtbot, session: Session):
    """Two predictions and a missed one in this video, and one in the other; nobody is asked yet."""
    session.do(add_all, [FIRST, SECOND], "predict")
    with session.project.store("twö.mp4", "anna") as store:
        store.do(add_all, [OTHER], "predict")
    learner, player = Learner(session), Player(session)
    learner.trained = Trained("net")
    view = ReviewView(session, player, learner)
    qtbot.addWidget(view)
    view.resize(360, 600)
    view.show()
    qtbot.waitExposed(view)
    yield Bench(session, view, player)
    player.pause()
    view.close()
    learner.close()


@pytest.fixture
def begin(bench: Bench):
    def begin(*candidates: Candidate) -> None:
        queue = Queue(candidates or ALL, len(candidates))
        bench.view._on_queued(queue)

    return begin


ALL = (
    ask_about("one.mp4", FIRST),
    ask_about("one.mp4", MISSED, ""),
    ask_about("one.mp4", SECOND),
    ask_about("twö.mp4", OTHER),
)


def wait_for_video(qtbot, bench: Bench, name: str) -> None:
    qtbot.waitUntil(lambda: bench.session.video_name == name, timeout=20_000)


def test_the_video_loops_around_what_is_asked(bench, begin):
    begin()
    assert bench.question == "A: walk?"
    assert bench.player.is_playing and bench.player.span == (0, 61)
    assert bench.session.selection == ("e1",) and bench.session.subject == "A"
    bench.view.reviewer.set_margin(0.5)
    assert bench.player.span == (10, 51)


def test_every_answer_has_a_key_and_goes_on(bench, begin, qtbot):
    begin()
    bench.press(qtbot, Qt.Key.Key_Return)
    events = bench.session.coding.events
    assert (events["e1"].labeling_method, events["e1"].judgement) == ("curated", "present")
    assert events["e1"].annotator == "anna" and events["e1"].model == "net"
    assert bench.question == "A: rest?"
    bench.press(qtbot, Qt.Key.Key_Backspace)  # it was not missed
    (denied,) = [e for e in bench.session.coding.events.values() if e.behavior == "rest"]
    assert (denied.judgement, denied.labeling_method, denied.model) == ("absent", "curated", "net")
    bench.press(qtbot, Qt.Key.Key_PageDown)
    wait_for_video(qtbot, bench, "twö.mp4")
    assert bench.view.reviewer.left == 2 and bench.question == "A: rest?"
    bench.press(qtbot, Qt.Key.Key_PageUp)
    wait_for_video(qtbot, bench, "one.mp4")
    assert bench.session.selection == ("e2",)
    bench.press(qtbot, Qt.Key.Key_Backspace)
    assert bench.session.coding.events["e2"].judgement == "absent"
    wait_for_video(qtbot, bench, "twö.mp4")
    bench.press(qtbot, Qt.Key.Key_Enter)
    assert bench.view.reviewer.left == 0 and bench.question.startswith("That was the last one")
    assert not bench.player.is_playing and bench.player.span is None
    assert bench.session.coding.events["e3"].labeling_method == "curated"


def test_it_is_something_else_by_the_behaviours_own_key(bench, begin, qtbot):
    begin(ALL[0], ALL[1])
    bench.press(qtbot, Qt.Key.Key_R)
    assert bench.session.coding.events["e1"].behavior == "walk"  # not asked for yet
    bench.press(qtbot, Qt.Key.Key_F4)
    assert bench.view.findChild(QPushButton, "it is rest") is not None
    bench.press(qtbot, Qt.Key.Key_R)
    event = bench.session.coding.events["e1"]
    assert (event.behavior, event.judgement) == ("rest", "present")
    assert event.labeling_method == "curated"
    bench.press(qtbot, Qt.Key.Key_F4)
    qtbot.mouseClick(bench.view.findChild(QPushButton, "it is walk"), Qt.MouseButton.LeftButton)
    found = [e for e in bench.session.coding.events.values() if e.start_frame == 44]
    assert [(e.behavior, e.labeling_method) for e in found] == [("walk", "curated")]


def test_edges_may_be_moved_before_it_is_accepted(bench, begin, qtbot):
    begin()
    bench.session.do(move, "e1", 24, 38)
    bench.press(qtbot, Qt.Key.Key_Return)
    event = bench.session.coding.events["e1"]
    assert (event.start_frame, event.stop_frame, event.judgement) == (24, 38, "present")
    assert (24, 38) in bench.session.coding.observed


def test_an_answer_may_be_changed_and_undone(bench, begin, qtbot):
    begin(ALL[0], ALL[1])
    bench.press(qtbot, Qt.Key.Key_Return)
    bench.press(qtbot, Qt.Key.Key_Backspace)
    bench.view.reviewer.go_to(1)
    assert "Your answer: rejected" in bench.view.findChild(QLabel, "details").text()
    bench.press(qtbot, Qt.Key.Key_Return)  # it was missed after all
    found = [e for e in bench.session.coding.events.values() if e.behavior == "rest"]
    assert [event.judgement for event in found] == ["present"]
    bench.view.reviewer.go_to(0)
    bench.press(qtbot, Qt.Key.Key_Backspace)
    assert bench.session.coding.events["e1"].judgement == "absent"
    bench.session.undo()
    assert bench.session.coding.events["e1"].judgement == "present"


def test_what_was_judged_elsewhere_is_passed_over(bench, begin):
    bench.session.do(move, "e1", 22, 40)
    begin()
    assert bench.view.reviewer.at == 1 and bench.view.reviewer.left == 3


def test_a_video_that_is_gone_is_passed_over(bench, begin, qtbot, tmp_path):
    gone = tmp_path / "gone.mp4"
    gone.write_bytes(b"no video")
    bench.session.project.add_videos([gone])
    begin(ask_about("gone.mp4", FIRST), ask_about("gone.mp4", SECOND), ALL[2])
    qtbot.waitUntil(lambda: bench.view.reviewer.is_open, timeout=20_000)
    assert bench.view.reviewer.at == 2 and bench.view.reviewer.left == 1


def test_keys_code_again_while_coding_is_on_and_are_given_back_when_hidden(bench, begin, qtbot):
    begin()
    bench.session.set_coding(True)
    bench.press(qtbot, Qt.Key.Key_Return)
    assert bench.session.coding.events["e1"].labeling_method == "automated"
    bench.session.set_coding(False)
    bench.view.hide()
    bench.press(qtbot, Qt.Key.Key_Return)
    assert bench.session.coding.events["e1"].labeling_method == "automated"
    assert bench.player.span is None
    bench.view.show()
    qtbot.waitExposed(bench.view)
    bench.press(qtbot, Qt.Key.Key_Return)
    assert bench.session.coding.events["e1"].labeling_method == "curated"


def test_nothing_of_the_predictions_is_shown_while_blind(bench, begin, qtbot):
    begin()
    bench.session.set_blind(True)
    assert not bench.player.is_playing and bench.player.span is None
    assert not bench.view.queue.isVisible()
    shown = " ".join(label.text() for label in bench.view.findChildren(QLabel) if label.isVisible())
    assert "walk" not in shown and "hidden" in shown
    bench.press(qtbot, Qt.Key.Key_Return)
    assert bench.session.coding.events["e1"].labeling_method == "automated"
    bench.session.set_blind(False)
    assert bench.question == "A: walk?"


def test_a_queue_that_comes_while_another_panel_is_in_sight_waits(bench, begin, qtbot):
    bench.view.hide()
    begin(ALL[3], ALL[0])
    assert bench.session.video_name == "one.mp4" and not bench.player.is_playing
    bench.view.show()
    qtbot.waitExposed(bench.view)
    assert bench.session.video_name == "one.mp4"
    assert "goes on in twö.mp4" in bench.question
    bench.view.reviewer.go_to(1)
    assert bench.question == "A: walk?" and bench.player.is_playing


def test_the_user_may_look_at_another_video_meanwhile(bench, begin, qtbot, show_video):
    begin()
    show_video(bench.session, "twö.mp4")
    assert not bench.view.reviewer.is_open and "goes on in one.mp4" in bench.question
    bench.press(qtbot, Qt.Key.Key_Return)
    assert bench.view.reviewer.left == 4
    show_video(bench.session, "one.mp4")
    assert not bench.view.reviewer.is_open  # nobody is dragged back into the review
    bench.view.reviewer.go_to(0)
    assert bench.view.reviewer.is_open


def test_an_empty_queue_is_told(bench, qtbot):
    told = []
    bench.session.told.connect(lambda sentence, kind: told.append(sentence))
    bench.view._on_queued(Queue((), 0))
    assert "nothing to review" in told[-1]


def test_another_project_ends_the_review(bench, begin):
    begin()
    bench.session.close_project()
    assert bench.view.reviewer.current is None and not bench.player.is_playing
