"""Poses of DeepLabCut: a table whose columns are (scorer, [individual,] body part, coordinate)."""

import csv
import pickletools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.poses import Poses

_HEADERS = ("scorer", "individuals", "bodyparts", "coords")
_COORDS = ("x", "y", "likelihood")
_SINGLE = "animal_1"  # the name that followed animals have, too

Column = tuple[str, ...]


def poses_of_csv(path: Path) -> Poses:
    """Read a table of text with its three or four header rows.

    Raises
    ------
    EthoprismError
        If it is no such table.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise EthoprismError("no poses are recognised", path, "give poses or tracks") from error
    headers = [row for row in rows[:4] if row and row[0] in _HEADERS]
    if [row[0] for row in headers] not in (list(_HEADERS), [_HEADERS[0], *_HEADERS[2:]]):
        raise EthoprismError(
            "no poses are recognised", path, "give a file of DeepLabCut, SLEAP or movement"
        )
    body, width = rows[len(headers) :], len(headers[0])
    for number, row in enumerate(headers + body, start=1):
        if len(row) != width:
            told = f"a row of {len(row)} cells under a header of {width}"
            raise EthoprismError(told, f"{path}, line {number}", "export it again")
    at = [n for n, coord in enumerate(headers[-1]) if coord in _COORDS]
    columns = [tuple(row[n] for row in headers) for n in at]
    frames = ["/".join(row[: at[0]]) for row in body] if at else []
    try:
        values = [[float(row[n] or "nan") for n in at] for row in body]
        return _poses(columns, frames, np.array(values, np.float64).reshape(len(body), len(at)))
    except (ValueError, IndexError) as error:
        raise EthoprismError(f"damaged poses ({error})", path, "export it again") from error


def poses_of_pandas(group: h5py.Group) -> Poses:
    """Read a table that pandas wrote to HDF5, of either of its two layouts.

    Raises
    ------
    ValueError, KeyError, IndexError
        If it is no table of poses.
    """
    if "table" in group:
        table = group["table"]
        columns = _plain(bytes(table.attrs["values_block_0_kind"]))
        return _poses(columns, _texts(table["index"]), np.asarray(table["values_block_0"]))
    levels = int(group.attrs["block0_items_nlevels"])
    parts = [
        np.array(_texts(group[f"block0_items_level{n}"]), dtype=object)[
            np.asarray(group[f"block0_items_label{n}"])
        ]
        for n in range(levels)
    ]
    columns = list(zip(*parts, strict=True))
    return _poses(columns, _texts(group["axis1"]), np.asarray(group["block0_values"]))


def _poses(columns: Sequence[Column], frames: Sequence[str], values: np.ndarray) -> Poses:
    """Sort the columns by individual, body part and coordinate."""
    labels = [_parts(column) for column in columns]
    individuals = list(dict.fromkeys(individual for individual, _, _ in labels))
    parts = list(dict.fromkeys(part for _, part, _ in labels))
    shape = (len(values), 3, len(parts), len(individuals))
    sorted_values = np.full(shape, np.nan)
    for column, (individual, part, coord) in enumerate(labels):
        at = (_COORDS.index(coord), parts.index(part), individuals.index(individual))
        sorted_values[(slice(None), *at)] = values[:, column]
    if not parts:
        raise ValueError("no columns of x and y")
    numbers = np.array([_frame_number(frame) for frame in frames], np.int64)
    points, confidence = sorted_values[:, :2], sorted_values[:, 2]
    return Poses(numbers, points, confidence, individuals, "DeepLabCut", tuple(parts))


def _parts(column: Column) -> tuple[str, str, str]:
    if len(column) not in (3, 4) or column[-1] not in _COORDS:
        raise ValueError(f"no column of poses: {column}")
    return (column[1] if len(column) == 4 else _SINGLE), column[-2], column[-1]


def _frame_number(name: str) -> int:
    """Take the number of a frame from its index, or from its picture's name."""
    found = re.findall(r"\d+", Path(name.replace("\\", "/")).stem)
    if not found or len(found[-1]) > 9:
        raise ValueError(f"{name!r} is no frame")
    return int(found[-1])


def _texts(dataset: Any) -> list[str]:
    values = np.asarray(dataset).tolist()
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]


def _plain(written: bytes) -> list[Column]:
    """Read a list of tuples of text as PyTables notes it, in the pickle language's first protocol.

    Nothing is unpickled: of the language, only lists, tuples and text are understood.
    """
    stack: list[Any] = []
    marks: list[int] = []
    memory: dict[int, Any] = {}
    for operation, argument, _ in pickletools.genops(written):
        match operation.name:
            case "MARK":
                marks.append(len(stack))
            case "UNICODE":
                stack.append(argument)
            case "LIST" | "TUPLE":
                start = marks.pop()
                held = stack[start:]
                stack[start:] = [held if operation.name == "LIST" else tuple(held)]
            case "PUT":
                memory[int(str(argument))] = stack[-1]
            case "GET":
                stack.append(memory[int(str(argument))])
            case "APPEND":
                item = stack.pop()
                stack[-1].append(item)
            case "STOP":
                return list(stack.pop())
            case name:
                raise ValueError(f"{name} among the columns' names")
    raise ValueError("the columns' names break off")
