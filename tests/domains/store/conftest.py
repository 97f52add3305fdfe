"""A store of a small video, and what lies on its disk."""

import csv
from pathlib import Path

import numpy as np
import pytest

from ethoprism_domains.annotation import Behavior, Ethogram, Subject, exclusive
from ethoprism_domains.annotation import editing as edit
from ethoprism_domains.annotation.editing import Coding
from ethoprism_domains.annotation.store import (
    AnnotationStore,
)

STATES = exclusive((Behavior("walk"), Behavior("rest")))
ETHOGRAM = Ethogram((*STATES, Behavior("peck", "point")), (Subject("A"), Subject("B")))
TIMES = np.arange(2000) / 25


def opened(folder: Path, **options) -> AnnotationStore:
    given = {"ethogram": ETHOGRAM, "frame_times": TIMES, "overlaps": "truncate"}
    return AnnotationStore(folder, "v.mp4", "Ann", **(given | {"rewrite_after": None} | options))


def table(folder: Path) -> Path:
    return folder / "v.mp4.Ann.csv"


def journal(folder: Path) -> Path:
    return folder / "v.mp4.Ann.journal.jsonl"


@pytest.fixture
def coded(tmp_path) -> tuple[Path, Coding]:
    """A folder with the annotations of a session that closed, and what was coded."""
    with opened(tmp_path) as store:
        store.do(edit.observe, 0, 500)
        store.do(edit.add, "walk", 10, 20, "A", comment='a "quick"\r one;\nindeed')
        store.do(edit.add, "rest", 20, 60, "A", confidence=0.1)
        store.do(edit.add, "peck", 33, subject="B")
        store.do(edit.start, "walk", 70, "A")
        return tmp_path, store.coding


def edited_by_hand(path: Path, change) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows = change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
