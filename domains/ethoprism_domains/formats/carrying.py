"""What of some annotations a file of a format can hold, and what it cannot."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from ethoprism_domains.annotation import (
    Annotations,
    Ethogram,
    empty_events,
    make_events,
    with_seconds,
)
from ethoprism_domains.formats.base import Format, WriteOptions
from ethoprism_domains.formats.losses import LossCounter, LossReport, difference


def carry(
    format: Format, annotations: Annotations, options: WriteOptions
) -> tuple[Annotations, LossReport]:
    """Give what a file of a format can hold of annotations, and tell the rest.

    Reading the file that is written of them gives the first of the two back, exactly.

    Parameters
    ----------
    format
        One that can be written.
    """
    legal, renamed = with_legal_names(annotations, format.forbidden)
    kept = legal if format.carried is None else format.carried(legal, options)
    kept = _timed(kept, options)
    return kept, renamed + difference(legal, kept)


def made_anew(events: pd.DataFrame) -> pd.DataFrame:
    """Give events the ids that reading a file without ids gives them."""
    return make_events(events.drop(columns="event_id"))


def _timed(annotations: Annotations, options: WriteOptions) -> Annotations:
    """Derive the seconds anew where the frame times are known."""
    parts = [empty_events()]
    for video, part in annotations.events.groupby("video", sort=False):
        times = options.times_of(str(video))
        parts.append(part if times is None else with_seconds(part, times))
    events = pd.concat(parts).sort_index()
    return Annotations(events, annotations.observed, annotations.ethogram)


def with_legal_names(annotations: Annotations, forbidden: str) -> tuple[Annotations, LossReport]:
    """Replace characters that a format does not take in names of behaviours and subjects."""
    ethogram, losses = annotations.ethogram, LossCounter()
    subjects = dict.fromkeys([*ethogram.subject_names, *annotations.events["subject"]])
    behavior_names = _legal(ethogram.names, forbidden, "behaviours renamed", losses)
    subject_names = _legal(list(subjects), forbidden, "subjects renamed", losses)
    if not losses.report():
        return annotations, losses.report()
    behaviors = tuple(
        replace(
            item,
            name=behavior_names[item.name],
            excludes=tuple(behavior_names[name] for name in item.excludes),
        )
        for item in ethogram
    )
    individuals = tuple(replace(item, name=subject_names[item.name]) for item in ethogram.subjects)
    before = annotations.events
    events = before.assign(
        behavior=before["behavior"].map(behavior_names),
        subject=before["subject"].map(subject_names),
    )
    derived = before["event_id"] == made_anew(before)["event_id"]
    events["event_id"] = events["event_id"].where(~derived, made_anew(events)["event_id"])
    kept = Annotations(events, annotations.observed, Ethogram(behaviors, individuals))
    return kept, losses.report()


def _legal(names: Sequence[str], forbidden: str, what: str, losses: LossCounter) -> dict[str, str]:
    """Map each name to a legal one that no other has."""
    table = str.maketrans(dict.fromkeys(forbidden, "_"))
    taken = {name for name in names if name.translate(table) == name}
    legal = {}
    for name in names:
        new = name.translate(table)
        while new != name and new in taken:
            new += "_"
        taken.add(new)
        legal[name] = new
        if new != name:
            losses.add(what, f"{name} is {new}")
    return legal
