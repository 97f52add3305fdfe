import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    Subject,
    annotations_from_labels,
    bouts_from_labels,
    frame_labels,
    known_individuals,
    make_events,
    make_observed,
    runs,
)

FRAMES = 20
TIMES = np.cumsum(np.linspace(0.02, 0.06, FRAMES)) - 0.02
NAMES = ("walk", "rest", "peck")
ETHOGRAM = Ethogram(
    (Behavior("walk"), Behavior("rest"), Behavior("peck", kind="point")),
    (Subject("A"), Subject("B")),
)


@st.composite
def events(draw, subjects=("A", "B", "")) -> dict[str, object]:
    behavior = draw(st.sampled_from(NAMES))
    judgement = draw(st.sampled_from(["present", "absent", "unsure"]))
    start = draw(st.integers(0, FRAMES - 1))
    stop = draw(st.integers(start + 1, FRAMES))
    if behavior == "peck" and judgement == "present":
        stop = start
    return {
        "video": draw(st.sampled_from(["v", "v", "w"])),
        "subject": draw(st.sampled_from(subjects)),
        "behavior": behavior,
        "start_frame": start,
        "stop_frame": stop,
        "judgement": judgement,
    }


@st.composite
def records(draw) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    spans = draw(st.lists(st.tuples(st.integers(0, FRAMES), st.integers(0, FRAMES)), max_size=3))
    observed = [{"video": "v", "start_frame": min(span), "stop_frame": max(span)} for span in spans]
    return draw(st.lists(events(), min_size=1, max_size=8)), observed


def annotate(records) -> Annotations:
    return Annotations(make_events(records[0]), make_observed(records[1]), ETHOGRAM)


def label_by_hand(given, frame: int, individual: str | None, behavior: str, reach: int) -> int:
    """Look up one label in the plainest way; individual None is anybody."""
    events, observed = given
    if not any(span["start_frame"] <= frame < span["stop_frame"] for span in observed):
        return -1
    said = {
        event["judgement"]
        for event in events
        if event["video"] == "v"
        and event["behavior"] == behavior
        and individual in (None, event["subject"])
        and (
            event["start_frame"] <= frame < event["stop_frame"]
            if event["start_frame"] < event["stop_frame"]
            else abs(event["start_frame"] - frame) <= reach
        )
    }
    return -1 if "unsure" in said else int("present" in said)


@settings(max_examples=40)
@given(records(), st.integers(0, 3))
def test_labels_equal_a_look_up_by_hand(records, reach):
    given = annotate(records)
    labels = frame_labels(given, "v", TIMES, individuals=None, point_reach=reach)["labels"]
    assert labels.dtype == np.int8
    assert labels.dims == ("time", "individual", "behavior")
    assert tuple(labels["individual"].to_numpy()) == known_individuals(given)
    names = labels["individual"].to_numpy().tolist(), labels["behavior"].to_numpy().tolist()
    for (frame, individual, behavior), label in np.ndenumerate(labels.to_numpy()):
        looked_up = label_by_hand(records, frame, names[0][individual], names[1][behavior], reach)
        assert label == looked_up


@settings(max_examples=20)
@given(records())
def test_the_whole_scene_counts_everybody(records):
    given = annotate(records)
    labels = frame_labels(given, "v", TIMES, ["rest", "walk"], [""])["labels"]
    assert labels.shape == (FRAMES, 1, 2)
    for (frame, _, at), label in np.ndenumerate(labels.to_numpy()):
        assert label == label_by_hand(records, frame, None, ["rest", "walk"][at], 0)


@settings(max_examples=40)
@given(st.lists(st.lists(st.sampled_from([-1, 0, 1]), min_size=6, max_size=6), max_size=30))
def test_labels_come_back_from_their_events(rows):
    values = np.array(rows, np.int8).reshape(len(rows), 2, 3)
    times = TIMES[0] + 0.04 * np.arange(len(rows))
    # only lone frames of a point behaviour come back: a run of them is one point
    peck = values[:, :, 2]
    peck[1:][(peck[1:] == 1) & (peck[:-1] == 1)] = 0
    for frame in range(1, len(rows)):
        peck[frame][(peck[frame] == 1) & (peck[frame - 1] == 1)] = 0
    labels = xr.DataArray(
        values,
        dims=("time", "individual", "behavior"),
        coords={"time": times, "individual": ["A", "B"], "behavior": list(ETHOGRAM.names)},
    )
    given = annotations_from_labels(labels, "v", ETHOGRAM, {"annotator": "me"})
    again = frame_labels(given, "v", times, individuals=["A", "B"])["labels"]
    np.testing.assert_array_equal(again, values)
    assert set(given.events["annotator"]) <= {"me"}


def test_labels_know_their_video_times_and_frames():
    given = Annotations(
        make_events([{"video": "v", "behavior": "walk", "start_frame": 0, "stop_frame": 1}]),
        make_observed([{"video": "v", "start_frame": 0, "stop_frame": 999}]),
        Ethogram((Behavior("walk"),)),
    )
    labels = frame_labels(given, "v", TIMES)
    assert labels.attrs["video"] == "v"
    np.testing.assert_array_equal(labels["time"], TIMES)
    np.testing.assert_array_equal(labels["frame"], np.arange(FRAMES))
    assert labels["individual"].to_numpy().tolist() == [""]
    assert (frame_labels(given, "nobody's", TIMES)["labels"] == -1).all()


def test_individuals_are_the_subjects_or_the_whole_scene():
    def individuals(*subjects: str, ethogram: Ethogram) -> tuple[str, ...]:
        walk = {"video": "v", "behavior": "walk", "start_frame": 0, "stop_frame": 1}
        table = make_events([walk | {"subject": name} for name in subjects])
        return known_individuals(Annotations(table, make_observed([]), ethogram))

    nobody = Ethogram((Behavior("walk"),))
    assert individuals(ethogram=nobody) == ("",)
    assert individuals("", ethogram=ETHOGRAM) == ("",)
    assert individuals(ethogram=ETHOGRAM) == ("A", "B")
    assert individuals("B", "C", ethogram=ETHOGRAM) == ("A", "B", "C")
    assert individuals("C", "", ethogram=nobody) == ("C", "")


def test_unknown_names_and_frames_beyond_the_end_are_refused():
    walk = {"video": "v", "behavior": "walk", "start_frame": 10, "stop_frame": 21, "subject": "A"}
    given = Annotations(make_events([walk]), make_observed([]), ETHOGRAM)
    with pytest.raises(EthoprismError, match="frame 21 is beyond the end of v, which has 20"):
        frame_labels(given, "v", TIMES)
    with pytest.raises(EthoprismError, match="unknown behaviour 'run', choose among 'walk'"):
        frame_labels(given, "w", TIMES, behaviors=["run"])
    with pytest.raises(EthoprismError, match="unknown individual 'C'"):
        frame_labels(given, "w", TIMES, individuals=["A", "C"])


def test_bouts_carry_seconds_confidence_and_provenance():
    labels = xr.DataArray(
        np.array([0, 1, 1, 0, 1], np.int8).reshape(5, 1, 1),
        dims=("time", "individual", "behavior"),
        coords={"time": [0.0, 0.1, 0.3, 0.4, 0.5], "individual": ["A"], "behavior": ["walk"]},
    )
    probability = labels * np.float32(0) + np.array([0, 0.5, 0.7, 0, 0.9]).reshape(5, 1, 1)
    said = {"labeling_method": "automated", "model": "probe"}
    table = bouts_from_labels(labels, "v", probability=probability, provenance=said)
    assert table[["start_frame", "stop_frame"]].to_numpy().tolist() == [[1, 3], [4, 5]]
    np.testing.assert_allclose(table[["start_s", "stop_s"]], [[0.1, 0.4], [0.5, 0.6]])
    np.testing.assert_allclose(table["confidence"], [0.6, 0.9])
    assert set(table["model"]) == {"probe"} and set(table["subject"]) == {"A"}
    peck = labels.assign_coords(behavior=["peck"])
    points = bouts_from_labels(peck, "v", ETHOGRAM)
    assert points[["kind", "start_frame", "stop_frame"]].to_numpy().tolist() == [
        ["point", 1, 1],
        ["point", 4, 4],
    ]
    assert bouts_from_labels(labels * 0, "v").empty


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 3)), max_size=30))
def test_runs_equal_counting_frame_by_frame(entries):
    mask = np.array([value for value, _ in entries], bool)
    frames = np.cumsum([step for _, step in entries]).astype(np.int64)
    expected: list[list[int]] = []
    for value, frame in zip(mask.tolist(), frames.tolist(), strict=True):
        if value and expected and expected[-1][1] == frame:
            expected[-1][1] += 1
        elif value:
            expected.append([frame, frame + 1])
    assert runs(mask, frames).tolist() == expected
    plain = runs(mask)
    found = [frame for start, stop in plain.tolist() for frame in range(start, stop)]
    assert found == np.flatnonzero(mask).tolist()


def test_real_labels_have_the_counts_that_their_source_states(footage):
    from ethoprism_domains.formats import read_events

    path = footage / "tracktor" / "mouse_frame_labels_DERIVED.csv"
    times = np.arange(10_000) / 30
    given = read_events(path, video="mouse.mp4", frame_times=lambda name: times)
    labels = frame_labels(given, "mouse.mp4", times)["labels"]
    assert given.ethogram.names == ("stationary", "slow_locomotion", "fast_locomotion")
    assert (labels == 1).sum(("time", "individual")).values.tolist() == [5463, 4172, 365]
    table = pd.read_csv(path)
    np.testing.assert_array_equal(
        np.array(given.ethogram.names)[labels.to_numpy()[:, 0].argmax(axis=1)], table["label"]
    )
