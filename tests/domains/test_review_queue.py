"""What is worth a look first: doubt, near misses, and an order of things unlike one another."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ethoprism_domains.annotation.editing import Event
from ethoprism_domains.probe import BehaviorRule, PostProcessing
from ethoprism_domains.review.candidates import Candidate, Queue
from ethoprism_domains.review.doubt import doubtful_bouts
from ethoprism_domains.review.missed import nearly_bouts
from ethoprism_domains.review.queueing import choose_queue
from ethoprism_domains.review.vectors import candidate_vectors

FRAMES, FPS = 200, 20


def predictions(**curves: np.ndarray) -> xr.Dataset:
    """Predictions of one scene, of a probability a behaviour; labels at one half."""
    probability = np.stack(list(curves.values()), axis=1)[:, None].astype(np.float32)
    dims = ("time", "individual", "behavior")
    return xr.Dataset(
        {"probability": (dims, probability), "label": (dims, (probability >= 0.5).astype(np.int8))},
        coords={
            "time": np.arange(FRAMES) / FPS,
            "individual": [""],
            "behavior": list(curves),
        },
    )


def box(start: int, stop: int, height: float, floor: float = 0.0) -> np.ndarray:
    curve = np.full(FRAMES, floor)
    curve[start:stop] = height
    return curve


def bout(name: str, start: int, stop: int, behavior: str = "walk") -> Event:
    return Event(name, behavior, start, stop, labeling_method="automated", model="net")


def doubt_of(events: list[Event], said: xr.Dataset, exclusive=()) -> dict[str, Candidate]:
    processing = PostProcessing.default(said.sizes["behavior"], exclusive)
    found = doubtful_bouts(events, said, processing, "v.mp4")
    return {candidate.event_id: candidate for candidate in found}


def test_a_bout_near_the_threshold_is_more_doubtful_than_a_sure_one():
    curve = box(20, 60, 0.55) + box(100, 140, 0.98)
    found = doubt_of([bout("near", 20, 60), bout("sure", 100, 140)], predictions(walk=curve))
    assert found["near"].doubt > 0.8 > 0.1 > found["sure"].doubt
    assert "55%" in found["near"].reason and "50%" in found["near"].reason
    assert found["near"].probability == pytest.approx(0.55, abs=1e-6)


def test_a_behaviour_that_is_nearly_as_probable_makes_doubt():
    said = predictions(walk=box(20, 60, 0.9), rest=box(20, 60, 0.8))
    assert doubt_of([bout("a", 20, 60)], said)["a"].doubt < 0.3
    found = doubt_of([bout("a", 20, 60)], said, exclusive=[(0, 1)])["a"]
    assert found.doubt == pytest.approx(0.9, abs=1e-5) and found.reason == "could be rest"


def test_vague_edges_make_doubt_but_not_where_the_video_begins():
    slope = np.interp(np.arange(FRAMES), [20, 60, 120, 160], [0.3, 1.0, 1.0, 0.0])
    found = doubt_of([bout("a", 31, 138)], predictions(walk=slope))["a"]
    assert found.reason == "its start or stop is vague" and found.doubt > 0.4
    whole = doubt_of([bout("a", 0, FRAMES)], predictions(walk=np.full(FRAMES, 0.99)))["a"]
    assert whole.doubt < 0.05


def test_events_that_the_predictions_do_not_know_are_left_out():
    assert doubt_of([bout("a", 20, 60, "fly")], predictions(walk=box(20, 60, 0.9))) == {}


def near_misses(said: xr.Dataset, **given) -> list[tuple[str, int, int]]:
    processing = PostProcessing.default(said.sizes["behavior"])
    found = nearly_bouts(said, processing, "v.mp4", **given)
    assert all(candidate.is_missed for candidate in found)
    return [(one.behavior, one.start_frame, one.stop_frame) for one in found]


def test_what_stays_just_under_the_threshold_is_a_candidate():
    curve = box(20, 40, 0.45) + box(60, 80, 0.9) + box(100, 120, 0.2) + box(150, 152, 0.45)
    assert near_misses(predictions(walk=curve)) == [("walk", 20, 40)]


def test_the_shoulder_of_a_bout_is_no_candidate():
    assert near_misses(predictions(walk=box(20, 40, 0.45) + box(40, 60, 0.9))) == []


@pytest.mark.parametrize(
    "given",
    [
        {"observed": ((20, 31),)},
        {"events": [Event("e", "walk", 35, 50)]},
        {"events": [Event("e", "walk", 0, 21, judgement="absent")]},
    ],
)
def test_what_a_person_has_spoken_of_is_no_candidate(given):
    said = predictions(walk=box(20, 40, 0.45))
    assert near_misses(said, **given) == []
    assert near_misses(said, events=[Event("e", "rest", 20, 40)]) == [("walk", 20, 40)]


def test_a_bout_that_was_dropped_for_being_short_is_the_most_doubtful_miss():
    said = predictions(walk=box(20, 30, 0.95) + box(60, 80, 0.4))
    said["label"][:] = 0
    rule = BehaviorRule(min_bout_s=1.0)
    found = nearly_bouts(said, PostProcessing((rule,)), "v.mp4")
    assert [one.start_frame for one in found] == [20, 60]
    assert found[0].doubt > found[1].doubt


def brute_force(doubt: np.ndarray, vectors: np.ndarray) -> list[int]:
    """The same order, found by measuring every distance anew."""
    spread = vectors.std(axis=0)
    points = (vectors - vectors.mean(axis=0)) / np.where(spread > 0, spread, 1)
    chosen = [int(np.argmax(doubt))]
    scale = max(np.linalg.norm(points - points[chosen[0]], axis=1).max(), 1e-12)
    while len(chosen) < len(doubt):
        best, worth = -1, -np.inf
        for at in range(len(doubt)):
            if at in chosen:
                continue
            near = min(np.linalg.norm(points[at] - points[other]) for other in chosen)
            value = doubt[at] * near / scale + 1e-9 * doubt[at]
            if value > worth:
                best, worth = at, value
        chosen.append(best)
    return chosen


VALUES = st.integers(0, 4).map(lambda number: number / 4)


@given(
    st.integers(1, 8).flatmap(
        lambda n: st.tuples(
            arrays(float, n, elements=VALUES), arrays(float, (n, 2), elements=VALUES)
        )
    )
)
def test_the_queue_is_that_of_a_brute_force_search(made):
    doubt, vectors = made
    order = choose_queue(doubt, vectors)
    assert sorted(order.tolist()) == list(range(len(doubt)))
    expected = brute_force(doubt, vectors)
    worth = [doubt[list(order[: n + 1])].sum() for n in range(len(order))]
    assert order[0] == expected[0]
    assert worth == pytest.approx([doubt[expected[: n + 1]].sum() for n in range(len(order))])


def test_near_copies_of_a_doubtful_bout_wait_behind_one_that_is_unlike_them():
    doubt = np.array([0.9, 0.89, 0.88, 0.6])
    vectors = np.array([[0.0, 0.0], [0.01, 0.0], [0.0, 0.01], [5.0, 5.0]])
    assert choose_queue(doubt, vectors)[:2].tolist() == [0, 3]
    assert choose_queue(doubt, vectors, 2).tolist() == [0, 3]
    assert choose_queue(np.zeros(0), np.zeros((0, 2))).tolist() == []


def test_a_candidate_looks_like_the_window_in_its_middle_and_its_animal():
    values = np.arange(3 * 2 * 1 * 1 * 2 * 4).reshape(3, 2, 1, 1, 2, 4).astype(np.float16)
    dims = ("window", "individual", "token_time", "token_row", "token_column", "feature")
    features = xr.Dataset(
        {"features": (dims, values)},
        coords={"window": [0, 10, 20], "individual": ["A", "B"]},
    )
    own = Candidate("v.mp4", "B", "walk", 8, 14, "e", 0.5, 0.5, "")
    scene = Candidate("v.mp4", "", "walk", 17, 30, "e", 0.5, 0.5, "")
    first, second = candidate_vectors(features, [own, scene])
    assert first == pytest.approx(values[1, 1].reshape(-1, 4).mean(axis=0))
    assert second == pytest.approx(values[2].reshape(-1, 4).mean(axis=0))


def test_a_queue_goes_through_json_unharmed():
    queue = Queue((Candidate("ö.mp4", "", "walk", 1, 2, "", 0.4, 0.3, "nearly"),), 7)
    assert Queue.from_mapping(queue.to_mapping()) == queue
