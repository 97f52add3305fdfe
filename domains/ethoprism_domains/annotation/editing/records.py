"""One event as an immutable record, for editing; and to and from the event table.

An open bout, one that was started and not yet stopped, has `stop_frame` None. It lives in the
journal only: the table holds what has a start and a stop.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

import pandas as pd

from ethoprism_domains.annotation.events import EVENT_COLUMNS, make_events


@dataclass(frozen=True, slots=True)
class Event:
    """One event of one video; the fields are those of the event table, without `video`.

    Parameters
    ----------
    stop_frame
        First frame after a state; a point's own frame; None while a bout is open.
    start_s, stop_s, confidence
        None where nobody knows.
    """

    event_id: str
    behavior: str
    start_frame: int
    stop_frame: int | None
    subject: str = ""
    kind: str = "state"
    start_s: float | None = None
    stop_s: float | None = None
    modifiers: str = ""
    judgement: str = "present"
    labeling_method: str = "manual"
    annotator: str = ""
    confidence: float | None = None
    model: str = ""
    comment: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the bout was started and not yet stopped."""
        return self.stop_frame is None

    @property
    def last_frame(self) -> int:
        """The end of the frames it takes up, exclusive: a point takes up one frame."""
        if self.stop_frame is None:
            return self.start_frame + 1
        return max(self.stop_frame, self.start_frame + 1)

    def __str__(self) -> str:
        who = f" of {self.subject}" if self.subject else ""
        if self.kind == "point":
            return f"{self.behavior}{who} at {self.start_frame}"
        return f"{self.behavior}{who} {self.start_frame}-{'' if self.is_open else self.stop_frame}"


_DEFAULTS = {item.name: item.default for item in fields(Event) if item.default is not MISSING}
_FIELDS = tuple(item.name for item in fields(Event))


def event_mapping(event: Event) -> dict[str, Any]:
    """Give an event's fields as plain values, without those that have their default."""
    return {
        name: value
        for name in _FIELDS
        if (value := getattr(event, name)) != _DEFAULTS.get(name, MISSING)
    }


def event_from(mapping: Mapping[str, Any]) -> Event:
    """Make the event of `event_mapping`; fields that are not known are left out."""
    return Event(**{name: mapping[name] for name in _FIELDS if name in mapping})


def event_table(events: Iterable[Event], video: str) -> pd.DataFrame:
    """Make the event table of one video, in the order of time; open bouts are not in it."""
    closed = sorted((event for event in events if not event.is_open), key=order)
    columns = {name: [getattr(event, name) for event in closed] for name in _FIELDS}
    return make_events(pd.DataFrame(columns | {"video": [video] * len(closed)}))


def events_from_table(table: pd.DataFrame) -> tuple[Event, ...]:
    """Make a record of each row of an event table; the column `video` is left out."""
    columns = [table[name].tolist() for name in EVENT_COLUMNS if name != "video"]
    names = [name for name in EVENT_COLUMNS if name != "video"]
    return tuple(
        Event(**{name: _known(value) for name, value in zip(names, row, strict=True)})
        for row in zip(*columns, strict=True)
    )


def order(event: Event) -> tuple[int, int, str, str, str]:
    """Sort events by time, then by what tells them apart."""
    return event.start_frame, event.last_frame, event.subject, event.behavior, event.event_id


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
