"""The ethogram and the subjects, to and from the columns of tables."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ethoprism_domains.annotation import Behavior, Ethogram, Subject
from ethoprism_domains.annotation.behaviors import BEHAVIOR_KINDS
from ethoprism_domains.annotation.mapping import item_mapping

BEHAVIOR_COLUMNS: Mapping[str, str] = {
    "behavior": "What labels of bouts and points are called by",
    "definition": "What it is",
    "behavior_type": "state (has a duration) or point (a moment)",
    "category": "What it is grouped with",
    "color": "#rrggbb",
    "key": "The key that codes it",
    "modifiers": "Details that are coded with it, JSON",
    "excludes": "Behaviours that cannot hold at once with it, JSON",
    "per_subject": "Whether a subject does it, or it concerns the whole scene",
}
SUBJECT_COLUMNS: Mapping[str, str] = {
    "subject": "The individual's name",
    "key": "The key that codes it",
    "definition": "Who it is",
}
_FIELDS = {"behavior": "name", "subject": "name", "behavior_type": "kind"}
_FIELDS |= {"definition": "description"}
_LISTS = ("modifiers", "excludes")


def behavior_rows(ethogram: Ethogram) -> list[dict[str, Any]]:
    """Give a row for each behaviour, with the keys of `BEHAVIOR_COLUMNS`."""
    return [
        {column: _cell(item, column) for column in BEHAVIOR_COLUMNS} for item in ethogram.behaviors
    ]


def subject_rows(ethogram: Ethogram) -> list[dict[str, Any]]:
    """Give a row for each subject, with the keys of `SUBJECT_COLUMNS`."""
    return [
        {column: _cell(item, column) for column in SUBJECT_COLUMNS} for item in ethogram.subjects
    ]


def ethogram_of(
    behaviors: Sequence[Mapping[str, Any]], subjects: Sequence[Mapping[str, Any]], path: Path
) -> Ethogram:
    """Make an ethogram of the rows of a file.

    Raises
    ------
    EthoprismError
        Naming the file, if the rows contradict themselves.
    """
    mapping = {
        "behaviors": [_item(row, BEHAVIOR_COLUMNS) for row in behaviors],
        "subjects": [_item(row, SUBJECT_COLUMNS) for row in subjects],
    }
    return Ethogram.from_mapping(mapping, str(path))


def _cell(item: Behavior | Subject, column: str) -> object:
    value = getattr(item, _FIELDS.get(column, column))
    if column in _LISTS:
        plain = [entry if isinstance(entry, str) else item_mapping(entry) for entry in value]
        return json.dumps(plain)
    return value


def _item(row: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """Give the form that an item has in ``project.yaml``."""
    told = {_FIELDS.get(name, name): row[name] for name in columns if name in row}
    for name in _LISTS:
        if name in told:
            told[name] = _list(told[name])
    if told.get("kind") not in (None, *BEHAVIOR_KINDS):
        del told["kind"]
    if "per_subject" in told:
        told["per_subject"] = bool(told["per_subject"])
    return told


def _list(cell: object) -> list[Any]:
    try:
        found = json.loads(str(cell))
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []
