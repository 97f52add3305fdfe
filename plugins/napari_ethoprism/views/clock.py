"""Positions as text, both ways: frames, times, and the clock on the wall."""

import re
from datetime import datetime, timedelta

_TIME = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d*)?)\s*s?")


def time_text(seconds: float) -> str:
    """Write a time as ``hh:mm:ss.fff``."""
    whole, thousandth = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}.{thousandth:03d}"


def parse_time(text: str) -> float | None:
    """Read seconds from ``ss``, ``mm:ss`` or ``hh:mm:ss``, each with fractions; None if it is none.

    Commas are read as points.
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds = found.groups()
    return 3600 * int(hours or 0) + 60 * int(minutes or 0) + float(seconds.replace(",", "."))


def parse_frame(text: str) -> int | None:
    """Read a frame's number; commas, points and blanks between thousands are passed over."""
    digits = re.sub(r"(?<=\d)[,.\s](?=\d{3}\b)", "", text.strip())
    return int(digits) if digits.isdecimal() else None


def wall_text(recorded: datetime, seconds: float) -> str:
    """Write the day and the time of day, to the thousandth, of a moment of a recording."""
    return (recorded + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def parse_wall(text: str, recorded: datetime, near: float) -> float | None:
    """Read a moment of the wall's clock as seconds from the recording's start; None if it is none.

    Parameters
    ----------
    text
        A date and time, or a time of day: then the day that makes it nearest to `near` is meant.
    recorded
        When the recording began.
    near
        Seconds from the start.
    """
    text = text.strip().replace(",", ".")
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=recorded.tzinfo)
        return (moment - recorded).total_seconds()
    except ValueError:
        of_day = parse_time(text)
    if of_day is None:
        return None
    midnight = recorded.replace(hour=0, minute=0, second=0, microsecond=0)
    first = (midnight - recorded).total_seconds() + of_day
    return min(
        (first + 86400 * day for day in range(int(near // 86400) + 3)), key=lambda s: abs(s - near)
    )
