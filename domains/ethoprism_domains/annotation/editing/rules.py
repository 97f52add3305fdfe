"""What editing must respect: the ethogram, the video's frames, who codes, and overlaps."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.behaviors import name_is_clean
from ethoprism_domains.annotation.editing.records import Event
from ethoprism_domains.annotation.ethogram import Ethogram
from ethoprism_domains.annotation.timing import frame_edges
from ethoprism_domains.annotation.validation import JUDGEMENTS

OVERLAPS = ("refuse", "truncate", "allow")


def _new_id() -> str:
    return uuid.uuid4().hex[:16]


@dataclass(frozen=True, eq=False)
class Rules:
    """What every edit of a video is checked against and completed from.

    Parameters
    ----------
    annotator
        Who edits; noted in the events that this person makes or judges.
    ethogram
        The behaviours and subjects there are; without one, any name will do.
    frame_times
        The video's frame times in seconds: gives events their seconds, and the video its end.
    overlaps
        What happens where a state would hold at once with one that it excludes (its own behaviour
        is one of these): ``refuse`` the edit, ``truncate`` the other events, or ``allow`` it.
    new_id
        Makes the id of a new event.
    """

    annotator: str = ""
    ethogram: Ethogram | None = None
    frame_times: np.ndarray | None = None
    overlaps: str = "refuse"
    new_id: Callable[[], str] = _new_id

    def __post_init__(self) -> None:
        if self.overlaps not in OVERLAPS:
            told = f"unknown rule for overlaps {self.overlaps!r}"
            raise EthoprismError(told, None, f"choose among {', '.join(OVERLAPS)}")

    @cached_property
    def _edges(self) -> list[float] | None:
        if self.frame_times is None or not len(self.frame_times):
            return None
        return [float(edge) for edge in frame_edges(np.asarray(self.frame_times, np.float64))]

    def seconds(self, frame: int | None) -> float | None:
        """Give the time at which a frame begins; None where it is not known."""
        known = self._edges is not None and frame is not None and 0 <= frame < len(self._edges)
        return self._edges[frame] if known and self._edges and frame is not None else None

    def kind_of(self, behavior: str) -> str | None:
        """Give a behaviour's kind, if the ethogram tells it."""
        known = self.ethogram is not None and behavior in self.ethogram
        return self.ethogram[behavior].kind if known and self.ethogram else None

    def excluded_by(self, behavior: str) -> tuple[str, ...]:
        """Name the behaviours that cannot hold at once with a behaviour, itself first."""
        if self.ethogram is None or behavior not in self.ethogram:
            return (behavior,)
        return (behavior, *self.ethogram[behavior].excludes)

    def check_frames(self, start: int, stop: int) -> None:
        """Refuse frames that the video does not have; `stop` is exclusive."""
        if start < 0:
            raise EthoprismError(f"frame {start} is before the video", None, "count from 0")
        if self._edges is not None and stop > len(self._edges) - 1:
            count = len(self._edges) - 1
            raise EthoprismError(
                f"frame {stop} is beyond the video's end", None, f"it has {count} frames"
            )

    def check(self, event: Event) -> None:
        """Refuse an event that contradicts itself, the ethogram or the video.

        Raises
        ------
        EthoprismError
            Naming what is wrong and with which event.
        """
        self.check_frames(event.start_frame, event.last_frame)
        _check_span(event)
        if event.judgement not in JUDGEMENTS:
            _refuse(f"judgement {event.judgement!r} is none of {', '.join(JUDGEMENTS)}", event)
        if event.confidence is not None and not 0 <= event.confidence <= 1:
            _refuse(f"confidence {event.confidence} is not within 0 and 1", event)
        _check_text(event)
        if self.ethogram is not None:
            _check_names(event, self.ethogram)


def _check_span(event: Event) -> None:
    start, stop = event.start_frame, event.stop_frame
    if event.kind == "state" and stop is not None and stop <= start:
        _refuse(f"a state from {start} to {stop} holds no frame", event)
    if event.kind == "point" and stop != start:
        _refuse(f"a point event from {start} to {stop}: a point has no duration", event)


def _check_text(event: Event) -> None:
    if not name_is_clean(event.behavior):
        _refuse(f"{event.behavior!r} is no name for a behaviour", event)
    if event.subject and not name_is_clean(event.subject):
        _refuse(f"{event.subject!r} is no name for a subject", event)
    for text in (event.modifiers, event.comment, event.annotator, event.model):
        # a table cannot hold these: no alphabet spells them
        if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            _refuse(f"{text!r} has characters that cannot be written", event)


def _check_names(event: Event, ethogram: Ethogram) -> None:
    if event.behavior not in ethogram:
        known = ", ".join(ethogram.names)
        _refuse(f"behaviour {event.behavior!r} is not in the ethogram", event, f"it has {known}")
    behavior = ethogram[event.behavior]
    if event.judgement == "present" and event.kind != behavior.kind:
        _refuse(f"a {event.kind} event of a {behavior.kind} behaviour", event)
    if event.subject and not behavior.per_subject:
        _refuse(f"{event.behavior!r} concerns the whole scene, not {event.subject!r}", event)
    subjects = ethogram.subject_names
    if event.subject and subjects and event.subject not in subjects:
        told = f"subject {event.subject!r} is not in the ethogram"
        _refuse(told, event, f"it has {', '.join(subjects)}")


def _refuse(what: str, event: Event, remedy: str | None = None) -> None:
    raise EthoprismError(what, f"the event {event}", remedy)
