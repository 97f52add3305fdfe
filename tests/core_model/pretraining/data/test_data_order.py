"""The order of batches and clips: against counting, and that every clip comes once an epoch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_core.pretraining.data.order import Order, clip_number, clip_stream

WEIGHTS = st.lists(st.floats(0.01, 10), min_size=1, max_size=4).map(tuple)


@given(WEIGHTS, st.integers(0, 1000), st.integers(0, 700))
def test_batches_before_are_those_that_came(weights, seed, batch):
    order = Order(weights, seed)
    came = [order.corpus(number) for number in range(batch + 1)]
    assert order.batches_before(batch) == came[:-1].count(came[-1])


@given(WEIGHTS, st.integers(0, 1000), st.integers(0, 20))
def test_weights_hold_in_every_cycle(weights, seed, cycle):
    order = Order(weights, seed)
    came = [order.corpus(256 * cycle + place) for place in range(256)]
    shares = np.bincount(came, minlength=len(weights)) / 256
    np.testing.assert_allclose(shares, np.array(weights) / sum(weights), atol=1 / 256 + 1e-9)


def test_a_corpus_of_no_weight_never_comes():
    order = Order((1.0, 0.0, 3.0), 5)
    assert {order.corpus(number) for number in range(1000)} == {0, 2}


@given(st.integers(1, 60), st.integers(0, 99), st.integers(0, 3), st.integers(0, 5))
def test_every_clip_comes_once_an_epoch(count, seed, corpus, epoch):
    positions = range(epoch * count, (epoch + 1) * count)
    came = [clip_number(position, count, seed, corpus) for position in positions]
    assert [one[0] for one in came] == [epoch] * count
    assert sorted(one[1] for one in came) == list(range(count))


def test_epochs_corpora_and_seeds_have_orders_of_their_own():
    def order(seed, corpus, epoch):
        return tuple(clip_number(50 * epoch + n, 50, seed, corpus)[1] for n in range(50))

    orders = {order(*keys) for keys in [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]}
    assert len(orders) == 4


def test_an_endless_corpus_goes_on_and_on():
    assert clip_number(10**9, None, 3, 0) == (0, 10**9)


def test_a_clip_of_an_epoch_has_one_stream():
    draws = [clip_stream(*keys).random() for keys in [(1, 0, 2, 7), (1, 0, 2, 7), (1, 0, 3, 7)]]
    assert draws[0] == draws[1] != draws[2]


@pytest.mark.parametrize("weights", [(), (0.0,), (-1.0, 2.0), (float("nan"),)])
def test_weights_that_make_no_sense(weights):
    with pytest.raises(EthoprismError, match="weights are not all positive"):
        Order(weights, 0)
