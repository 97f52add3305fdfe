"""Events as text on the clipboard: the event table with tabs, as spreadsheets take and give it."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import write_text
from ethoprism_domains.annotation import Ethogram
from ethoprism_domains.annotation.editing import Event
from ethoprism_domains.annotation.editing.records import event_table, events_from_table
from ethoprism_domains.formats import read_events


def text_of(events: Iterable[Event], video: str) -> str:
    """Write events as a table; bouts that were not stopped yet are left out."""
    return str(event_table(events, video).to_csv(sep="\t", index=False, lineterminator="\n"))


def events_in(text: str, video: str, ethogram: Ethogram, times: np.ndarray) -> list[Event]:
    """Read events from a table with tabs, commas or semicolons, of any video.

    Parameters
    ----------
    video, times
        Which video a table without that column means, and its frame times in seconds for tables
        without frames.

    Raises
    ------
    EthoprismError
        If the text is no table of events, or they do not fit the ethogram.
    """
    has_frames = "start_frame" in text.partition("\n")[0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clipboard.tsv"
        try:
            # a clipboard may hold halves of letters, which no file can
            write_text(path, text.encode("utf-8", "replace").decode("utf-8"))
            reading = read_events(
                path,
                "bouts-csv",
                video=video,
                ethogram=ethogram,
                observed="coded span",
                frame_times=None if has_frames else lambda _: times,
            )
        except EthoprismError as error:
            remedy = "copy events, or a table with behavior, start_frame and stop_frame"
            raise EthoprismError(f"nothing is pasted: {error.what}", None, remedy) from error
    return list(events_from_table(reading.events))
