"""Where the playhead is: its frame, its exact time, and the wall's clock where that is known."""

from datetime import datetime

from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QHBoxLayout, QLabel, QWidget

from napari_ethoprism.keys import command
from napari_ethoprism.session import Session
from napari_ethoprism.views.clock import (
    parse_frame,
    parse_time,
    parse_wall,
    time_text,
    wall_text,
)
from napari_ethoprism.views.theme import Theme
from napari_ethoprism.views.transport.field import PositionField

_ENTER = "Click, type another one, and press Enter to go there"
_LATE_MS = 100


class PositionView(QWidget):
    """Three fields that show the playhead and take another place for it.

    They stand in the warning colour while the picture on the screen is not that of the playhead.

    Parameters
    ----------
    session
        Whose playhead.
    theme
        The window's colours.
    """

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("position")
        self._session, self._theme = session, theme
        self.frame = PositionField("frame", self._read_frame, "00000000")
        self.time = PositionField("time", self._read_time, "00:00:00.000")
        self.wall = PositionField("wall clock", self._read_wall, "0000-00-00 00:00:00.000")
        self._count = QLabel()
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_LATE_MS)
        self._late.timeout.connect(self._warn)
        self._lay_out()
        for field in (self.frame, self.time, self.wall):
            field.entered.connect(session.seek)
            field.refused.connect(self._refuse)
        session.video_changed.connect(self._on_video)
        session.frame_changed.connect(self._refresh)
        session.shown_changed.connect(self._watch_picture)
        self._on_video()

    def edit(self) -> None:
        """Let the user type a frame."""
        self.frame.setFocus()
        self.frame.selectAll()

    def _lay_out(self) -> None:
        self.frame.setToolTip(f"The frame, counted from 0. {_ENTER} ({command('go to').shown})")
        self.time.setToolTip(f"Seconds from frame 0, by the frame's timestamp. {_ENTER}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in (QLabel("Frame"), self.frame, self._count, self.time, self.wall):
            row.addWidget(widget)

    @property
    def _recorded(self) -> datetime | None:
        video = self._session.video
        return None if video is None else video.recorded

    def _read_frame(self, text: str) -> int | None:
        return parse_frame(text) if parse_frame(text) is not None else self._read_time(text)

    def _read_time(self, text: str) -> int | None:
        seconds = parse_time(text)
        return None if seconds is None else self._session.frame_at(seconds + 0.0005)

    def _read_wall(self, text: str) -> int | None:
        if self._recorded is None:
            return None
        now = float(self._session.times[self._session.frame])
        seconds = parse_wall(text, self._recorded, now)
        return None if seconds is None else self._session.frame_at(seconds + 0.0005)

    def _refuse(self, text: str) -> None:
        self._session.tell(
            f"{text!r} is no position: type a frame such as 1200, or a time such as 00:00:40.5"
        )

    def _on_video(self) -> None:
        session, recorded = self._session, self._recorded
        self.setEnabled(session.video is not None)
        self._count.setText(f"of {session.frames:,}" if session.frames else "")
        self.frame.set_widest("0" * max(len(str(session.frames)), 5))
        self.wall.setVisible(recorded is not None)
        if recorded is not None:
            self.wall.setToolTip(
                f"The time of day: the file's header says that recording began {recorded:%c %Z}. "
                f"Cameras' clocks are often wrong. {_ENTER}"
            )
        self._refresh()

    def _refresh(self, _: int = 0) -> None:
        session = self._session
        has_frames = session.frames > 0
        seconds = float(session.times[session.frame]) if has_frames else 0.0
        self.frame.show_position(str(session.frame) if has_frames else "")
        self.time.show_position(time_text(seconds) if has_frames else "")
        if self._recorded is not None:
            self.wall.show_position(wall_text(self._recorded, seconds))
        self._watch_picture()

    def _watch_picture(self, _: object = None) -> None:
        """Warn when the picture is late, but not for the moment that every picture takes."""
        if self._session.is_shown or not self._session.frames:
            self._late.stop()
            self._color("")
        elif not self._late.isActive():
            self._late.start()

    def _warn(self) -> None:
        self._color(f"color: {self._theme.colors.warning}; font-weight: bold;")

    def _color(self, sheet: str) -> None:
        for field in (self.frame, self.time, self.wall):
            if field.styleSheet() != sheet:
                field.setStyleSheet(sheet)
