"""Coding in a real viewer: keys that come through the window, and a window that is killed."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtOpenGLWidgets import QOpenGLWidget
from qtpy.QtTest import QTest

from ethoprism.project import Project
from ethoprism_domains.annotation import Behavior, Ethogram
from ethoprism_domains.annotation.editing import add
from napari_ethoprism.workbench import Workbench

HERE = Path(__file__).parent
Key = Qt.Key
Press = Callable[..., None]


@pytest.fixture
def press(workbench: Workbench, qtbot: QtBot) -> Press:
    """Return what presses keys as the window system does: the window decides who gets them."""
    panel = workbench.panel  # not the window, which must be gone when napari looks for leaks
    panel.window().activateWindow()
    qtbot.waitUntil(lambda: panel.window().isActiveWindow())
    qtbot.waitUntil(lambda: len(workbench.viewer.layers) > 0, timeout=20_000)
    canvas = panel.window().findChild(QOpenGLWidget)
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus)

    def click(*keys: Qt.Key, **options: object) -> None:
        for key in keys:
            QTest.keyClick(panel.window().windowHandle(), key, **options)

    return click


def coded(bench: Workbench) -> list[tuple[str, int]]:
    return [(event.behavior, event.start_frame) for event in bench.session.coding.in_order()]


def test_keys_code_in_coding_mode_only_and_napari_keeps_its_own(workbench, press):
    layer = workbench.viewer.layers[0]
    workbench.viewer.layers.selection.active = layer
    press(Key.Key_W, Key.Key_J)
    assert coded(workbench) == []
    press(Key.Key_F2, Key.Key_W, Key.Key_J)
    assert set(coded(workbench)) == {("walk", 0), ("jump", 0)}
    assert layer.visible
    press(Key.Key_V)
    assert not layer.visible
    press(Key.Key_F2, Key.Key_W)
    assert len(coded(workbench)) == 2


def test_napari_has_its_digits_but_for_those_that_code(workbench, press, qtbot):
    layer = workbench.viewer.add_points(ndim=3)

    def is_adding():  # the canvas takes keys only when it has been drawn
        press(Key.Key_2)
        return layer.mode == "add"

    qtbot.waitUntil(is_adding)
    press(Key.Key_4)
    workbench.session.set_ethogram(Ethogram((Behavior("walk", key="2"),)))
    press(Key.Key_F2, Key.Key_2)
    assert coded(workbench) == [("walk", 0)] and layer.mode == "pan_zoom"


def test_typing_in_the_window_codes_nothing(workbench, press, qtbot):
    press(Key.Key_F2)
    workbench.session.do(add, "walk", 0, 5)
    workbench.session.select(workbench.session.coding.events)
    comment = workbench.views["Code"].details.comment
    comment.setFocus()
    qtbot.waitUntil(comment.hasFocus)
    press(Key.Key_R, Key.Key_J)
    assert comment.text() == "rj" and len(coded(workbench)) == 1


@pytest.mark.slow
def test_what_was_coded_by_keys_survives_a_kill(project, private_folders):
    """Taps, a held key, a point, another subject and an undo are all there after SIGKILL."""
    command = [sys.executable, str(HERE / "coding_window.py"), str(project.folder)]
    window = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert window.stdout is not None
        assert window.stdout.readline().strip() == "coded"
    finally:
        window.kill()
        window.wait()
        window.stdout.close()
    with Project.open(project.folder).store("one.mp4", "anna") as store:
        found = {
            (event.behavior, event.subject, event.start_frame, event.stop_frame, event.judgement)
            for event in store.coding.in_order()
        }
    assert found == {
        ("walk", "A", 10, 20, "present"),
        ("rest", "B", 20, 40, "present"),
        ("jump", "B", 40, 40, "present"),
        ("walk", "B", 50, None, "unsure"),
    }
