import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    make_events,
    make_observed,
)
from ethoprism_domains.budget import bout_tracks, cooccurrence, durations, transitions

GROOM, REAR, SNEEZE = Behavior("groom"), Behavior("rear"), Behavior("sneeze", kind="point")
FRAMES = 40
TIMES = np.arange(FRAMES) / 10


def tracks(events, observed=((0, FRAMES),), times=TIMES):
    columns = ["video", "subject", "behavior", "start_frame", "stop_frame", "judgement"]
    padded = [("v", *row, *["present"][len(row) - 4 :]) for row in events]
    table = make_events(pd.DataFrame(padded, columns=columns))
    spans = pd.DataFrame([("v", *span) for span in observed], columns=["video", *columns[3:5]])
    ethogram = Ethogram((GROOM, REAR, SNEEZE))
    return bout_tracks(Annotations(table, make_observed(spans), ethogram), "v", times)


def measured(events, observed=((0, FRAMES),), **options):
    return durations(tracks(events, observed), **options).set_index("behavior")


def test_a_hand_counted_video():
    row = measured([("", "groom", 5, 10), ("", "groom", 15, 18), ("", "groom", 30, 40)]).loc[
        "groom"
    ]
    assert row["count"] == 3
    told = {
        "observed_s": 4.0,
        "total_s": 1.8,
        "proportion": 0.45,
        "mean_s": 0.6,
        "median_s": 0.5,
        "interval_mean_s": (0.5 + 1.2) / 2,
        "interval_median_s": 0.85,
        "latency_s": 0.5,
    }
    assert {name: row[name] for name in told} == pytest.approx(told)


def test_points_are_counted_and_have_no_duration():
    row = measured([("", "sneeze", 4, 4), ("", "sneeze", 9, 9), ("", "sneeze", 9, 9)]).loc["sneeze"]
    assert row["count"] == 3
    assert np.isnan(row[["total_s", "proportion", "mean_s", "median_s"]].astype(float)).all()
    assert (row["latency_s"], row["interval_mean_s"]) == pytest.approx((0.4, 0.25))


def test_what_never_happened_is_zero_of_its_time_and_has_no_mean():
    row = measured([("", "groom", 5, 10)]).loc["rear"]
    assert (row["count"], row["total_s"], row["proportion"]) == (0, 0.0, 0.0)
    undefined = ["mean_s", "median_s", "interval_mean_s", "latency_s"]
    assert row[undefined].isna().all()


def test_what_nobody_observed_is_undefined_and_not_zero():
    row = measured([("", "groom", 5, 10)], observed=()).loc["groom"]
    assert row["observed_s"] == 0.0
    assert row[["count", "total_s", "proportion", "mean_s", "latency_s"]].isna().all()


def test_shares_are_of_observed_time_and_unsure_is_not_observed():
    events = [("", "groom", 5, 10), ("", "groom", 20, 30, "unsure")]
    row = measured(events, observed=((0, 32),)).loc["groom"]
    assert (row["observed_s"], row["total_s"]) == pytest.approx((2.2, 0.5))
    assert row["proportion"] == pytest.approx(0.5 / 2.2)


def test_nothing_is_measured_across_time_that_nobody_observed():
    events = [("", "groom", 12, 14), ("", "groom", 25, 28), ("", "rear", 3, 5)]
    table = measured(events, observed=((0, 10), (11, 20), (22, 40)))
    assert np.isnan(table.loc["groom", "latency_s"])
    assert np.isnan(table.loc["groom", "interval_mean_s"])
    assert table.loc["rear", "latency_s"] == pytest.approx(0.3)
    counts = transitions(tracks(events, observed=((0, 10), (11, 20), (22, 40))))["count"]
    assert counts.sum() == 0


def test_bins_split_the_time_and_count_each_bout_once():
    events = [("", "groom", 5, 15), ("", "groom", 18, 19), ("", "groom", 32, 33)]
    bins = measured(events, bin_s=1.0).loc["groom"]
    assert bins["count"].tolist() == [1, 1, 0, 1]
    assert bins["total_s"].tolist() == pytest.approx([0.5, 0.6, 0.0, 0.1])
    assert bins["mean_s"].tolist() == pytest.approx([1.0, 0.1, np.nan, 0.1], nan_ok=True)
    assert bins["interval_mean_s"].tolist() == pytest.approx(
        [np.nan, 0.8, np.nan, np.nan], nan_ok=True
    )


def test_bins_may_begin_before_the_video():
    bins = measured([("", "groom", 0, 10)], bin_s=2.0, offset_s=7.5).loc["groom"]
    assert bins["start_s"].tolist() == [0.0, 0.5, 2.5]
    assert bins["stop_s"].tolist() == [0.5, 2.5, 4.0]
    assert bins["total_s"].tolist() == pytest.approx([0.5, 0.5, 0.0])


def test_a_bin_of_no_length_is_refused():
    with pytest.raises(EthoprismError, match="longer than 0 s"):
        measured([("", "groom", 0, 10)], bin_s=0.0)


def test_subjects_are_measured_apart():
    table = durations(tracks([("a", "groom", 0, 10), ("b", "groom", 0, 20)]))
    shares = table[table["behavior"] == "groom"].set_index("subject")["proportion"]
    assert shares.to_dict() == {"a": 0.25, "b": 0.5}


def test_transitions_counted_by_hand():
    events = [
        ("", "groom", 0, 5),
        ("", "rear", 5, 8),
        ("", "groom", 8, 10),
        ("", "sneeze", 8, 8),
        ("", "groom", 20, 22),
        ("", "groom", 30, 32),
    ]
    table = transitions(tracks(events)).set_index(["before", "after"])
    counted = table.loc[table["count"] > 0, "count"].to_dict()
    assert counted == {
        ("groom", "rear"): 1,
        ("rear", "groom"): 1,
        ("groom", "sneeze"): 1,
        ("sneeze", "groom"): 1,
        ("groom", "groom"): 1,
    }
    assert table.loc[("groom", "rear"), "share"] == pytest.approx(1 / 3)
    assert transitions(tracks([("", "groom", 0, 5)]))["share"].isna().all()


def test_cooccurrence_counted_by_hand():
    events = [("", "groom", 0, 20), ("", "rear", 15, 30), ("", "rear", 38, 40, "unsure")]
    (row,) = cooccurrence(tracks(events)).to_dict("records")
    assert (row["first"], row["second"]) == ("groom", "rear")
    told = (row["both_s"], row["observed_s"], row["proportion"])
    assert told == pytest.approx((0.5, 3.8, 0.5 / 3.8))


spans_in_video = st.tuples(st.integers(0, FRAMES - 1), st.integers(1, 12)).map(
    lambda pair: (pair[0], min(FRAMES, pair[0] + pair[1]))
)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["groom", "rear"]), spans_in_video), max_size=8),
    st.lists(spans_in_video, max_size=3),
    st.lists(st.integers(1, 9), min_size=FRAMES, max_size=FRAMES),
    st.sampled_from([None, 1.0, 0.7]),
)
def test_a_painter_of_frames_finds_the_same(events, observed, steps, bin_s):
    times = np.concatenate([[0], np.cumsum(steps[1:])]) / 32
    coded = [("", name, *span) for name, span in events]
    table = durations(tracks(coded, observed, times), bin_s)
    lasting = [*np.diff(times), times[-1] - times[-2]]
    looked = {frame for span in observed for frame in range(*span)}
    for name in ("groom", "rear"):
        done = {frame for said, span in events for frame in range(*span) if said == name} & looked
        starts = sorted(frame for frame in done if frame - 1 not in done)
        rows = table[table["behavior"] == name]
        for row in rows.itertuples():
            part = {k for k in range(FRAMES) if bin_s is None or row.start_s <= times[k] + 1e-6}
            part -= {k for k in part if bin_s and times[k] + 1e-6 >= row.start_s + bin_s}
            assert row.observed_s == pytest.approx(sum(lasting[k] for k in part & looked))
            if not part & looked:
                assert row.count is pd.NA and np.isnan(row.total_s)
                continue
            assert row.count == len(part & set(starts))
            assert row.total_s == pytest.approx(sum(lasting[k] for k in part & done))
        if bin_s is not None:
            assert rows["count"].sum() == len(starts)


def test_an_event_beyond_the_end_is_refused():
    with pytest.raises(EthoprismError, match="40"):
        tracks([("", "groom", 5, FRAMES + 5)])
