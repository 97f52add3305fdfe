"""Coding by buttons and keys, in the panel alone."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import (
    QApplication,
    QCheckBox,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ethoprism_domains.annotation import Behavior, Ethogram, Modifier, Subject
from napari_ethoprism.session import Session
from napari_ethoprism.views.coding import CodingView
from napari_ethoprism.views.theme import Theme

HOLD_MS = 400  # beyond the threshold, also on a slow machine
Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier
ETHOGRAM = Ethogram(
    (
        Behavior("walk", key="w", excludes=("rest",)),
        Behavior("rest", key="r"),
        Behavior("call", key="é"),
        Behavior("Call loudly", key="W"),
        Behavior("jump", kind="point", key="1"),
        Behavior("rain", key="2", per_subject=False),
        Behavior(
            "peck",
            kind="point",
            key="p",
            modifiers=(
                Modifier("surface", values=("wall", "floor")),
                Modifier("with", "multiple", ("beak", "claw")),
                Modifier("times", "numeric"),
            ),
        ),
    ),
    (Subject("A", "a"), Subject("B", "b")),
)


class Window(QWidget):
    """A window with the panel, text fields, and a place that counts the keys it gets."""

    def __init__(self, view: CodingView) -> None:
        super().__init__()
        self.view, self.keys = view, []
        self.line, self.text, self.spin = QLineEdit(), QPlainTextEdit(), QSpinBox()
        self.place = QWidget()
        self.place.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        for widget in (view, self.line, self.text, self.spin, self.place):
            column.addWidget(widget)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        self.keys.append(event.key())


@pytest.fixture
def window(qtbot: QtBot, session: Session) -> Iterator[Window]:
    session.set_ethogram(ETHOGRAM)
    made = Window(CodingView(session, Theme()))
    qtbot.addWidget(made)
    made.resize(380, 700)
    made.show()
    made.place.setFocus()
    session.set_coding(True)
    yield made
    made.view.close()


@pytest.fixture
def told(session: Session) -> list[str]:
    sentences: list[str] = []
    session.told.connect(lambda sentence, _: sentences.append(sentence))
    return sentences


@pytest.fixture
def tap(qtbot: QtBot, window: Window) -> Callable[..., None]:
    def press(*keys: Qt.Key, **options: object) -> None:
        for key in keys:
            qtbot.keyClick(window.place, key, **options)

    return press


def coded(session: Session) -> list[tuple[str, str, int, int | None]]:
    events = session.coding.in_order()
    return [(e.behavior, e.subject, e.start_frame, e.stop_frame) for e in events]


def test_a_tap_starts_a_state_and_another_one_ends_it(session, tap):
    session.seek(10)
    tap(Key.Key_W)
    session.seek(25)
    tap(Key.Key_W)
    assert coded(session) == [("walk", "", 10, 25)]


def test_a_tap_codes_a_point(session, tap):
    session.seek(7)
    tap(Key.Key_1)
    assert coded(session) == [("jump", "", 7, 7)]


def test_a_held_key_codes_while_it_is_down(session, window, qtbot):
    session.seek(10)
    qtbot.keyPress(window.place, Key.Key_W)
    assert coded(session) == [("walk", "", 10, None)]
    qtbot.wait(HOLD_MS)
    session.seek(30)
    qtbot.keyRelease(window.place, Key.Key_W)
    assert coded(session) == [("walk", "", 10, 30)]


def test_a_key_that_is_held_where_nothing_plays_is_a_tap(session, window, qtbot):
    session.seek(10)
    qtbot.keyPress(window.place, Key.Key_W)
    qtbot.wait(HOLD_MS)
    qtbot.keyRelease(window.place, Key.Key_W)
    assert coded(session) == [("walk", "", 10, None)]


def test_several_keys_are_held_at_once(session, window, qtbot):
    qtbot.keyPress(window.place, Key.Key_W)
    session.seek(5)
    qtbot.keyPress(window.place, Key.Key_2)
    qtbot.wait(HOLD_MS)
    session.seek(10)
    qtbot.keyRelease(window.place, Key.Key_W)
    session.seek(12)
    qtbot.keyRelease(window.place, Key.Key_2)
    assert coded(session) == [("walk", "", 0, 10), ("rain", "", 5, 12)]


def test_the_repeats_of_a_held_key_are_ignored(session, window, qtbot):
    qtbot.keyPress(window.place, Key.Key_W)
    for _ in range(3):
        for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress):
            repeat = QKeyEvent(kind, Key.Key_W, Qt.KeyboardModifier.NoModifier, "w", True)
            QApplication.sendEvent(window.place, repeat)
    assert coded(session) == [("walk", "", 0, None)]
    assert window.keys == []


def test_a_bout_that_is_held_while_the_video_plays_backwards(session, window, qtbot):
    session.seek(30)
    qtbot.keyPress(window.place, Key.Key_W)
    qtbot.wait(HOLD_MS)
    session.seek(20)
    qtbot.keyRelease(window.place, Key.Key_W)
    assert coded(session) == [("walk", "", 21, 31)]


@pytest.mark.parametrize("how", ["mode", "focus", "video"])
def test_what_is_held_ends_when_its_release_cannot_be_seen(session, window, qtbot, told, how):
    qtbot.keyPress(window.place, Key.Key_W)
    session.seek(12)
    store = session.store
    if how == "mode":
        session.set_coding(False)
    elif how == "focus":
        QApplication.sendEvent(window, QEvent(QEvent.Type.WindowDeactivate))
    else:
        session.close_video()
    assert [(e.start_frame, e.stop_frame) for e in store.coding.in_order()] == [(0, 12)]
    assert any("walk ends at frame 12" in sentence for sentence in told)
    qtbot.keyRelease(window.place, Key.Key_W)
    assert len(store.coding.events) == 1


def test_the_end_of_a_bout_is_at_the_playhead_where_it_holds(session, tap):
    session.seek(10)
    tap(Key.Key_W)
    session.seek(50)
    tap(Key.Key_W)
    session.seek(30)
    tap(Key.Key_W)
    assert coded(session) == [("walk", "", 10, 30)]


def test_a_bout_that_ends_where_it_starts_is_taken_back(session, tap):
    session.seek(10)
    tap(Key.Key_W, Key.Key_W)
    assert coded(session) == []
    session.undo()
    assert coded(session) == [("walk", "", 10, None)]


def test_what_is_excluded_ends_and_the_user_is_told(session, tap, told):
    tap(Key.Key_W)
    session.seek(10)
    tap(Key.Key_R)
    assert coded(session) == [("walk", "", 0, 10), ("rest", "", 10, None)]
    assert "walk 0- is now 0-10" in told[-1]


def test_a_slip_at_the_same_frame_leaves_one_of_two_that_exclude_each_other(session, tap):
    session.seek(10)
    tap(Key.Key_W, Key.Key_R)
    assert coded(session) == [("rest", "", 10, None)]


def test_subjects_have_keys_and_the_scene_is_nobodys(session, tap):
    tap(Key.Key_A, Key.Key_W, Key.Key_B, Key.Key_1, Key.Key_2, Key.Key_F9, Key.Key_R)
    assert sorted(coded(session)) == [
        ("jump", "B", 0, 0),
        ("rain", "", 0, None),
        ("rest", "", 0, None),
        ("walk", "A", 0, None),
    ]


def test_keys_may_be_capitals_and_letters_with_accents(session, window, tap, qtbot):
    tap(Key.Key_W, modifier=Shift)
    accented = QKeyEvent(QEvent.Type.KeyPress, 0xC9, Qt.KeyboardModifier.NoModifier, "é")
    QApplication.sendEvent(window.place, accented)
    assert {name for name, *_ in coded(session)} == {"Call loudly", "call"}


def test_caps_lock_changes_no_key(session, window):
    locked = QKeyEvent(QEvent.Type.KeyPress, Key.Key_W, Qt.KeyboardModifier.NoModifier, "W")
    QApplication.sendEvent(window.place, locked)
    assert {name for name, *_ in coded(session)} == {"walk"}


@pytest.mark.parametrize("field", ["line", "text", "spin"])
def test_typing_text_codes_nothing(session, window, qtbot, field):
    widget = getattr(window, field)
    widget.setFocus()
    for key in (Key.Key_W, Key.Key_1, Key.Key_A):
        qtbot.keyClick(widget, key)
    assert coded(session) == [] and session.subject == ""
    assert "1" in (widget.toPlainText() if field == "text" else widget.text())


def test_outside_of_coding_mode_keys_are_not_ours(session, window, tap):
    session.set_coding(False)
    tap(Key.Key_W, Key.Key_1, Key.Key_F7)
    assert coded(session) == [] and session.judgement == "present"
    assert window.keys == [Key.Key_W, Key.Key_1, Key.Key_F7]


def test_in_coding_mode_only_our_keys_are_taken(window, tap):
    tap(Key.Key_W, Key.Key_X, Key.Key_7)
    tap(Key.Key_W, modifier=Qt.KeyboardModifier.ControlModifier)
    assert window.keys == [Key.Key_X, Key.Key_7, Key.Key_Control, Key.Key_W]


def test_judgements_have_keys_and_mark_what_is_coded_next(session, window, tap):
    tap(Key.Key_R, Key.Key_F7, Key.Key_W)
    session.seek(5)
    tap(Key.Key_W, Key.Key_F8, Key.Key_1)
    found = {e.behavior: (e.judgement, e.stop_frame) for e in session.coding.in_order()}
    assert found == {"rest": ("present", None), "walk": ("unsure", 5), "jump": ("absent", 5)}
    assert "ABSENT" in window.view.switch.text()
    session.set_coding(False)
    assert session.judgement == "present"


def test_a_click_does_what_the_key_does(session, window, qtbot):
    button = window.view.behaviors.buttons["walk"]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert coded(session) == [("walk", "", 0, None)]
    assert "since 0:00.000" in button.accessibleName()
    session.seek(10)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert coded(session) == [("walk", "", 0, 10)]
    assert button.event_shown is None
    session.seek(9)
    assert button.event_shown is not None


def test_a_click_outside_of_coding_mode_says_why_nothing_happens(session, window, qtbot, told):
    session.set_coding(False)
    qtbot.mouseClick(window.view.behaviors.buttons["walk"], Qt.MouseButton.LeftButton)
    assert coded(session) == [] and "coding is off" in told[-1]


def test_modifiers_are_asked_for_and_the_event_is_saved_before(session, window, tap):
    tap(Key.Key_P)
    assert window.view.question.is_open and coded(session) == [("peck", "", 0, 0)]
    tap(Key.Key_2, Key.Key_2, Key.Key_1, Key.Key_Return, Key.Key_4, Key.Key_Period, Key.Key_5)
    tap(Key.Key_Return)
    assert [e.modifiers for e in session.coding.in_order()] == ["floor|beak,claw|4.5"]
    assert not window.view.question.is_open
    tap(Key.Key_1)
    assert ("jump", "", 0, 0) in coded(session)


def test_escape_leaves_modifiers_empty_and_coding_goes_on_while_asked(session, window, tap):
    tap(Key.Key_P, Key.Key_Escape)
    assert [e.modifiers for e in session.coding.in_order()] == [""]
    session.seek(3)
    tap(Key.Key_P, Key.Key_1, Key.Key_W)
    assert ("walk", "", 3, None) in coded(session)
    session.set_coding(False)
    assert [e.modifiers for e in session.coding.in_order() if e.start_frame] == ["wall||", ""]


def test_a_long_ethogram_is_searched(session, window, qtbot):
    many = tuple(Behavior(f"behaviour {n}", category=f"group {n % 5}") for n in range(100))
    session.set_ethogram(Ethogram(many))
    field = window.view.findChild(QLineEdit, "search behaviours")
    field.setFocus()
    qtbot.keyClicks(field, "iour 42")
    shown = [name for name, button in window.view.behaviors.buttons.items() if button.isVisible()]
    assert shown == ["behaviour 42"]


def test_keys_that_commands_have_do_not_code(session, window, tap):
    first = replace(ETHOGRAM.behaviors[0], key=" ")
    session.set_ethogram(Ethogram((first, *ETHOGRAM.behaviors[1:])))
    tap(Key.Key_Space)
    assert coded(session) == [] and window.keys == [Key.Key_Space]
    assert "play or pause" in window.view.behaviors.buttons["walk"].toolTip()


def test_bouts_that_go_on_for_others_are_named(session, window, tap):
    tap(Key.Key_A, Key.Key_W)
    assert not window.view.elsewhere.isVisible()
    tap(Key.Key_B)
    assert window.view.elsewhere.text() == "Goes on: walk of A since 0"


class Player:
    """Something that plays, and remembers what it was told."""

    def __init__(self, is_playing: bool) -> None:
        self.is_playing, self.told = is_playing, []

    def play(self) -> None:
        self.is_playing = True
        self.told.append("play")

    def pause(self) -> None:
        self.is_playing = False
        self.told.append("pause")


@pytest.mark.parametrize(
    ("was_playing", "wanted", "told"),
    [(True, True, ["pause", "play"]), (False, True, []), (True, False, [])],
)
def test_the_video_waits_while_modifiers_are_asked_for(session, qtbot, was_playing, wanted, told):
    session.set_ethogram(ETHOGRAM)
    player = Player(was_playing)
    view = CodingView(session, Theme(), player)
    qtbot.addWidget(view)
    view.show()
    view.findChild(QCheckBox, "pause while asking").setChecked(wanted)
    session.set_coding(True)
    qtbot.keyClick(view, Key.Key_P)
    qtbot.keyClick(view, Key.Key_Escape)
    assert player.told == told
    view.close()


def test_a_closed_panel_sees_no_keys(session, window, tap):
    window.view.close()
    tap(Key.Key_W)
    assert coded(session) == [] and window.keys == [Key.Key_W]


def test_a_bout_that_has_ended_is_not_lost_by_a_key_at_its_start(session, tap, told):
    session.seek(10)
    tap(Key.Key_W)
    session.seek(50)
    tap(Key.Key_W)
    session.seek(10)
    tap(Key.Key_W)
    assert coded(session) == [("walk", "", 10, 50)]
    assert "starts here" in told[-1]


def test_modifiers_are_chosen_by_keys_also_outside_of_coding_mode(session, window, tap):
    tap(Key.Key_P, Key.Key_Escape)
    session.set_coding(False)
    session.select(session.coding.events)
    window.view.details.asking.emit(session.selection[0])
    tap(Key.Key_2, Key.Key_W, Key.Key_Escape)
    assert [event.modifiers for event in session.coding.in_order()] == ["floor||"]
    assert window.keys == [Key.Key_W]
    tap(Key.Key_2)
    assert window.keys == [Key.Key_W, Key.Key_2]
