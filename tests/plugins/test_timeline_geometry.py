"""Frames and pixels, ruler, lanes, what lies under the mouse: without a window."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_domains.annotation import Behavior, Ethogram, Subject
from ethoprism_domains.annotation.editing import Event
from napari_ethoprism.views.timeline.hits import find_hit
from napari_ethoprism.views.timeline.index import LaneEvents
from napari_ethoprism.views.timeline.lanes import Layout, arrange
from napari_ethoprism.views.timeline.ruler import frame_ticks, time_text, time_ticks
from napari_ethoprism.views.timeline.scale import WIDEST_FRAME, Scale

scales = st.builds(
    lambda frames, width, zoom, left: Scale(frames, width).zoomed(zoom, 0).starting(left * frames),
    st.integers(1, 2_000_000),
    st.floats(1, 5000),
    st.floats(1, 1e6),
    st.floats(0, 1),
)


@given(scales, st.data())
def test_a_frame_is_found_at_its_own_pixels(scale, data):
    frame = data.draw(st.integers(*scale.visible).filter(lambda number: number < scale.frames))
    middle = scale.x_of(frame + 0.5)
    assert scale.frame_at(middle) == frame
    assert scale.edge_at(scale.x_of(float(frame))) == frame
    assert scale.x_of(frame + 1.0) - scale.x_of(float(frame)) == pytest.approx(
        scale.per_frame, abs=1e-3
    )


@given(scales, st.floats(-100, 6000))
def test_every_pixel_has_a_frame_and_an_edge_of_the_video(scale, x):
    assert 0 <= scale.frame_at(x) < scale.frames
    assert 0 <= scale.edge_at(x) <= scale.frames


@given(scales, st.floats(0.01, 100), st.floats(0, 1))
def test_zooming_keeps_what_is_under_the_mouse_and_stays_within_the_video(scale, factor, share):
    x = share * scale.width
    zoomed = scale.zoomed(factor, x)
    for one in (scale, zoomed, scale.panned(1e9), scale.panned(-1e9)):
        assert one.left >= 0 and one.left + one.span <= max(one.frames, one.span) + 1e-6
        assert one.per_frame <= max(WIDEST_FRAME, one.width / one.frames) * (1 + 1e-9)
    before, after = scale.left + x / scale.per_frame, zoomed.left + x / zoomed.per_frame
    at_an_end = zoomed.left == 0 or zoomed.left + zoomed.span >= zoomed.frames - 1e-6
    assert at_an_end or after == pytest.approx(before, abs=1e-3)


def test_a_fit_scale_stays_fit_when_the_window_grows():
    scale = Scale(1000, 500)
    assert scale.is_fit and scale.resized(800).visible == (0, 1000)
    zoomed = scale.zoomed(4, 0)
    assert zoomed.resized(800).per_frame == zoomed.per_frame
    assert zoomed.zoomed(0, 0).is_fit


def test_the_playhead_turns_the_page():
    scale = Scale(10_000, 1000).zoomed(10, 0)
    after = scale.following(1005)
    assert after.is_visible(1005) and after.left == pytest.approx(1005 - 125)
    back = after.following(300)
    assert back.is_visible(300) and back.left == 0


@given(scales)
def test_frame_ticks_stand_apart_at_the_frames_that_they_name(scale):
    ticks = frame_ticks(scale)
    for tick in ticks:
        frame = int(tick.label.replace(",", ""))
        assert 0 <= frame < scale.frames and tick.x == pytest.approx(scale.x_of(float(frame)))
    assert all(
        after.x - before.x >= 89 or scale.per_frame > 90 for before, after in pairwise(ticks)
    )


def test_times_are_marked_where_they_are_also_when_the_frame_rate_changes():
    # 100 frames at 10 a second, then 100 at 50 a second
    times = np.concatenate([np.arange(100) / 10, 10 + np.arange(100) / 50])
    scale = Scale(200, 2000.0)
    ticks = {tick.label: tick.x for tick in time_ticks(scale, times)}
    assert ticks["0:01"] == pytest.approx(scale.x_of(10.0))
    assert ticks["0:10"] == pytest.approx(scale.x_of(100.0))
    assert ticks["0:11"] == pytest.approx(scale.x_of(150.0))
    assert time_ticks(Scale(1, 100.0), times[:1]) == []


@given(st.lists(st.floats(0.001, 3), min_size=2, max_size=200), st.floats(50, 3000))
def test_time_ticks_never_crowd(steps, width):
    times = np.concatenate([[0.0], np.cumsum(steps)])
    ticks = time_ticks(Scale(len(times), width), times)
    assert all(after.x - before.x >= 50 for before, after in pairwise(ticks))


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0:00.000"), (59.9996, "1:00.000"), (61.5, "1:01.500"), (7325.25, "2:02:05.250")],
)
def test_times_are_written_as_a_clock_does(seconds, told):
    assert time_text(seconds) == told


ETHOGRAM = Ethogram(
    (Behavior("walk"), Behavior("peck", "point"), Behavior("storm", per_subject=False)),
    (Subject("A"), Subject("B")),
)


def test_lanes_are_those_that_have_events_and_those_of_the_current_subject():
    lanes = arrange(ETHOGRAM, "B", {("A", "peck"), ("", "strange"), ("Z", "walk")})
    assert [lane.key for lane in lanes] == [
        ("", "storm"),
        ("", "strange"),
        ("A", "peck"),
        ("B", "walk"),
        ("B", "peck"),
        ("Z", "walk"),
    ]
    assert lanes[2].kind == "point" and lanes[2].name == "A · peck" and lanes[1].shortcut == ""
    assert [lane.key for lane in arrange(Ethogram((Behavior("walk"),)), "", set())] == [
        ("", "walk")
    ]


@given(st.integers(0, 30), st.integers(5, 50), st.integers(0, 500), st.integers(0, 900))
def test_a_lane_is_found_at_its_own_pixels(count, height, scroll, y):
    lanes = arrange(Ethogram(tuple(Behavior(f"b{n}") for n in range(count))), "", set())
    layout = Layout(tuple(lanes), 34, height, scroll)
    number = layout.number_at(y)
    inside = [n for n in range(count) if layout.top_of(n) <= y < layout.top_of(n) + height]
    assert number == (inside[0] if inside and y >= 34 else None)
    assert list(layout.between(y, y + 60)) == [
        n
        for n in range(count)
        if layout.top_of(n) <= y + 60 and layout.top_of(n) + height > max(y, 34)
    ]


def bout(name: str, start: int, stop: int) -> Event:
    return Event(name, "walk", start, stop, kind="point" if start == stop else "state")


def test_a_hit_names_the_part_of_the_bout_under_the_mouse():
    lane = LaneEvents.of([bout("a", 10, 20), bout("b", 20, 30), bout("p", 50, 50)])
    scale = Scale(100, 1000.0)  # ten pixels a frame
    found = {
        x: (hit.event.event_id, hit.part) if (hit := find_hit(lane, scale, x)) else None
        for x in (90, 97, 101, 150, 198, 202, 299, 303, 400, 505)
    }
    assert found == {
        90: None,
        97: ("a", "start"),
        101: ("a", "start"),
        150: ("a", "body"),
        198: ("a", "stop"),
        202: ("b", "start"),
        299: ("b", "stop"),
        303: ("b", "stop"),
        400: None,
        505: ("p", "body"),
    }


def test_a_bout_thinner_than_a_pixel_can_still_be_clicked():
    lane = LaneEvents.of([bout("a", 50_000, 50_002)])
    hit = find_hit(lane, Scale(100_000, 1000.0), 502)
    assert hit is not None and hit.event.event_id == "a"


def test_of_two_bouts_in_one_place_the_shorter_one_is_hit():
    lane = LaneEvents.of([bout("long", 0, 90), bout("short", 40, 50)])
    assert find_hit(lane, Scale(100, 1000.0), 450).event.event_id == "short"
    assert find_hit(lane, Scale(100, 1000.0), 700).event.event_id == "long"
