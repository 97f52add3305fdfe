"""How often and how long: one row for each video, subject and behaviour."""

from collections.abc import Sequence

import pandas as pd

SUMMARY_COLUMNS = ("video", "subject", "behavior", "bouts", "total_s", "mean_bout_s", "share")


def summarize(
    events: pd.DataFrame, video: str, seconds: float, subjects: Sequence[str], names: Sequence[str]
) -> pd.DataFrame:
    """Count and add up the bouts of one video.

    Parameters
    ----------
    events
        The video's event table.
    seconds
        How long it was watched: the whole of which `share` is a part.
    subjects, names
        All individuals and behaviours: those without a bout have a row of zeros.

    Returns
    -------
    Columns `SUMMARY_COLUMNS`; the mean length of no bouts is empty.
    """
    rows = []
    for subject in subjects:
        for name in names:
            mine = events[(events["subject"] == subject) & (events["behavior"] == name)]
            total = float((mine["stop_s"] - mine["start_s"]).sum())
            mean = total / len(mine) if len(mine) else float("nan")
            share = total / seconds if seconds else 0.0
            rows.append((video, subject, name, len(mine), total, mean, share))
    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS))
