"""A contact sheet: one strip of pictures for each moment of a list, in one figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8
from matplotlib.figure import Figure

from ethoprism.report.pictures import individual_squares, still_crop
from ethoprism.report.timelines import clock
from ethoprism_core.video import Crop, Video, cut, resize

_HEIGHT = 150  # pixels of a strip
_PICTURES = 4
_GAP = 4
_WIDEST = 5 * _HEIGHT
_OUTLINE = (255, 170, 0)
_PAPER = 255
_INCHES = (6.6, 1.6)  # of a strip with its title
_INK = "#1d2230"


@dataclass(frozen=True)
class Moment:
    """A moment to be shown.

    Parameters
    ----------
    path
        The video.
    tracks
        The file of its animals' tracks, or None to show whole pictures.
    individual
        Whom to show.
    frames
        First frame, and the one after the last.
    time_s
        Its time, for the title.
    title
        What stands above it, before who and when.
    score
        What stands behind; None for nothing.
    """

    path: Path
    tracks: Path | None
    individual: str
    frames: tuple[int, int]
    time_s: float
    title: str
    score: float | None


def contact_sheet(moments: Sequence[Moment], heading: str) -> Figure:
    """Draw moments in the order given, two beside each other.

    A moment whose animal is followed shows the whole picture with a square around the animal, then
    that square at the beginning, the middle and the end.
    """
    columns = 1 if len(moments) < 4 else 2
    rows = max(1, -(-len(moments) // columns))
    width, height = _INCHES
    figure = Figure(figsize=(columns * width, rows * height + 0.5), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for panel in panels:
        panel.set_axis_off()
    strips = _strips(moments)
    for panel, moment, strip in zip(panels, moments, strips, strict=False):
        panel.imshow(strip, interpolation="antialiased")
        panel.set_title(_title(moment), loc="left", fontsize=9, color=_INK)
    figure.suptitle(_plain(heading), x=0.01, ha="left", fontsize=12, color=_INK)
    return figure


def _title(moment: Moment) -> str:
    who = f"  {moment.individual}" if moment.individual else ""
    score = "" if moment.score is None else f"  {moment.score:.2f}"
    return _plain(f"{moment.title}{who}  {clock(moment.time_s)}{score}")


def _plain(text: str) -> str:
    return text.replace("$", r"\$")  # a dollar sign would begin a formula


def _strips(moments: Sequence[Moment]) -> list[UInt8[np.ndarray, "height width 3"]]:
    """Cut the strips of all moments, each video opened once."""
    strips: dict[Moment, np.ndarray] = {}
    for path in dict.fromkeys(moment.path for moment in moments):
        with Video(path) as video:
            own = [moment for moment in moments if moment.path == path]
            strips.update({moment: _strip(video, moment) for moment in own})
    return [_on_paper(strips[moment]) for moment in moments]


def _strip(video: Video, moment: Moment) -> UInt8[np.ndarray, "height width 3"]:
    start, stop = moment.frames
    if moment.tracks is None:
        frames = np.linspace(start, stop - 1, _PICTURES).round().astype(int).tolist()
        return _beside([_shrunk(picture) for picture in video.read(frames)])
    frames = np.linspace(start, stop - 1, _PICTURES - 1).round().astype(int).tolist()
    crop = still_crop(individual_squares(moment.tracks, moment.individual), frames)
    pictures = video.read(frames)
    whole = _outlined(pictures[len(pictures) // 2], crop)
    return _beside([whole, *(cut(picture, crop, _HEIGHT) for picture in pictures)])


def _shrunk(picture: UInt8[np.ndarray, "height width 3"]) -> UInt8[np.ndarray, "_ _ 3"]:
    height, width = picture.shape[:2]
    return resize(picture, (_HEIGHT, max(1, round(width * _HEIGHT / height))))


def _outlined(
    picture: UInt8[np.ndarray, "height width 3"], crop: Crop
) -> UInt8[np.ndarray, "_ _ 3"]:
    small = _shrunk(picture)
    scale = _HEIGHT / picture.shape[0]
    left, top, right, bottom = (round(edge * scale) for edge in crop.bounds())
    cv2.rectangle(small, (left, top), (right, bottom), _OUTLINE, 1)
    return small


def _beside(pictures: Sequence[np.ndarray]) -> np.ndarray:
    gap = np.full((_HEIGHT, _GAP, 3), _PAPER, np.uint8)
    parts = [part for picture in pictures for part in (picture, gap)]
    return np.concatenate(parts[:-1], axis=1)


def _on_paper(strip: np.ndarray) -> np.ndarray:
    """Bring a strip to the common width, so that all are shown at one scale."""
    height, width = strip.shape[:2]
    if width > _WIDEST:
        strip = resize(strip, (max(1, round(height * _WIDEST / width)), _WIDEST))
        height, width = strip.shape[:2]
    sheet = np.full((_HEIGHT, _WIDEST, 3), _PAPER, np.uint8)
    sheet[:height, :width] = strip
    return sheet
