"""Delimited text as labs save it: comma, semicolon or tab, UTF-8 or UTF-16, any case of header."""

import csv
import io
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.formats.content import codec_of, read_text

_SEPARATORS = ",;\t"
_SPELLINGS = {"behaviour": "behavior"}
_MOST_PREAMBLE = 100
_LARGEST = 1e9  # no video has so many frames; a larger number is a damaged one


@dataclass(frozen=True)
class Table:
    """A text table, all cells as text.

    Parameters
    ----------
    path
        Where it was read.
    names
        The header's cells as written.
    keys
        The same in one spelling: "Start (s)" is `start_s`, "Behaviour" is `behavior`.
    rows
        The cells, as many in each row as there are names.
    lines
        The line of the file that each row ends in.
    separator
        Between cells; where it is no comma, a comma is read as a decimal mark.
    preamble
        Rows before the header.
    """

    path: Path
    names: tuple[str, ...]
    keys: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    separator: str
    preamble: tuple[tuple[str, ...], ...] = ()

    def __contains__(self, key: object) -> bool:
        return key in self.keys

    def __len__(self) -> int:
        return len(self.rows)

    def text(self, key: str, default: str = "") -> list[str]:
        """Give a column's cells, or `default` for each row if there is no such column."""
        if key not in self.keys:
            return [default] * len(self.rows)
        column = self.keys.index(key)
        return [row[column] for row in self.rows]

    def numbers(self, key: str) -> np.ndarray:
        """Give a column as float64, NaN where a cell is empty.

        Raises
        ------
        EthoprismError
            Naming the line of the first cell that is no finite number.
        """
        values = np.full(len(self.rows), np.nan)
        for row, cell in enumerate(self.text(key)):
            if cell.strip():
                values[row] = self._number(cell.strip(), key, row)
        return values

    def whole_numbers(self, key: str) -> np.ndarray:
        """Give a column as float64 of whole numbers, NaN where a cell is empty.

        Raises
        ------
        EthoprismError
            Naming the line of the first cell that is no whole number.
        """
        values = self.numbers(key)
        wrong = (values % 1 != 0) & ~np.isnan(values) | (np.abs(values) > _LARGEST)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise self.error(row, f"{key} {values[row]:g} is no frame number")
        return values

    def error(self, row: int, what: str, remedy: str = "correct it there") -> EthoprismError:
        """Make an error about one row that names its line."""
        return EthoprismError(what, f"{self.path}, line {self.lines[row]}", remedy)

    def _number(self, cell: str, key: str, row: int) -> float:
        if self.separator != ",":
            cell = cell.replace(",", ".")
        try:
            value = float("_" if "_" in cell else cell)  # Python would read 1_0 as ten
        except ValueError:
            value = np.nan
        if not np.isfinite(value):
            raise self.error(row, f"{key} {cell!r} is not a number")
        return value


def read_table(path: Path, needed: Collection[str] = ()) -> Table:
    """Read a text table.

    Parameters
    ----------
    needed
        Keys that the header has: rows before the first that has them all are the preamble.

    Raises
    ------
    EthoprismError
        If the file cannot be read, is empty or no table, or a row does not fit the header.
    """
    text = read_text(path)
    separator = _separator(text)
    preamble, names, rows, lines = _parse(text, separator, path, needed)
    keys = tuple(header_key(name) for name in names)
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise EthoprismError(f"column {twice[0]!r} stands there twice", path, "rename one")
    return Table(path, names, keys, rows, lines, separator, tuple(preamble))


def header_keys(head: bytes) -> tuple[str, ...]:
    """Give the header of a table of which only the first bytes are known; empty if it is none."""
    text = head.decode(codec_of(head), errors="replace").lstrip("\r\n")
    try:
        first = next(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)), [])
    except csv.Error:
        return ()
    return tuple(header_key(name) for name in first) if "\x00" not in "".join(first) else ()


def head_has(head: bytes, keys: Collection[str]) -> bool:
    """Say whether one of the first lines is a header that has all of these keys."""
    text = head.decode(codec_of(head), errors="replace")
    for line in text.splitlines()[:_MOST_PREAMBLE]:
        if {*keys} <= {*header_keys(line.encode())}:
            return True
    return False


def header_key(name: str) -> str:
    """Bring a column's name to one spelling."""
    key = re.sub(r"[\W_]+", "_", name.strip().casefold()).strip("_")
    return _SPELLINGS.get(key, key)


def _separator(text: str) -> str:
    header = text.lstrip("\r\n").split("\n", 1)[0]
    return max(_SEPARATORS, key=header.count)


def _parse(
    text: str, separator: str, path: Path, needed: Collection[str]
) -> tuple[list[tuple[str, ...]], tuple[str, ...], list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    names: tuple[str, ...] = ()
    preamble, rows, lines = [], [], []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not names:
                first = tuple(cell.strip() for cell in cells)
                if {*needed} <= {header_key(cell) for cell in first}:
                    names = first
                else:
                    preamble.append(first)
                continue
            rows.append(_fitted(cells, len(names), path, reader.line_num))
            lines.append(reader.line_num)
    except csv.Error as error:
        raise EthoprismError(
            f"cannot read the table ({error})", f"{path}, line {reader.line_num}", "export it again"
        ) from error
    if not names:
        told = f"no header with the columns {', '.join(needed)}"
        raise EthoprismError(told, path, "export it again")
    return preamble, names, rows, lines


def _fitted(cells: list[str], count: int, path: Path, line: int) -> list[str]:
    if len(cells) < count or any(cell.strip() for cell in cells[count:]):
        raise EthoprismError(
            f"a row of {len(cells)} cells under a header of {count}",
            f"{path}, line {line}",
            "correct it there, or export it again",
        )
    return cells[:count]
