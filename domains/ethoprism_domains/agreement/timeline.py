"""Where coders disagree: the spans to look at together."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from jaxtyping import Int8

from ethoprism_domains.agreement.coding import CodedVideo
from ethoprism_domains.annotation import frame_edges, runs

DISAGREEMENT_COLUMNS = (
    "video",
    "subject",
    "behavior",
    "start_frame",
    "stop_frame",
    "start_s",
    "stop_s",
    "present",
    "absent",
)
_BETWEEN_NAMES = "; "


def disagreements(video: CodedVideo) -> pd.DataFrame:
    """List each span in which some coders say present and others absent.

    Returns
    -------
    Columns `DISAGREEMENT_COLUMNS`, sorted by start: `present` and `absent` name the coders who say
    so; who does not know is in neither. A change of who says what starts a new row.
    """
    edges = frame_edges(video.frame_times)
    rows = [
        (video.video, individual, behavior, start, stop, edges[start], edges[stop], *who)
        for at, individual in enumerate(video.individuals)
        for number, behavior in enumerate(video.behaviors)
        for start, stop, *who in _spans(video.labels[:, :, at, number], video.coders)
    ]
    table = pd.DataFrame(rows, columns=list(DISAGREEMENT_COLUMNS))
    return table.sort_values(["start_frame", "subject", "behavior"], ignore_index=True)


def _spans(
    labels: Int8[np.ndarray, "coder time"], coders: tuple[str, ...]
) -> Iterator[tuple[int, int, str, str]]:
    differ = (labels == 1).any(axis=0) & (labels == 0).any(axis=0)
    changes = np.flatnonzero((labels[:, 1:] != labels[:, :-1]).any(axis=0)) + 1
    for start, stop in runs(differ).tolist():
        inner = changes[(changes > start) & (changes < stop)].tolist()
        for first, beyond in zip([start, *inner], [*inner, stop], strict=True):
            yield (first, beyond, *(_names(labels[:, first] == said, coders) for said in (1, 0)))


def _names(chosen: np.ndarray, coders: tuple[str, ...]) -> str:
    return _BETWEEN_NAMES.join(
        name for name, is_one in zip(coders, chosen.tolist(), strict=True) if is_one
    )
