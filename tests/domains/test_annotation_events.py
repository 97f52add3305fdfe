import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import (
    EVENT_COLUMNS,
    Annotations,
    Behavior,
    Ethogram,
    derive_ethogram,
    empty_events,
    frame_edges,
    frames_to_seconds,
    make_events,
    make_observed,
    seconds_to_frames,
    validate_events,
)

WALK = {"video": "v.mp4", "behavior": "walk", "start_frame": 2, "stop_frame": 5}
ETHOGRAM = Ethogram((Behavior("walk"), Behavior("peck", kind="point")))


@st.composite
def frame_times(draw) -> np.ndarray:
    steps = draw(st.lists(st.floats(0.001, 2), min_size=1, max_size=40))
    return np.concatenate([[0], np.cumsum(steps)])


def test_an_event_table_has_all_columns_in_their_types():
    plain = make_events([WALK])
    for table in (plain, empty_events(), make_events(pd.DataFrame([WALK | {"comment": None}]))):
        assert list(table.columns) == list(EVENT_COLUMNS)
        expected = pd.DataFrame(columns=list(EVENT_COLUMNS)).astype(dict(EVENT_COLUMNS))
        assert (table.dtypes == expected.dtypes).all()
    assert plain.loc[0, ["kind", "judgement", "labeling_method", "subject"]].tolist() == [
        "state",
        "present",
        "manual",
        "",
    ]
    assert np.isnan(plain["confidence"][0])
    point = make_events([WALK | {"stop_frame": 2}])
    assert point["kind"][0] == "point"


def test_ids_are_unique_and_stable():
    records = [WALK, WALK, WALK | {"subject": "A"}]
    first, again = make_events(records), make_events(records)
    assert first["event_id"].tolist() == again["event_id"].tolist()
    assert first["event_id"].is_unique
    assert make_events(first.iloc[::-1])["event_id"].tolist() == first["event_id"].tolist()[::-1]
    assert make_events([WALK | {"event_id": "mine"}])["event_id"][0] == "mine"


def test_what_an_event_table_needs_is_said():
    with pytest.raises(EthoprismError, match="no stop_frame"):
        make_events([{"video": "v", "behavior": "walk", "start_frame": 1}])
    for wrong in (2.5, float("nan"), "x", 1e300):
        with pytest.raises(EthoprismError, match=r"start_frame must be (whole )?numbers"):
            make_events([WALK | {"start_frame": wrong}])
    with pytest.raises(EthoprismError, match="confidence must be numbers"):
        make_events([WALK | {"confidence": "high"}])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"stop_frame": 1}, "stop 1 is before start 2"),
        ({"start_frame": -1}, "start_frame -1 is negative"),
        ({"kind": "event"}, "kind 'event' is none of state, point"),
        ({"kind": "point"}, "a point has no duration"),
        ({"kind": "state", "stop_frame": 2}, "holds no frame"),
        ({"judgement": "maybe"}, "judgement 'maybe' is none of present, absent, unsure"),
        ({"labeling_method": "ai"}, "labeling_method 'ai' is none of"),
        ({"behavior": "run"}, "behaviour 'run' is not in the ethogram (walk, peck)"),
        ({"behavior": "peck"}, "state event of 'peck', which is a point behaviour"),
        ({"behavior": ""}, "behavior '' is empty"),
        ({"video": " v"}, "video ' v' is empty or has stray"),
        ({"subject": "A\n"}, "subject 'A\\n' has stray"),
        ({"confidence": 1.5}, "confidence 1.5 is not within 0 and 1"),
        ({"event_id": "twin"}, "event_id 'twin' stands there twice"),
        ({"stop_frame": 101}, "frame 101 is beyond the end of v.mp4, which has 100 frames"),
    ],
)
def test_each_problem_names_its_row_and_reason(change, told):
    fine = WALK | {"start_frame": 20, "stop_frame": 30, "event_id": "twin"}
    events = make_events([fine, WALK | change])
    problems = validate_events(events, ETHOGRAM, {"v.mp4": 100})
    assert [problem.row for problem in problems if told in problem.reason] == [1]
    assert all(problem.row == 1 for problem in problems)
    assert str(problems[0]).startswith("row 1: ")


def test_all_problems_are_collected_in_order():
    events = make_events(
        [WALK | {"confidence": 2.0}, WALK, WALK | {"behavior": "run", "stop_frame": 0}]
    )
    assert [problem.row for problem in validate_events(events, ETHOGRAM)] == [0, 2, 2]
    with pytest.raises(EthoprismError, match=r"confidence 2.0 .*and 2 more\), the events: row 0"):
        Annotations(events, make_observed([]), ETHOGRAM)


def test_a_whole_point_lies_within_the_video_and_its_absence_may_last():
    peck = WALK | {"behavior": "peck", "start_frame": 9, "stop_frame": 9}
    absent = WALK | {"behavior": "peck", "judgement": "absent"}
    events = make_events([peck, absent])
    assert validate_events(events, ETHOGRAM, {"v.mp4": 10}) == []
    assert [problem.row for problem in validate_events(events, ETHOGRAM, {"v.mp4": 9})] == [0]


def test_annotations_are_complete_and_cut_by_video():
    other = WALK | {"video": "w.mp4"}
    observed = [{"video": "x.mp4", "start_frame": 0, "stop_frame": 9}]
    both = Annotations(pd.DataFrame([WALK, other]), make_observed(observed), ETHOGRAM)
    assert both.videos == ("v.mp4", "w.mp4", "x.mp4")
    assert both.of_video("w.mp4").events["video"].tolist() == ["w.mp4"]
    assert both.of_video("x.mp4").observed["stop_frame"].tolist() == [9]
    assert list(both.events.columns) == list(EVENT_COLUMNS)


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 30), st.integers(0, 9)), max_size=9)
)
def test_observed_intervals_are_joined_like_sets_of_frames(spans):
    records = [
        {"video": video, "start_frame": start, "stop_frame": start + length}
        for video, start, length in spans
    ]
    table = make_observed(records)
    for video in "ab":
        frames = {
            frame
            for name, start, length in spans
            if name == video
            for frame in range(start, start + length)
        }
        own = table[table["video"] == video]
        found = [
            frame
            for start, stop in own[["start_frame", "stop_frame"]].to_numpy()
            for frame in range(start, stop)
        ]
        assert found == sorted(frames)
        assert (own["start_frame"].to_numpy()[1:] > own["stop_frame"].to_numpy()[:-1]).all()


def test_a_reversed_observed_interval_is_refused():
    with pytest.raises(EthoprismError, match="observed from frame 5 to 3, v"):
        make_observed([{"video": "v", "start_frame": 5, "stop_frame": 3}])


def test_an_ethogram_can_be_taken_from_events():
    peck = WALK | {"behavior": "peck", "stop_frame": 2}
    absent = WALK | {"behavior": "rest", "judgement": "absent"}
    ethogram = derive_ethogram(make_events([peck, WALK, absent]))
    assert [(item.name, item.kind) for item in ethogram] == [
        ("peck", "point"),
        ("walk", "state"),
        ("rest", "state"),
    ]


@given(frame_times(), st.data())
def test_seconds_come_back_to_their_frames_even_rounded(times, data):
    edges = frame_edges(times)
    assert len(edges) == len(times) + 1
    frames = np.array(data.draw(st.lists(st.integers(0, len(times)), min_size=1)))
    seconds = frames_to_seconds(frames, times)
    np.testing.assert_array_equal(seconds, edges[frames])
    slack = np.diff(edges).min() * 0.49
    noise = np.array(
        data.draw(st.lists(st.floats(-1, 1), min_size=len(frames), max_size=len(frames)))
    )
    np.testing.assert_array_equal(seconds_to_frames(seconds + noise * slack, times), frames)


@given(frame_times(), st.floats(-3, 90))
def test_a_time_goes_to_the_nearest_edge_or_lies_outside(times, second):
    edges = frame_edges(times)
    (frame,) = seconds_to_frames(np.array([second]), times)
    if frame == -1:
        assert (
            second < (edges[0] - edges[1]) / 2 or second > edges[-1] + (edges[-1] - edges[-2]) / 2
        )
    else:
        assert abs(second - edges[frame]) == np.abs(second - edges).min()


def test_frames_and_times_that_do_not_exist_have_no_counterpart():
    times = np.array([0.0, 0.1, 0.3])
    np.testing.assert_allclose(
        frames_to_seconds(np.array([-1, 0, 3, 4]), times), [np.nan, 0, 0.5, np.nan]
    )
    found = seconds_to_frames(np.array([np.nan, np.inf, -0.2, 0.55, 0.7]), times)
    assert found.tolist() == [-1, -1, -1, 3, -1]
