"""Ranking windows: against plain twins, and what is left out of a list of different moments."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.preprocessing import StandardScaler

from ethoprism_core.features.ranking import (
    different_moments,
    pooled_tokens,
    similarity,
    standardized,
)


def store(*shape: int) -> xr.Dataset:
    dims = ["window", "individual", "token_time", "token_row", "token_column", "feature"]
    if len(shape) == 5:
        dims.remove("individual")
    numbers = np.random.default_rng(0).normal(size=shape).astype(np.float16)
    return xr.Dataset({"features": (dims, numbers)})


@pytest.mark.parametrize("shape", [(300, 2, 2, 1, 3, 5), (300, 2, 1, 3, 5)])
def test_tokens_are_pooled_by_mean_and_spread(shape):
    features = store(*shape)
    numbers = features["features"].values.astype(np.float32)
    axes = (-4, -3, -2)
    plain = np.concatenate([numbers.mean(axes), numbers.std(axes)], axis=-1)
    pooled = pooled_tokens(features)
    np.testing.assert_allclose(pooled, plain.reshape(pooled.shape), atol=1e-6)
    np.testing.assert_array_equal(pooled_tokens(features, spread=False), pooled[..., :5])


def test_standardized_is_the_scaler_s_over_all_together():
    rng = np.random.default_rng(1)
    parts = [rng.normal(3, 5, (n, 4)).astype(np.float32) for n in (1, 20, 7)]
    for part in parts:
        part[:, 2] = 8  # the same everywhere
    scaler = StandardScaler().fit(np.concatenate(parts))
    for scaled, part in zip(standardized(parts), parts, strict=True):
        np.testing.assert_allclose(scaled, scaler.transform(part), atol=1e-4)
        assert not scaled[:, 2].any()


def test_similarity_is_the_cosine_to_the_nearest_example():
    rng = np.random.default_rng(2)
    examples, candidates = rng.normal(size=(3, 6)), rng.normal(size=(40, 6))
    expected = cosine_similarity(candidates, examples).max(1)
    np.testing.assert_allclose(similarity(examples, candidates), expected, atol=1e-12)


def chosen_by_hand(scores, recording, time, reach, count, known):
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    taken = []
    for i in order:
        near_known = any(recording[i] == r and abs(time[i] - t) < reach[i] for r, t in known)
        near_taken = any(
            recording[i] == recording[j] and abs(time[i] - time[j]) < max(reach[i], reach[j])
            for j in taken
        )
        if not near_known and not near_taken and len(taken) < count:
            taken.append(i)
    return taken


@given(
    st.lists(
        st.tuples(
            st.integers(-3, 3), st.integers(0, 2), st.integers(0, 30), st.sampled_from([0, 2, 5])
        ),
        min_size=1,
        max_size=40,
    ),
    st.integers(1, 10),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30)), max_size=2),
)
def test_different_moments_are_those_chosen_by_hand(rows, count, known):
    scores, recording, time, reach = (np.array(column) for column in zip(*rows, strict=True))
    numbers = scores.astype(float), recording, time.astype(float), reach.astype(float)
    known = [(place, float(seconds)) for place, seconds in known]
    chosen = different_moments(*numbers, count, known)
    assert chosen.tolist() == chosen_by_hand(*numbers, count, known)
