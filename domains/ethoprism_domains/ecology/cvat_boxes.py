"""Boxes of CVAT for video (XML 1.1), and what the file says of its video."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.ecology.boxes import AnimalBoxes
from ethoprism_domains.formats.content import read_head, read_xml
from ethoprism_domains.formats.cvat import shapes_of, sniff, track_name

_SIDES = ("xtl", "ytl", "xbr", "ybr")


@dataclass(frozen=True, eq=False)
class CvatFile:
    """A file of CVAT.

    Parameters
    ----------
    path
        The file.
    source
        The name of the video that was annotated, without ending.
    frames
        How many frames that video has; None if the file does not tell.
    picture
        Its width and height; None if the file does not tell.
    animals
        The boxes of each track that has some.
    labels
        The label and number of each track, with or without boxes.
    """

    path: Path
    source: str
    frames: int | None
    picture: tuple[int, int] | None
    animals: tuple[AnimalBoxes, ...]
    labels: tuple[tuple[str, str], ...]


def is_cvat(path: Path) -> bool:
    """Recognise a file of CVAT by its first bytes."""
    return sniff(path, read_head(path))


def read_cvat(path: Path) -> CvatFile:
    """Read the boxes of a file of CVAT.

    Raises
    ------
    EthoprismError
        If it is none, or a box is not what it should be.
    """
    root = read_xml(path)
    if root.tag != "annotations":
        raise EthoprismError("no annotations of CVAT", path, "export as CVAT for video 1.1")
    tracks = list(root.iter("track"))
    told = _told(root, "source") or _told(root, "name")
    size = [_whole(_told(root, f"original_size/{side}")) for side in ("width", "height")]
    return CvatFile(
        path,
        PurePosixPath(told.replace("|", "/")).stem,
        _whole(_told(root, "size")),
        (size[0], size[1]) if size[0] and size[1] else None,
        tuple(_animals(tracks, path)),
        tuple((track_name(track), track.get("id", "")) for track in tracks),
    )


def _animals(tracks: list[Element], path: Path) -> Iterator[AnimalBoxes]:
    for track in tracks:
        shapes = [(frame, shape) for frame, shape in shapes_of(track, path) if shape.tag == "box"]
        if not shapes:
            continue
        name, frames = track_name(track), [frame for frame, _ in shapes]
        corners = np.array([_corners(shape, name, path) for _, shape in shapes], np.float64)
        seen = np.array([shape.get("outside") != "1" for _, shape in shapes])
        if len(set(frames)) < len(frames):
            raise EthoprismError(f"two boxes of {name} in one frame", path, "export it again")
        yield AnimalBoxes(name, np.array(frames), corners, seen)


def _corners(shape: Element, name: str, path: Path) -> list[float]:
    try:
        corners = [float(shape.get(side, "nan")) for side in _SIDES]
    except ValueError:
        corners = [np.nan]
    if not np.isfinite(corners).all():
        told = f"a box of {name} at frame {shape.get('frame')} that is not four numbers"
        raise EthoprismError(told, path, "export it again")
    return corners


def _told(root: Element, what: str) -> str:
    for place in ("task", "job", "."):
        text = (root.findtext(f"meta/{place}/{what}") or "").strip()
        if text:
            return text
    return ""


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and 0 < len(text) < 10 else None
