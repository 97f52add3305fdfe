"""Caltech Behavior Annotator: streams of frames without gaps, counted from 1, the last included.

What shows no behaviour is called ``other``. Behaviours that hold at once stand in streams of their
own. The file does not name its video, and it knows states only; points are one frame.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import write_text
from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    make_events,
    make_observed,
)
from ethoprism_domains.formats.base import (
    Format,
    Reading,
    ReadOptions,
    WriteOptions,
    complete,
    found_in,
)
from ethoprism_domains.formats.content import read_text
from ethoprism_domains.formats.losses import LossCounter
from ethoprism_domains.formats.seconds import with_told_kinds
from ethoprism_domains.formats.values import frame_number

_TITLE = "Caltech Behavior Annotator"
_OTHER = "other"
_STREAM = re.compile(r"S\d+:.*")
_COLUMNS = ["behavior", "start_frame", "stop_frame", "line"]


def sniff(path: Path, head: bytes) -> bool:
    """Recognise the file by its first line."""
    return head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(_TITLE.encode())


def read(path: Path, options: ReadOptions) -> Reading:
    """Read the streams of one video, which must be named."""
    if not options.video:
        raise EthoprismError("it does not tell the video", path, "say which video it is")
    keys, rows = _parse(path)
    spans = rows[["start_frame", "stop_frame"]].assign(video=options.video)
    losses = LossCounter()
    seen = rows[rows["behavior"] != _OTHER]
    ethogram = options.ethogram
    if ethogram is None:
        ethogram = found_in(path, tuple(_behaviors(keys, seen, losses)), ())
    events = with_told_kinds(seen.assign(video=options.video, kind="state"), options.ethogram)
    events = events.sort_values(["start_frame", "stop_frame"], kind="stable", ignore_index=True)
    lines = events["line"].tolist()
    events = events.drop(columns="line")
    observed = make_observed(spans)
    return complete(path, events, lines, observed, ethogram, options, losses.report())


def carried(annotations: Annotations, options: WriteOptions) -> Annotations:
    """Keep present behaviours as states of nobody, and one observed interval around all."""
    events = annotations.events
    chosen = (events["judgement"] == "present") & (events["behavior"] != _OTHER)
    kept = events.loc[chosen, ["video", "behavior", "start_frame", "stop_frame"]]
    is_point = kept["stop_frame"] == kept["start_frame"]
    kept = kept.assign(stop_frame=kept["stop_frame"] + is_point)
    ends = pd.concat([annotations.observed, kept])[["video", "start_frame", "stop_frame"]]
    hulls = ends.groupby("video", sort=False).agg({"start_frame": "min", "stop_frame": "max"})
    behaviors = tuple(
        Behavior(item.name, key=item.key if item.key.split() == [item.key] else "")
        for item in annotations.ethogram
        if item.name != _OTHER
    )
    kept = make_events(kept.sort_values(["start_frame", "stop_frame"], kind="stable"))
    return Annotations(kept, make_observed(hulls.reset_index()), Ethogram(behaviors))


def write(path: Path, annotations: Annotations, options: WriteOptions) -> None:
    """Write as few streams as it takes."""
    first, stop = annotations.observed[["start_frame", "stop_frame"]].to_numpy()[0].tolist()
    keys = {item.name: item.key for item in annotations.ethogram}
    lines = [f"{_TITLE} - Annotation File", "", "Configuration file:"]
    lines += [f"{name} {key}".strip() for name, key in {**keys, _OTHER: ""}.items()]
    for number, lane in enumerate(_lanes(annotations.events), start=1):
        lines += ["", f"S{number}: start end type", "-----------------------------"]
        at = first
        for start, end, name in lane:
            if start > at:
                lines.append(f"{at + 1} {start} {_OTHER}")
            lines.append(f"{start + 1} {end} {name}")
            at = end
        if at < stop:
            lines.append(f"{at + 1} {stop} {_OTHER}")
    write_text(path, "\n".join(lines) + "\n")


CALTECH = Format(
    name="caltech",
    description="Caltech Behavior Annotator: streams of frames",
    extensions=(".txt",),
    sniff=sniff,
    read=read,
    write=write,
    carried=carried,
    carries="present states, names and keys of behaviours, one observed interval",
    loses="the video's name, subjects, all else that events hold; points are one frame",
    forbidden=" ",
    one_video=True,
)


def _lanes(events: pd.DataFrame) -> list[list[tuple[int, int, str]]]:
    """Spread events over as few streams as it takes for none to overlap; at least one."""
    lanes: list[list[tuple[int, int, str]]] = [[]]
    columns = (events[name].tolist() for name in ("start_frame", "stop_frame", "behavior"))
    for start, stop, name in sorted(zip(*columns, strict=True)):
        free = next((lane for lane in lanes if not lane or lane[-1][1] <= start), None)
        if free is None:
            lanes.append([(start, stop, name)])
        else:
            free.append((start, stop, name))
    return lanes


def _parse(path: Path) -> tuple[dict[str, str], pd.DataFrame]:
    """Give the behaviours with their keys, and the rows of all streams."""
    keys: dict[str, str] = {}
    rows = []
    section = ""
    for line, raw in enumerate(read_text(path, "latin-1").split("\n"), start=1):
        text = raw.strip()
        if text.lower().startswith("configuration file"):
            section = "configuration"
        elif _STREAM.fullmatch(text):
            section = "stream"
        elif not text or not text.strip("-"):
            continue
        elif section == "configuration":
            name, _, key = text.partition(" ")
            keys.setdefault(name, key.strip())
        elif section == "stream":
            rows.append((*_row(path, line, text), line))
    if not rows:
        raise EthoprismError("it has no stream of frames", path, "export it again")
    return keys, pd.DataFrame(rows, columns=_COLUMNS)


def _row(path: Path, line: int, text: str) -> tuple[str, int, int]:
    cells = text.split(maxsplit=2)
    start, end = (frame_number(cell) for cell in [*cells, "", ""][:2])
    if len(cells) < 3 or start is None or end is None or not 1 <= start <= end:
        told = f"expected a first and a last frame from 1 on and a behaviour, got {text[:40]!r}"
        raise EthoprismError(told, f"{path}, line {line}", "correct it there")
    return cells[2], start - 1, end


def _behaviors(keys: dict[str, str], rows: pd.DataFrame, losses: LossCounter) -> Iterator[Behavior]:
    taken: set[str] = set()
    for name in dict.fromkeys([*keys, *rows["behavior"]]):
        key = keys.get(name, "")
        if name == _OTHER:
            continue
        if key in taken:
            losses.add("keys that two behaviours share", f"{name}: {key}")
            key = ""
        taken |= {key} - {""}
        yield Behavior(name, key=key)
