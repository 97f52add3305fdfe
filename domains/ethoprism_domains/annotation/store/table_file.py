"""The tidy table of one video and annotator: everything but open bouts, for any tool to read.

It is a file of the format `bouts-csv`: a row an event, and a row of kind ``observed`` for each
observed interval; one empty interval says that nothing was observed.
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.editing.coding import Coding
from ethoprism_domains.annotation.editing.rules import Rules
from ethoprism_domains.annotation.events import EVENT_COLUMNS

OBSERVED = "observed"
_cells = attrgetter(*(name for name in EVENT_COLUMNS if name != "video"))
_texts = attrgetter("modifiers", "comment", "annotator", "model")  # names have no such letters


def table_bytes(coding: Coding) -> bytes:
    """Write the table of a coding; the same coding gives the same bytes."""
    text = io.StringIO()
    plain = csv.writer(text, lineterminator="\n")
    # a lone carriage return in a comment is quoted only where everything is
    quoted = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    plain.writerow(EVENT_COLUMNS)
    plain.writerows(_observed_rows(coding))
    for event in coding.in_order():
        if not event.is_open:
            event_id, *rest = _cells(event)
            odd = any("\r" in cell for cell in _texts(event))
            (quoted if odd else plain).writerow((event_id, coding.video, *rest))
    return text.getvalue().encode()


def fingerprint(content: bytes | None) -> str | None:
    """Identify a table's bytes; None for no table."""
    return None if content is None else hashlib.sha256(content).hexdigest()[:32]


def read_bytes(path: Path) -> bytes | None:
    """Read a table's bytes; None if there is no such file.

    Raises
    ------
    EthoprismError
        If it is there and cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = error.strerror or str(error)
        raise EthoprismError(f"cannot read ({reason})", path, "close what holds it open") from error


def read_coding(path: Path, video: str, rules: Rules) -> Coding:
    """Read a table, by whoever it was written.

    Raises
    ------
    EthoprismError
        Naming the line that is wrong, or a video that is not meant.
    """
    # the formats are built on this package
    from ethoprism_domains.formats import read_events

    times = rules.frame_times
    annotations = read_events(
        path,
        "bouts-csv",
        video=video,
        frame_times=None if times is None else lambda name: times,
        ethogram=rules.ethogram,
        observed="whole" if times is not None else "coded span",
    )
    others = sorted(set(annotations.videos) - {video})
    if others:
        told = f"it has rows of the video {others[0]!r}, and is that of {video!r}"
        raise EthoprismError(told, path, "correct them, or put them into a file of their own")
    return Coding.from_tables(video, annotations.events, annotations.observed)


def _observed_rows(coding: Coding) -> Iterator[list[object]]:
    for start, stop in coding.observed or ((0, 0),):
        told = {"video": coding.video, "kind": OBSERVED, "start_frame": start, "stop_frame": stop}
        yield [told.get(name) for name in EVENT_COLUMNS]
