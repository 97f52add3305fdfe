"""Which positions of a clip are seen. A choice holds for all its frames: the hidden are tubes.

The counts are fixed beforehand, so that shapes are, and less is computed where less is seen.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Key

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
    order = jnp.argsort(_covered_at(keys, grid), axis=1)
    hidden = grid[0] * grid[1] - seen
    return jnp.sort(order[:, hidden:], axis=1), jnp.sort(order[:, :hidden], axis=1)


def _covered_at(keys: Key[Array, "batch"], grid: tuple[int, int]) -> Float[Array, "batch position"]:
    """Tell when each position is covered: block by block, row by row within each block.

    The whole part is the number of the first block over it. What none covers comes last, in random
    order.
    """
    blocks_keys, rest_keys = jax.vmap(jax.random.split, out_axes=1)(keys)
    covered = _blocks(blocks_keys, grid).reshape(len(keys), _BLOCKS, -1)
    positions = covered.shape[-1]
    never = jax.vmap(lambda key: jax.random.uniform(key, (positions,)))(rest_keys)
    first = covered.argmax(1) + jnp.arange(positions) / positions
    return jnp.where(covered.any(1), first, _BLOCKS + never)


def _blocks(
    keys: Key[Array, "batch"], grid: tuple[int, int]
) -> Bool[Array, "batch block row column"]:
    drawn = jax.vmap(lambda key: jax.random.uniform(key, (4, _BLOCKS)))(keys)
    share, shape, top, left = drawn.transpose(1, 0, 2)
    area = grid[0] * grid[1] * (_SMALLEST_BLOCK + share * (_LARGEST_BLOCK - _SMALLEST_BLOCK))
    ratio = _LONGEST_SIDES ** (2 * shape - 1)
    rows = _spans(jnp.sqrt(area * ratio), top, grid[0])
    columns = _spans(jnp.sqrt(area / ratio), left, grid[1])
    return rows[..., None] & columns[..., None, :]


def _spans(
    length: Float[Array, "batch block"], start: Float[Array, "batch block"], cells: int
) -> Bool[Array, "batch block cell"]:
    """Mark about `length` neighbouring cells; `start` from 0 to 1 is from first place to last.

    They may stick out: otherwise the middle would nearly always be hidden and the corners rarely.
    """
    whole = jnp.clip(jnp.round(length), 1, cells)[..., None]
    first = jnp.floor(start[..., None] * (cells + whole - 1)) - (whole - 1)
    cell = jnp.arange(cells)
    return (cell >= first) & (cell < first + whole)
