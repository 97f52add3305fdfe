"""Matching against every possible matching, and the sharing of blobs."""

from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ethoprism_core.video.assignment import Assigner, match
from ethoprism_core.video.detect import Blob, Expected
from ethoprism_core.video.shares import split_blob

places = st.floats(-50, 50, allow_nan=False).map(lambda value: round(value, 1))


def best_by_trying(
    predicted: np.ndarray, centres: np.ndarray, reach: np.ndarray
) -> tuple[int, float]:
    """Return the most pairs within reach, and their least total distance."""
    distance = np.linalg.norm(predicted[:, None] - centres[None], axis=2)
    nobody = len(centres)
    best = (0, 0.0)
    for order in permutations([*range(nobody), *[nobody] * len(predicted)], len(predicted)):
        pairs = [(a, b) for a, b in enumerate(order) if b != nobody]
        if any(distance[a, b] > reach[a] for a, b in pairs):
            continue
        total = sum(distance[a, b] for a, b in pairs)
        best = max(best, (len(pairs), -total))
    return best[0], -best[1]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_as_many_as_possible_are_matched_at_the_least_distance(data: st.DataObject) -> None:
    animals, blobs = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    predicted = data.draw(arrays(float, (animals, 2), elements=places))
    centres = data.draw(arrays(float, (blobs, 2), elements=places))
    reach = data.draw(arrays(float, animals, elements=st.floats(0, 120)))
    pairs = match(predicted, centres, reach)
    assert len({a for a, _ in pairs}) == len({b for _, b in pairs}) == len(pairs)
    total = sum(float(np.linalg.norm(predicted[a] - centres[b])) for a, b in pairs)
    count, least = best_by_trying(predicted, centres, reach)
    assert len(pairs) == count
    np.testing.assert_allclose(total, least, atol=1e-6)


def disc(x: float, y: float, radius: float = 8.0) -> np.ndarray:
    rows, columns = np.mgrid[0:120, 0:120]
    return np.argwhere(((columns - x) ** 2 + (rows - y) ** 2 <= radius**2).T)


def blob(*discs: np.ndarray) -> Blob:
    return Blob(np.unique(np.concatenate(discs), axis=0), 100.0)


def test_touching_animals_are_told_apart_by_their_pixels() -> None:
    both = blob(disc(40, 50), disc(55, 52))
    round_ = np.stack([np.eye(2) * 16] * 2)
    left, right = split_blob(both, np.array([[43.0, 53], [51, 48]]), round_)
    np.testing.assert_allclose(left.centre, [40, 50], atol=1)
    np.testing.assert_allclose(right.centre, [55, 52], atol=1)


@given(st.integers(0, 1000), st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_shares_are_of_the_blob_and_none_is_empty(seed: int, animals: int) -> None:
    rng = np.random.default_rng(seed)
    both = blob(disc(*rng.uniform(20, 100, 2)), disc(*rng.uniform(20, 100, 2), radius=5))
    centres = rng.uniform(0, 120, (animals, 2))
    parts = split_blob(both, centres, np.stack([np.eye(2) * 9] * animals))
    whole = set(map(tuple, both.pixels))
    shares = [set(map(tuple, part.pixels)) for part in parts]
    assert all(share and share <= whole for share in shares)
    assert set.union(*shares) == whole


def run(assigner: Assigner, frames: list[list[Blob]]) -> list[dict[int, np.ndarray]]:
    return [
        {sighting.animal: sighting.blob.centre for sighting in assigner.assign(n, n / 30, blobs)}
        for n, blobs in enumerate(frames)
    ]


def test_no_more_animals_than_asked_for_and_the_likeliest_first() -> None:
    mouse, hand, crumb = blob(disc(30, 30)), blob(disc(80, 80, 25)), blob(disc(80, 20, 2))
    assigner = Assigner(1, Expected(area=200.0, contrast=100.0))
    for seen in run(assigner, [[hand, mouse, crumb]] * 10):
        np.testing.assert_allclose(seen[0], [30, 30])


def test_what_shows_for_a_moment_is_withdrawn() -> None:
    assigner = Assigner(1, Expected(area=200.0, contrast=100.0))
    flash, mouse = blob(disc(100, 100)), blob(disc(20, 20))
    seen = run(assigner, [[flash]] * 3 + [[]] * 30 + [[mouse]] * 10)
    assert assigner.withdrawn == [(0, 0), (1, 0), (2, 0)]
    np.testing.assert_allclose(seen[-1][0], [20, 20])


def test_two_that_start_as_one_blob_are_both_there() -> None:
    assigner = Assigner(2, Expected(area=200.0, contrast=100.0, animals=2))
    pair = blob(disc(40, 50), disc(54, 50))
    seen = run(assigner, [[pair]] * 3)[-1]
    assert sorted(np.round(place[0]) for place in seen.values()) == [40, 54]
