"""The pictures of the video that is open, as an array that never makes the window wait."""

from qtpy.QtCore import QObject, Signal

from napari_ethoprism.playback.array import PictureArray
from napari_ethoprism.playback.cache import PictureCache
from napari_ethoprism.playback.fetching import Fetcher
from napari_ethoprism.session import Session

_MOST_BYTES = 256 << 20


class Pictures(QObject):
    """Fetches pictures for the screen in the background.

    Parameters
    ----------
    session
        Its video's pictures.
    most_bytes
        How much memory the pictures may take.

    Attributes
    ----------
    opened
        There are pictures of another video, or of none: `array` is another one.
    arrived
        The picture that was wanted last is here, or there will be none.
    array
        The pictures for an image layer; None without a video.
    """

    opened = Signal()
    arrived = Signal(int)
    _fetched = Signal(object, int)
    _failed = Signal(object, int, object)

    def __init__(
        self, session: Session, parent: QObject | None = None, most_bytes: int = _MOST_BYTES
    ) -> None:
        super().__init__(parent)
        self.array: PictureArray | None = None
        self._session, self._most_bytes = session, most_bytes
        self._fetcher: Fetcher | None = None
        self._wanted = -1
        self._notices = 0
        self._told: set[str] = set()
        self._fetched.connect(self._on_fetched)
        self._failed.connect(self._on_failed)
        session.video_changed.connect(self._on_video)
        session.frame_changed.connect(self.want)

    def want(self, frame: int) -> None:
        """Ask for the picture of a frame; `arrived` follows, at once if it is here."""
        if self._fetcher is None or self.array is None:
            return
        self._wanted = frame
        is_here = frame in self.array.cache
        self._fetcher.want(frame)
        if is_here:
            self.arrived.emit(frame)

    def close(self) -> None:
        """Stop the thread and free the pictures."""
        if self._fetcher is not None:
            self._fetcher.stop()
        if self.array is not None:
            self.array.cache.clear()  # whoever still has the array
        self._fetcher, self.array, self._wanted = None, None, -1

    def _on_video(self) -> None:
        session = self._session
        if self.array is not None and self.array.video is session.video:
            return  # only the annotator is another
        self.close()
        self._told.clear()
        session.set_shown(-1)
        if session.video is not None:
            cache = PictureCache(session.video.size, self._most_bytes)
            self.array = PictureArray(session.video, cache)
            self._notices = len(session.video.notices)
            self._fetcher = Fetcher(session.video, cache, self._give, self._give_error)
            self._fetcher.start()
        self.opened.emit()
        self.want(session.frame)

    def _give(self, frame: int) -> None:  # in the thread of the fetcher
        self._fetched.emit(self._fetcher, frame)

    def _give_error(self, frame: int, error: Exception) -> None:  # in the thread of the fetcher
        self._failed.emit(self._fetcher, frame, error)

    def _on_fetched(self, fetcher: object, frame: int) -> None:
        if fetcher is self._fetcher and frame == self._wanted:
            self._tell_damage()
            self.arrived.emit(frame)

    def _on_failed(self, fetcher: object, frame: int, error: Exception) -> None:
        if fetcher is not self._fetcher or self.array is None:
            return
        if str(error) not in self._told:
            self._told.add(str(error))
            self._session.tell_problem(error)
        self.array.lost = frame
        if frame == self._wanted:
            self.arrived.emit(frame)

    def _tell_damage(self) -> None:
        """Tell once what reading has found; how much it is the video counts further."""
        notices = () if self.array is None else self.array.video.notices
        for notice in notices[self._notices :]:
            self._session.told.emit(f"{self._session.video_name}: {notice}", "problem")
        self._notices = max(self._notices, len(notices))
