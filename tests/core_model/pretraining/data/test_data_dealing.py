"""Clips in memory are dealt out once an epoch, and the order can be gone on with."""

import numpy as np

from ethoprism_core.pretraining import Batch, BatchIterator
from ethoprism_core.pretraining.data import DealtBatches


def dealt(seed: int = 0) -> DealtBatches:
    def make(chosen, before):
        video = np.zeros((len(chosen), 1, 1, 1, 3), np.uint8) + np.uint8(before)
        return Batch(video, sources=tuple(map(str, chosen)))

    return DealtBatches(make, clips=12, batch=4, seed=seed)


def take(batches, count):
    return [next(batches).sources for _ in range(count)]


def test_each_clip_comes_once_an_epoch_in_another_order():
    batches = dealt()
    assert isinstance(batches, BatchIterator)
    first, second = (sum(take(batches, 3), ()) for _ in range(2))
    assert set(first) == set(second) == {str(number) for number in range(12)}
    assert first != second


def test_the_seed_decides_the_order():
    assert take(dealt(), 6) == take(dealt(), 6) != take(dealt(seed=1), 6)


def test_it_goes_on_after_the_batches_that_were_dealt_out():
    begun, later = dealt(), dealt()
    take(begun, 4)
    later.set_state(begun.get_state())
    ours, theirs = next(begun), next(later)
    assert ours.sources == theirs.sources
    assert np.unique(theirs.video) == [4]
