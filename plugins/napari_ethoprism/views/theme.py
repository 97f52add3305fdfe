"""The colours that painted widgets take from the window's theme."""

from dataclasses import dataclass

from qtpy.QtCore import QObject, Signal


@dataclass(frozen=True)
class Colors:
    """Colours as ``#rrggbb``; the default is napari's dark theme."""

    background: str = "#262930"
    foreground: str = "#414851"
    primary: str = "#5a626c"
    text: str = "#f0f1f2"
    highlight: str = "#0060c7"
    warning: str = "#e3b617"

    @property
    def is_dark(self) -> bool:
        """Whether the background is darker than the text."""
        return _lightness(self.background) < _lightness(self.text)

    @property
    def problem(self) -> str:
        """The colour of sentences that warn; napari's own is too light on its light theme."""
        return self.warning if self.is_dark else "#8a4b00"


class Theme(QObject):
    """The colours now, and the signal that they are others."""

    changed = Signal()

    def __init__(self, colors: Colors | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.colors = colors or Colors()

    def set(self, colors: Colors) -> None:
        """Take other colours."""
        if colors != self.colors:
            self.colors = colors
            self.changed.emit()


def _lightness(color: str) -> float:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue
