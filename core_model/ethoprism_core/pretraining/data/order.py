"""Which clip comes when: a pure function of the seed, so that no position has to be replayed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Int

from ethoprism_core.errors import EthoprismError

_CYCLE = 256  # batches over which the corpora's shares are exact, up to rounding
_CORPUS, _CLIP = 1, 2  # purposes of random streams


@dataclass(frozen=True)
class Order:
    """The order of batches among corpora.

    Parameters
    ----------
    weights
        How often each corpus comes, relative to each other.
    seed
        Decides the order.

    Raises
    ------
    EthoprismError
        If a weight is negative, or all are zero.
    """

    weights: tuple[float, ...]
    seed: int

    def __post_init__(self) -> None:
        if not all(np.isfinite(w) and w >= 0 for w in self.weights) or not sum(self.weights) > 0:
            raise EthoprismError(
                "the corpora's weights are not all positive numbers",
                ", ".join(map(str, self.weights)) or None,
                "give each at least 0, and one more",
            )

    def corpus(self, batch: int) -> int:
        """Say which corpus a batch is of."""
        cycle, place = divmod(batch, _CYCLE)
        return int(_cycle(self, cycle)[place])

    def batches_before(self, batch: int) -> int:
        """Count the batches before this one that are of the same corpus."""
        cycle, place = divmod(batch, _CYCLE)
        this = _cycle(self, cycle)
        earlier = int(_counts_before(self, cycle)[this[place]])
        return earlier + int((this[:place] == this[place]).sum())


def _draw_cycle(order: Order, number: int) -> Int[np.ndarray, " batch"]:
    """Draw the corpora of a cycle: their exact shares, rounded by chance, then shuffled."""
    rng = np.random.default_rng([order.seed, _CORPUS, number])
    limits = np.cumsum(order.weights) / sum(order.weights)
    evenly = (np.arange(_CYCLE) + rng.random()) / _CYCLE
    chosen = np.searchsorted(limits, evenly, side="right").clip(0, len(limits) - 1)
    return rng.permutation(chosen)


_cycle = lru_cache(maxsize=8)(_draw_cycle)


@lru_cache(maxsize=8)
def _counts_before(order: Order, number: int) -> Int[np.ndarray, " corpus"]:
    """Count the batches of each corpus in the cycles before `number`."""
    total = np.zeros(len(order.weights), np.int64)
    for earlier in range(number):
        total += np.bincount(_draw_cycle(order, earlier), minlength=len(total))
    return total


def clip_number(position: int, count: int | None, seed: int, corpus: int) -> tuple[int, int]:
    """Return the epoch and the clip that come at a position of a corpus.

    Each clip comes once an epoch, in an order of the epoch's own. A corpus without end has no
    epochs: its clips come one after the other.
    """
    if count is None:
        return 0, position
    epoch, place = divmod(position, count)
    return epoch, _shuffled(place, count, _digest(seed, corpus, epoch))


def clip_stream(seed: int, corpus: int, epoch: int, clip: int) -> np.random.Generator:
    """Return what a clip's crop and colours are drawn from: the same for a clip of an epoch."""
    return np.random.default_rng([seed, _CLIP, corpus, epoch, clip])


def _digest(*keys: int) -> int:
    return int(np.random.SeedSequence(keys).generate_state(1)[0])


def _shuffled(place: int, count: int, seed: int) -> int:
    from grain.experimental import index_shuffle

    return int(index_shuffle(place, max_index=count - 1, seed=seed, rounds=4)) if count > 1 else 0


def normalized(weights: Sequence[float]) -> tuple[float, ...]:
    """Bring weights to a sum of one."""
    total = sum(weights)
    return tuple(weight / total for weight in weights)
