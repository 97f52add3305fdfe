"""What the timeline shows now, without saying how it is painted."""

from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Bool

from ethoprism_domains.annotation.editing import Event
from ethoprism_domains.annotation.editing.spans import Span, Spans
from napari_ethoprism.session import Session
from napari_ethoprism.views.timeline.curve import Curve
from napari_ethoprism.views.timeline.hits import Hit, find_hit
from napari_ethoprism.views.timeline.index import EventIndex, LaneEvents
from napari_ethoprism.views.timeline.lanes import Key, Lane, Layout, arrange
from napari_ethoprism.views.timeline.scale import Scale

RULER = 34  # pixels
PLAIN, WITH_PREDICTIONS = 22, 34  # pixels of a lane


@dataclass(frozen=True)
class Marks:
    """Spans that another view shows beneath the lanes, such as disagreements."""

    spans: Spans
    color: str


@dataclass
class Scene:
    """The lanes and what is in them.

    Parameters
    ----------
    head
        Pixels at the left for the lanes' names; scale and hits count from there.
    hidden
        Lanes that the user does not want to see.
    span
        A stretch of frames that the user has marked.
    """

    scale: Scale = field(default_factory=lambda: Scale(0, 0.0))
    layout: Layout = field(default_factory=lambda: Layout(top=RULER))
    index: EventIndex = field(default_factory=EventIndex)
    head: int = 150
    times: np.ndarray = field(default_factory=lambda: np.zeros(0))
    observed: Spans = ()
    is_blind: bool = False
    curves: dict[Key, Curve] = field(default_factory=dict)
    marks: dict[str, Marks] = field(default_factory=dict)
    hidden: set[Key] = field(default_factory=set)
    span: Span | None = None
    _chosen: dict[Key, list[Event]] = field(default_factory=dict)
    _masks: dict[Key, tuple[LaneEvents, np.ndarray]] = field(default_factory=dict)

    def read(self, session: Session) -> None:
        """Take everything anew from the session."""
        self.index = EventIndex.of(session.coding)
        self.times, self.observed = session.times, session.coding.observed
        self.is_blind = session.is_blind
        self.choose(session)
        if session.frames != self.scale.frames:
            self.scale = Scale(session.frames, self.scale.width)
        self.arrange(session)

    def arrange(self, session: Session) -> bool:
        """Choose the lanes and their height; tell whether they are others than before."""
        before = self.layout
        lanes = [lane for lane in self.all_lanes(session) if lane.key not in self.hidden]
        self._read_curves(session, lanes)
        marks = [Lane("", name, marks.color, kind="marks") for name, marks in self.marks.items()]
        self.layout = Layout((*marks, *lanes), RULER, self._lane_height(), before.scroll)
        return self.layout != before

    def all_lanes(self, session: Session) -> list[Lane]:
        """List the lanes there are, the hidden ones too, but no marks."""
        return arrange(session.ethogram, session.subject, self.index.filled(self.is_blind))

    def lane_at(self, y: float) -> Lane | None:
        """Find the lane at a pixel."""
        number = self.layout.number_at(y)
        return None if number is None else self.layout.lanes[number]

    def hit_at(self, x: float, y: float, playhead: int = 0) -> Hit | None:
        """Find the event at a pixel; `x` counts from the end of the names."""
        lane = self.lane_at(y)
        if lane is None or lane.kind == "marks" or x < 0:
            return None
        found = find_hit(self.index[lane.key], self.scale, x, self.is_blind)
        return found or self._open_hit(lane, x, playhead)

    def within(self, key: Key, start: int, stop: int, playhead: int) -> list[str]:
        """List a lane's events that take up a frame of ``[start, stop)``, as they are seen."""
        lane = self.index[key]
        numbers = lane.between(start, stop)
        found = lane.events[numbers[lane.shown(self.is_blind)[numbers]]]
        still_open = [
            bout.event_id
            for bout in self.index.open_bouts.values()
            if _key(bout) == key
            and bout.start_frame < stop
            and max(playhead, bout.start_frame) >= start
        ]
        return [*(event.event_id for event in found), *still_open]

    def choose(self, session: Session) -> set[Key]:
        """Take what is selected now; give the lanes that look different by it."""
        before, self._chosen, self._masks = self._chosen, {}, {}
        coded = session.coding.events
        for event in [coded[name] for name in session.selection if name in coded]:
            self._chosen.setdefault(_key(event), []).append(event)
        return {key for key in {*before, *self._chosen} if before.get(key) != self._chosen.get(key)}

    def chosen_of(self, key: Key) -> Bool[np.ndarray, " event"] | None:
        """Say which of a lane's events are selected; None if none is."""
        if key not in self._chosen:
            return None
        lane, known = self.index[key], self._masks.get(key)
        if known is None or known[0] is not lane:
            names = {event.event_id for event in self._chosen[key]}
            mask = np.array([event.event_id in names for event in lane.events], bool)
            known = self._masks[key] = lane, mask
        return known[1]

    def _open_hit(self, lane: Lane, x: float, playhead: int) -> Hit | None:
        """Find an open bout, which reaches to the playhead."""
        bouts = {key: bout for key, bout in self.index.open_bouts.items() if _key(bout) == lane.key}
        seen = [
            replace(bout, stop_frame=max(playhead, bout.start_frame) + 1) for bout in bouts.values()
        ]
        found = find_hit(LaneEvents.of(seen), self.scale, x) if seen else None
        if found is None:
            return None
        part = "start" if found.part == "start" else "body"
        return Hit(bouts[found.event.event_id], part)

    def _read_curves(self, session: Session, lanes: list[Lane]) -> None:
        if session.predictions is None or self.is_blind:
            self.curves = {}
            return
        for lane in lanes:
            if lane.key not in self.curves:
                values = session.predictions.curve(lane.subject, lane.behavior)
                if values is not None:
                    self.curves[lane.key] = Curve.of(values)

    def _lane_height(self) -> int:
        return WITH_PREDICTIONS if self.curves else PLAIN


def _key(event: Event) -> Key:
    return event.subject, event.behavior
