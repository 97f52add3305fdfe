"""Times of camera traps: cells with or without a time zone, clocks that were set wrong, sun time.

Instants are kept in UTC, and beside them how far the clock on the wall was ahead of UTC, in
minutes. A camera's clock does not change with daylight saving by itself: whoever tells a place
("Europe/Brussels") says that it was set anew, whoever tells an offset ("+01:00") that it was not.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
from jaxtyping import Float

from ethoprism_core.errors import EthoprismError

CLOCKS = ("local", "sun", "utc")
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?")
_NO_ZONE = "no time with a time zone"


@dataclass(frozen=True)
class Placed:
    """A time on the clock on the wall, placed on the line of time.

    Parameters
    ----------
    instant
        In UTC.
    offset
        Minutes by which the clock on the wall was ahead of UTC.
    doubt
        ``ambiguous`` (the hour that daylight saving repeats), ``skipped`` (the one that it leaves
        out), or empty.
    """

    instant: datetime
    offset: int
    doubt: str = ""


def find_zone(name: str, where: object = None) -> tzinfo:
    """Find a time zone: a place of the IANA database, ``UTC``, or an offset such as ``+02:00``.

    Raises
    ------
    EthoprismError
        If there is none of that name.
    """
    text = name.strip()
    if text in ("Z", "UTC", "GMT"):
        return UTC
    told = _OFFSET.fullmatch(text)
    if told is not None and int(told[2]) < 24 and int(told[3] or 0) < 60:
        span = timedelta(hours=int(told[2]), minutes=int(told[3] or 0))
        return timezone(span if told[1] == "+" else -span)
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        remedy = "write a place, as in Europe/Brussels, or an offset, as in +02:00"
        raise EthoprismError(f"there is no time zone {name!r}", where, remedy) from error


def read_time(cell: str) -> datetime | None:
    """Read a time, with or without a time zone; None if it is no time.

    ``2026-05-01T21:30:00+02:00``, the same with a blank, and EXIF's ``2026:05:01 21:30:00``.
    """
    text = re.sub(r"^(\d{4}):(\d\d):(\d\d)", r"\1-\2-\3", cell.strip())
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def place(time: datetime, zone: tzinfo | None, ahead: timedelta = timedelta()) -> Placed:
    """Place a time that a camera noted.

    Parameters
    ----------
    time
        As noted. If it tells its own time zone, `zone` is not needed.
    zone
        Of the camera's clock.
    ahead
        How far the camera's clock was ahead of the true time; it is taken off.

    Raises
    ------
    EthoprismError
        If nothing tells the time zone.
    """
    if time.tzinfo is None and zone is None:
        raise EthoprismError(_NO_ZONE, time, "tell the time zone of its deployment")
    noted = time if time.tzinfo is not None else time.replace(tzinfo=zone)
    doubt = "" if time.tzinfo is not None else _doubt(noted)
    instant = noted.astimezone(UTC) - ahead
    true = instant.astimezone(noted.tzinfo)
    offset = true.utcoffset() or timedelta()
    return Placed(instant, round(offset.total_seconds() / 60), doubt)


def write_time(instant: datetime, offset: int) -> str:
    """Write an instant as Camtrap DP does, whole seconds on the clock on the wall.

    Parameters
    ----------
    instant
        With a time zone.
    offset
        Of the clock on the wall, in minutes ahead of UTC.
    """
    moved = instant.astimezone(timezone(timedelta(minutes=offset)))
    text = moved.replace(microsecond=0).isoformat()
    return text.replace("+00:00", "Z")


def hours_of_day(
    instants: pd.Series,
    clock: str,
    offsets: Float[np.ndarray, " moment"],
    longitudes: Float[np.ndarray, " moment"],
) -> Float[np.ndarray, " moment"]:
    """Give the hour of the day, 0 to 24, of some instants.

    Parameters
    ----------
    instants
        In UTC.
    clock
        ``local`` (the clock on the wall), ``sun`` (the sundial: 12 is when the sun is highest) or
        ``utc``.
    offsets
        Of the clock on the wall, in minutes ahead of UTC.
    longitudes
        In degrees, east of Greenwich positive.

    Raises
    ------
    EthoprismError
        If there is no such clock, or a longitude that it needs is unknown.
    """
    if clock not in CLOCKS:
        raise EthoprismError(f"there is no clock {clock!r}", None, f"use {', '.join(CLOCKS)}")
    in_utc = (instants - instants.dt.normalize()).dt.total_seconds().to_numpy(np.float64) / 3600
    if clock == "utc":
        return in_utc
    if clock == "local":
        return (in_utc + offsets / 60) % 24
    if np.isnan(longitudes).any():
        raise EthoprismError("sun time needs longitudes", None, "add them to the deployments")
    return (in_utc + longitudes / 15 + _equation_of_time(instants) / 60) % 24


def sun_times(
    instants: pd.Series, latitudes: Float[np.ndarray, " moment"]
) -> Float[np.ndarray, "moment 2"]:
    """Give sunrise and sunset of the days of some instants, in hours of sun time.

    The sun's upper edge at the horizon, with the usual refraction (0.833 degrees). NaN where it
    does not rise or set that day. Declination by Spencer (1971), good to a few minutes.
    """
    angle = _year_angle(instants)
    declination = (
        0.006918
        - 0.399912 * np.cos(angle)
        + 0.070257 * np.sin(angle)
        - 0.006758 * np.cos(2 * angle)
        + 0.000907 * np.sin(2 * angle)
        - 0.002697 * np.cos(3 * angle)
        + 0.00148 * np.sin(3 * angle)
    )
    place = np.radians(latitudes)
    above = np.sin(np.radians(-0.833)) - np.sin(place) * np.sin(declination)
    reach = above / (np.cos(place) * np.cos(declination))
    half = np.full(len(reach), np.nan)
    rises = np.abs(reach) <= 1
    half[rises] = np.degrees(np.arccos(reach[rises])) / 15
    return np.stack([12 - half, 12 + half], axis=1)


def _doubt(noted: datetime) -> str:
    """Say whether a clock with daylight saving shows this time twice, or never."""
    if noted.astimezone(UTC).astimezone(noted.tzinfo).replace(tzinfo=None) != noted.replace(
        tzinfo=None
    ):
        return "skipped"
    return "ambiguous" if noted.utcoffset() != noted.replace(fold=1).utcoffset() else ""


def _year_angle(instants: pd.Series) -> Float[np.ndarray, " moment"]:
    day = instants.dt.day_of_year.to_numpy(np.float64) - 1
    return 2 * np.pi * day / 365


def _equation_of_time(instants: pd.Series) -> Float[np.ndarray, " moment"]:
    """Minutes by which the sundial is ahead of the mean sun; Spencer (1971), to half a minute."""
    angle = _year_angle(instants)
    return 229.18 * (
        0.000075
        + 0.001868 * np.cos(angle)
        - 0.032077 * np.sin(angle)
        - 0.014615 * np.cos(2 * angle)
        - 0.040849 * np.sin(2 * angle)
    )
