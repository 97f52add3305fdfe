"""What a sample is, which label a window has, and what a field's mean is over."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.base import Sampling, Scoring, window_labels
from ethoprism_domains.evaluation import ScoredVideo, evaluate
from ethoprism_domains.habits import clip_labels


def at(rate: float, frames: int = 500) -> np.ndarray:
    return np.arange(frames) / rate


@pytest.mark.parametrize(
    ("sampling", "rate", "span", "step_of_16", "step_of_8"),
    [
        (Sampling(), 30.0, 16, 1, 2),
        (Sampling(frames=16, step=5), 30.0, 80, 5, 10),
        (Sampling(milliseconds=640), 25.0, 16, 1, 2),
        (Sampling(milliseconds=640), 250.0, 160, 10, 20),
        (Sampling(milliseconds=10), 30.0, 1, 1, 1),
        (Sampling("clip"), 30.0, 16, 1, 2),
    ],
)
def test_a_window_is_the_same_span_of_time_for_every_encoder(
    sampling: Sampling, rate: float, span: int, step_of_16: int, step_of_8: int
):
    assert sampling.span(at(rate)) == span
    assert sampling.step_for(at(rate), 16) == step_of_16
    assert sampling.step_for(at(rate), 8) == step_of_8


def test_windows_overlap_by_half_unless_a_stride_is_told():
    assert Sampling(step=5).stride_for(at(30)) == 40
    assert Sampling(stride=3).stride_for(at(30)) == 3
    assert Sampling("clip", step=5).stride_for(at(30)) == 80  # side by side, all of the clip


def test_milliseconds_follow_the_usual_interval_of_a_variable_rate():
    times = np.cumsum(np.where(np.arange(200) % 20 == 19, 0.2, 0.04))
    assert Sampling(milliseconds=400).span(times) == 10


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"kind": "picture"}, "unknown sampling 'picture'"),
        ({"step": 0}, "expected step above 0, got 0"),
        ({"milliseconds": float("nan")}, "expected milliseconds above 0"),
    ],
)
def test_impossible_samples_are_refused(arguments: dict, told: str):
    with pytest.raises(EthoprismError, match=told):
        Sampling(**arguments)


def test_milliseconds_need_a_video_of_more_than_one_frame():
    with pytest.raises(EthoprismError, match="needs a video with frame times"):
        Sampling(milliseconds=100).span(at(30, 1))


def told(values: np.ndarray) -> xr.Dataset:
    dims = ("time", "individual", "behavior")
    return xr.Dataset({"labels": (dims, values[:, None, None])}, attrs={"video": "a"})


def by_hand(values: list[int], span: int, rule: str) -> list[int]:
    found = []
    for frame in range(len(values)):
        places = [frame + k - span // 2 for k in range(span)]
        seen = [values[min(max(place, 0), len(values) - 1)] for place in places]
        present, unknown = seen.count(1), seen.count(-1)
        enough = (lambda n: n > 0) if rule == "any" else (lambda n: n > span / 2)
        found.append(1 if enough(present) else -1 if enough(present + unknown) else 0)
    return found


@given(
    st.lists(st.sampled_from([1, 0, -1]), min_size=1, max_size=25),
    st.integers(1, 12),
    st.sampled_from(["any", "majority"]),
)
def test_window_labels_are_those_of_a_slow_twin(values: list[int], span: int, rule: str):
    labels = window_labels(told(np.array(values, np.int8)), span, rule)
    assert labels["labels"].dtype == np.int8
    assert labels["labels"].to_numpy()[:, 0, 0].tolist() == by_hand(values, span, rule)


@given(
    st.lists(st.sampled_from([1, 0, -1]), min_size=1, max_size=25),
    st.sampled_from(["any", "majority", "middle"]),
)
def test_a_clip_has_one_label_which_its_frames_decide(values: list[int], rule: str):
    labels = clip_labels(told(np.array(values, np.int8)), rule)
    assert dict(labels.sizes) == {"time": 1, "individual": 1, "behavior": 1}
    present, unknown = values.count(1), values.count(-1)
    needed = 1 if rule == "any" else len(values) // 2 + 1
    wanted = 1 if present >= needed else -1 if present + unknown >= needed else 0
    if rule == "middle":
        wanted = values[len(values) // 2]
    assert labels["labels"].item() == wanted


def test_the_middle_frame_is_the_rule_unless_told_otherwise():
    labels = told(np.array([1, 0, -1], np.int8))
    assert window_labels(labels, 16, Scoring().window_label) is labels
    with pytest.raises(EthoprismError, match="unknown window label 'first'"):
        Scoring(window_label="first")


def test_the_mean_leaves_out_the_background_and_what_is_undefined():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, (60, 1, 4)).astype(np.int8)
    truth[:, :, 3] = 0  # never there: no average precision
    video = ScoredVideo(
        "a", "a", ("bite", "mount", "other", "never"), at(30, 60), truth,
        rng.integers(0, 2, truth.shape).astype(np.int8), rng.random(truth.shape),
    )  # fmt: skip
    scores = evaluate([video])
    scoring = Scoring(excluded=("other",))
    values = scoring.values(scores)
    assert list(values) == ["bite", "mount", "never"]
    assert np.isnan(values["never"])
    wanted = [scores.value("average_precision", name) for name in ("bite", "mount")]
    assert scoring.mean(scores) == pytest.approx(np.mean(wanted))
    with pytest.raises(EthoprismError, match="no such score, mAP, use one of"):
        Scoring("mAP").mean(scores)
