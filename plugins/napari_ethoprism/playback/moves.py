"""What the keys and buttons for playing, moving and undoing do."""

from collections.abc import Callable
from functools import partial

from qtpy.QtCore import QObject

from napari_ethoprism.playback.jumps import next_edge, next_unobserved, next_unreviewed
from napari_ethoprism.playback.player import Player
from napari_ethoprism.session import Session

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


class Moves(QObject):
    """The commands of `keys` that concern the playhead, and those that undo.

    Parameters
    ----------
    session, player
        What they move.
    """

    def __init__(self, session: Session, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._player = session, player

    def actions(self) -> dict[str, Callable[[], object]]:
        """Give what each command does, by its name."""
        session, player = self._session, self._player
        return {
            "play": player.toggle,
            "faster": partial(self.change_speed, 1),
            "slower": partial(self.change_speed, -1),
            "backwards": self.turn_round,
            "loop": self.toggle_loop,
            "next frame": partial(self.step, 1),
            "previous frame": partial(self.step, -1),
            "next second": partial(self.skip, 1.0),
            "previous second": partial(self.skip, -1.0),
            "next event": partial(self.go_to_edge, 1),
            "previous event": partial(self.go_to_edge, -1),
            "next unreviewed": partial(self.go_to_unreviewed, 1),
            "previous unreviewed": partial(self.go_to_unreviewed, -1),
            "next unobserved": partial(self.go_to_unobserved, 1),
            "previous unobserved": partial(self.go_to_unobserved, -1),
            "first frame": partial(session.seek, 0),
            "last frame": self.go_to_end,
            "next video": partial(session.step_video, 1),
            "previous video": partial(session.step_video, -1),
            "undo": session.undo,
            "redo": session.redo,
        }

    def step(self, frames: int) -> None:
        """Pause, and go some frames on (or back, if negative)."""
        self._player.pause()
        self._session.seek(self._session.frame + frames)

    def skip(self, seconds: float) -> None:
        """Go some seconds on (or back), at least a frame."""
        session = self._session
        if not session.frames:
            return
        frame = session.frame_at(float(session.times[session.frame]) + seconds)
        step = 1 if seconds > 0 else -1
        session.seek(frame if (frame - session.frame) * step > 0 else session.frame + step)

    def go_to_end(self) -> None:
        """Go to the last frame."""
        self._session.seek(self._session.frames - 1)

    def go_to_edge(self, direction: int) -> None:
        """Go to the next start or stop of an event, and select the event."""
        found = next_edge(self._session.coding, self._session.frame, direction)
        if found is None:
            self._tell_none("event", direction)
            return
        self._session.seek(found[0])
        self._session.select([found[1]])

    def go_to_unreviewed(self, direction: int) -> None:
        """Go to the next bout that a probe made and nobody has judged, and select it."""
        found = next_unreviewed(self._session.coding, self._session.frame, direction)
        if found is None:
            self._tell_none("bout to review", direction)
            return
        self._session.seek(found.start_frame)
        self._session.select([found.event_id])

    def go_to_unobserved(self, direction: int) -> None:
        """Go to the beginning of the next stretch that is not observed."""
        session = self._session
        found = next_unobserved(session.coding, session.frames, session.frame, direction)
        if found is None:
            self._tell_none("unobserved stretch", direction)
            return
        session.seek(found)

    def change_speed(self, steps: int) -> None:
        """Take the next faster (1) or slower (-1) speed of `SPEEDS`, in the same direction."""
        speed = self._player.speed
        beyond = [one for one in SPEEDS if (one - abs(speed)) * steps > 0]
        if beyond:
            size = min(beyond, key=lambda one: abs(one - abs(speed)))
            self._player.set_speed(-size if speed < 0 else size)

    def turn_round(self) -> None:
        """Play the other way from now on."""
        self._player.set_speed(-self._player.speed)
        self._player.play()

    def toggle_loop(self) -> None:
        """Loop what is selected, or stop looping."""
        if self._player.span is not None:
            self._player.stop_loop()
            return
        coding = self._session.coding
        chosen = [coding.events[key] for key in self._session.selection]
        if not chosen:
            self._session.tell("Select a bout to loop it.")
            return
        start = min(event.start_frame for event in chosen)
        self._player.loop(start, max(event.last_frame for event in chosen))
        self._player.play()

    def _tell_none(self, what: str, direction: int) -> None:
        self._session.tell(f"There is no {what} {'after' if direction > 0 else 'before'} this.")
