"""Moves the playhead by the video's own clock."""

import time
from collections.abc import Callable

import numpy as np
from qtpy.QtCore import QObject, Qt, QTimer, Signal

from napari_ethoprism.session import Session

SLOWEST, FASTEST = 0.1, 16.0
_TICK_MS = 4  # finer than a frame of most videos, so that each is shown when it is due
_LATE_S = 0.25  # more than this behind and the clock is set anew: nobody wants to catch up


class Player(QObject):
    """Plays what a session has open.

    Frames are due by their timestamps, and the next one is taken when the picture of the last one
    is on the screen. Those that this leaves no time for are passed over, unless `every_frame` is
    set: then the clock waits.

    Parameters
    ----------
    session
        Whose playhead is moved.
    now
        A clock in seconds.

    Attributes
    ----------
    playing_changed, speed_changed, loop_changed
        It plays or has stopped; another speed; another span or none.
    span
        The frames that are looped, ``(start, stop)`` with `stop` exclusive, or None.
    came_from
        The frame from which playing went on to the playhead's; None if something else moved it.
    """

    playing_changed = Signal(bool)
    speed_changed = Signal(float)
    loop_changed = Signal()

    def __init__(
        self,
        session: Session,
        parent: QObject | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self.speed = 1.0
        self.span: tuple[int, int] | None = None
        self.every_frame = False
        self.came_from: int | None = None
        self._session, self._now = session, now
        self._began_at = self._began_time = 0.0  # of our clock, and of the video's
        self._ours = -1  # the frame that we have asked for last
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.tick)
        session.video_changed.connect(self._on_video)
        session.frame_changed.connect(self._on_frame)

    @property
    def is_playing(self) -> bool:
        """Whether it plays."""
        return self._timer.isActive()

    def play(self) -> None:
        """Play on from the playhead; from the other end if it is at the last frame."""
        if self.is_playing or self._session.frames < 2:
            return
        start, stop = self._bounds()
        frame, last = self._session.frame, stop - 1
        if not start <= frame < stop or frame == (last if self.speed > 0 else start):
            self._move(start if self.speed > 0 else last)
        self._set_clock()
        self._timer.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stop where the playhead is."""
        if self.is_playing:
            self._timer.stop()
            self.playing_changed.emit(False)

    def toggle(self) -> None:
        """Play or pause."""
        if self.is_playing:
            self.pause()
        else:
            self.play()

    def set_speed(self, speed: float) -> None:
        """Set how many seconds of video pass in one; negative plays backwards.

        What is beyond 0.1 to 16 becomes the nearest that is possible.
        """
        size = min(max(abs(speed), SLOWEST), FASTEST)
        self.speed = -size if speed < 0 else size
        self._set_clock()
        self.speed_changed.emit(self.speed)

    def loop(self, start: int, stop: int) -> None:
        """Play the frames from `start` to `stop` (exclusive) again and again."""
        start, stop = max(start, 0), min(stop, self._session.frames)
        if stop <= start:
            return
        self.span = (start, stop)
        if not start <= self._session.frame < stop:
            self._move(start)
        self._set_clock()
        self.loop_changed.emit()

    def stop_loop(self) -> None:
        """Play beyond the span again."""
        if self.span is not None:
            self.span = None
            self.loop_changed.emit()

    def tick(self) -> None:
        """Move the playhead to the frame that is due now; called by the timer."""
        if not self._session.is_shown:
            if self.every_frame:
                self._set_clock()
            return
        direction = 1 if self.speed > 0 else -1
        frame, due = self._session.frame, self._due()
        if (due - frame) * direction <= 0:
            return
        start, stop = self._bounds()
        first, last = (start, stop - 1) if direction > 0 else (stop - 1, start)
        if frame == last:
            self._reach_end(first)
            return
        step = direction if self.every_frame else due - frame
        self._move(min(max(frame + step, start), stop - 1), came_from=frame)
        if self.every_frame and self._is_behind():
            self._set_clock()

    def _reach_end(self, other_end: int) -> None:
        if self.span is None:
            self.pause()
            return
        self._move(other_end)
        self._set_clock()

    def _due(self) -> int:
        """Give the frame that is due; one beyond the end where the last one's time is over.

        Forwards a frame lasts until the next one begins; backwards, from its own time down to that
        of the frame before it.
        """
        times, video = self._session.times, self._session.video
        start, stop = self._bounds()
        interval = video.index.interval if video is not None else 0.0
        at = self._time()
        if self.speed < 0:
            before = times[start - 1] if start else times[0] - interval
            return start - 1 if at <= before else int(np.searchsorted(times, at, side="left"))
        over = times[stop] if stop < len(times) else times[-1] + interval
        return stop if at >= over else self._session.frame_at(at)

    def _time(self) -> float:
        """Give the video's time by our clock, in seconds."""
        return self._began_time + (self._now() - self._began_at) * self.speed

    def _is_behind(self) -> bool:
        behind = (self._time() - self._session.times[self._session.frame]) / self.speed
        return bool(behind > _LATE_S)

    def _bounds(self) -> tuple[int, int]:
        return self.span or (0, self._session.frames)

    def _set_clock(self) -> None:
        if self._session.frames:
            self._began_at = self._now()
            self._began_time = float(self._session.times[self._session.frame])

    def _move(self, frame: int, came_from: int | None = None) -> None:
        self._ours, self.came_from = frame, came_from
        self._session.seek(frame)

    def _on_frame(self, frame: int) -> None:
        if frame != self._ours:  # somebody else has moved the playhead: play on from there
            self._ours, self.came_from = frame, None
            if self.span is not None and not self.span[0] <= frame < self.span[1]:
                self.stop_loop()
            self._set_clock()

    def _on_video(self) -> None:
        self.pause()
        self.stop_loop()
