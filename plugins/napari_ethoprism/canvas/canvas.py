"""The video as a layer of the viewer, and its slider and the session's playhead kept in step."""

from contextlib import suppress

from napari.layers import Image, Layer
from napari.utils.theme import get_theme
from napari.viewer import Viewer
from qtpy.QtCore import QObject, Qt, Signal
from qtpy.QtWidgets import QMainWindow, QWidget

from napari_ethoprism.playback import Pictures
from napari_ethoprism.playback.array import PictureArray
from napari_ethoprism.session import Session
from napari_ethoprism.views.badge import Badge
from napari_ethoprism.views.theme import Colors, Theme

_NAMES = ("background", "foreground", "primary", "text", "highlight", "warning")
_TIME_FROM_RIGHT = 3  # the video's axes are time, y and x, and napari aligns axes on the right
_BADGE_AT = 12  # pixels from the corner


class Canvas(QObject):
    """Shows a session's video in a viewer.

    The slider follows what is on the screen: it moves when the playhead's picture has come, so
    that layers of the user and of overlays are always those of the picture. What several events
    ask for is shown once, when the window has time.

    Parameters
    ----------
    viewer
        The napari viewer; what else is in it is left alone.
    session
        Whose video and playhead.
    pictures
        The pictures.
    theme
        Given the viewer's colours.

    Attributes
    ----------
    layer
        The video's layer; None without one, or when the user has removed it.
    badge
        What lies over the picture.
    """

    _asked = Signal()

    def __init__(
        self,
        viewer: Viewer,
        session: Session,
        pictures: Pictures,
        theme: Theme,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.layer: Image | None = None
        self._viewer, self._session, self._pictures, self._theme = viewer, session, pictures, theme
        self._size: tuple[int, int] | None = None
        self._at = -1  # the frame of the viewer's slider, as far as we know
        self._is_new = False
        self.badge: Badge | None = None
        self._is_waiting = False
        self._asked.connect(self._show, Qt.ConnectionType.QueuedConnection)
        pictures.opened.connect(self._on_opened)
        pictures.arrived.connect(self._on_arrived)
        session.told.connect(self._on_told)
        viewer.dims.events.point.connect(self._on_point, position="last")
        viewer.layers.events.removed.connect(self._on_removed)
        viewer.events.theme.connect(self._on_theme)
        self._on_theme()

    def put_badge(self, window: QWidget) -> None:
        """Put frame, time and bouts over the picture, once the views are docked in the window."""
        middle = window.centralWidget() if isinstance(window, QMainWindow) else None
        if middle is not None:
            self.badge = Badge(self._session, middle)
            self.badge.move(_BADGE_AT, _BADGE_AT)
            self.badge.raise_()

    def show_names(self, shows: bool) -> None:
        """Name the bouts that hold over the picture, or do not."""
        if self.badge is not None:
            self.badge.set_shows_bouts(shows)

    def close(self) -> None:
        """Let the viewer go, with the video's layer taken out."""
        self._pictures.arrived.disconnect(self._on_arrived)
        if self.badge is not None:
            self.badge.deleteLater()
            self.badge = None
        self._viewer.dims.events.point.disconnect(self._on_point)
        self._viewer.events.theme.disconnect(self._on_theme)
        self._remove_layer()
        self._viewer.layers.events.removed.disconnect(self._on_removed)

    def _on_opened(self) -> None:
        self._at, self._is_new = -1, self._pictures.array is not None
        if not self._is_new:
            self._remove_layer()

    def _on_arrived(self, frame: int) -> None:
        if frame == self._session.frame and not self._is_waiting:
            self._is_waiting = True
            self._asked.emit()

    def _show(self) -> None:
        """Show the playhead's picture, if it is here.

        This is queued: what was asked for several times is shown once, and before the window is
        painted, so that picture, playhead and numbers cost one painting.
        """
        self._is_waiting = False
        array, frame = self._pictures.array, self._session.frame
        if array is None:
            return
        if not (frame in array.cache or frame == array.lost):
            self._pictures.want(frame)  # it was here, and had to make room
            return
        self._at = frame
        if self._is_new:
            self._is_new = False
            self._show_video(array)
        if self.layer is None:
            return
        self._set_slider(frame)
        if array.given != frame:  # the slider was here already, before the picture was
            self.layer.refresh(thumbnail=False, highlight=False, extent=False)
        self._session.set_shown(frame)

    def _set_slider(self, frame: int) -> None:
        axis = self._viewer.dims.ndim - _TIME_FROM_RIGHT
        if axis >= 0 and round(self._viewer.dims.point[axis]) != frame:
            self._viewer.dims.set_point(axis, frame)

    def _show_video(self, array: PictureArray) -> None:
        """Put another video into its layer; a new layer takes napari ten times longer."""
        viewer, name = self._viewer, self._session.video_name
        if self.layer is not None:
            self._set_slider(self._at)
            self.layer.data, self.layer.name = array, name
        else:
            look = {"rgb": True, "multiscale": False, "contrast_limits": (0, 255)}
            self.layer = Image(array, name=name, axis_labels=("frame", "y", "x"), **look)
            viewer.layers.insert(0, self.layer)  # below what the user has
            viewer.layers.selection.active = self.layer
        if self._size != array.shape[1:3]:
            viewer.reset_view()
            self._size = array.shape[1:3]

    def _remove_layer(self) -> None:
        layer, self.layer = self.layer, None
        if layer is not None and layer in self._viewer.layers:
            # where the window was torn down before us, napari stumbles over its own widgets
            with suppress(RuntimeError, AttributeError):
                self._viewer.layers.remove(layer)

    def _on_point(self, event: object = None) -> None:
        """Follow the viewer's slider, where it was not us who moved it."""
        axis = self._viewer.dims.ndim - _TIME_FROM_RIGHT
        if self.layer is None or axis < 0:
            return
        frame = round(self._viewer.dims.point[axis])
        if frame != self._at and 0 <= frame < self._session.frames:
            self._at = frame
            self._session.seek(frame)

    def _on_removed(self, event: object) -> None:
        gone: Layer = getattr(event, "value", None)
        if gone is self.layer:
            self.layer = None
            self._session.set_shown(-1)
            self._session.tell("The video's layer was removed: open the video again to see it.")

    def _on_told(self, sentence: str, kind: str) -> None:
        if kind == "news":
            self._viewer.status = sentence

    def _on_theme(self, event: object = None) -> None:
        theme = get_theme(self._viewer.theme)
        self._theme.set(Colors(**{name: getattr(theme, name).as_hex("long") for name in _NAMES}))
