"""Write an ELAN file."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

import numpy as np

from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation import Annotations
from ethoprism_domains.formats.base import WriteOptions
from ethoprism_domains.formats.clocks import Clock
from ethoprism_domains.formats.elan.tiers import DETAILS, OBSERVED, TYPES

_DATE = "2000-01-01T00:00:00+00:00"  # the same annotations make the same file
_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
_ASSOCIATION = "Symbolic_Association"

# one annotation: first and last millisecond, its value, and the event it tells of
Interval = tuple[int, int, str, Any]


def write(path: Path, annotations: Annotations, options: WriteOptions) -> None:
    """Write the tiers of one video."""
    video = annotations.videos[0]
    document = _Document(video)
    for (behavior, subject, annotator, type_name), intervals in _tracks(
        annotations, options.clock(annotations, video)
    ).items():
        name = f"{behavior}@{subject}" if subject else behavior
        for lane in _lanes(intervals):
            document.add_tier(name, type_name, lane, PARTICIPANT=subject, ANNOTATOR=annotator)
    document.add_tier(OBSERVED, OBSERVED, _observed(annotations, options))
    tree = document.finish()
    with atomic_path(path) as temporary:
        tree.write(temporary, encoding="UTF-8", xml_declaration=True)


def _tracks(
    annotations: Annotations, clock: Clock
) -> dict[tuple[str, str, str, str], list[Interval]]:
    """Give the intervals of each behaviour, subject, coder and type; a point is one frame long."""
    tracks: dict[tuple[str, str, str, str], list[Interval]] = defaultdict(list)
    events: Iterable[Any] = annotations.events.itertuples(index=False)
    for event in events:
        reach = event.start_frame + 1 if event.kind == "point" else event.stop_frame
        start, stop = _milliseconds(clock, event.start_frame, reach)
        type_name = TYPES[event.kind, event.judgement]
        key = (event.behavior, event.subject, event.annotator, type_name)
        tracks[key].append((start, stop, event.behavior, event))
    return tracks


def _observed(annotations: Annotations, options: WriteOptions) -> list[Interval]:
    clock = options.clock(annotations, annotations.videos[0])
    spans = annotations.observed[["start_frame", "stop_frame"]].to_numpy().tolist()
    return [(*_milliseconds(clock, *span), OBSERVED, None) for span in spans]


def _milliseconds(clock: Clock, start: int, stop: int) -> tuple[int, int]:
    first, last = (round(1000 * second) for second in clock.seconds(np.array([start, stop])))
    return first, max(last, first + 1)


def _lanes(intervals: list[Interval]) -> Iterator[list[Interval]]:
    """Spread intervals over as few lanes as it takes for none to overlap."""
    lanes: list[list[Interval]] = []
    for interval in sorted(intervals, key=lambda item: item[:2]):
        free = next((lane for lane in lanes if lane[-1][1] <= interval[0]), None)
        if free is None:
            lanes.append([interval])
        else:
            free.append(interval)
    yield from lanes


class _Document:
    """An ELAN document that grows by tiers."""

    def __init__(self, video: str) -> None:
        self._root = Element(
            "ANNOTATION_DOCUMENT",
            {
                "AUTHOR": "",
                "DATE": _DATE,
                "FORMAT": "3.0",
                "VERSION": "3.0",
                "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
                "xsi:noNamespaceSchemaLocation": _SCHEMA,
            },
        )
        header = SubElement(self._root, "HEADER", MEDIA_FILE="", TIME_UNITS="milliseconds")
        url = quote(video)
        SubElement(
            header,
            "MEDIA_DESCRIPTOR",
            MEDIA_URL=url,
            MIME_TYPE="video/unknown",
            RELATIVE_MEDIA_URL=f"./{url}",
        )
        self._last_id = SubElement(header, "PROPERTY", NAME="lastUsedAnnotationId")
        self._slots = SubElement(self._root, "TIME_ORDER")
        self._times: list[tuple[int, str]] = []
        self._names: set[str] = set()
        self._types: dict[str, None] = {}
        self._count = 0

    def add_tier(self, name: str, type_name: str, lane: list[Interval], **said: str) -> None:
        """Add a tier, and one for each detail that some of its events have."""
        tier = self._tier(name, type_name, **said)
        for start, stop, value, _ in lane:
            slots = {f"TIME_SLOT_REF{at}": self._slot(ms) for at, ms in ((1, start), (2, stop))}
            self._annotation(tier, "ALIGNABLE_ANNOTATION", value, **slots)
        ids = range(self._count - len(lane) + 1, self._count + 1)
        events = [(f"a{number}", event) for number, (*_, event) in zip(ids, lane, strict=True)]
        for column, default in DETAILS.items():
            told = [(ref, _said(event, column)) for ref, event in events if event is not None]
            told = [(ref, value) for ref, value in told if value != default]
            if told:
                parent = tier.attrib["TIER_ID"]
                child = self._tier(f"{parent}:{column}", column, PARENT_REF=parent, **said)
                for ref, value in told:
                    self._annotation(child, "REF_ANNOTATION", value, ANNOTATION_REF=ref)

    def finish(self) -> ElementTree:
        """Put the time slots in order, declare the types, and return the whole."""
        for ms, name in sorted(self._times, key=lambda item: item[0]):
            SubElement(self._slots, "TIME_SLOT", TIME_SLOT_ID=name, TIME_VALUE=str(ms))
        for name in self._types:
            told = {"LINGUISTIC_TYPE_ID": name, "GRAPHIC_REFERENCES": "false"}
            told |= {"CONSTRAINTS": _ASSOCIATION} if name in DETAILS else {}
            told |= {"TIME_ALIGNABLE": "false" if name in DETAILS else "true"}
            SubElement(self._root, "LINGUISTIC_TYPE", told)
        meaning = "An annotation for one annotation of the parent tier"
        SubElement(self._root, "CONSTRAINT", STEREOTYPE=_ASSOCIATION, DESCRIPTION=meaning)
        self._last_id.text = str(self._count)
        indent(self._root, " ")
        return ElementTree(self._root)

    def _tier(self, name: str, type_name: str, **said: str) -> Element:
        unique, number = name, 1
        while unique in self._names:
            number += 1
            unique = f"{name} {number}"
        self._names.add(unique)
        self._types[type_name] = None
        told = {key: value for key, value in said.items() if value}
        told |= {"TIER_ID": unique, "LINGUISTIC_TYPE_REF": type_name}
        return SubElement(self._root, "TIER", told)

    def _annotation(self, tier: Element, kind: str, value: str, **said: str) -> None:
        self._count += 1
        holder = SubElement(tier, "ANNOTATION")
        annotation = SubElement(holder, kind, {"ANNOTATION_ID": f"a{self._count}", **said})
        SubElement(annotation, "ANNOTATION_VALUE").text = value

    def _slot(self, ms: int) -> str:
        name = f"ts{len(self._times) + 1}"
        self._times.append((ms, name))
        return name


def _said(event: Any, column: str) -> str:
    value = getattr(event, column)
    if column == "confidence":
        return "" if np.isnan(value) else repr(float(value))
    return str(value)
