"""One row a video: `video` (or `clip`, `file`, `filepath`) and a `label` that holds for all of it.

A video may have several rows, one a label; if none has, the labels exclude one another. The words
background and none mean that nothing was seen, an empty label that the video was not assessed.
The number of frames comes from the video, or from a column `n_frames`.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import make_observed
from ethoprism_domains.formats.base import Format, Reading, ReadOptions, complete, found_ethogram
from ethoprism_domains.formats.frames_csv import NO_BEHAVIOR
from ethoprism_domains.formats.tables import Table, header_keys, read_table

_VIDEO = ("video", "clip", "file", "filename", "file_name", "filepath")
_FRAMES = {"frame", "start_frame", "start_s"}


def sniff(path: Path, head: bytes) -> bool:
    """Recognise a table of videos by its header."""
    keys = {*header_keys(head)}
    return bool(keys & {*_VIDEO}) and "label" in keys and not keys & _FRAMES


def named_videos(table: Table) -> list[str]:
    """Give the video that each row is of.

    Raises
    ------
    EthoprismError
        If no column names videos.
    """
    column = next((key for key in _VIDEO if key in table), None)
    if column is None:
        told = f"no column 'video' among {', '.join(table.names)}"
        raise EthoprismError(told, table.path, "add it")
    return [name.strip() for name in table.text(column)]


def read(path: Path, options: ReadOptions) -> Reading:
    """Read labels of whole videos; see the module."""
    table = read_table(path)
    videos = named_videos(table)
    if "label" not in table:
        raise EthoprismError(f"no column 'label' among {', '.join(table.names)}", path, "add it")
    rows = pd.DataFrame(
        {
            "video": videos,
            "behavior": [name.strip() for name in table.text("label")],
            "start_frame": 0,
            "stop_frame": _lengths(table, videos, options),
            "line": table.lines,
        }
    )
    rows = rows[rows["behavior"] != ""]
    seen = rows[~rows["behavior"].map(str.lower).isin(NO_BEHAVIOR)]
    ethogram = options.ethogram
    if ethogram is None:
        one_each = not seen["video"].duplicated().any()
        names = seen["behavior"].unique().tolist()
        ethogram = found_ethogram(path, names, one_at_a_time=bool(one_each))
    observed = make_observed(rows[["video", "start_frame", "stop_frame"]])
    return complete(path, seen, seen["line"].tolist(), observed, ethogram, options)


VIDEOS_CSV = Format(
    name="videos-csv",
    description="one row a video, with a label that holds for all of it",
    extensions=(".csv", ".tsv", ".txt"),
    sniff=sniff,
    read=read,
    carries="the labels of whole videos",
)


def _lengths(table: Table, videos: list[str], options: ReadOptions) -> np.ndarray:
    told = table.whole_numbers("n_frames")
    for row, video in enumerate(videos):
        times = options.times_of(video) if video else None
        if times is not None:
            told[row] = len(times)
        if not told[row] > 0:
            raise table.error(
                row,
                f"it does not tell how many frames {video!r} has",
                'give the video, or "n_frames"',
            )
    return told.astype(np.int64)
