"""The event table: what was seen, when, by whom, and which frames somebody looked at.

Frames are the truth, seconds are derived from the video's frame times; both are stored. A state's
span is half-open, `[start_frame, stop_frame)`; a point event has `stop_frame == start_frame`.
Frames outside the observed intervals are not assessed: nothing is known about them.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.behaviors import Behavior, Subject
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
_LARGEST = 2**53  # beyond it a float is no longer a whole number for sure
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
        refuse(validate_events(events, self.ethogram), "the events:")
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
    columns = _columns(records, EVENT_COLUMNS, _REQUIRED, "the events")
    for column, default in _DEFAULTS.items():
        columns[column] = _filled(columns[column], default)
    is_point = columns["stop_frame"] == columns["start_frame"]
    columns["kind"] = _filled(columns["kind"], np.where(is_point, "point", "state"))
    if (columns["event_id"] == "").any():
        columns["event_id"] = _filled(columns["event_id"], _event_ids(columns))
    return _table(columns, EVENT_COLUMNS)


def make_observed(records: pd.DataFrame | Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Make a table of observed intervals, sorted, joined where they touch, without empty ones.

    Raises
    ------
    EthoprismError
        If a column is missing, a value is not a whole number, or an interval is reversed.
    """
    what = "the observed intervals"
    columns = _columns(records, OBSERVED_COLUMNS, tuple(OBSERVED_COLUMNS), what)
    table = _table(columns, OBSERVED_COLUMNS)
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
    return _table(_columns(joined, OBSERVED_COLUMNS, (), what), OBSERVED_COLUMNS)


def derive_ethogram(events: pd.DataFrame) -> Ethogram:
    """Make an ethogram of the behaviours and subjects that occur, in order of appearance.

    A behaviour of which only points were seen is a point behaviour.
    """
    present = events[events["judgement"] == "present"]
    stateful = set(present.loc[present["kind"] != "point", "behavior"])
    pointed = set(present["behavior"]) - stateful
    names = events["behavior"].unique()
    behaviors = tuple(Behavior(n, kind="point" if n in pointed else "state") for n in names)
    subjects = tuple(Subject(name) for name in events["subject"].unique() if name)
    return Ethogram(behaviors, subjects)


def _columns(
    records: pd.DataFrame | Iterable[Mapping[str, Any]],
    kinds: Mapping[str, str],
    required: tuple[str, ...],
    what: str,
) -> dict[str, np.ndarray]:
    """Take the columns out of records; text as objects, what is missing as empty."""
    given = records if isinstance(records, pd.DataFrame) else pd.DataFrame(list(records))
    missing = [name for name in required if name not in given.columns]
    if missing and len(given):
        raise EthoprismError(f"{what} have no {', '.join(missing)}", None, "add the column")
    empty = {"str": "", "float64": np.nan, "int64": 0}
    return {
        name: _typed(given[name], kind, f"{what}' {name}")
        if name in given.columns
        else np.full(len(given), empty[kind], object if kind == "str" else kind)
        for name, kind in kinds.items()
    }


def _typed(values: pd.Series, kind: str, what: str) -> np.ndarray:
    if kind == "str":
        return values.where(values.notna(), "").astype("str").to_numpy(dtype=object)
    try:
        numbers = pd.to_numeric(values).to_numpy(dtype=np.float64)
    except (ValueError, TypeError, OverflowError) as error:
        raise EthoprismError(f"{what} must be numbers", None, f"correct it ({error})") from error
    if kind == "int64" and not ((numbers % 1 == 0) & (np.abs(numbers) < _LARGEST)).all():
        raise EthoprismError(f"{what} must be whole numbers", None, "correct it")
    return numbers.astype(kind)


def _table(columns: Mapping[str, np.ndarray], kinds: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: pd.Series(columns[name], dtype=np.dtype(kind) if kind != "str" else "str")
            for name, kind in kinds.items()
        }
    )


def _filled(texts: np.ndarray, default: str | np.ndarray) -> np.ndarray:
    return np.where(texts == "", default, texts)


def _event_ids(columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """Hash what each event says; equal events are told apart by their count."""
    times_said: Counter[str] = Counter()
    ids = []
    for said in zip(*(columns[name].tolist() for name in _IDENTITY), strict=True):
        text = "\x1f".join(map(str, said))
        ids.append(hashlib.blake2b(f"{text}\x1f{times_said[text]}".encode(), digest_size=8))
        times_said[text] += 1
    return np.array([digest.hexdigest() for digest in ids], dtype=object)


def _union(spans: np.ndarray) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, stop in sorted((int(start), int(stop)) for start, stop in spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined
