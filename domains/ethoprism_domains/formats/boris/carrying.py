"""What BORIS holds of annotations: states that are present, one at a time, in milliseconds."""

from collections.abc import Iterator

import pandas as pd

from ethoprism_domains.annotation import Annotations, make_events, make_observed
from ethoprism_domains.formats.base import WriteOptions
from ethoprism_domains.formats.boris.definitions import carried_ethogram
from ethoprism_domains.formats.boris.observations import NO_SUBJECT, plain_modifiers
from ethoprism_domains.formats.clocks import Clock
from ethoprism_domains.formats.seconds import rounded

_TRACK = ["subject", "behavior", "modifiers"]
_KEPT = [
    "video",
    "subject",
    "behavior",
    "kind",
    "start_frame",
    "stop_frame",
    "modifiers",
    "comment",
]
DECIMALS = 3


def carried(annotations: Annotations, options: WriteOptions) -> Annotations:
    """Give what a project holds.

    States of one subject, behaviour and modifiers that overlap are one, for their starts and stops
    would be paired anew.
    """
    events = annotations.events
    present = events.loc[events["judgement"] == "present", _KEPT]
    present = present.assign(
        subject=present["subject"].replace(NO_SUBJECT, ""),
        modifiers=[plain_modifiers(told) for told in present["modifiers"]],
    )
    parts, observed = [], []
    for video in annotations.videos:
        clock = options.clock(annotations, video)
        own = rounded(present[present["video"] == video], clock, DECIMALS)
        own = own.loc[sorted(_joined(own), key=own["start_frame"].__getitem__)]
        parts.append(own)
        observed += _observed(annotations, video, clock)
    kept = make_events(pd.concat([present.iloc[:0], *parts]))
    extra = kept["subject"].unique().tolist()
    ethogram = carried_ethogram(annotations.ethogram, extra)
    return Annotations(kept, make_observed(observed), ethogram)


def _joined(events: pd.DataFrame) -> Iterator[int]:
    """Join what overlaps, in place; yield the labels of the rows that remain."""
    states = events[events["kind"] == "state"].sort_values(["start_frame", "stop_frame"])
    yield from events.index[events["kind"] == "point"]
    for _, track in states.groupby(_TRACK, sort=False):
        open_row = -1
        for row, start, stop in track[["start_frame", "stop_frame"]].itertuples():
            if open_row >= 0 and start < events.at[open_row, "stop_frame"]:
                if stop > events.at[open_row, "stop_frame"]:
                    events.loc[open_row, ["stop_frame", "stop_s"]] = track.loc[
                        row, ["stop_frame", "stop_s"]
                    ]
            else:
                open_row = row
                yield row


def _observed(annotations: Annotations, video: str, clock: Clock) -> list[dict[str, object]]:
    """Give the observed intervals; a video without any counts as observed whole."""
    own = annotations.of_video(video)
    spans = own.observed[["start_frame", "stop_frame"]].to_numpy().tolist()
    if not spans:
        last = own.events["stop_frame"] + (own.events["kind"] == "point")
        spans = [[0, int(last.max()) if clock.count is None else clock.count]]
    return [{"video": video, "start_frame": first, "stop_frame": last} for first, last in spans]
