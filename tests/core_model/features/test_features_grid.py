import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_core.features.grid import Grid

SHAPE = (16, 16, 16)
counts = st.integers(1, 16)


@given(counts, counts, counts, st.sampled_from(["average", "lattice"]))
def test_a_grid_reads_what_it_writes(time, rows, columns, mode):
    grid = Grid(time, rows, columns, mode)
    assert Grid.parse(str(grid), SHAPE) == grid


def test_full_keeps_everything():
    features = np.random.default_rng(0).normal(size=(2, 4, 3, 5, 6)).astype(np.float32)
    grid = Grid.parse("full", (4, 3, 5))
    assert np.array_equal(grid.reduce(grid.select(features[0])[None]), features[:1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("4x4", "not a grid, 4x4, write TIMExROWxCOLUMN"),
        ("4x4x4:median", "not a grid"),
        ("4x4x17", "the encoder has no such grid, 4x4x17, use numbers from 1x1x1 to 16x16x16"),
        ("0x4x4", "the encoder has no such grid"),
    ],
)
def test_a_grid_that_cannot_be_is_refused(text, message):
    with pytest.raises(EthoprismError, match=message):
        Grid.parse(text, SHAPE)


def test_the_default_has_up_to_64_tokens():
    assert Grid.default((16, 16, 16)).shape == (4, 4, 4)
    assert Grid.default((2, 3, 16)).shape == (2, 3, 4)


@given(st.tuples(*[st.integers(1, 6)] * 3), st.tuples(*[st.integers(1, 6)] * 3), st.data())
def test_averages_equal_a_fine_raster_averaged_in_blocks(times, kept, data):
    # repeat every cell until the parts fall on whole cells, then take plain means
    shape = tuple(max(pair) for pair in zip(times, kept, strict=True))
    seed = data.draw(st.integers(0, 99))
    features = np.random.default_rng(seed).normal(size=(1, *shape, 2)).astype(np.float32)
    expected = features
    for axis, count in enumerate(kept, start=1):
        fine = np.repeat(expected, count, axis=axis)
        parts = np.split(fine, count, axis=axis)
        expected = np.concatenate([p.mean(axis=axis, keepdims=True) for p in parts], axis=axis)
    assert np.allclose(Grid(*kept).reduce(features), expected, atol=1e-6)


def test_a_lattice_takes_the_middles_of_equal_parts():
    tokens = np.arange(16.0, dtype=np.float32)
    features = np.broadcast_to(tokens[:, None, None, None], (16, 16, 16, 1))[None]
    assert Grid(4, 1, 1, "lattice").reduce(features)[0, :, 0, 0, 0].tolist() == [2, 6, 10, 14]
    assert Grid(16, 1, 1, "lattice").reduce(features)[0, :, 0, 0, 0].tolist() == list(range(16))


@given(st.integers(1, 20), st.data())
def test_a_lattice_chooses_distinct_positions_inside(count, data):
    kept = data.draw(st.integers(1, count))
    frame = np.arange(count, dtype=np.float32)[None, :, None, None]
    chosen = Grid(1, kept, 1, "lattice").select(frame)[0, :, 0, 0]
    assert len(set(chosen.tolist())) == kept
