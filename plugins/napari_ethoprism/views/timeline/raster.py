"""Paint the events of a lane into an array of pixels: as quick for 20,000 events as for 20.

Every event takes up at least one column. Judgement and origin are told by pattern and place, not by
colour alone: what a person coded or judged is a tall bar, solid where present, hollow and hatched
where absent, dotted where unsure; curated events wear a light cap; what a probe predicted and
nobody judged is a low bar with a dashed top, upon the curve of probabilities.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Int64, UInt32

from ethoprism_domains.annotation.editing.spans import Spans
from napari_ethoprism.views.timeline.curve import Curve
from napari_ethoprism.views.timeline.index import (
    COMMENT,
    JUDGEMENT,
    JUDGEMENTS,
    METHOD,
    METHODS,
    POINT,
    LaneEvents,
)
from napari_ethoprism.views.timeline.inks import Inks
from napari_ethoprism.views.timeline.scale import Scale

# from below to above
_ORDER = [
    method | judgement | point
    for point in (0, POINT)
    for method in (METHODS["automated"], METHODS["manual"], METHODS["curated"])
    for judgement in (JUDGEMENTS["absent"], JUDGEMENTS["unsure"], JUDGEMENTS["present"])
]
_CORNER = 6  # rows and columns of the corner that tells of a comment
_ROOM = 32  # columns for each small mark; where there is less, they would hide what they mark
_SEAM = 3  # columns from which on a bar's first column is drawn apart


@dataclass(frozen=True)
class Rows:
    """How a lane's height is divided, in pixels.

    Parameters
    ----------
    height
        Of the lane.
    bar
        The rows of what people coded or judged.
    low
        The rows of predictions; the same as `bar` where none are shown.
    """

    height: int
    bar: slice
    low: slice

    @classmethod
    def of(cls, height: int, with_predictions: bool) -> "Rows":
        """Divide a lane."""
        margin = max(height // 10, 1)
        if not with_predictions:
            whole = slice(margin, height - margin)
            return cls(height, whole, whole)
        border = height * 5 // 9
        return cls(height, slice(margin, border), slice(border + 1, height - 1))


def columns_of(
    lane: LaneEvents, numbers: Int64[np.ndarray, " found"], scale: Scale
) -> tuple[Int64[np.ndarray, " found"], Int64[np.ndarray, " found"]]:
    """Give the columns that events take up, the second exclusive; they may lie outside."""
    left = np.rint(scale.x_of(lane.starts[numbers].astype(np.float64))).astype(np.int64)
    right = np.rint(scale.x_of(lane.stops[numbers].astype(np.float64))).astype(np.int64)
    return left, np.maximum(right, left + 1)


def occupied(
    left: Int64[np.ndarray, " event"], right: Int64[np.ndarray, " event"], width: int
) -> Bool[np.ndarray, " width"]:
    """Say which columns are covered by one of many stretches of columns."""
    starts = np.bincount(_within(left, width), minlength=width + 1)
    stops = np.bincount(_within(right, width), minlength=width + 1)
    return np.cumsum(starts - stops)[:width] > 0


def _within(columns: np.ndarray, width: int) -> np.ndarray:
    return np.minimum(np.maximum(columns, 0), width)  # quicker than clip, which asks more


def empty_lane(scale: Scale, rows: Rows, inks: Inks) -> UInt32[np.ndarray, "height width"]:
    """Make a picture of a lane without events; `scale` is in pixels of the device."""
    return np.full((rows.height, max(int(scale.width), 0)), inks.ground, np.uint32)


def paint_unobserved(
    image: UInt32[np.ndarray, "height width"], observed: Spans, scale: Scale, inks: Inks
) -> None:
    """Hatch the columns that hold no observed frame."""
    left, right = _columns_of_spans(observed, scale)
    seen = occupied(left, right, image.shape[1])
    np.copyto(image, np.uint32(inks.hatch), where=_pattern("unobserved", *image.shape) & ~seen)


def paint_spans(
    image: UInt32[np.ndarray, "height width"], spans: Spans, scale: Scale, inks: Inks
) -> None:
    """Paint spans as low bars, such as the stretches in which two coders differ."""
    left, right = _columns_of_spans(spans, scale)
    part = image[len(image) // 4 : -(len(image) // 4) or None]
    part[:, occupied(left, right, image.shape[1])] = inks.solid
    part[:, _ends(left, right, image.shape[1])] = inks.seam


def _columns_of_spans(spans: Spans, scale: Scale) -> tuple[np.ndarray, np.ndarray]:
    edges = np.rint(scale.x_of(np.array(spans, np.float64).reshape(-1, 2))).astype(np.int64)
    return edges[:, 0], np.maximum(edges[:, 1], edges[:, 0] + 1)


def paint_curve(
    image: UInt32[np.ndarray, "height width"], curve: Curve, scale: Scale, rows: Rows, inks: Inks
) -> None:
    """Paint a curve of probabilities into a lane's low rows."""
    low, high = curve.columns(scale)
    part = image[rows.low]
    height = len(part)
    level = (
        np.float32(1) - (np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5)) / height
    )
    with np.errstate(invalid="ignore"):
        under = level <= high
        line = under & (level > low - np.float32(1.5 / height))
    np.copyto(part, np.uint32(inks.soft), where=under)
    np.copyto(part, np.uint32(inks.solid), where=line)


def paint_events(
    image: UInt32[np.ndarray, "height width"],
    lane: LaneEvents,
    scale: Scale,
    rows: Rows,
    inks: Inks,
    chosen: Bool[np.ndarray, " event"] | None = None,
    is_blind: bool = False,
) -> None:
    """Paint a lane's events.

    Parameters
    ----------
    chosen
        Which events are selected.
    """
    numbers = lane.between(*scale.visible)
    numbers = numbers[lane.shown(is_blind)[numbers]]
    if not len(numbers) or not image.size:
        return
    left, right = columns_of(lane, numbers, scale)
    looks = lane.looks[numbers]
    plain = looks & ~np.uint8(COMMENT)
    there = set(np.flatnonzero(np.bincount(plain)).tolist())
    for look in [look for look in _ORDER if look in there]:
        _paint_look(image, look, left[plain == look], right[plain == look], rows, inks)
    commented = left[(looks & COMMENT) > 0]
    if len(commented) * _ROOM <= image.shape[1]:
        _paint_comments(image, commented, rows, inks)
    if chosen is not None:
        _paint_chosen(image, left[chosen[numbers]], right[chosen[numbers]], inks)


def _paint_look(
    image: np.ndarray, look: int, left: np.ndarray, right: np.ndarray, rows: Rows, inks: Inks
) -> None:
    width = image.shape[1]
    if look & POINT:
        middle = (left + right - 1) // 2
        left, right = middle - 1, middle + 2
    columns = occupied(left, right, width)
    method = look & METHOD
    band = rows.low if method == METHODS["automated"] else rows.bar
    part = image[band]
    sides = left[:0] if look & POINT else _ends(left, right, width)
    if look & JUDGEMENT != JUDGEMENTS["present"]:  # hollow, it wants its other side too
        inside = (right - left >= _SEAM) & (right > 0) & (right <= width)
        sides = np.concatenate([sides, right[inside] - 1])
    _fill(part, look & JUDGEMENT, columns, sides, inks, method == METHODS["automated"])
    if look & POINT and len(middle) * _ROOM <= width:
        _paint_heads(image[: len(part)] if band is rows.bar else part, middle, inks)
    if method == METHODS["curated"]:
        part[: max(len(part) // 8, 1), columns] = inks.mark
    if method == METHODS["automated"]:
        part[0, columns & (np.arange(width) % 6 < 4)] = inks.solid


def _fill(
    part: np.ndarray,
    judgement: int,
    columns: np.ndarray,
    ends: np.ndarray,
    inks: Inks,
    is_faint: bool,
) -> None:
    if judgement == JUDGEMENTS["present"]:
        # a prediction's bar lets its curve be seen
        fill = columns & (part != inks.solid) if is_faint else columns
        np.copyto(part, np.uint32(inks.soft if is_faint else inks.solid), where=fill)
        part[:, ends] = inks.solid if is_faint else inks.seam
        return
    is_absent = judgement == JUDGEMENTS["absent"]
    pattern = _pattern("absent" if is_absent else "unsure", *part.shape)
    np.copyto(part, np.uint32(inks.ground if is_absent else inks.soft), where=columns)
    np.copyto(part, np.uint32(inks.solid), where=pattern & columns)
    part[0, columns] = part[-1, columns] = inks.solid
    part[:, ends] = inks.solid


@lru_cache(maxsize=32)
def _pattern(name: str, height: int, width: int) -> Bool[np.ndarray, "height width"]:
    """Make hatching, for absent and unobserved, or dots, for unsure."""
    y, x = np.ogrid[:height, :width]
    if name == "unsure":
        return (x % 4 < 2) & (y % 4 < 2)
    return (x + y) % 6 == 0 if name == "absent" else (x - y) % 8 == 0


def _ends(left: np.ndarray, right: np.ndarray, width: int) -> np.ndarray:
    """Find the first columns of bars that are wide enough to show them."""
    return left[(right - left >= _SEAM) & (left >= 0) & (left < width)]


def _paint_heads(part: np.ndarray, middle: np.ndarray, inks: Inks) -> None:
    """Put a triangle on top of each point."""
    width = part.shape[1]
    for row, half in enumerate((4, 3, 3, 2)[: len(part)]):
        part[row, occupied(middle - half, middle + half + 1, width)] = inks.solid


def _paint_comments(image: np.ndarray, left: np.ndarray, rows: Rows, inks: Inks) -> None:
    """Put a corner at the start of what has a comment."""
    if not len(left):
        return
    columns = occupied(left, left + 1, image.shape[1])
    last = min(rows.bar.start + _CORNER, rows.height) - 1
    for row in range(last, rows.bar.start - 1, -1):  # each row one column wider than that below
        image[row, columns] = inks.mark
        columns[1:] |= columns[:-1].copy()


def _paint_chosen(image: np.ndarray, left: np.ndarray, right: np.ndarray, inks: Inks) -> None:
    """Frame what is selected."""
    if not len(left):
        return
    width = image.shape[1]
    columns = occupied(left, right, width)
    image[:2, columns] = inks.mark
    image[-2:, columns] = inks.mark
    sides = occupied(left, left + 2, width) | occupied(right - 2, right, width)
    image[:, sides & columns] = inks.mark
