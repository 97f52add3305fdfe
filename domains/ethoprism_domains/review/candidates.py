"""One thing to look at: a predicted bout, or a stretch where a bout was nearly predicted."""

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Candidate:
    """A stretch of a video that a person should judge.

    Parameters
    ----------
    video, subject, behavior
        Whose behaviour it is about, and where; an empty subject is the whole scene.
    start_frame, stop_frame
        Its frames, half-open; a point takes up one.
    event_id
        The predicted event; empty where the probe predicted none.
    probability
        The mean over its frames.
    doubt
        From 0, the probe is sure, to 1.
    reason
        Why it is doubtful, in a few words.
    """

    video: str
    subject: str
    behavior: str
    start_frame: int
    stop_frame: int
    event_id: str
    probability: float
    doubt: float
    reason: str

    @property
    def is_missed(self) -> bool:
        """Whether the probe predicted nothing here."""
        return not self.event_id

    def to_mapping(self) -> dict[str, Any]:
        """Give plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_mapping(cls, mapping: dict[str, Any]) -> "Candidate":
        """Read what `to_mapping` gave."""
        return cls(**{field.name: mapping[field.name] for field in fields(cls)})


@dataclass(frozen=True)
class Queue:
    """What to review, the first to look at first.

    Parameters
    ----------
    candidates
        In order.
    unjudged
        How many predicted bouts of the probe nobody has judged, those beyond the queue included.
    """

    candidates: tuple[Candidate, ...]
    unjudged: int

    def to_mapping(self) -> dict[str, Any]:
        """Give plain values, for JSON."""
        items = [candidate.to_mapping() for candidate in self.candidates]
        return {"candidates": items, "unjudged": self.unjudged}

    @classmethod
    def from_mapping(cls, mapping: dict[str, Any]) -> "Queue":
        """Read what `to_mapping` gave."""
        items = tuple(Candidate.from_mapping(item) for item in mapping["candidates"])
        return cls(items, mapping["unjudged"])
