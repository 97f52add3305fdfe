"""A hand on the mouse over the timeline, and what it needs."""

import numpy as np
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QContextMenuEvent, QHelpEvent, QImage, QWheelEvent
from qtpy.QtWidgets import QApplication, QMenu, QToolTip

from napari_ethoprism.session import Session
from napari_ethoprism.views.timeline import TimelineView

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


class Hand:
    """A hand on the mouse, that finds frames and lanes."""

    def __init__(self, qtbot: QtBot, view: TimelineView) -> None:
        self.qtbot, self.view, self.canvas = qtbot, view, view.canvas

    def place(self, frame: float, lane: str) -> QPoint:
        """The pixel of a frame (with a fraction: within it) in the lane of a name."""
        scene = self.canvas.scene
        names = [item.name for item in scene.layout.lanes]
        y = 10 if lane == "ruler" else scene.layout.top_of(names.index(lane)) + 10
        return QPoint(round(scene.head + scene.scale.x_of(float(frame))), y)

    def click(self, frame: float, lane: str, keys: Qt.KeyboardModifier = NONE) -> None:
        self.qtbot.mouseClick(self.canvas, LEFT, keys, self.place(frame, lane))

    def double_click(self, frame: float, lane: str) -> None:
        at = self.place(frame, lane)
        self.qtbot.mouseClick(self.canvas, LEFT, NONE, at)
        self.qtbot.mouseDClick(self.canvas, LEFT, NONE, at)

    def drag(
        self,
        begin: tuple[float, str],
        *way: tuple[float, str],
        keys: Qt.KeyboardModifier = NONE,
        button: Qt.MouseButton = LEFT,
        let_go: bool = True,
    ) -> None:
        self.qtbot.mousePress(self.canvas, button, keys, self.place(*begin))
        places = [self.place(*stop) for stop in way]
        for at in places:
            # a step on the way, as a real mouse makes it
            self.qtbot.mouseMove(self.canvas, at - QPoint(3, 0))
            self.qtbot.mouseMove(self.canvas, at)
        if let_go:
            self.qtbot.mouseRelease(self.canvas, button, keys, places[-1])

    def wheel(self, frame: float, lane: str, steps: int, keys: Qt.KeyboardModifier = NONE) -> None:
        at = QPointF(self.place(frame, lane))
        event = QWheelEvent(
            at,
            QPointF(self.canvas.mapToGlobal(at.toPoint())),
            QPoint(),
            QPoint(0, 120 * steps),
            Qt.MouseButton.NoButton,
            keys,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.canvas, event)

    def menu(self, frame: float, lane: str) -> QMenu:
        """Right-click, and give the menu that opens."""
        at = self.place(frame, lane)
        reason = QContextMenuEvent.Reason.Mouse
        event = QContextMenuEvent(reason, at, self.canvas.mapToGlobal(at))
        QApplication.sendEvent(self.canvas, event)
        return list(self.view.findChildren(QMenu, "timeline_menu"))[-1]

    def choose(self, frame: float, lane: str, *path: str) -> None:
        """Right-click and choose an entry, of a submenu if there are two words."""
        menu = self.menu(frame, lane)
        for word in path[:-1]:
            menu = entry(menu, word).menu()
        entry(menu, path[-1]).trigger()
        for open_menu in self.view.findChildren(QMenu, "timeline_menu"):
            open_menu.close()

    def tooltip(self, frame: float, lane: str, x: int | None = None) -> str:
        at = self.place(frame, lane)
        at = at if x is None else QPoint(x, at.y())
        event = QHelpEvent(QEvent.Type.ToolTip, at, self.canvas.mapToGlobal(at))
        QApplication.sendEvent(self.canvas, event)
        return str(QToolTip.text())

    def picture(self) -> np.ndarray:
        """The canvas as it is painted now, RGB."""
        image = self.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        bits = image.constBits()
        bits.setsize(image.sizeInBytes())
        rows = np.frombuffer(bits, np.uint8).reshape(image.height(), image.bytesPerLine())
        return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()

    def color_at(self, frame: float, lane: str, below: int = 0) -> str:
        at = self.place(frame, lane)
        return "#" + bytes(self.picture()[at.y() + below, at.x()]).hex()


def entry(menu: QMenu, begin: str):
    return next(action for action in menu.actions() if action.text().startswith(begin))


def span(session: Session, name: str) -> tuple[int, int | None]:
    event = session.coding.events[name]
    return event.start_frame, event.stop_frame
