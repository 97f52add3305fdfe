"""What follows what, and what happens at the same time."""

from collections.abc import Iterator, Sequence
from itertools import combinations, groupby, pairwise

import numpy as np
import pandas as pd

from ethoprism_domains.budget.tracks import BoutTrack

TRANSITION_COLUMNS = ("video", "subject", "before", "after", "count", "share")
COOCCURRENCE_COLUMNS = ("video", "subject", "first", "second", "observed_s", "both_s", "proportion")


def transitions(tracks: Sequence[BoutTrack]) -> pd.DataFrame:
    """Count which behaviour started next, after each start of a behaviour.

    Two that start in the same frame follow each other in the order of the ethogram. A pair of
    starts with a frame between them in which nothing was assessed is not counted.

    Returns
    -------
    Columns `TRANSITION_COLUMNS`, a row for each pair of behaviours of each video and subject;
    `share` is the count over all transitions from `before`, NaN if there are none.
    """
    rows: list[tuple[object, ...]] = []
    for (video, subject), mine in _of_subjects(tracks):
        counts = _count_transitions(mine)
        for track, row in zip(mine, counts, strict=True):
            shares = row / row.sum() if row.sum() else np.full(len(row), np.nan)
            for other, count, share in zip(mine, row.tolist(), shares.tolist(), strict=True):
                rows.append((video, subject, track.behavior, other.behavior, count, share))
    return pd.DataFrame(rows, columns=list(TRANSITION_COLUMNS))


def cooccurrence(tracks: Sequence[BoutTrack]) -> pd.DataFrame:
    """Measure how long two states of the same subject hold at once.

    Returns
    -------
    Columns `COOCCURRENCE_COLUMNS`, a row for each pair of states of each video and subject:
    `observed_s` is the time in which both were assessed, of which `both_s` is the `proportion`.
    Both are NaN if there is none.
    """
    rows = [
        (video, subject, one.behavior, other.behavior, *_together(one, other))
        for (video, subject), mine in _of_subjects(tracks)
        for one, other in combinations([track for track in mine if track.kind == "state"], 2)
    ]
    return pd.DataFrame(rows, columns=list(COOCCURRENCE_COLUMNS))


def _of_subjects(
    tracks: Sequence[BoutTrack],
) -> Iterator[tuple[tuple[str, str], list[BoutTrack]]]:
    for key, mine in groupby(tracks, key=lambda track: (track.video, track.subject)):
        yield key, list(mine)


def _count_transitions(tracks: Sequence[BoutTrack]) -> np.ndarray:
    assessed = np.any([track.known for track in tracks], axis=0)
    unknown = np.concatenate([[0], np.cumsum(~assessed)])
    starts = sorted(
        (start, number)
        for number, track in enumerate(tracks)
        for start in track.spans[:, 0].tolist()
    )
    counts = np.zeros((len(tracks), len(tracks)), np.int64)
    for (start, before), (following, after) in pairwise(starts):
        if unknown[start] == unknown[following]:
            counts[before, after] += 1
    return counts


def _together(one: BoutTrack, other: BoutTrack) -> tuple[float, float, float]:
    seconds = np.diff(one.edges)
    observed = float(seconds[one.known & other.known].sum())
    both = float(seconds[(one.labels == 1) & (other.labels == 1)].sum())
    return (observed, both, both / observed) if observed else (observed, np.nan, np.nan)
