"""The workbench in a real viewer."""

import numpy as np
import pytest
from qtpy.QtCore import Qt

from ethoprism_domains.annotation import editing


def settle(qtbot, bench, frame=None):
    wanted = bench.session.frame if frame is None else frame
    qtbot.waitUntil(lambda: bench.session.shown == wanted, timeout=20_000)


def on_screen(bench, read_number):
    """The number in the picture that the layer shows, read as the pointer reads it."""
    rows, columns = np.arange(8, 48, 16), np.arange(8, 64, 16)
    at = bench.viewer.dims.point[-3]
    picture = [
        [bench.canvas.layer.get_value((at, row, column), world=True) for column in columns]
        for row in rows
    ]
    return read_number(np.kron(np.array(picture), np.ones((16, 16, 1))))


def slider(bench):
    return bench.viewer.dims.current_step[0]


def test_the_first_frame_is_shown_and_the_theme_followed(workbench, qtbot, read_number):
    assert workbench.session.video_name == "one.mp4"
    settle(qtbot, workbench, 0)
    assert workbench.canvas.layer.name == "one.mp4" and slider(workbench) == 0
    assert workbench.theme.colors.is_dark
    workbench.viewer.theme = "light"
    assert not workbench.theme.colors.is_dark


def test_slider_playhead_and_picture_are_of_the_same_frame(workbench, qtbot, read_number):
    settle(qtbot, workbench, 0)
    for frame in (71, 12, 99, 13, 14):
        workbench.session.seek(frame)
        settle(qtbot, workbench)
        assert on_screen(workbench, read_number) == frame == slider(workbench)
    for frame in (55, 2, 3, 4):
        workbench.viewer.dims.set_current_step(0, frame)
        assert workbench.session.frame == frame
        settle(qtbot, workbench)
        assert on_screen(workbench, read_number) == frame == slider(workbench)


def test_playing_shows_every_frame(workbench, qtbot, read_number):
    settle(qtbot, workbench, 0)
    seen = []
    workbench.session.shown_changed.connect(
        lambda frame: seen.append((frame, on_screen(workbench, read_number)))
    )
    workbench.player.every_frame = True
    workbench.player.set_speed(16)
    workbench.player.play()
    qtbot.waitUntil(lambda: not workbench.player.is_playing, timeout=60_000)
    assert seen == [(frame, frame) for frame in range(1, 100)]


def test_layers_of_the_user_and_other_videos_survive(workbench, qtbot, show_video, read_number):
    settle(qtbot, workbench, 0)
    own = workbench.viewer.add_image(np.zeros((150, 2, 30, 30)), name="mine")
    workbench.session.seek(42)
    settle(qtbot, workbench)
    assert on_screen(workbench, read_number) == 42
    show_video(workbench.session, "twö.mp4")
    settle(qtbot, workbench, 0)
    assert [layer.name for layer in workbench.viewer.layers] == ["twö.mp4", "mine"]
    workbench.viewer.layers.remove(own)
    workbench.session.seek(59)
    settle(qtbot, workbench)
    assert on_screen(workbench, read_number) == 59
    workbench.viewer.layers.clear()
    assert workbench.canvas.layer is None
    show_video(workbench.session, "one.mp4")
    settle(qtbot, workbench, 0)
    assert len(workbench.viewer.layers) == 1


def test_closing_while_decoding_leaves_no_layer(workbench, qtbot):
    settle(qtbot, workbench, 0)
    workbench.session.seek(97)
    workbench.session.close_project()
    qtbot.wait(20)
    assert not workbench.viewer.layers and workbench.pictures.array is None


@pytest.mark.parametrize("ndisplay", [3])
def test_three_dimensions_do_no_harm(workbench, qtbot, ndisplay):
    settle(qtbot, workbench, 0)
    workbench.viewer.dims.ndisplay = ndisplay
    qtbot.wait(50)
    workbench.viewer.dims.ndisplay = 2
    workbench.session.seek(7)
    settle(qtbot, workbench)


def test_keys_work_in_the_viewer_and_save_is_ours(workbench, qtbot, monkeypatch):
    settle(qtbot, workbench, 0)
    window = workbench.panel.window()
    qtbot.keyClick(window, Qt.Key.Key_Right)
    settle(qtbot, workbench, 1)
    told = []
    workbench.session.told.connect(lambda sentence, kind: told.append(sentence))
    for _ in range(2):
        qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert len(told) == 2 and all(sentence.startswith("Already saved") for sentence in told)
    assert workbench.viewer.status == told[-1]


def test_the_badge_tells_what_holds_in_the_frame_on_the_screen(workbench, qtbot):
    settle(qtbot, workbench, 0)
    session, badge = workbench.session, workbench.canvas.badge
    session.do(editing.add, "walk", 10, 20, subject="A")
    session.do(editing.start, "rest", 15, subject="B")
    session.do(editing.add, "jump", 12, labeling_method="automated", model="m")
    assert badge.lines == ["0   00:00:00.000"]
    session.seek(12)
    settle(qtbot, workbench)
    assert badge.lines == ["12   00:00:00.600", "A: walk", "jump"]
    session.set_blind(True)
    session.seek(19)
    settle(qtbot, workbench)
    assert badge.lines[1:] == ["A: walk", "B: rest"]
    badge.set_shows_bouts(False)
    assert badge.lines == ["19   00:00:00.950"]
