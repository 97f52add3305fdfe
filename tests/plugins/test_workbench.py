"""The workbench in a real viewer."""

import numpy as np
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QCheckBox

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


def test_slider_playhead_and_picture_are_of_the_same_frame(workbench, qtbot, read_number):
    settle(qtbot, workbench, 0)
    assert workbench.canvas.layer.name == "one.mp4" and slider(workbench) == 0
    for frame in (71, 12, 99, 13, 14):
        workbench.session.seek(frame)
        settle(qtbot, workbench)
        assert on_screen(workbench, read_number) == frame == slider(workbench)
    for frame in (55, 2, 3, 4):
        workbench.viewer.dims.set_current_step(0, frame)
        assert workbench.session.frame == frame
        settle(qtbot, workbench)
        assert on_screen(workbench, read_number) == frame == slider(workbench)
    workbench.viewer.dims.ndisplay = 3
    qtbot.wait(50)
    workbench.viewer.dims.ndisplay = 2
    workbench.session.seek(7)
    settle(qtbot, workbench)
    assert on_screen(workbench, read_number) == 7 == slider(workbench)


def test_playing_shows_every_frame(workbench, qtbot, read_number):
    settle(qtbot, workbench, 0)
    seen = []

    def look(frame):
        seen.append((frame, on_screen(workbench, read_number)))

    workbench.session.shown_changed.connect(look)
    workbench.player.every_frame = True
    workbench.player.set_speed(16)
    workbench.player.play()
    qtbot.waitUntil(lambda: not workbench.player.is_playing, timeout=60_000)
    workbench.session.shown_changed.disconnect(look)
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


def test_keys_theme_and_badge_in_the_viewer(workbench, qtbot):
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
    assert workbench.canvas.badge.lines == ["1   00:00:00.050"]
    workbench.session.do(editing.add, "jump", 1)
    assert workbench.canvas.badge.lines == ["1   00:00:00.050", "jump"]
    names = workbench.transport.findChild(QCheckBox, "names")
    qtbot.mouseClick(names, Qt.MouseButton.LeftButton, pos=QPoint(8, names.height() // 2))
    assert workbench.canvas.badge.lines == ["1   00:00:00.050"]
    assert workbench.theme.colors.is_dark
    workbench.viewer.theme = "light"
    assert not workbench.theme.colors.is_dark
