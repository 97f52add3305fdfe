"""Independent events: a burst of clips of one animal is one visit, not many.

Records of one species at one place are taken together while the time between them is short; 30
minutes is the usual choice (O'Brien et al. 2003, Animal Conservation 6: 131-139). Between what the
time is measured differs in the field, so it is told: from the end of the last record, whichever
event it is of, or from the start of the last event.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int64

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.ecology.traps import CameraTraps, species_of

RECORD_COLUMNS = ("site", "deployment", "species", "start", "stop", "count")
EVENT_COLUMNS = ("site", "species", "event", "start", "stop", "records", "count")
PLACES = ("site", "deployment")
COMPARED_TO = ("last record", "last event")


@dataclass(frozen=True)
class Independence:
    """What makes two records independent of each other.

    Parameters
    ----------
    gap_minutes
        Records that are so far apart or further are of different events.
    compared_to
        ``last record``: the time from the end of the last record. ``last event``: the time from
        the start of the last event, so that an animal that stays is counted again.
    place
        Whether records of one ``site`` or of one ``deployment`` belong together.

    Raises
    ------
    EthoprismError
        If the gap is below 0 or a choice is unknown.
    """

    gap_minutes: float | int = 30
    compared_to: str = "last record"
    place: str = "site"

    def __post_init__(self) -> None:
        if not self.gap_minutes >= 0:
            raise EthoprismError(f"expected a gap of 0 minutes or more, got {self.gap_minutes}")
        for value, choices in ((self.compared_to, COMPARED_TO), (self.place, PLACES)):
            if value not in choices:
                raise EthoprismError(f"unknown {value!r}", None, f"use {' or '.join(choices)}")


def records_of(traps: CameraTraps) -> pd.DataFrame:
    """List what animals were seen when: a row an observation of an animal, in order of time.

    Observations without a time are left out; the findings tell them.

    Returns
    -------
    Columns `RECORD_COLUMNS`, times in UTC, `count` NaN where nobody counted.
    """
    table = traps.observations
    deployment = table["deploymentID"]
    records = pd.DataFrame(
        {
            "site": deployment.map(traps.sites).fillna(deployment),
            "deployment": deployment,
            "species": species_of(table),
            "start": table["eventStart"],
            "stop": table[["eventStart", "eventEnd"]].max(axis=1),
            "count": table["count"],
        }
    )
    known = records[(records["species"] != "") & records["start"].notna()]
    return known.sort_values("start", kind="stable", ignore_index=True)


def event_numbers(records: pd.DataFrame, choice: Independence) -> Int64[np.ndarray, " record"]:
    """Give each record the number of its independent event.

    Parameters
    ----------
    records
        Columns `RECORD_COLUMNS`, in any order.

    Returns
    -------
    Numbers from 0, in order of the events' starts; events that start together in the order of their
    place and species.
    """
    key = [choice.place, "species"]
    ordered = records.reset_index(drop=True).sort_values([*key, "start", "stop"], kind="stable")
    gap = np.timedelta64(round(choice.gap_minutes * 60e6), "us")
    opens = np.zeros(len(ordered), bool)
    position = 0
    for _, own in ordered.groupby(key, sort=False):
        start, stop = (own[side].to_numpy("datetime64[us]") for side in ("start", "stop"))
        found = _opens(start, stop, gap, choice.compared_to)
        opens[position : position + len(own)] = found
        position += len(own)
    first = ordered[opens].reset_index()
    order = first.sort_values(["start", *key], kind="stable").index.to_numpy()
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    numbers = np.empty(len(records), np.int64)
    numbers[ordered.index.to_numpy()] = rank[np.cumsum(opens) - 1]
    return numbers


def independent_events(records: pd.DataFrame, choice: Independence | None = None) -> pd.DataFrame:
    """Take records together that are not independent of each other.

    Parameters
    ----------
    records
        Columns `RECORD_COLUMNS`, as `records_of` gives them.

    Returns
    -------
    A row an event, in order of their starts: columns `EVENT_COLUMNS`; `records` counts them, and
    `count` is the largest group that one of them shows, at least 1.
    """
    choice = choice or Independence()
    numbered = records.assign(event=event_numbers(records, choice))
    events = numbered.groupby("event", as_index=False).agg(
        site=("site", "first"),
        species=("species", "first"),
        start=("start", "min"),
        stop=("stop", "max"),
        records=("start", "size"),
        count=("count", "max"),
    )
    events["count"] = events["count"].fillna(1).clip(lower=1).astype("int64")
    return events[list(EVENT_COLUMNS)]


def _opens(
    start: np.ndarray, stop: np.ndarray, gap: np.timedelta64, compared_to: str
) -> Bool[np.ndarray, " record"]:
    """Say which records of one species at one place, in order of time, open an event."""
    opens = np.ones(len(start), bool)
    if compared_to == "last record":
        opens[1:] = start[1:] - np.maximum.accumulate(stop)[:-1] >= gap
        return opens
    last = start[0]
    for record in range(1, len(start)):
        opens[record] = start[record] - last >= gap
        if opens[record]:
            last = start[record]
    return opens
