"""Values of a file that anybody may have written: what is not what it should be is empty."""

import math
from collections.abc import Mapping
from typing import Any

MOST_FRAMES = 100_000_000  # 27 hours at 1000 frames a second; more is a damaged number


def text(value: object) -> str:
    """Give a text; a number as it is written, anything else as nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def number(value: object) -> float:
    """Give a number, also one that is written as text; NaN for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return math.nan
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return math.nan
    return found if math.isfinite(found) else math.nan


def frame_number(value: object) -> int | None:
    """Give a frame number; None for anything else, such as "NA"."""
    found = number(value)
    return int(found) if abs(found) <= MOST_FRAMES and found % 1 == 0 else None


def mapping(value: object) -> Mapping[str, Any]:
    """Give a mapping, or an empty one."""
    return value if isinstance(value, dict) else {}


def entries(value: object) -> list[Mapping[str, Any]]:
    """Give the mappings of a numbered mapping, in the order of their numbers, or of a list."""
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)]
    numbered = sorted(mapping(value).items(), key=lambda item: (len(item[0]), item[0]))
    return [item for _, item in numbered if isinstance(item, dict)]
