"""The bar beneath the video: fields, buttons, keys, banner."""

from datetime import UTC, datetime

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLineEdit, QMainWindow, QToolButton

from ethoprism_domains.annotation import editing
from napari_ethoprism.keys import COMMANDS, Shortcuts
from napari_ethoprism.playback import Moves, Observing, Player
from napari_ethoprism.views.clock import (
    parse_frame,
    parse_time,
    parse_wall,
    time_text,
    wall_text,
)
from napari_ethoprism.views.theme import Colors, Theme
from napari_ethoprism.views.transport import TransportView


@pytest.fixture
def player(session):
    player = Player(session)
    yield player
    player.pause()


@pytest.fixture
def window(qtbot, session, player):
    """A window with the bar, a text field and the keys; it has the focus."""
    window = QMainWindow()
    moves = Moves(session, player, window)
    observing = Observing(session, player, window)
    view = TransportView(session, player, observing, Theme(parent=window), moves.actions())
    window.setCentralWidget(view)
    shortcuts = Shortcuts(window, moves.actions() | view.actions())
    qtbot.addWidget(window)
    window.resize(900, 200)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    yield window
    shortcuts.close()


@pytest.fixture
def find(window):
    def find(name, kind=object):
        return next(w for w in window.findChildren(kind) if w.objectName() == name)

    return find


def click(qtbot, find, name):
    qtbot.mouseClick(find(name, QToolButton), Qt.MouseButton.LeftButton)


def type_into(qtbot, field, text):
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.mark.parametrize(
    "key, modifier, frame",
    [
        (Qt.Key.Key_Right, None, 51),
        (Qt.Key.Key_Left, None, 49),
        (Qt.Key.Key_Right, SHIFT, 70),
        (Qt.Key.Key_Left, SHIFT, 30),
        (Qt.Key.Key_Home, None, 0),
        (Qt.Key.Key_End, None, 99),
        (Qt.Key.Key_Down, None, 60),
        (Qt.Key.Key_Up, None, 40),
        (Qt.Key.Key_Right, CTRL, 80),
        (Qt.Key.Key_Left, CTRL, 0),
        (Qt.Key.Key_Down, SHIFT, 90),
    ],
)
def test_keys_move_the_playhead(qtbot, window, session, key, modifier, frame):
    session.do(editing.observe, 10, 80)
    session.do(editing.add, "walk", 40, 60)
    session.do(editing.add, "rest", 90, 95, labeling_method="automated", model="m")
    session.seek(50)
    qtbot.keyClick(window, key, modifier or Qt.KeyboardModifier.NoModifier)
    assert session.frame == frame


def test_space_plays_and_pauses(qtbot, window, player, find):
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert player.is_playing
    click(qtbot, find, "play")
    assert not player.is_playing


def test_keys_leave_text_fields_alone(qtbot, window, session, find, player):
    session.seek(50)
    field = find("frame", QLineEdit)
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(field, "1 2")
    qtbot.keyClick(field, Qt.Key.Key_Left)
    qtbot.keyClick(field, Qt.Key.Key_Home)
    assert field.text() == "1 2" and session.frame == 50 and not player.is_playing
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "50" and not field.hasFocus()


@pytest.mark.parametrize(
    "name, text, frame",
    [
        ("frame", "73", 73),
        ("frame", "1,000", 99),
        ("frame", "00:00:02.5", 50),
        ("time", "4", 80),
        ("time", "0:01.05", 21),
        ("time", "00:00:01.049", 20),
    ],
)
def test_a_position_that_is_typed_is_gone_to(qtbot, window, session, find, name, text, frame):
    field = find(name, QLineEdit)
    type_into(qtbot, field, text)
    assert session.frame == frame and not field.hasFocus()
    assert find("frame", QLineEdit).text() == str(frame)


def test_what_is_no_position_is_told(qtbot, window, session, find):
    session.seek(5)
    with qtbot.waitSignal(session.told) as told:
        type_into(qtbot, find("frame", QLineEdit), "soon")
    assert "'soon' is no position" in told.args[0] and session.frame == 5
    assert find("frame", QLineEdit).text() == "5"


def test_the_frame_is_in_the_warning_colour_while_its_picture_is_not_there(
    qtbot, window, session, find
):
    field = find("frame", QLineEdit)
    session.set_shown(0)
    session.seek(9)
    assert not field.styleSheet()
    qtbot.waitUntil(lambda: Colors().warning in field.styleSheet())
    session.set_shown(9)
    assert not field.styleSheet()


def test_the_time_of_day_is_shown_where_it_is_known(qtbot, window, session, find):
    assert find("wall clock", QLineEdit).isHidden()
    session.video.recorded = datetime(2024, 5, 1, 8, 30, tzinfo=UTC)
    session.video_changed.emit()
    session.seek(25)
    field = find("wall clock", QLineEdit)
    assert field.isVisible() and field.text() == "2024-05-01 08:30:01.250"
    type_into(qtbot, field, "08:30:03")
    assert session.frame == 60


def test_no_key_stands_for_two_commands():
    keys = [key for one in COMMANDS for key in one.keys]
    assert len(keys) == len(set(keys))


def test_undo_redo_and_what_was_saved(qtbot, window, session, find):
    saved, undo, redo = find("saved"), find("undo"), find("redo")
    assert not undo.isEnabled()
    session.do(editing.add, "walk", 10, 20)
    assert "add walk 10-20" in saved.toolTip()
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert not session.coding.events and redo.isEnabled() and not undo.isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert len(session.coding.events) == 1
    click(qtbot, find, "undo")
    qtbot.keyClick(window, Qt.Key.Key_Y, CTRL)
    assert len(session.coding.events) == 1
    with qtbot.waitSignal(session.told) as told:
        qtbot.keyClick(window, Qt.Key.Key_S, CTRL)
    assert told.args[0].startswith("Already saved") and told.args[1] == "news"


def test_predictions_can_be_hidden(session, find):
    blind = find("blind")
    blind.click()
    assert session.is_blind and blind.isChecked()
    session.set_blind(False)
    assert not blind.isChecked()


def test_the_selected_bout_is_looped(qtbot, window, session, player, find):
    loop = find("loop")
    assert not loop.isEnabled()
    change = session.do(editing.add, "walk", 30, 40)
    session.select(change.created)
    qtbot.keyClick(window, Qt.Key.Key_L, CTRL)
    assert player.span == (30, 40) and player.is_playing and loop.isChecked()
    click(qtbot, find, "loop")
    assert player.span is None


def test_speed_is_shown_and_chosen(qtbot, window, player, find):
    speed = find("speed")
    qtbot.keyClick(window, Qt.Key.Key_Period, CTRL)
    assert player.speed == 2 and speed.currentText() == "2 ×"
    qtbot.keyClick(window, Qt.Key.Key_Space, SHIFT)
    assert player.speed == -2 and player.is_playing
    speed.activated.emit(speed.findData(0.5))
    assert player.speed == 0.5


def test_problems_stay_until_they_are_dismissed(qtbot, window, session, find):
    banner, problem = find("banner"), find("problem")
    assert not banner.isVisible()
    session.told.emit("the disk is full", "problem")
    session.told.emit("the file is damaged", "problem")
    session.tell("all is well")
    assert banner.isVisible() and problem.text() == "the file is damaged  (and 1 more)"
    click(qtbot, find, "dismiss")
    assert problem.text() == "the disk is full"
    click(qtbot, find, "dismiss")
    assert not banner.isVisible()


def test_the_bar_wraps_in_a_narrow_window(qtbot, window):
    bar = window.centralWidget()
    wide = bar.heightForWidth(900)
    assert bar.heightForWidth(420) > wide
    assert bar.minimumSizeHint().width() < 500


@pytest.mark.parametrize(
    "text, seconds",
    [("90", 90), ("1:30", 90), ("01:02:03.5", 3723.5), ("2,25", 2.25), ("4 s", 4), ("x", None)],
)
def test_times_are_read(text, seconds):
    assert parse_time(text) == seconds


def test_times_and_frames_as_text():
    assert time_text(3723.0416) == "01:02:03.042" and time_text(59.9999) == "00:01:00.000"
    assert parse_frame("12,345") == 12345 and parse_frame("1.5") is None


def test_the_clock_on_the_wall():
    recorded = datetime(2024, 5, 1, 23, 59, 50, tzinfo=UTC)
    assert wall_text(recorded, 10.25) == "2024-05-02 00:00:00.250"
    assert parse_wall("00:00:05", recorded, near=0) == 15
    assert parse_wall("23:59:55", recorded, near=0) == 5
    assert parse_wall("2024-05-02 00:01:00", recorded, near=0) == 70
    assert parse_wall("late", recorded, near=0) is None
