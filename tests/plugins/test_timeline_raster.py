"""What events look like, pixel by pixel, against plain loops; the index; the curve."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_domains.annotation.editing import Change, Coding, Event
from napari_ethoprism.views.timeline.curve import Curve
from napari_ethoprism.views.timeline.index import EventIndex, LaneEvents
from napari_ethoprism.views.timeline.inks import Inks, mixed
from napari_ethoprism.views.timeline.raster import (
    Rows,
    empty_lane,
    occupied,
    paint_curve,
    paint_events,
    paint_spans,
    paint_unobserved,
)
from napari_ethoprism.views.timeline.scale import Scale

INKS = Inks.of("#0080ff", "#101010", "#808080", "#ffffff")
EMPTY = INKS.ground
ROWS = Rows.of(20, False)
SPLIT = Rows.of(34, True)
scales = st.builds(
    lambda width, zoom, left: Scale(1000, width).zoomed(zoom, 0).starting(left),
    st.floats(20, 900),
    st.floats(1, 100),
    st.floats(0, 1000),
)


def state(name: str, start: int, stop: int, **details: str) -> Event:
    return Event(name, "walk", start, stop, **details)


def painted(
    events: list[Event],
    scale: Scale,
    rows: Rows = ROWS,
    chosen: np.ndarray | None = None,
    is_blind: bool = False,
) -> np.ndarray:
    image = empty_lane(scale, rows, INKS)
    paint_events(image, LaneEvents.of(events), scale, rows, INKS, chosen, is_blind)
    return image


@given(
    st.lists(st.tuples(st.integers(-40, 140), st.integers(1, 60)), max_size=20),
    st.integers(1, 100),
)
def test_columns_are_covered_as_a_plain_loop_covers_them(stretches, width):
    left = np.array([start for start, _ in stretches], np.int64)
    right = np.array([start + length for start, length in stretches], np.int64)
    wanted = np.zeros(width, bool)
    for start, stop in zip(left, right, strict=True):
        wanted[max(start, 0) : max(stop, 0)] = True
    np.testing.assert_array_equal(occupied(left, right, width), wanted)


def test_a_present_bout_is_solid_from_its_first_to_its_last_frame():
    image = painted([state("a", 10, 20)], Scale(100, 500.0))
    columns = (image != EMPTY).any(0)
    assert columns.sum() == 50 and columns[50:100].all()
    assert (image[ROWS.bar, 51:100] == INKS.solid).all() and (
        image[ROWS.bar, 50] == INKS.seam
    ).all()
    assert (image[0] == EMPTY).all() and (image[-1] == EMPTY).all()


def test_judgements_and_origins_differ_in_pattern_not_only_in_colour():
    scale = Scale(100, 500.0)
    looks = {}
    for judgement in ("present", "absent", "unsure"):
        for method in ("manual", "automated", "curated"):
            event = state("a", 10, 50, judgement=judgement, labeling_method=method)
            image = painted([event], scale, SPLIT)
            looks[judgement, method] = (image != EMPTY).tobytes() + (image == INKS.solid).tobytes()
    assert len(set(looks.values())) == 9


def test_a_prediction_lies_in_the_low_rows_and_is_not_shown_to_who_codes_blind():
    scale = Scale(100, 500.0)
    event = state("a", 10, 50, labeling_method="automated")
    image = painted([event], scale, SPLIT)
    assert (image[SPLIT.bar] == EMPTY).all() and (image[SPLIT.low] != EMPTY).any()
    assert (painted([event], scale, SPLIT, is_blind=True) == EMPTY).all()


def test_an_event_thinner_than_a_pixel_takes_up_one_column():
    scale = Scale(100_000, 500.0)
    image = painted([state("a", 50_001, 50_002)], scale)
    assert (image != EMPTY).any(0).tolist() == [column == 250 for column in range(500)]


def test_a_point_is_a_tick_with_a_head_around_its_frame():
    point = Event("p", "peck", 50, 50, kind="point")
    image = painted([point], Scale(100, 1000.0))
    tick = np.flatnonzero(image[ROWS.bar.stop - 1] != EMPTY)
    head = np.flatnonzero(image[0] != EMPTY)
    assert tick.tolist() == [503, 504, 505] and head.min() == 500 and head.max() == 508


def test_chosen_events_are_framed_and_commented_ones_have_a_corner():
    scale = Scale(100, 500.0)
    events = [state("a", 10, 20), state("b", 40, 60, comment="look")]
    image = painted(events, scale, chosen=np.array([True, False]))
    assert (image[0, 50:100] == INKS.mark).all() and (image[:, 50] == INKS.mark).all()
    assert image[ROWS.bar.start, 200] == INKS.mark and image[ROWS.bar.start, 207] == INKS.solid


def test_small_marks_are_left_out_where_they_would_hide_the_events():
    scale = Scale(1000, 500.0)
    events = [state(f"e{n}", n * 10, n * 10 + 5, comment="look") for n in range(100)]
    assert (painted(events, scale) != INKS.mark).all()
    assert (painted(events[:9], scale) == INKS.mark).any()
    points = [Event(f"p{n}", "peck", n * 10, n * 10, kind="point") for n in range(100)]
    assert (painted(points, scale)[0] == EMPTY).all() and (
        painted(points[:9], scale)[0] != EMPTY
    ).any()


def test_what_is_hollow_has_both_its_sides():
    image = painted([state("a", 10, 20, judgement="absent")], Scale(100, 500.0))
    assert (image[ROWS.bar][:, [50, 99]] == INKS.solid).all()
    assert (image[ROWS.bar][1:-1, 51:99] == INKS.ground).mean() > 0.7


@given(scales, st.integers(0, 999), st.integers(1, 999), st.sampled_from(["absent", "unsure"]))
def test_nothing_is_painted_outside_a_bout(scale, start, length, judgement):
    image = painted([state("a", start, min(start + length, 1000), judgement=judgement)], scale)
    left = round(float(scale.x_of(float(start))))
    right = max(round(float(scale.x_of(float(min(start + length, 1000))))), left + 1)
    inside = np.zeros(image.shape[1], bool)
    inside[max(left, 0) : max(right, 0)] = True
    assert not ((image != EMPTY).any(0) & ~inside).any()


def test_bouts_that_touch_can_be_told_apart():
    image = painted([state("a", 10, 20), state("b", 20, 30)], Scale(100, 500.0))
    assert image[10, 99] == INKS.solid and image[10, 100] == INKS.seam


def test_frames_that_nobody_has_observed_are_hatched():
    scale = Scale(100, 500.0)
    image = empty_lane(scale, ROWS, INKS)
    paint_unobserved(image, ((20, 40),), scale, INKS)
    assert (image[:, 100:200] == EMPTY).all()
    assert (image[:, :100] == INKS.hatch).any(1).all() and (image[:, 200:] == INKS.hatch).any(
        1
    ).all()
    assert 0.1 < (image[:, :96] == INKS.hatch).mean() < 0.15


def test_marked_spans_are_bars():
    scale = Scale(100, 500.0)
    image = empty_lane(scale, ROWS, INKS)
    paint_spans(image, ((20, 40), (60, 61)), scale, INKS)
    assert np.flatnonzero((image != EMPTY).any(0)).tolist() == [*range(100, 200), *range(300, 305)]


def test_colours_are_mixed():
    assert mixed("#ff8000", "#000000") == 0xFFFF8000
    assert mixed("#ff8000", "#0000ff", 0.5) == 0xFF804080


@given(
    st.integers(1, 3000),
    st.floats(1, 400),
    st.floats(1, 100),
    st.floats(0, 1),
    st.integers(0, 2**32 - 1),
)
def test_a_column_of_the_curve_holds_its_extremes_and_little_of_its_neighbours(
    frames, width, zoom, share, seed
):
    values = np.random.default_rng(seed).random(frames).astype(np.float32)
    scale = Scale(frames, width).zoomed(zoom, 0).starting(share * frames)
    low, high = Curve.of(values).columns(scale)
    reach = 1 / scale.per_frame / 4
    for column in range(int(width)):
        first, last = (scale.left + at / scale.per_frame for at in (column, column + 1))
        if first >= frames:
            assert np.isnan(high[column])
            continue
        inner = values[int(first) : max(int(np.ceil(last)), int(first) + 1)]
        outer = values[max(int(first - reach), 0) : int(np.ceil(last + reach)) + 1]
        assert outer.min() <= low[column] <= inner.min() + 1e-6
        assert inner.max() - 1e-6 <= high[column] <= outer.max()


def test_a_curve_fills_its_rows_by_its_height():
    scale = Scale(100, 100.0)
    image = empty_lane(scale, SPLIT, INKS)
    values = np.where(np.arange(100) < 50, 1.0, 0.0).astype(np.float32)
    paint_curve(image, Curve.of(values), scale, SPLIT, INKS)
    assert (image[SPLIT.low, :50] != EMPTY).all() and (image[SPLIT.low, 50:] == EMPTY).all()
    assert (image[: SPLIT.low.start] == EMPTY).all()


spans = st.tuples(st.integers(0, 50), st.integers(1, 10), st.sampled_from("AB"), st.booleans())


@given(st.lists(spans, max_size=12), st.lists(spans, max_size=12), st.integers(0, 12))
def test_an_index_that_follows_changes_is_that_of_the_coding(before, added, gone):
    made = [
        Event(f"e{n}", "walk", start, None if is_open else start + length, who)
        for n, (start, length, who, is_open) in enumerate([*before, *added])
    ]
    coding = Coding.of("v", made[: len(before)])
    index = EventIndex.of(coding)
    change = Change("some", tuple(made[:gone][: len(before)]), tuple(made[len(before) :]))
    coding = coding.after(change)
    touched = index.follow(change, coding)
    assert touched == {
        (event.subject, event.behavior) for event in (*change.removed, *change.added)
    }
    fresh = EventIndex.of(coding)
    assert index.open_bouts == fresh.open_bouts
    for key in {*index.lanes, *fresh.lanes}:
        np.testing.assert_array_equal(index[key].starts, fresh[key].starts)
        assert {event.event_id for event in index[key].events} == {
            event.event_id for event in fresh[key].events
        }
        assert [event.last_frame for event in index[key].events] == index[key].stops.tolist()


def test_many_changes_at_once_are_followed_too():
    many = [state(f"e{n}", n * 10, n * 10 + 5) for n in range(200)]
    coding, index = Coding.of("v"), EventIndex()
    change = Change("add", (), tuple(many))
    coding = coding.after(change)
    assert index.follow(change, coding) == {("", "walk")}
    assert index["", "walk"].starts.tolist() == [n * 10 for n in range(200)]
    assert index.filled(False) == {("", "walk")}


def test_twenty_thousand_events_are_painted_as_a_plain_loop_paints_them():
    starts = np.sort(np.random.default_rng(0).integers(0, 400_000, 20_000))
    lane = LaneEvents.of([state(f"e{n}", int(at), int(at) + 4) for n, at in enumerate(starts)])
    for zoom in (1, 300):
        scale = Scale(400_000, 800.0).zoomed(zoom, 400)
        image = empty_lane(scale, ROWS, INKS)
        paint_events(image, lane, scale, ROWS, INKS)
        wanted = np.zeros(800, bool)
        for at in starts:
            left, right = (round(scale.x_of(float(frame))) for frame in (at, at + 4))
            if right >= 0 and left < 800:
                wanted[max(left, 0) : max(right, left + 1, 0)] = True
        np.testing.assert_array_equal((image[ROWS.bar] != EMPTY).all(0), wanted)
        assert wanted.any() and (zoom == 1 or not wanted.all())


@pytest.mark.parametrize("rows", [ROWS, SPLIT])
def test_a_strip_without_width_or_events_is_painted_too(rows):
    assert painted([state("a", 1, 2)], Scale(10, 0.0), rows).shape == (rows.height, 0)
    assert (painted([], Scale(10, 30.0), rows) == EMPTY).all()
