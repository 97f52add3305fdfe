"""Taking what another coder says, in one stretch of one behaviour."""

from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Behavior, Ethogram, Subject
from ethoprism_domains.annotation.editing import Coding, Event, Rules, replace_within

ETHOGRAM = Ethogram(
    (Behavior("walk"), Behavior("rest", excludes=("walk",)), Behavior("jump", kind="point")),
    (Subject("A"), Subject("B")),
)
FRAMES = 60


def rules() -> Rules:
    numbers = count()
    return Rules(
        "anna",
        ETHOGRAM,
        np.arange(FRAMES) / 10,
        "truncate",
        new_id=lambda: f"new{next(numbers)}",
    )


def walk(start: int, stop: int, name: str = "", **details: str) -> Event:
    return Event(name or f"e{start}", "walk", start, stop, **({"subject": "A"} | details))


def spans(coding: Coding, behavior: str = "walk") -> list[tuple[str, int, int | None]]:
    found = [event for event in coding.in_order() if event.behavior == behavior]
    return [(event.event_id, event.start_frame, event.stop_frame) for event in found]


def take(mine: list[Event], theirs: list[Event], span, behavior="walk", subject="A") -> Coding:
    coding = Coding.of("a.mp4", mine, ((0, FRAMES),))
    change = replace_within(coding, rules(), behavior, span, theirs, "take theirs", subject)
    assert coding.after(change).after(change.inverted()) == coding
    return coding.after(change)


def test_a_bout_grows_to_their_edge_and_keeps_its_id():
    assert spans(take([walk(10, 20)], [walk(10, 25)], (20, 25))) == [("e10", 10, 25)]
    assert spans(take([walk(10, 20)], [walk(5, 20)], (5, 10))) == [("e10", 5, 20)]


def test_a_bout_shrinks_and_a_gap_is_filled_or_opened():
    assert spans(take([walk(10, 30)], [walk(10, 20)], (20, 30))) == [("e10", 10, 20)]
    assert spans(take([walk(10, 20), walk(25, 30)], [walk(10, 30)], (20, 25))) == [("e10", 10, 30)]
    opened = take([walk(10, 30)], [walk(10, 15), walk(20, 30)], (15, 20))
    assert spans(opened) == [("e10", 10, 15), ("new0", 20, 30)]


def test_what_nobody_had_comes_in_under_my_name_and_what_it_excludes_gives_way():
    theirs = walk(10, 20, "t", annotator="bob", modifiers="fast")
    rest = Event("r", "rest", 5, 15, "A")
    after = take([rest], [theirs], (10, 20))
    assert spans(after) == [("new0", 10, 20)] and spans(after, "rest") == [("r", 5, 10)]
    assert after["new0"].annotator == "anna" and after["new0"].modifiers == "fast"


def test_a_prediction_that_is_taken_is_curated():
    theirs = walk(10, 20, labeling_method="automated", model="net")
    [event] = take([], [theirs], (10, 20)).in_order()
    assert (event.labeling_method, event.model, event.annotator) == ("curated", "net", "anna")


def test_points_come_and_go():
    jump = Event("j", "jump", 7, 7, "A", "point")
    assert spans(take([], [jump], (7, 8), "jump"), "jump") == [("new0", 7, 7)]
    assert spans(take([jump], [], (7, 8), "jump"), "jump") == []


def test_others_are_left_alone_unless_nobody_tells_animals_apart():
    both = [walk(10, 20, "a"), walk(10, 20, "b", subject="B")]
    assert spans(take(both, [], (10, 20))) == [("b", 10, 20)]
    assert spans(take(both, [], (10, 20), subject="")) == []


def test_an_animal_that_the_ethogram_lacks_is_refused():
    with pytest.raises(EthoprismError, match="not in the ethogram"):
        take([], [walk(1, 5, subject="C")], (1, 5), subject="")


BOUTS = st.lists(st.booleans(), min_size=FRAMES, max_size=FRAMES).map(np.array)


def bouts(mask: np.ndarray) -> list[Event]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]]))).reshape(-1, 2)
    return [walk(start, stop) for start, stop in edges.tolist()]


def mask_of(coding: Coding) -> np.ndarray:
    mask = np.zeros(FRAMES, int)
    for event in coding.in_order():
        mask[event.start_frame : event.stop_frame] += 1
    return mask


@given(BOUTS, BOUTS, st.tuples(st.integers(0, FRAMES - 1), st.integers(1, FRAMES)))
def test_frames_are_theirs_within_and_mine_without(mine, theirs, edges):
    start, stop = min(edges), max(edges)
    if start == stop:
        stop += 1
    after = take(bouts(mine), bouts(theirs), (start, stop))
    wanted = mine.copy()
    wanted[start:stop] = theirs[start:stop]
    np.testing.assert_array_equal(mask_of(after), wanted.astype(int))
