"""Masks by their properties: exact counts, blocks, each clip its own, all places at times."""

import jax
import numpy as np
import pytest

from ethoprism_core.pretraining.masks import block_tubes, random_tubes, seen_count

CLIPS = 256

draw = jax.jit(block_tubes, static_argnums=(1, 2))


@pytest.fixture(scope="module")
def keys():
    return jax.random.split(jax.random.key(0), CLIPS)


@pytest.fixture(scope="module", params=[((8, 8), 0.65), ((5, 7), 0.4)], ids=str)
def blocks(request, keys):
    grid, share = request.param
    count = seen_count(grid[0] * grid[1], share)
    seen, hidden = draw(keys, grid, count)
    return grid, share, np.asarray(seen), np.asarray(hidden)


def pictures(positions, grid):
    marked = np.zeros((len(positions), grid[0] * grid[1]), bool)
    np.put_along_axis(marked, positions, True, axis=1)
    return marked.reshape(-1, *grid)


def share_in_squares(hidden):
    """The share of hidden cells that lie in a hidden square of two by two."""
    corner = hidden[:, :-1, :-1] & hidden[:, 1:, :-1] & hidden[:, :-1, 1:] & hidden[:, 1:, 1:]
    covered = np.zeros_like(hidden)
    for row in (0, 1):
        for column in (0, 1):
            height, width = corner.shape[1:]
            covered[:, row : row + height, column : column + width] |= corner
    return covered.sum() / hidden.sum()


@pytest.mark.parametrize(
    ("positions", "share", "seen"),
    [(256, 0.65, 90), (256, 0.5, 128), (64, 0.65, 22), (9, 0.0, 9), (4, 0.95, 1)],
)
def test_counts(positions, share, seen):
    assert seen_count(positions, share) == seen


def test_the_ratio_is_exact_and_nothing_is_lost(blocks):
    grid, share, seen, hidden = blocks
    positions = grid[0] * grid[1]
    assert hidden.shape == (CLIPS, round(share * positions))
    together = np.sort(np.concatenate([seen, hidden], axis=1), axis=1)
    np.testing.assert_array_equal(together, np.tile(np.arange(positions), (CLIPS, 1)))


def test_positions_are_in_order(blocks):
    _, _, seen, hidden = blocks
    assert (np.diff(seen, axis=1) > 0).all() and (np.diff(hidden, axis=1) > 0).all()


def test_blocks_are_hidden_not_single_places(blocks, keys):
    grid, _, _, hidden = blocks
    scattered = np.asarray(random_tubes(keys, grid[0] * grid[1], hidden.shape[1]))
    in_blocks, by_chance = (share_in_squares(pictures(x, grid)) for x in (hidden, scattered))
    assert 1 - in_blocks < 0.7 * (1 - by_chance)


def test_every_place_is_hidden_as_often_as_the_others(blocks):
    grid, share, _, hidden = blocks
    often = pictures(hidden, grid).mean(0)
    np.testing.assert_allclose(often, share, atol=0.15)


def test_each_clip_has_its_own_mask_and_the_same_again(blocks, keys):
    grid, _, seen, _ = blocks
    assert len(np.unique(seen, axis=0)) > 0.95 * CLIPS
    again, _ = draw(keys, grid, seen.shape[1])
    np.testing.assert_array_equal(again, seen)


def test_nothing_hidden():
    seen, hidden = draw(jax.random.split(jax.random.key(0), 2), (3, 2), 6)
    np.testing.assert_array_equal(seen, [range(6)] * 2)
    assert hidden.shape == (2, 0)


def test_random_tubes(keys):
    seen = np.asarray(random_tubes(keys, 16, 8))
    assert seen.shape == (CLIPS, 8) and (np.diff(seen, axis=1) > 0).all()
    often = pictures(seen, (4, 4)).mean(0)
    np.testing.assert_allclose(often, 0.5, atol=0.15)
