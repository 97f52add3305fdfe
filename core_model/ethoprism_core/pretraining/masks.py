"""Which positions of a clip are seen. A choice holds for all its frames: the hidden are tubes.

The counts are fixed beforehand, so that shapes are, and less is computed where less is seen.
"""

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Int, Key

# blocks as in BEiT (arXiv 2106.08254), which BEVT (arXiv 2112.01529) repeats through the frames
_SMALLEST_BLOCK, _LARGEST_BLOCK = 0.06, 0.3  # shares of the picture
_LONGEST_SIDES = 1 / 0.3  # height to width, or width to height
_BLOCKS = 96  # enough to cover nearly every position


def seen_count(positions: int, hidden_share: float) -> int:
    """Count the positions that are seen when that share of them is hidden; at least one is."""
    return max(1, positions - round(positions * hidden_share))


def random_tubes(keys: Key[Array, "batch"], positions: int, seen: int) -> Int[Array, "batch seen"]:
    """Choose positions at random, for each clip of a batch, in ascending order."""
    scores = jax.vmap(lambda key: jax.random.uniform(key, (positions,)))(keys)
    return jnp.sort(jnp.argsort(scores, axis=1)[:, :seen], axis=1)


def block_tubes(
    keys: Key[Array, "batch"], grid: tuple[int, int], seen: int
) -> tuple[Int[Array, "batch seen"], Int[Array, "batch hidden"]]:
    """Hide blocks, and choose the positions outside of them, for each clip of a batch.

    Blocks of random place, size and shape are laid over the picture until all but `seen`
    positions are covered; of the last one, only so much as is needed is hidden.

    Parameters
    ----------
    keys
        One random key a clip.
    grid
        Rows and columns.
    seen
        Positions that are seen.

    Returns
    -------
    Positions that are seen and those that are hidden, each in ascending order.
    """
    order = jax.vmap(lambda key: _covering_order(key, grid))(keys)
    hidden = grid[0] * grid[1] - seen
    return jnp.sort(order[:, hidden:], axis=1), jnp.sort(order[:, :hidden], axis=1)


def _covering_order(key: Array, grid: tuple[int, int]) -> Int[Array, "position"]:
    """List the positions as the blocks cover them: block by block, row by row within each."""
    blocks_key, rest_key = jax.random.split(key)
    covered = jax.vmap(lambda key: _block(key, grid))(jax.random.split(blocks_key, _BLOCKS))
    covered = covered.reshape(_BLOCKS, -1)
    first = jnp.where(covered.any(0), covered.argmax(0), _BLOCKS)
    # what no block covers comes last, in random order
    positions = jnp.arange(first.size)
    within = jnp.where(first < _BLOCKS, positions, jax.random.permutation(rest_key, first.size))
    return jnp.lexsort((within, first))


def _block(key: Array, grid: tuple[int, int]) -> Bool[Array, "row column"]:
    area_key, shape_key, top_key, left_key = jax.random.split(key, 4)
    share = jax.random.uniform(area_key, minval=_SMALLEST_BLOCK, maxval=_LARGEST_BLOCK)
    longest = math.log(_LONGEST_SIDES)
    ratio = jnp.exp(jax.random.uniform(shape_key, minval=-longest, maxval=longest))
    area = share * grid[0] * grid[1]
    rows = _span(top_key, jnp.sqrt(area * ratio), grid[0])
    columns = _span(left_key, jnp.sqrt(area / ratio), grid[1])
    return rows[:, None] & columns[None]


def _span(key: Array, length: Array, cells: int) -> Bool[Array, "cell"]:
    """Mark about `length` neighbouring cells somewhere among `cells`."""
    whole = jnp.clip(jnp.round(length), 1, cells).astype(jnp.int32)
    start = jax.random.randint(key, (), 0, cells - whole + 1)
    cell = jnp.arange(cells)
    return (cell >= start) & (cell < start + whole)
