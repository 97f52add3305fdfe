"""What can be wrong with an event table, told all at once, each with its row and its reason."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.behaviors import BEHAVIOR_KINDS, name_is_clean
from ethoprism_domains.annotation.ethogram import Ethogram

JUDGEMENTS = ("present", "absent", "unsure")
LABELING_METHODS = ("manual", "automated", "curated")

_CHOICES = {
    "kind": BEHAVIOR_KINDS,
    "judgement": JUDGEMENTS,
    "labeling_method": LABELING_METHODS,
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with one event.

    Parameters
    ----------
    row
        Position in the table, from 0.
    """

    row: int
    reason: str

    def __str__(self) -> str:
        return f"row {self.row}: {self.reason}"


def validate_events(
    events: pd.DataFrame,
    ethogram: Ethogram | None = None,
    frame_counts: Mapping[str, int] | None = None,
) -> list[Problem]:
    """Find all that is wrong with a table of events.

    Parameters
    ----------
    events
        With the columns and types of `EVENT_COLUMNS`, as `make_events` gives them.
    ethogram
        The behaviours there are; without one, any name will do.
    frame_counts
        The number of frames of videos; events must lie within. Videos not named are not checked.

    Returns
    -------
    The problems in the order of the rows; empty if all is well.
    """
    problems = [*_span_problems(events), *_text_problems(events)]
    if ethogram is not None:
        problems += ethogram_problems(events, ethogram)
    if frame_counts is not None:
        problems += length_problems(events, frame_counts)
    return sorted(problems, key=lambda problem: problem.row)


def refuse(problems: Sequence[Problem], where: object, lines: Sequence[int] | None = None) -> None:
    """Raise one error for a list of problems; return if it is empty.

    Parameters
    ----------
    where
        The file or table they are in.
    lines
        The line of the file that each row came from, if it came from one.
    """
    if not problems:
        return
    first = problems[0]
    row = f"row {first.row}" if lines is None else f"line {lines[first.row]}"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    raise EthoprismError(first.reason + more, f"{where} {row}", "correct it there")


def ethogram_problems(events: pd.DataFrame, ethogram: Ethogram) -> Iterator[Problem]:
    """Tell which events are of no behaviour of the ethogram, or of another kind."""
    kinds = {behavior.name: behavior.kind for behavior in ethogram}
    told = f"is not in the ethogram ({', '.join(ethogram.names)})"
    unknown = _each(events, "behavior", lambda name: name not in kinds)
    yield from _where(events, unknown, lambda e: f"behaviour {e.behavior!r} {told}")
    # that a point behaviour was absent or unsure is said of a span
    columns = events[["behavior", "kind", "judgement"]].to_numpy(dtype=object)
    wrong = [
        judgement == "present" and kinds.get(behavior, kind) != kind
        for behavior, kind, judgement in columns.tolist()
    ]
    yield from _where(
        events,
        np.array(wrong, dtype=bool),
        lambda e: f"{e.kind} event of {e.behavior!r}, which is a {kinds[e.behavior]} behaviour",
    )


def length_problems(events: pd.DataFrame, counts: Mapping[str, int]) -> Iterator[Problem]:
    """Tell which events lie beyond the end of their video, given the frames of some videos."""
    length = np.array([counts.get(video, np.inf) for video in events["video"].tolist()])
    stop = events["stop_frame"].to_numpy()
    last = stop + (events["kind"] == "point").to_numpy()
    yield from _where(
        events,
        last > length,
        lambda e: (
            f"frame {e.stop_frame} is beyond the end of {e.video}, "
            f"which has {counts[e.video]} frames"
        ),
    )


def _where(
    events: pd.DataFrame, wrong: np.ndarray, tell: Callable[[pd.Series], str]
) -> Iterator[Problem]:
    for row in np.flatnonzero(wrong).tolist():
        yield Problem(row, tell(events.iloc[row]))


def _teller(column: str, what: str) -> Callable[[pd.Series], str]:
    return lambda event: f"{column} {event[column]!r} {what}"


def _span_problems(events: pd.DataFrame) -> Iterator[Problem]:
    start, stop = events["start_frame"].to_numpy(), events["stop_frame"].to_numpy()
    kind = events["kind"].to_numpy(dtype=object)
    yield from _where(events, start < 0, lambda e: f"start_frame {e.start_frame} is negative")
    yield from _where(
        events, stop < start, lambda e: f"stop {e.stop_frame} is before start {e.start_frame}"
    )
    yield from _where(
        events,
        (kind == "point") & (stop > start),
        lambda e: f"a point event from {e.start_frame} to {e.stop_frame}: a point has no duration",
    )
    yield from _where(
        events,
        (kind == "state") & (stop == start),
        lambda e: f"a state from {e.start_frame} to {e.stop_frame} holds no frame",
    )


def _text_problems(events: pd.DataFrame) -> Iterator[Problem]:
    for column, choices in _CHOICES.items():
        wrong = ~_each(events, column, choices.__contains__)
        yield from _where(events, wrong, _teller(column, f"is none of {', '.join(choices)}"))
    for column in ("event_id", "video", "behavior"):
        wrong = _each(events, column, lambda name: not name_is_clean(name))
        yield from _where(events, wrong, _teller(column, "is empty or has stray characters"))
    wrong = _each(events, "subject", lambda name: name != "" and not name_is_clean(name))
    yield from _where(events, wrong, _teller("subject", "has stray characters"))
    twice = events["event_id"].duplicated().to_numpy()
    yield from _where(events, twice, _teller("event_id", "stands there twice"))
    confidence = events["confidence"].to_numpy()
    wrong = (confidence < 0) | (confidence > 1)
    yield from _where(events, wrong, lambda e: f"confidence {e.confidence} is not within 0 and 1")


def _each(events: pd.DataFrame, column: str, ask: Callable[[str], bool]) -> np.ndarray:
    """Ask once of each different text in a column."""
    names = events[column].to_numpy(dtype=object).tolist()
    answers = {name: ask(name) for name in set(names)}
    return np.array([answers[name] for name in names], dtype=bool)
