"""The event table: what was seen, when, by whom, and which frames somebody looked at.

Frames are the truth, seconds are derived from the video's frame times; both are stored. A state's
span is half-open, `[start_frame, stop_frame)`; a point event has `stop_frame == start_frame`.
Frames outside the observed intervals are not assessed: nothing is known about them.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.behaviors import Behavior
from ethoprism_domains.annotation.ethogram import Ethogram
from ethoprism_domains.annotation.validation import refuse, validate_events

EVENT_COLUMNS: Mapping[str, str] = {
    "event_id": "str",
    "video": "str",
    "subject": "str",
    "behavior": "str",
    "kind": "str",
    "start_frame": "int64",
    "stop_frame": "int64",
    "start_s": "float64",
    "stop_s": "float64",
    "modifiers": "str",
    "judgement": "str",
    "labeling_method": "str",
    "annotator": "str",
    "confidence": "float64",
    "model": "str",
    "comment": "str",
}
OBSERVED_COLUMNS: Mapping[str, str] = {
    "video": "str",
    "start_frame": "int64",
    "stop_frame": "int64",
}

_REQUIRED = ("video", "behavior", "start_frame", "stop_frame")
_DEFAULTS = {"judgement": "present", "labeling_method": "manual"}
_IDENTITY = ["video", "subject", "behavior", "start_frame", "stop_frame", "annotator", "model"]


@dataclass(frozen=True, eq=False)
class Annotations:
    """Events, the intervals that were observed, and the ethogram that both refer to.

    Parameters
    ----------
    events
        Columns `EVENT_COLUMNS`; those that are missing are filled as `make_events` does.
    observed
        Columns `OBSERVED_COLUMNS`; intervals that touch are joined.

    Raises
    ------
    EthoprismError
        If an event contradicts itself or the ethogram; it tells the first one and how many more.
    """

    events: pd.DataFrame
    observed: pd.DataFrame
    ethogram: Ethogram

    def __post_init__(self) -> None:
        events = make_events(self.events)
        refuse(validate_events(events, self.ethogram), "the events'")
        object.__setattr__(self, "events", events)
        object.__setattr__(self, "observed", make_observed(self.observed))

    @property
    def videos(self) -> tuple[str, ...]:
        """The names of the videos that have events or were observed, in order of appearance."""
        names = pd.concat([self.events["video"], self.observed["video"]])
        return tuple(names.unique())

    def of_video(self, video: str) -> "Annotations":
        """Keep one video's events and observed intervals."""
        events = self.events[self.events["video"] == video]
        observed = self.observed[self.observed["video"] == video]
        return Annotations(events, observed, self.ethogram)


def empty_events() -> pd.DataFrame:
    """Make an event table without rows."""
    return make_events([])


def make_events(records: pd.DataFrame | Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Make an event table of all columns, in their order and types.

    `video`, `behavior`, `start_frame` and `stop_frame` are needed. The rest may be missing: `kind`
    is taken from the span, seconds and confidence are NaN, text is empty, `judgement` is present,
    `labeling_method` is manual, and `event_id` is derived from what the event says, so that
    reading the same file again gives the same ids.

    Raises
    ------
    EthoprismError
        If a needed column is missing, or a value is not of its column's type.
    """
    table = _frame(records, EVENT_COLUMNS, _REQUIRED, "the events")
    for column, default in _DEFAULTS.items():
        table[column] = table[column].where(table[column] != "", default)
    span = np.where(table["stop_frame"] == table["start_frame"], "point", "state")
    table["kind"] = table["kind"].where(table["kind"] != "", span)
    unnamed = table["event_id"] == ""
    if unnamed.any():
        table["event_id"] = table["event_id"].where(~unnamed, _event_ids(table))
    return table


def make_observed(records: pd.DataFrame | Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Make a table of observed intervals, sorted, joined where they touch, without empty ones.

    Raises
    ------
    EthoprismError
        If a column is missing, a value is not a whole number, or an interval is reversed.
    """
    table = _frame(records, OBSERVED_COLUMNS, tuple(OBSERVED_COLUMNS), "the observed intervals")
    wrong = table[(table["start_frame"] < 0) | (table["stop_frame"] < table["start_frame"])]
    if len(wrong):
        first = wrong.iloc[0]
        raise EthoprismError(
            f"observed from frame {first.start_frame} to {first.stop_frame}", first.video
        )
    table = table[table["stop_frame"] > table["start_frame"]]
    joined = [
        {"video": video, "start_frame": start, "stop_frame": stop}
        for video, rows in table.groupby("video", sort=False)
        for start, stop in _union(rows[["start_frame", "stop_frame"]].to_numpy())
    ]
    return _frame(joined, OBSERVED_COLUMNS, (), "the observed intervals")


def derive_ethogram(events: pd.DataFrame) -> Ethogram:
    """Make an ethogram of the behaviours that occur, in order of appearance.

    A behaviour of which only points were seen is a point behaviour.
    """
    present = events[events["judgement"] == "present"]
    stateful = set(present.loc[present["kind"] != "point", "behavior"])
    pointed = set(present["behavior"]) - stateful
    names = events["behavior"].unique()
    return Ethogram(tuple(Behavior(n, kind="point" if n in pointed else "state") for n in names))


def _frame(
    records: pd.DataFrame | Iterable[Mapping[str, Any]],
    columns: Mapping[str, str],
    required: tuple[str, ...],
    what: str,
) -> pd.DataFrame:
    given = records if isinstance(records, pd.DataFrame) else pd.DataFrame(list(records))
    missing = [name for name in required if name not in given.columns]
    if missing and len(given):
        raise EthoprismError(f"{what} have no {', '.join(missing)}", None, "add the column")
    table = pd.DataFrame(index=pd.RangeIndex(len(given)))
    for name, kind in columns.items():
        values = given[name].reset_index(drop=True) if name in given.columns else None
        table[name] = _typed(values, kind, len(given), f"{what}' {name}")
    return table


def _typed(values: pd.Series | None, kind: str, length: int, what: str) -> pd.Series:
    if values is None:
        empty = {"str": "", "float64": np.nan, "int64": 0}[kind]
        return pd.Series([empty] * length, dtype=kind)
    if kind == "str":
        return values.fillna("").astype("str")
    try:
        numbers = pd.to_numeric(values)
        if kind == "int64" and not (np.asarray(numbers) % 1 == 0).all():
            raise ValueError("not whole")
        return numbers.astype(np.dtype(kind))
    except (ValueError, TypeError, OverflowError) as error:
        needed = "whole numbers" if kind == "int64" else "numbers"
        raise EthoprismError(f"{what} must be {needed}", None, f"correct it ({error})") from error


def _event_ids(events: pd.DataFrame) -> list[str]:
    """Hash what each event says; equal events are told apart by their count."""
    said = events[_IDENTITY].astype("str").agg("\x1f".join, axis=1)
    again = said.groupby(said).cumcount()
    return [
        hashlib.blake2b(f"{text}\x1f{count}".encode(), digest_size=8).hexdigest()
        for text, count in zip(said, again, strict=True)
    ]


def _union(spans: np.ndarray) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, stop in sorted((int(start), int(stop)) for start, stop in spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined
