import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import frame_edges
from ethoprism_domains.probe import BehaviorRule, PostProcessing, postprocess

STEPS = st.lists(st.sampled_from([0.02, 0.04, 0.05, 0.2]), min_size=1, max_size=40)
DURATION = st.sampled_from([0.0, 0.05, 0.1, 0.21, 0.5])


def brute_force(
    probability: np.ndarray, times: np.ndarray, rule: BehaviorRule, rivals: np.ndarray
) -> np.ndarray:
    """Do it frame by frame, in the words of the documentation."""
    edges = frame_edges(times)
    smoothed = [
        np.mean([p for p, t in zip(probability, times, strict=True) if near(t, now, rule)])
        for now in times
    ]
    present = [value >= rule.threshold for value in smoothed]
    for start, stop in spans(present, False):
        inside = start > 0 and stop < len(present)
        if inside and not rivals[start:stop].any():
            present[start:stop] = [shorter(edges, start, stop, rule.fill_gap_s)] * (stop - start)
    for start, stop in spans(present, True):
        if shorter(edges, start, stop, rule.min_bout_s):
            present[start:stop] = [False] * (stop - start)
    return np.array(present, np.int8)


def near(time: float, now: float, rule: BehaviorRule) -> bool:
    return abs(time - now) <= rule.smoothing_s / 2 + 1e-6


def shorter(edges: np.ndarray, start: int, stop: int, seconds: float) -> bool:
    return bool(edges[stop] - edges[start] < seconds - 1e-6)


def spans(values: list[bool], wanted: bool) -> list[tuple[int, int]]:
    found, start = [], None
    for index, value in enumerate([*values, not wanted]):
        if value == wanted and start is None:
            start = index
        elif value != wanted and start is not None:
            found.append((start, index))
            start = None
    return found


@settings(deadline=None, max_examples=60)
@given(STEPS, DURATION, DURATION, DURATION, st.integers(0, 1000))
def test_agrees_with_a_frame_by_frame_twin(
    steps: list[float], smoothing: float, gap: float, shortest: float, seed: int
) -> None:
    times = np.concatenate([[0.0], np.cumsum(steps)])
    probability = np.random.default_rng(seed).random(len(times))
    rule = BehaviorRule(0.55, smoothing, gap, shortest)
    expected = brute_force(probability, times, rule, np.zeros(len(times), bool))
    result = postprocess(probability[:, None], times, PostProcessing((rule,)))
    np.testing.assert_array_equal(result[:, 0], expected)


@settings(deadline=None, max_examples=40)
@given(DURATION, DURATION, DURATION, st.integers(0, 1000))
def test_behaviours_of_an_exclusive_group_never_meet(
    smoothing: float, gap: float, shortest: float, seed: int
) -> None:
    probability = np.random.default_rng(seed).random((60, 3))
    rules = (BehaviorRule(0.3, smoothing, gap, shortest),) * 3
    result = postprocess(probability, np.arange(60) / 25, PostProcessing(rules, ((0, 2),)))
    assert (result[:, [0, 2]].sum(axis=1) <= 1).all()


def test_the_most_probable_of_an_exclusive_group_wins() -> None:
    probability = np.array([[0.6, 0.9], [0.7, 0.55], [0.2, 0.1]])
    result = postprocess(probability, np.arange(3.0), PostProcessing.default(2, [(0, 1)]))
    assert result.tolist() == [[0, 1], [1, 0], [0, 0]]


def test_durations_are_seconds_of_the_video_not_frames() -> None:
    probability = np.array([0.9, 0.9, 0.1, 0.9])[:, None]
    processing = PostProcessing((BehaviorRule(fill_gap_s=0.5),))
    slow, fast = np.arange(4) * 1.0, np.arange(4) * 0.1
    assert postprocess(probability, slow, processing)[:, 0].tolist() == [1, 1, 0, 1]
    assert postprocess(probability, fast, processing)[:, 0].tolist() == [1, 1, 1, 1]


def test_a_bout_of_exactly_the_shortest_duration_stays() -> None:
    times = np.round(np.arange(30) / 30, 6)
    probability = np.zeros((30, 1))
    probability[10:13] = 1
    processing = PostProcessing((BehaviorRule(min_bout_s=0.1),))
    assert postprocess(probability, times, processing).sum() == 3


def test_nothing_gives_nothing() -> None:
    assert postprocess(np.zeros((0, 2)), np.zeros(0), PostProcessing.default(2)).shape == (0, 2)


@pytest.mark.parametrize(
    "wrong", [{"threshold": 1.2}, {"min_bout_s": -1.0}, {"fill_gap_s": np.inf}]
)
def test_impossible_rules_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(EthoprismError, match="not negative"):
        BehaviorRule(**wrong)


def test_rules_survive_their_plain_form() -> None:
    processing = PostProcessing((BehaviorRule(0.3, 0.1), BehaviorRule(min_bout_s=2.0)), ((0, 1),))
    assert PostProcessing.from_mapping(processing.to_mapping()) == processing
