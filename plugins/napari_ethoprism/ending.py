"""Notices that a window was closed, or that a widget was taken out of it."""

from qtpy.QtCore import QEvent, QObject, Signal
from qtpy.QtWidgets import QWidget


class Ending(QObject):
    """Watches a window and a widget docked in it.

    Attributes
    ----------
    window_closed
        The window is closed; nobody can keep it open any more.
    widget_removed
        The widget was taken out, as by the cross of its dock.
    """

    window_closed = Signal()
    widget_removed = Signal()

    def __init__(self, window: QWidget, widget: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._widget = widget  # the window is not held: it must be free to go
        window.installEventFilter(self)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Look at an event, and let it pass."""
        kind = event.type()
        if watched is self._widget:
            if kind == QEvent.Type.ParentChange and self._widget.parent() is None:
                self.widget_removed.emit()
        elif kind == QEvent.Type.Hide and not event.spontaneous():
            self.window_closed.emit()
        return False
