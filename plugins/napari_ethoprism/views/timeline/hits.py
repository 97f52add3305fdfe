"""What lies under the mouse: an event, and which part of it."""

from dataclasses import dataclass

import numpy as np

from ethoprism_domains.annotation.editing import Event
from napari_ethoprism.views.timeline.index import LaneEvents
from napari_ethoprism.views.timeline.scale import Scale

REACH = 5.0  # pixels from an edge within which it is grasped
TICK_REACH = 4.0  # the same for a point and a very short bout


@dataclass(frozen=True)
class Hit:
    """An event, and the ``start``, ``stop`` or ``body`` of it."""

    event: Event
    part: str


def find_hit(lane: LaneEvents, scale: Scale, x: float, is_blind: bool = False) -> Hit | None:
    """Find the event at a pixel: the one whose middle is nearest of those that lie there."""
    first = scale.frame_at(x - TICK_REACH - 1)
    last = scale.frame_at(x + TICK_REACH + 1) + 1
    numbers = lane.between(first, last)
    numbers = numbers[lane.shown(is_blind)[numbers]]
    if not len(numbers):
        return None
    left = scale.x_of(lane.starts[numbers].astype(np.float64))
    right = scale.x_of(lane.stops[numbers].astype(np.float64))
    outside = np.maximum(np.maximum(left - x, x - right), 0.0)
    if outside.min() > TICK_REACH:
        return None
    # inside before beside; of several, the shorter one, for a longer one can be had elsewhere
    best = int(np.lexsort((right - left, outside))[0])
    event: Event = lane.events[numbers[best]]
    return Hit(event, _part(event, x - left[best], right[best] - x))


def _part(event: Event, after: float, before: float) -> str:
    """Name the part that lies `after` pixels behind the start and `before` the stop."""
    if event.kind == "point":
        return "body"
    reach = min(REACH, max((after + before) / 3, 1.0))  # a short bout keeps a body to click on
    if after < reach or before < reach:
        return "start" if after < before else "stop"
    return "body"
