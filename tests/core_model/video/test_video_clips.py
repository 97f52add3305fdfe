import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Crop, Rectangle, cut, resize

PICTURE = np.random.default_rng(0).integers(0, 256, (24, 32, 3)).astype(np.uint8)


def brute_cut(picture, bounds):
    """Each pixel of the crop by itself, the nearest of the picture where it lies outside."""
    left, top, right, bottom = bounds
    height, width = picture.shape[:2]
    rows = [
        [picture[min(max(y, 0), height - 1), min(max(x, 0), width - 1)] for x in range(left, right)]
        for y in range(top, bottom)
    ]
    return np.array(rows)


def brute_shrink(picture, size):
    """Average of the pixels under each new one, where they divide evenly."""
    height, width = picture.shape[0] // size, picture.shape[1] // size
    blocks = picture.reshape(size, height, size, width, -1).astype(float)
    return blocks.mean((1, 3))


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-40, 70),
    st.floats(-40, 70),
    st.floats(0.1, 50),
)
def test_a_square_of_its_own_size_is_the_pixels_themselves(x, y, side):
    crop = Crop(x, y, side)
    left, top, right, bottom = crop.bounds()
    pixels = right - left
    assert pixels == bottom - top == max(1, round(side))
    assert abs((left + right) / 2 - x) <= 0.5 and abs((top + bottom) / 2 - y) <= 0.5
    np.testing.assert_array_equal(cut(PICTURE, crop, pixels), brute_cut(PICTURE, crop.bounds()))


@pytest.mark.parametrize(
    "crop", [Crop(12.0, 12.0, 16.0), Crop(0.0, 30.0, 16.0), Rectangle(-4, 2, 32, 16)]
)
def test_shrinking_averages(crop):
    expected = brute_shrink(brute_cut(PICTURE, crop.bounds()), 8)
    np.testing.assert_allclose(cut(PICTURE, crop, 8), expected, atol=0.51)


def test_enlarging_keeps_the_corners():
    large = cut(PICTURE, Crop(8.0, 8.0, 4.0), 64)
    np.testing.assert_array_equal(
        large[[0, 0, -1, -1], [0, -1, 0, -1]], PICTURE[6:10:3, 6:10:3].reshape(4, 3)
    )


def test_a_rectangle_is_stretched_to_a_square():
    assert cut(PICTURE, Rectangle(2, 3, 20, 10), 7).shape == (7, 7, 3)
    assert Rectangle(2, 3, 20, 10).bounds() == (2, 3, 22, 13)


@pytest.mark.parametrize("extent", [(0, 5), (5, -1)])
def test_a_rectangle_without_extent(extent):
    with pytest.raises(EthoprismError, match="positive width and height"):
        Rectangle(0, 0, *extent)


def test_resizing_keeps_channels_and_leaves_the_same_size_alone():
    assert resize(PICTURE[..., :1], (5, 9)).shape == (5, 9, 1)
    same = resize(PICTURE[::1], (24, 32))
    np.testing.assert_array_equal(same, PICTURE)
    assert same.flags.c_contiguous


def test_the_picture_is_left_as_it_was():
    before = PICTURE.copy()
    cut(PICTURE, Crop(0.0, 0.0, 100.0), 16)
    resize(PICTURE, (4, 4))
    np.testing.assert_array_equal(PICTURE, before)
