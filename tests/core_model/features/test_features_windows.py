import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_core.features.windows import plan_windows

plans = st.tuples(st.integers(1, 80), st.integers(1, 9), st.integers(1, 40), st.integers(1, 12))


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


def test_sparse_windows_need_few_frames():
    assert len(plan_windows(frame_count=10_000, clip_frames=16, stride=1000).needed) < 11 * 16


@pytest.mark.parametrize("wrong", ["stride", "frame_step", "clip_frames", "frame_count"])
def test_a_number_below_one_is_refused(wrong):
    numbers = {"frame_count": 10, "clip_frames": 4, "stride": 2, "frame_step": 1} | {wrong: 0}
    with pytest.raises(EthoprismError, match="must be at least 1, 0"):
        plan_windows(**numbers)
