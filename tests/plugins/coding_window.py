"""Codes a session by keys in a real window, then waits to be killed: PROJECT."""

import os
import sys
from functools import partial
from pathlib import Path

from napari import Viewer
from qtpy.QtCore import QEventLoop, Qt, QTimer
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QWidget

from napari_ethoprism.workbench import Workbench

Key = Qt.Key
HOLD_MS = 400


def press(widget: QWidget, key: Qt.Key, **options: object) -> None:
    """Press a key as the window system does: the window decides who gets it."""
    QTest.keyClick(widget.window().windowHandle(), key, **options)


def code_by_keys(bench: Workbench) -> None:
    """Tap, hold, code a point, switch the subject, undo, and leave a bout open."""
    session, panel = bench.session, bench.panel
    press(panel, Key.Key_F2)
    press(panel, Key.Key_A)
    session.seek(10)
    press(panel, Key.Key_W)
    session.seek(20)
    press(panel, Key.Key_W)
    press(panel, Key.Key_B)
    window = panel.window().windowHandle()
    QTest.keyPress(window, Key.Key_R)
    QTest.qWait(HOLD_MS)
    session.seek(40)
    QTest.keyRelease(window, Key.Key_R)
    press(panel, Key.Key_J)
    session.seek(45)
    press(panel, Key.Key_J)
    press(panel, Key.Key_Z, modifier=Qt.KeyboardModifier.ControlModifier)
    press(panel, Key.Key_F7)
    session.seek(50)
    press(panel, Key.Key_W)


def main(project: Path) -> None:
    """Open the project, code, say that it is done, and go on until killed."""
    QTimer.singleShot(240_000, partial(os._exit, 1))  # nobody came to kill it
    bench = Workbench(Viewer(), "anna")
    loop = QEventLoop()
    bench.session.video_changed.connect(loop.quit)
    QTimer.singleShot(0, lambda: bench.session.open_project(project))
    loop.exec()
    window = bench.panel.window()
    window.activateWindow()
    if not QTest.qWaitForWindowActive(window, 60_000):
        sys.exit("the window never got the keys")
    code_by_keys(bench)
    print("coded", flush=True)
    QApplication.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
