"""Independent events against a brute-force twin."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.ecology import Independence, independent_events

START = datetime(2026, 5, 1, tzinfo=UTC)
RECORDS = st.lists(
    st.tuples(
        st.sampled_from(["north", "south"]),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["fox", "cat"]),
        st.integers(0, 300),
        st.integers(0, 40),
        st.sampled_from([np.nan, 1, 3]),
    ),
    min_size=1,
    max_size=25,
)


def table(rows: list[tuple]) -> pd.DataFrame:
    records = [
        {
            "site": site,
            "deployment": f"{site} {camera}",
            "species": species,
            "start": START + timedelta(minutes=start),
            "stop": START + timedelta(minutes=start + lasting),
            "count": count,
        }
        for site, camera, species, start, lasting, count in rows
    ]
    return pd.DataFrame(records)


def twin(records: pd.DataFrame, choice: Independence) -> list[tuple]:
    """Go through the records one by one, and keep a list of open events."""
    gap = timedelta(minutes=choice.gap_minutes)
    events: list[dict] = []
    for record in records.sort_values(["start", "stop"], kind="stable").to_dict("records"):
        key = (record[choice.place], record["species"])
        own = [event for event in events if event["key"] == key]
        if own:
            since = own[-1]["stop" if choice.compared_to == "last record" else "start"]
            if record["start"] - since < gap:
                own[-1]["stop"] = max(own[-1]["stop"], record["stop"])
                own[-1]["records"] += 1
                own[-1]["count"] = np.nanmax([own[-1]["count"], record["count"], 1])
                continue
        count = np.nanmax([record["count"], 1])
        events.append({**record, "key": key, "records": 1, "count": count})
    return sorted(
        (e["site"], e["species"], e["start"], e["stop"], e["records"], int(e["count"]))
        for e in events
    )


@settings(max_examples=40)
@given(
    RECORDS,
    st.sampled_from([0, 1, 30, 45.5]),
    st.sampled_from(["last record", "last event"]),
    st.sampled_from(["site", "deployment"]),
)
def test_events_are_those_of_the_twin(rows, gap, compared_to, place):
    records = table(rows)
    choice = Independence(gap, compared_to, place)
    events = independent_events(records, choice)
    columns = ["site", "species", "start", "stop", "records", "count"]
    found = [tuple(row) for row in events[columns].itertuples(index=False)]
    assert sorted(found) == twin(records, choice)
    assert events["records"].sum() == len(records)
    assert events["event"].tolist() == list(range(len(events)))
    assert events["start"].is_monotonic_increasing
    # the order of the rows says nothing
    shuffled = records.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(independent_events(shuffled, choice), events)


def test_a_burst_is_one_event_and_a_long_stay_several():
    burst = table([("north", "a", "fox", minute, 0, np.nan) for minute in (0, 20, 40, 60, 89.9)])
    assert len(independent_events(burst)) == 1
    assert len(independent_events(burst, Independence(30, "last event"))) == 3
    exactly = table([("north", "a", "fox", 0, 0, 1), ("north", "a", "fox", 30, 0, 1)])
    assert len(independent_events(exactly)) == 2


@pytest.mark.parametrize(
    "wrong", [{"gap_minutes": -1}, {"compared_to": "first"}, {"place": "country"}]
)
def test_wrong_choices_are_one_line(wrong):
    with pytest.raises(EthoprismError):
        Independence(**wrong)
