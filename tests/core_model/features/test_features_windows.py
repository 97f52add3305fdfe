import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_core.features.windows import plan_windows

plans = st.tuples(st.integers(1, 80), st.integers(1, 9), st.integers(1, 40), st.integers(1, 12))
every = st.integers(1, 4)


@given(plans)
def test_windows_hold_the_frames_around_their_centre_and_the_ends_repeat(numbers):
    frame_count, clip_frames, _, step = numbers
    plan = plan_windows(*numbers)
    shown = dict(zip(plan.needed, plan.frames, strict=True))
    for centre, held in zip(plan.centres, plan.positions(0, len(plan)), strict=True):
        expected = [
            min(max(centre + step * (k - clip_frames // 2), 0), frame_count - 1)
            for k in range(clip_frames)
        ]
        assert [shown[position] for position in held] == expected


@given(plans)
def test_no_frame_is_further_than_half_a_stride_from_a_centre(numbers):
    frame_count, _, stride, _ = numbers
    centres = plan_windows(*numbers).centres
    assert list(centres[:-1]) == list(range(0, frame_count, stride))[: len(centres) - 1]
    distances = np.abs(np.arange(frame_count)[:, None] - centres).min(axis=1)
    assert distances.max() <= stride / 2


@given(plans)
def test_the_picture_before_is_the_one_before_in_the_window(numbers):
    plan = plan_windows(*numbers)
    shown = dict(zip(plan.needed, plan.frames, strict=True))
    before = dict(zip(plan.needed, plan.previous_frames, strict=True))
    for held in plan.positions(0, len(plan)):
        assert [before[p] for p in held[1:]] == [shown[p] for p in held[:-1]]


@given(plans)
def test_nothing_is_read_that_no_window_holds_and_nothing_twice(numbers):
    plan = plan_windows(*numbers)
    held = plan.positions(0, len(plan))
    assert list(plan.needed) == sorted(set(held.ravel()))
    assert set(plan.previous_frames) <= set(plan.frames)


@given(plans, st.integers(0, 10))
def test_the_rest_of_a_plan_is_the_plan_of_the_rest(numbers, count):
    plan = plan_windows(*numbers)
    rest = plan.after(count)
    assert np.array_equal(rest.positions(0, len(rest)), plan.positions(count, len(plan)))


@given(plans, every)
def test_what_no_window_uses_is_not_encoded(numbers, every):
    plan = plan_windows(*numbers, uses_every=every)
    held = plan.positions(0, len(plan))
    used = held[:, ::-1][:, ::every][:, ::-1]
    assert list(plan.needed) == sorted(set(used.ravel()))
    assert np.array_equal(plan.used_positions(0, len(plan))[:, ::-1][:, ::every][:, ::-1], used)
    assert set(plan.used_positions(0, len(plan)).ravel()) == set(plan.needed)


@given(plans)
def test_the_first_of_a_used_pair_is_the_picture_before(numbers):
    plan = plan_windows(*numbers, uses_every=2)
    last = plan.frame_count - 1
    before = dict(zip(plan.needed, plan.previous_frames, strict=True))
    for held in plan.positions(0, len(plan)):
        seconds = range(plan.clip_frames - 1, 0, -2)
        assert [before[held[k]] for k in seconds] == [min(held[k - 1], last) for k in seconds]


def test_at_an_even_stride_every_other_frame_is_no_second_of_a_pair():
    whole, pairs = (plan_windows(1000, 12, 4, uses_every=every) for every in (1, 2))
    assert len(whole.needed) == 1001
    assert len(pairs.needed) < 510
    assert len(plan_windows(1000, 12, 5, uses_every=2).needed) > 990


def test_sparse_windows_need_few_frames():
    assert len(plan_windows(frame_count=10_000, clip_frames=16, stride=1000).needed) < 11 * 16


@pytest.mark.parametrize(
    "wrong", ["stride", "frame_step", "clip_frames", "frame_count", "uses_every"]
)
def test_a_number_below_one_is_refused(wrong):
    numbers = {"frame_count": 10, "clip_frames": 4, "stride": 2, "frame_step": 1} | {wrong: 0}
    with pytest.raises(EthoprismError, match="must be at least 1, 0"):
        plan_windows(**numbers)
