"""What is over the video: the frame on the screen, its time, and the bouts that hold in it."""

from qtpy.QtCore import QRectF, QSize, Qt
from qtpy.QtGui import QColor, QPainter, QPaintEvent
from qtpy.QtWidgets import QWidget

from ethoprism_domains.annotation.editing import Event
from napari_ethoprism.session import Session
from napari_ethoprism.views.clock import time_text

_PAD, _GAP, _MOST = 6, 4, 12
_BACKGROUND, _TEXT = QColor(0, 0, 0, 150), QColor("#f4f4f4")


class Badge(QWidget):
    """Lies over the picture and lets the mouse through.

    Parameters
    ----------
    session
        What is shown.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("badge")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.shows_bouts = True
        self._session = session
        self._lines: list[tuple[str, QColor | None]] = []
        self._open: list[Event] = []
        session.shown_changed.connect(self.refresh)
        session.coding_changed.connect(self._on_coding)
        session.ethogram_changed.connect(self.refresh)
        session.video_changed.connect(self._on_coding)
        session.blind_changed.connect(self.refresh)
        self._on_coding()

    @property
    def lines(self) -> list[str]:
        """What it says, line by line."""
        return [text for text, _ in self._lines]

    def set_shows_bouts(self, shows: bool) -> None:
        """Show the names of bouts, or only frame and time."""
        self.shows_bouts = shows
        self.refresh()

    def refresh(self, _: object = None) -> None:
        """Say what holds in the frame that is on the screen now."""
        session = self._session
        frame = session.frame if session.shown is None else session.shown
        lines: list[tuple[str, QColor | None]] = []
        if 0 <= frame < session.frames:
            lines.append((f"{frame}   {time_text(float(session.times[frame]))}", None))
            if self.shows_bouts:
                lines += [self._line(event) for event in self._holding(frame)[:_MOST]]
        if lines != self._lines:
            self._lines = lines
            self.resize(self.sizeHint())
            self.update()
        self.setVisible(bool(lines))

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Give the room that the lines need."""
        metrics = self.fontMetrics()
        mark = metrics.height()
        width = max((metrics.horizontalAdvance(text) for text in self.lines), default=0) + mark
        return QSize(width + 2 * _PAD, len(self._lines) * (mark + _GAP) + _PAD)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the lines, each with the colour of its behaviour."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_BACKGROUND)
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        metrics = painter.fontMetrics()
        size, top = metrics.height(), _PAD / 2
        for text, color in self._lines:
            left = float(_PAD)
            if color is not None:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color)
                painter.drawRoundedRect(QRectF(left, top + 3, size - 6, size - 4), 2, 2)
                left += size
            painter.setPen(_TEXT)
            painter.drawText(int(left), int(top + metrics.ascent() + 1), text)
            top += size + _GAP
        painter.end()

    def _on_coding(self, _: object = None) -> None:
        self._open = self._session.coding.open_bouts()
        self.refresh()

    def _holding(self, frame: int) -> list[Event]:
        """Find the events that hold in a frame, in the order of the ethogram.

        What a probe predicted and nobody has judged is left out while that is hidden.
        """
        session, ethogram = self._session, self._session.ethogram
        found = [
            event
            for name in ethogram.names
            for subject in ("", *ethogram.subject_names)
            for event in session.coding.track(subject, name).overlapping(frame, frame + 1)
            if not event.is_open
        ]
        found += [event for event in self._open if event.start_frame <= frame]
        hidden = ("automated",) if session.is_blind else ()
        return [event for event in found if event.labeling_method not in hidden]

    def _line(self, event: Event) -> tuple[str, QColor]:
        ethogram = self._session.ethogram
        known = event.behavior in ethogram
        color = QColor(ethogram[event.behavior].color if known else "#888888")
        who = f"{event.subject}: " if event.subject else ""
        doubt = "" if event.judgement == "present" else f" ({event.judgement})"
        return f"{who}{event.behavior}{doubt}", color
