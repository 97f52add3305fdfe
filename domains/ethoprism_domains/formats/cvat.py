"""Tracks of CVAT for video (XML 1.1) whose shapes have an action as an attribute, as KABR's have.

A track is one animal; the attribute `behavior` (or `behaviour`, `action`, `activity`) of a shape
holds until the track's next shape, the last for its own frame. Where a shape is `outside`, the
animal is not in the picture and nothing is known of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.formats.base import Format, Reading, ReadOptions, found_ethogram
from ethoprism_domains.formats.content import read_xml
from ethoprism_domains.formats.expect import expect_frame
from ethoprism_domains.formats.framewise import FrameLabels, reading_of_labels, unknown_labels
from ethoprism_domains.formats.losses import LossCounter

_ACTIONS = ("behavior", "behaviour", "action", "activity")
_NOTHING = ("", "__undefined__")


@dataclass(frozen=True)
class _Span:
    """What one animal does from a shape to the next; not in the picture if `seen` is false."""

    subject: str
    start: int
    stop: int
    behavior: str
    seen: bool


def sniff(path: Path, head: bytes) -> bool:
    """Recognise it by its outermost elements."""
    return b"<annotations>" in head and (b"<track " in head or b"<meta>" in head)


def read(path: Path, options: ReadOptions) -> Reading:
    """Read the actions of tracks; see the module."""
    root = read_xml(path)
    if root.tag != "annotations":
        raise EthoprismError("no annotations of CVAT", path, "export as CVAT for video 1.1")
    spans = [span for track in root.iter("track") for span in _spans(track, path)]
    losses = LossCounter()
    losses.add("pictures with shapes of no track", path.name, len(root.findall("image")))
    without = [span for span in spans if span.seen and not span.behavior]
    where = f"{without[0].subject} at frame {without[0].start}" if without else ""
    losses.add("stretches of tracks without an action", where, len(without))
    subjects = list(dict.fromkeys(span.subject for span in spans))
    told = dict.fromkeys([*_choices(root), *(span.behavior for span in spans)])
    behaviors = [name for name in told if name not in _NOTHING]
    frames = max([0, *(span.stop for span in spans)])
    values = unknown_labels(path, frames, len(subjects), len(behaviors))
    for span in spans:
        if span.seen and span.behavior:
            row = subjects.index(span.subject)
            values[span.start : span.stop, row] = 0
            values[span.start : span.stop, row, behaviors.index(span.behavior)] = 1
    labels = FrameLabels(_video(root, path, options), subjects, behaviors, values)
    ethogram = found_ethogram(path, behaviors, subjects, one_at_a_time=True)
    return reading_of_labels(path, [labels], ethogram, options, losses.report())


CVAT = Format(
    name="cvat",
    description="tracks of CVAT for video with actions as attributes",
    extensions=(".xml",),
    sniff=sniff,
    read=read,
    carries="the action of each track in each frame",
    loses="shapes, and attributes that are no action",
)


def track_name(track: Element) -> str:
    """Name the animal of a track: its label and its number."""
    return f"{track.get('label', 'track')} {track.get('id', '')}".strip()


def shapes_of(track: Element, path: Path) -> list[tuple[int, Element]]:
    """List the shapes of a track with their frames, in the order of these.

    Raises
    ------
    EthoprismError
        If a frame is no number.
    """
    shapes = ((_frame(shape, path), shape) for shape in track if shape.get("frame") is not None)
    return sorted(shapes, key=lambda item: item[0])


def _spans(track: Element, path: Path) -> Iterator[_Span]:
    name, shapes = track_name(track), shapes_of(track, path)
    starts = [frame for frame, _ in shapes]
    stops = [*starts[1:], *(frame + 1 for frame in starts[-1:])]
    for (start, shape), stop in zip(shapes, stops, strict=True):
        yield _Span(name, start, stop, _action(shape), shape.get("outside") != "1")


def _frame(shape: Element, path: Path) -> int:
    told = shape.get("frame", "")
    number = int(told) if told.isdecimal() and len(told) < 10 else told
    return expect_frame(number, path, "frame")


def _action(shape: Element) -> str:
    for attribute in shape.iter("attribute"):
        if (attribute.get("name") or "").strip().lower() in _ACTIONS:
            text = (attribute.text or "").strip()
            return "" if text in _NOTHING else text
    return ""


def _choices(root: Element) -> list[str]:
    """Give the actions that could be chosen, in their order."""
    choices = []
    for attribute in root.iter("attribute"):
        name = attribute.findtext("name") or ""
        if name.strip().lower() in _ACTIONS:
            choices += (attribute.findtext("values") or "").splitlines()
    return [choice.strip() for choice in choices]


def _video(root: Element, path: Path, options: ReadOptions) -> str:
    told = root.findtext("meta/source") or root.findtext("meta/task/source")
    told = told or root.findtext("meta/job/source") or ""
    return PurePosixPath(told.strip()).name or options.video or path.stem
