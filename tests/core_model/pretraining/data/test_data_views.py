"""Which frames and boxes are drawn, and how a clip's look is changed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_core.pretraining.data.looks import draw_look, enlargement, turned
from ethoprism_core.pretraining.data.views import Views, draw_frames, draw_part, draw_squares

RNG = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@given(RNG, st.integers(0, 50), st.integers(1, 60), st.integers(1, 16))
def test_frames_are_evenly_spaced_and_within_their_span(rng, start, length, count):
    frames = draw_frames(rng, start, start + length, count, (1, 2, 5))
    assert len(frames) == count
    assert frames.min() >= start
    assert frames.max() < start + length
    if length > 5 * count:
        assert len(set(np.diff(frames))) <= 1
    if length < count:  # too short: it stands still at its end
        assert frames.tolist() == [min(start + n, start + length - 1) for n in range(count)]


def test_every_step_that_fits_is_drawn():
    rng = np.random.default_rng(0)
    steps = {int(np.diff(draw_frames(rng, 0, 40, 8, (1, 4, 6))[:2])[0]) for _ in range(50)}
    assert steps == {1, 4}


@given(RNG, st.integers(10, 500), st.integers(10, 500))
def test_a_part_lies_in_the_picture_and_is_not_too_small(rng, height, width):
    views = Views(least_area=0.25, stretch=1.5)
    x, y, wide, tall = draw_part(rng, (height, width), views)
    assert x - wide / 2 >= -1e-9 and x + wide / 2 <= width + 1e-9
    assert y - tall / 2 >= -1e-9 and y + tall / 2 <= height + 1e-9
    assert wide * tall >= 0.25 / 1.5 * height * width
    assert 1 / 2.25 <= (wide / width) / (tall / height) <= 2.25


def test_plain_views_show_the_whole_picture_and_the_squares_as_they_are():
    rng = np.random.default_rng(0)
    np.testing.assert_allclose(draw_part(rng, (48, 64), Views.plain()), [32, 24, 64, 48])
    squares = rng.uniform(10, 40, (5, 2, 3))
    boxes = draw_squares(rng, squares, Views.plain())
    assert any(np.allclose(boxes, squares[:, animal][:, [0, 1, 2, 2]]) for animal in range(2))


def test_squares_move_with_the_animal():
    squares = np.random.default_rng(1).uniform(10, 40, (5, 1, 3))
    squares[..., 2] = 30
    boxes = draw_squares(np.random.default_rng(2), squares, Views())
    np.testing.assert_allclose(np.diff(boxes[:, :2], axis=0), np.diff(squares[:, 0, :2], axis=0))
    assert len(np.unique(boxes[:, 2:])) == 1


@pytest.fixture
def clip():
    return np.random.default_rng(3).integers(0, 256, (2, 20, 24, 3), np.uint8)


def test_a_plain_look_changes_nothing(clip):
    look = draw_look(np.random.default_rng(0), Views.plain())
    np.testing.assert_array_equal(look.apply(clip), clip)
    assert look.angle == 0


def test_a_look_is_the_same_for_all_frames_of_a_clip(clip):
    look = draw_look(np.random.default_rng(4), Views())
    single = np.concatenate([look.apply(picture[None]) for picture in clip])
    np.testing.assert_array_equal(look.apply(clip), single)


def test_mirroring_exchanges_left_and_right(clip):
    views = Views(mirror=1.0, colour=0.0, grey=0.0, blur=0.0)
    look = draw_look(np.random.default_rng(0), views)
    np.testing.assert_array_equal(look.apply(clip), clip[:, :, ::-1])


@pytest.mark.parametrize(
    ("caption", "may"),
    [("A mouse turns left.", False), ("It turns to its RIGHT", False), ("a bright fly", True)],
)
def test_captions_that_tell_sides_keep_clips_from_being_mirrored(caption, may):
    rng = np.random.default_rng(0)
    drawn = {draw_look(rng, Views(), caption).mirrored for _ in range(40)}
    assert drawn == ({True, False} if may else {False})


def test_a_grey_look_has_no_colours(clip):
    look = draw_look(np.random.default_rng(0), Views(grey=1.0, colour=0.0, blur=0.0, mirror=0.0))
    grey = look.apply(clip).astype(int)
    assert np.ptp(grey, axis=-1).max() <= 1
    np.testing.assert_allclose(grey[..., 0], clip @ [0.299, 0.587, 0.114], atol=1)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_quarter_turns_are_exact(clip, turns):
    square = clip[0, :20, :20]
    np.testing.assert_array_equal(turned(square, 90.0 * turns, 20), np.rot90(square, turns))


@given(st.floats(-180, 180))
def test_a_turned_square_is_filled_by_what_was_cut(angle):
    size = 16
    side = round(size * enlargement(angle))
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (size - 1) / 2
    radians = np.deg2rad(angle)
    turn = np.array([[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]])
    assert np.abs(corners @ turn.T).max() <= side / 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"mirror": 1.5},
        {"least_area": 0.0},
        {"zoom": (2.0, 1.0)},
        {"frame_steps": ()},
        {"frame_steps": (0,)},
        {"turn": 200.0},
        {"stretch": 0.5},
    ],
)
def test_views_out_of_range(wrong):
    with pytest.raises(EthoprismError, match=next(iter(wrong))):
        Views(**wrong)


def test_all_presets_can_be_built():
    assert Views.upright().turn < Views().turn
    assert Views.plain().frame_steps == (1,)
