"""The loss report: what a file held that could not be read, or an annotation that no file holds."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ethoprism_domains.annotation import Annotations, Behavior, Ethogram, Subject, make_events

# what is compared of an event and its counterpart, and what to call it
_DETAILS = {
    "subject": "subjects of events",
    "kind": "events' being a point or a state",
    "modifiers": "modifiers of events",
    "labeling_method": "labelling methods (manual, automated, curated)",
    "annotator": "annotators' names of events",
    "confidence": "confidences of events",
    "model": "models' names of events",
    "comment": "comments of events",
}
_OF_BEHAVIORS = {
    "kind": "behaviours' being a point or a state",
    "description": "descriptions of behaviours",
    "category": "categories of behaviours",
    "color": "colours of behaviours",
    "key": "keys of behaviours",
    "modifiers": "lists of modifiers of behaviours",
    "excludes": "exclusions of behaviours",
    "per_subject": "behaviours' being of a subject or of the scene",
}
_OF_SUBJECTS = {"key": "keys of subjects", "description": "descriptions of subjects"}
_SPAN = ["video", "behavior", "judgement", "start_frame", "stop_frame"]
_TRACK = ["video", "subject", "behavior", "judgement"]


@dataclass(frozen=True)
class Loss:
    """One kind of thing that did not come through, or is in doubt.

    Parameters
    ----------
    what
        In the plural, as it follows a number: "comments of events".
    count
        How many.
    where
        The first of them: the event, the line or the video.
    """

    what: str
    count: int
    where: str = ""

    def __str__(self) -> str:
        return f"{self.count} {self.what}" + (f", first: {self.where}" if self.where else "")


@dataclass(frozen=True)
class LossReport:
    """All that did not come through on reading or writing a file; false if everything did."""

    losses: tuple[Loss, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.losses)

    def __iter__(self) -> Iterator[Loss]:
        return iter(self.losses)

    def __len__(self) -> int:
        return len(self.losses)

    def __add__(self, other: "LossReport") -> "LossReport":
        return LossReport((*self.losses, *other.losses))

    def __str__(self) -> str:
        return "\n".join(map(str, self.losses)) or "nothing was lost"


class LossCounter:
    """Counts what a reader has to leave out, while it reads."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._first: dict[str, str] = {}

    def add(self, what: str, where: object = "", count: int = 1) -> None:
        """Count something that does not come through; the first `where` is kept."""
        if count:
            self._counts[what] = self._counts.get(what, 0) + count
            self._first.setdefault(what, " ".join(str(where).split()))

    def report(self) -> LossReport:
        """Give what was counted, in the order of its first appearance."""
        counts = self._counts.items()
        return LossReport(tuple(Loss(what, n, self._first[what]) for what, n in counts))


def difference(given: Annotations, kept: Annotations) -> LossReport:
    """Tell what `kept` lacks of `given`: events, their details, observed frames, the ethogram.

    An event's counterpart is one of the same span; else one of the same span and another subject;
    else one of the same subject and behaviour that it overlaps: then its limits were changed.
    Event ids that were made from what the event says are made anew and not counted.
    """
    losses = LossCounter()
    partners = _partners(given.events, kept.events)
    _compare_events(given.events, kept.events, partners, losses)
    _compare_observed(given, kept, losses)
    _compare_ethograms(given.ethogram, kept.ethogram, losses)
    return losses.report()


def place_of(event: pd.Series) -> str:
    """Say which event it is: ``walk of A in v.mp4 at frame 3``."""
    subject = f" of {event['subject']}" if event["subject"] else ""
    return f"{event['behavior']}{subject} in {event['video']} at frame {event['start_frame']}"


def _partners(given: pd.DataFrame, kept: pd.DataFrame) -> np.ndarray:
    """Give the row of `kept` that stands for each row of `given`; -1 if there is none."""
    partner = np.full(len(given), -1)
    free = np.ones(len(kept), bool)
    for columns in ([*_SPAN, "subject"], _SPAN):
        rows_of: dict[tuple[object, ...], list[int]] = defaultdict(list)
        kept_keys, keys = _keys(kept, columns), _keys(given, columns)
        for row in np.flatnonzero(free)[::-1].tolist():
            rows_of[kept_keys[row]].append(row)
        for row in np.flatnonzero(partner < 0).tolist():
            if rows_of.get(keys[row]):
                partner[row] = rows_of[keys[row]].pop()
                free[partner[row]] = False
    _pair_overlaps(given, kept, partner)
    return partner


def _pair_overlaps(given: pd.DataFrame, kept: pd.DataFrame, partner: np.ndarray) -> None:
    """Give each event without a partner the first that it overlaps, of the same subject."""
    tracks: dict[tuple[object, ...], list[tuple[int, int, int]]] = defaultdict(list)
    spans = list(zip(kept["start_frame"], kept["stop_frame"], strict=True))
    for row, key in enumerate(_keys(kept, _TRACK)):
        tracks[key].append((spans[row][1], spans[row][0], row))
    for track in tracks.values():
        track.sort()
    keys = _keys(given, _TRACK)
    for row in np.flatnonzero(partner < 0).tolist():
        start, stop = given["start_frame"].iloc[row], given["stop_frame"].iloc[row]
        track = tracks.get(keys[row], [])
        at = bisect_left(track, (start, 0, 0))
        if at < len(track) and track[at][1] <= stop:
            partner[row] = track[at][2]


def _keys(events: pd.DataFrame, columns: list[str]) -> list[tuple[object, ...]]:
    return list(zip(*(events[column].tolist() for column in columns), strict=True))


def _compare_events(
    given: pd.DataFrame, kept: pd.DataFrame, partners: np.ndarray, losses: LossCounter
) -> None:
    for row in np.flatnonzero(partners < 0).tolist():
        event = given.iloc[row]
        losses.add(_kind_of_event(event), place_of(event))
    matched = np.flatnonzero(partners >= 0)
    before, after = given.iloc[matched], kept.iloc[partners[matched]]
    moved = [
        before[column].to_numpy() != after[column].to_numpy()
        for column in ("start_frame", "stop_frame")
    ]
    _count(np.logical_or(*moved), before, "events whose limits changed", losses)
    for column, what in _DETAILS.items():
        differs = [not _same(*pair) for pair in zip(before[column], after[column], strict=True)]
        _count(np.array(differs, bool), before, what, losses)
    own_ids = given["event_id"] != make_events(given.drop(columns="event_id"))["event_id"]
    changed = before["event_id"].to_numpy() != after["event_id"].to_numpy()
    _count(changed & own_ids.to_numpy()[matched], before, "event ids", losses)


def _kind_of_event(event: pd.Series) -> str:
    return f"{event['kind']} events" + (
        "" if event["judgement"] == "present" else f" judged {event['judgement']}"
    )


def _count(mask: np.ndarray, events: pd.DataFrame, what: str, losses: LossCounter) -> None:
    if mask.any():
        losses.add(what, place_of(events.iloc[int(mask.argmax())]), int(mask.sum()))


def _same(one: object, other: object) -> bool:
    both_nan = one != one and other != other
    return both_nan or one == other


def _compare_observed(given: Annotations, kept: Annotations, losses: LossCounter) -> None:
    def intervals(annotations: Annotations, video: str) -> list[list[object]]:
        own = annotations.observed[annotations.observed["video"] == video]
        return own.to_numpy(dtype=object).tolist()

    for video in given.videos:
        if intervals(given, video) != intervals(kept, video):
            losses.add("videos whose observed frames changed", video)


def _compare_ethograms(given: Ethogram, kept: Ethogram, losses: LossCounter) -> None:
    known = {behavior.name: behavior for behavior in kept}
    subjects = {subject.name: subject for subject in kept.subjects}
    for behavior in given:
        if behavior.name not in known:
            losses.add("behaviours of the ethogram", behavior.name)
        else:
            _compare_items(behavior, known[behavior.name], _OF_BEHAVIORS, losses)
    for subject in given.subjects:
        if subject.name not in subjects:
            losses.add("subjects of the ethogram", subject.name)
        else:
            _compare_items(subject, subjects[subject.name], _OF_SUBJECTS, losses)


def _compare_items(
    before: Behavior | Subject,
    after: Behavior | Subject,
    names: dict[str, str],
    losses: LossCounter,
) -> None:
    for field, what in names.items():
        if getattr(before, field) != getattr(after, field):
            losses.add(what, before.name)


def merge_reports(reports: Iterable[LossReport]) -> LossReport:
    """Add up several reports, alike losses together."""
    losses = LossCounter()
    for report in reports:
        for loss in report:
            losses.add(loss.what, loss.where, loss.count)
    return losses.report()
