"""Which behaviours hold at the playhead: asked for every behaviour at every frame that is shown."""

from ethoprism_domains.annotation.editing import Change, Coding, Event

OpenBouts = dict[str, Event]


class Holding:
    """Finds the event of a behaviour that holds at a frame; bouts that are not stopped go on."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], OpenBouts] = {}

    def reset(self, coding: Coding) -> None:
        """Begin anew with another video's coding."""
        self._open = {}
        for event in coding.open_bouts():
            self._put(event)

    def note(self, change: Change) -> None:
        """Take in a change of the coding."""
        for event in change.removed:
            self._open.get((event.subject, event.behavior), {}).pop(event.event_id, None)
        for event in change.added:
            if event.is_open:
                self._put(event)

    def open_bouts(self) -> list[Event]:
        """Give the bouts that were started and not stopped, the first one first."""
        bouts = [event for group in self._open.values() for event in group.values()]
        return sorted(bouts, key=lambda event: event.start_frame)

    def at(
        self, coding: Coding, subject: str, behavior: str, frame: int, is_blind: bool = False
    ) -> Event | None:
        """Give the event that holds: an open bout, else what takes up the frame.

        What is judged present comes before the rest, people's events before predictions.

        Parameters
        ----------
        is_blind
            Leave out what only a probe has said.
        """
        still = self._open.get((subject, behavior))
        if still:
            return max(still.values(), key=lambda event: event.start_frame)
        found = coding.track(subject, behavior).overlapping(frame, frame + 1)
        seen = (event for event in found if not (is_blind and _is_predicted(event)))
        return min(seen, key=_rank, default=None)

    def _put(self, event: Event) -> None:
        self._open.setdefault((event.subject, event.behavior), {})[event.event_id] = event


def _is_predicted(event: Event) -> bool:
    return event.labeling_method == "automated"


def _rank(event: Event) -> tuple[bool, bool, int]:
    return event.judgement != "present", _is_predicted(event), -event.start_frame
