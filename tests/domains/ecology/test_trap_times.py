"""Times of camera traps: zones, daylight saving, wrong clocks, and the sun."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.ecology.times import (
    find_zone,
    hours_of_day,
    place,
    read_time,
    sun_times,
    write_time,
)


def series(*texts: str) -> pd.Series:
    return pd.Series(pd.to_datetime(list(texts), utc=True))


@pytest.mark.parametrize(
    ("name", "minutes"),
    [("UTC", 0), ("Z", 0), ("+02:00", 120), ("-0330", -210), ("UTC+5", 300), ("Asia/Kolkata", 330)],
)
def test_zones_have_places_or_offsets(name, minutes):
    zone = find_zone(name)
    assert zone.utcoffset(datetime(2026, 6, 1)) == timedelta(minutes=minutes)


@pytest.mark.parametrize("name", ["Europe/Atlantis", "", "+99:00", "../etc", "noon"])
def test_an_unknown_zone_is_one_line(name):
    with pytest.raises(EthoprismError, match="no time zone"):
        find_zone(name)


def test_times_of_cameras_are_read():
    assert read_time("2026:05:01 21:30:00") == datetime(2026, 5, 1, 21, 30)
    assert read_time("2026-05-01T21:30:00Z") == datetime(2026, 5, 1, 21, 30, tzinfo=UTC)
    assert read_time("yesterday") is None


@pytest.mark.parametrize(
    ("noted", "doubt", "offset", "hour"),
    [
        ("2026-03-29T01:59:00", "", 60, 0),
        ("2026-03-29T02:30:00", "skipped", 120, 1),
        ("2026-03-29T03:00:00", "", 120, 1),
        ("2026-10-25T01:30:00", "", 120, 23),
        ("2026-10-25T02:30:00", "ambiguous", 120, 0),
        ("2026-10-25T03:00:00", "", 60, 2),
    ],
)
def test_daylight_saving_leaves_doubts_that_are_told(noted, doubt, offset, hour):
    placed = place(datetime.fromisoformat(noted), find_zone("Europe/Brussels"))
    assert (placed.doubt, placed.offset, placed.instant.hour) == (doubt, offset, hour)
    fixed = place(datetime.fromisoformat(noted), find_zone("+01:00"))
    assert (fixed.doubt, fixed.offset) == ("", 60)


def test_a_clock_that_is_ahead_is_put_right():
    placed = place(datetime(2026, 5, 1, 0, 30), find_zone("+02:00"), timedelta(hours=1))
    assert placed.instant == datetime(2026, 4, 30, 21, 30, tzinfo=UTC)


def test_a_naive_time_without_a_zone_is_one_line():
    with pytest.raises(EthoprismError, match="no time with a time zone"):
        place(datetime(2026, 5, 1), None)


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.integers(-14 * 60, 14 * 60),
)
def test_written_times_are_the_same_instant(instant, offset):
    written = datetime.fromisoformat(write_time(instant, offset))
    assert written == instant.replace(microsecond=0)
    assert written.utcoffset() == timedelta(minutes=offset)


def test_the_sundial_follows_the_almanac():
    """The equation of time: -14.2 minutes in mid-February, 16.4 early in November."""
    days = series("2026-02-11T12:00:00", "2026-11-03T12:00:00", "2026-04-15T12:00:00")
    hours = hours_of_day(days, "sun", np.zeros(3), np.zeros(3))
    assert (hours - 12) * 60 == pytest.approx([-14.2, 16.4, 0.0], abs=0.6)
    east = hours_of_day(days, "sun", np.zeros(3), np.full(3, 30.0))
    assert east - hours == pytest.approx(2.0)


def test_sunrise_follows_the_almanac():
    """Day lengths of 51.5 degrees north: 16 h 38 min in June, 7 h 50 min in December."""
    days = series("2026-06-21T12:00:00", "2026-12-21T12:00:00", "2026-06-21T12:00:00")
    rise, fall = sun_times(days, np.array([51.5, 51.5, 80.0])).T
    assert (fall - rise)[:2] * 60 == pytest.approx([16 * 60 + 38, 7 * 60 + 50], abs=4)
    assert np.isnan(rise[2])


def test_hours_on_the_wall_wrap_around():
    late = series("2026-05-01T23:30:00")
    assert hours_of_day(late, "local", np.array([120.0]), np.zeros(1)) == pytest.approx(1.5)
    assert hours_of_day(late, "utc", np.array([120.0]), np.zeros(1)) == pytest.approx(23.5)
    with pytest.raises(EthoprismError, match="no clock 'moon'"):
        hours_of_day(late, "moon", np.zeros(1), np.zeros(1))
    with pytest.raises(EthoprismError, match="needs longitudes"):
        hours_of_day(late, "sun", np.zeros(1), np.array([np.nan]))
