"""Frames that were played or stepped through while coding become observed."""

from qtpy.QtCore import QObject, QTimer, Signal

from ethoprism_domains.annotation.editing import without
from napari_ethoprism.playback.player import Player
from napari_ethoprism.session import Session

_EVERY_MS = 4000  # a crash forgets no more than that of what was watched


class Observing(QObject):
    """Notes which frames have been on the screen, a stretch at a time.

    A stretch ends where the playhead jumps, playing stops, the mode changes or the video closes.

    Parameters
    ----------
    session
        Whose frames are watched, and where that is noted.
    player
        While it plays, what it passes over counts as watched.

    Attributes
    ----------
    enabled_changed
        It was switched on or off.
    """

    enabled_changed = Signal(bool)

    def __init__(self, session: Session, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_enabled = True
        self._session, self._player = session, player
        self._stretch: tuple[int, int] | None = None
        self._last = -1
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.write)
        session.shown_changed.connect(self._on_shown)
        session.video_closing.connect(self._end)
        session.mode_changed.connect(self._on_mode)
        player.playing_changed.connect(self._on_playing)

    def set_enabled(self, is_enabled: bool) -> None:
        """Note what is watched, or do not."""
        if is_enabled != self.is_enabled:
            self._end()
            self.is_enabled = is_enabled
            self.enabled_changed.emit(is_enabled)

    def write(self) -> None:
        """Write down what was watched until now."""
        stretch, self._stretch = self._stretch, None
        self._timer.stop()
        store = self._session.store
        if stretch is None or store is None or store.read_only:
            return
        if without((stretch,), store.coding.observed):
            self._session.watch(*stretch)

    def _end(self) -> None:
        self.write()
        self._last = -1

    def _on_playing(self, is_playing: bool) -> None:
        if not is_playing:
            self.write()

    def _on_mode(self, is_coding: bool) -> None:
        self._end()
        if is_coding and self._session.shown is not None:
            self._last = self._session.shown

    def _on_shown(self, frame: int | None) -> None:
        if not self.is_enabled or not self._session.is_coding:
            return
        if frame is None or frame < 0:
            self._end()
            return
        last, self._last = self._last, frame
        if last >= 0 and (abs(frame - last) == 1 or self._player.came_from == last):
            self._add(min(last, frame), max(last, frame) + 1)
        else:
            self.write()

    def _add(self, start: int, stop: int) -> None:
        if self._stretch is not None:
            start, stop = min(start, self._stretch[0]), max(stop, self._stretch[1])
        self._stretch = (start, stop)
        if not self._timer.isActive():
            self._timer.start()
