"""Checks of Camtrap DP's tables against their schemas, for all who write them."""

import csv
import re
from datetime import datetime
from pathlib import Path

import pytest


@pytest.fixture
def rows_of():
    """Read a table: its columns, and its rows as mappings."""
    return _rows_of


@pytest.fixture
def table_problems():
    """Check rows against a table schema, and give what is wrong."""
    return _table_problems


def _table_problems(rows: list[dict[str, str]], schema: dict) -> list[str]:
    """Check rows against a table schema: required, unique, types, enums, limits, patterns."""
    problems = []
    for field in schema["fields"]:
        name, rules = field["name"], field.get("constraints", {})
        cells = [row[name] for row in rows]
        filled = [cell for cell in cells if cell != ""]
        if rules.get("required") and len(filled) < len(cells):
            problems.append(f"{name} is missing")
        if rules.get("unique") and len(set(filled)) < len(filled):
            problems.append(f"{name} is not unique")
        problems += [f"{name} {cell!r}" for cell in filled if not _cell_fits(cell, field)]
    return problems


def _cell_fits(cell: str, field: dict) -> bool:
    rules = field.get("constraints", {})
    if cell not in rules.get("enum", [cell]):
        return False
    try:
        if field["type"] == "datetime":
            return datetime.strptime(cell, field["format"]).tzinfo is not None
        if field["type"] in ("number", "integer"):
            value = float(cell)
            whole = field["type"] == "number" or value.is_integer()
            limits = rules.get("minimum", value), rules.get("maximum", value)
            return whole and limits[0] <= value <= limits[1]
        if "pattern" in rules:
            return re.search(rules["pattern"], cell) is not None
    except ValueError:
        return False
    return True


def _rows_of(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        return list(reader.fieldnames or ()), rows
