"""Files of timestamps: one time for each frame or pulse, in text or NumPy's format."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.formats.content import read_text
from ethoprism_domains.formats.tables import Table, header_key, read_table

UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_WORDS = {**dict(zip(UNITS, UNITS, strict=True)), "seconds": "s", "sec": "s"}
_WORDS |= {"milliseconds": "ms", "microseconds": "us"}
_TIME_NAMES = (
    "time",
    "times",
    "timestamp",
    "timestamps",
    "t",
    "clock",
    "spike_time",
    "spike_times",
)
_LONGEST_STEP_S = 1.0


@dataclass(frozen=True, eq=False)
class Timestamps:
    """Times in seconds.

    Parameters
    ----------
    seconds
        In the order of the file, never going back.
    unit
        Of the file: ``s``, ``ms``, ``us`` or ``ns``.
    notices
        What the user should know, such as that the unit was inferred.
    """

    seconds: Float[np.ndarray, " time"]
    unit: str
    notices: tuple[str, ...] = ()


def read_timestamps(
    path: Path,
    unit: str | None = None,
    column: str | None = None,
    step_s: float | None = None,
    assumed: str | None = None,
) -> Timestamps:
    """Read a file of timestamps.

    Parameters
    ----------
    path
        A `.npy` file of one dimension, or text: one number a line, or a table with a header.
    unit
        ``s``, ``ms``, ``us`` or ``ns``. If not given, a column's name may say it, as in
        ``time_ms``; else it is inferred and told.
    column
        Of a table; if not given, the one that is called time or timestamp, or the only one.
    step_s
        Seconds from one time to the next, roughly, if known: it tells the unit.
    assumed
        The unit where neither `unit` nor a column's name tells; inferred if not given, as of times
        of frames, which are less than a second apart.

    Raises
    ------
    EthoprismError
        If the file cannot be read, holds no times, a time goes back, or the unit is unknown.
    """
    if unit is not None and unit not in UNITS:
        raise EthoprismError(f"unknown unit {unit!r}", None, f"choose among {', '.join(UNITS)}")
    values, named = _numbers(Path(path), column)
    _refuse_disorder(values, path)
    notices = []
    named = named or assumed
    if unit is None and named is None:
        unit = _infer(values, step_s)
        notices.append(f"the times of {Path(path).name} are taken to be in {unit}")
    used = unit or named or "s"
    return Timestamps(values * UNITS[used], used, tuple(notices))


def _infer(values: Float[np.ndarray, " time"], step_s: float | None) -> str:
    """Choose the unit that makes the steps what they are known to be, or else below a second."""
    steps = np.diff(values)
    step = float(np.median(steps)) if len(steps) else 0.0
    if step_s and step > 0:
        return min(UNITS, key=lambda name: abs(np.log(step * UNITS[name] / step_s)))
    return next((name for name in UNITS if step * UNITS[name] < _LONGEST_STEP_S), "s")


def _numbers(path: Path, column: str | None) -> tuple[Float[np.ndarray, " time"], str | None]:
    """Give the numbers of a file, and the unit that a column's name tells."""
    if path.suffix.lower() == ".npy":
        return _array(path), None
    first = read_text(path).lstrip().split("\n", 1)[0].strip()
    if column is None and _is_number(first):
        lines = read_text(path).split()
        wrong = [number for number, text in enumerate(lines, 1) if not _is_number(text)]
        if wrong:
            told = f"{lines[wrong[0] - 1]!r} is not a number"
            raise EthoprismError(told, f"{path}, number {wrong[0]}", "correct it there")
        return np.array(lines, np.float64), None
    table = read_table(path)
    key = time_column(table, column)
    return table.numbers(key), _named_unit(key)


def unit_of(key: str) -> float:
    """Give the seconds of the unit that a column's key names, as in `time_ms`; 1 if none."""
    return UNITS[_named_unit(key) or "s"]


def _named_unit(key: str) -> str | None:
    return next((unit for word, unit in _WORDS.items() if key.endswith(f"_{word}")), None)


def is_time_name(key: str) -> bool:
    """Say whether a column of this key holds times, as `time_ms` does."""
    return (key.rsplit("_", 1)[0] if _named_unit(key) else key) in _TIME_NAMES


def time_column(table: Table, column: str | None) -> str:
    """Give the key of a table's times: the one that is named, or called so, or the only one.

    Raises
    ------
    EthoprismError
        If there is none, or nothing tells which.
    """
    if column is not None:
        if header_key(column) in table:
            return header_key(column)
        listed = ", ".join(table.names)
        raise EthoprismError(f"no column {column!r}", table.path, f"choose among {listed}")
    likely = [key for key in table.keys if is_time_name(key)]
    chosen = likely or (list(table.keys) if len(table.keys) == 1 else [])
    if len(chosen) == 1:
        return chosen[0]
    raise EthoprismError(
        f"which of the columns {', '.join(table.names)} are the times?", table.path, "name it"
    )


def _array(path: Path) -> Float[np.ndarray, " time"]:
    try:
        values = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise EthoprismError("not an array of numbers", path, "save it again") from error
    if values.dtype.kind not in "iuf" or values.squeeze().ndim > 1:
        raise EthoprismError("no times, one after the other", path, "save a row of numbers")
    return np.ravel(values).astype(np.float64)


def _refuse_disorder(values: Float[np.ndarray, " time"], path: Path) -> None:
    if not len(values):
        raise EthoprismError("no times in it", path, "check the path")
    if not np.isfinite(values).all():
        number = int(np.flatnonzero(~np.isfinite(values))[0])
        raise EthoprismError(f"time number {number} is missing", path, "correct it there")
    back = np.flatnonzero(np.diff(values) < 0)
    if len(back):
        told = f"time number {back[0] + 1} is earlier than the one before"
        raise EthoprismError(told, path, "correct it there")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
