"""Operations on several events at once, each of them one action."""

from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Behavior, Ethogram, Subject, exclusive
from ethoprism_domains.annotation.editing import Change, Coding, Event, Rules, delete, relabel
from ethoprism_domains.annotation.editing.together import (
    describe_all,
    for_each,
    one_after_another,
    paste,
    shift,
)

ETHOGRAM = Ethogram(
    (*exclusive((Behavior("walk"), Behavior("rest"))), Behavior("peck", "point")), (Subject("A"),)
)
FRAMES = 80


def rules(overlaps: str = "truncate") -> Rules:
    ids = count()
    times = np.arange(FRAMES) / 20
    return Rules("Ann", ETHOGRAM, times, overlaps, new_id=lambda: f"new{next(ids)}")


def event(name: str, behavior: str, start: int, stop: int, **details: str) -> Event:
    kind = "point" if behavior == "peck" else "state"
    return Event(name, behavior, start, stop, "A", kind, **details)


THREE = Coding.of(
    "v.mp4", [event("a", "walk", 10, 20), event("b", "walk", 20, 30), event("c", "rest", 30, 40)]
)


def spans(coding: Coding) -> dict[str, tuple]:
    return {key: (item.start_frame, item.stop_frame) for key, item in coding.events.items()}


@given(st.integers(-10, 40))
def test_neighbours_that_are_shifted_together_keep_their_places(by):
    change = shift(THREE, rules(), ["a", "b", "c"], by)
    wanted = {key: (start + by, stop + by) for key, (start, stop) in spans(THREE).items()}
    assert spans(THREE.after(change)) == wanted
    assert THREE.after(change).after(change.inverted()) == THREE
    after = THREE.after(change)["a"]
    assert after.start_s == (pytest.approx(after.start_frame / 20) if by else None)


def test_what_is_shifted_pushes_back_what_is_in_its_way_or_is_refused():
    after = THREE.after(shift(THREE, rules(), ["a", "b"], 5))
    assert spans(after) == {"a": (15, 25), "b": (25, 35), "c": (35, 40)}
    with pytest.raises(EthoprismError, match="cannot hold at once"):
        shift(THREE, rules("refuse"), ["a", "b"], 5)
    with pytest.raises(EthoprismError, match="before the video"):
        shift(THREE, rules(), ["a", "b"], -11)


def test_a_shifted_prediction_is_curated_and_an_open_bout_stays_open():
    predicted = event("p", "rest", 5, 8, labeling_method="automated", model="m")
    coding = Coding.of("v.mp4", [predicted, Event("o", "walk", 50, None, "A")])
    after = coding.after(shift(coding, rules(), ["p", "o"], 2))
    assert (after["p"].labeling_method, after["p"].annotator, after["p"].model) == (
        "curated",
        "Ann",
        "m",
    )
    assert after["o"].is_open and after["o"].start_frame == 52


def test_nothing_is_changed_by_shifting_nothing_or_by_nothing():
    assert not shift(THREE, rules(), [], 5)
    assert not shift(THREE, rules(), ["a"], 0)


def test_pasted_events_get_ids_of_their_own_and_make_room():
    copies = [event("x", "walk", 100, 105, annotator="Bob"), event("y", "peck", 103, 103)]
    change = paste(THREE, rules(), copies, 12)
    after = THREE.after(change)
    assert change.what == "paste 2 events" and THREE.after(change).after(change.inverted()) == THREE
    new = sorted(spans(after)[key] for key in change.created)
    assert (12, 17) in new and (15, 15) in new and (17, 20) in new
    assert spans(after)["a"] == (10, 12)
    made = [after[key] for key in change.created if after[key].start_frame == 12]
    assert made[0].annotator == "Ann" and made[0].start_s == pytest.approx(0.6)


def test_what_cannot_be_here_is_not_pasted():
    with pytest.raises(EthoprismError, match="beyond the video's end"):
        paste(THREE, rules(), [event("x", "walk", 0, 5)], FRAMES - 2)
    with pytest.raises(EthoprismError, match="not in the ethogram"):
        paste(THREE, rules(), [event("x", "fly", 0, 5)], 0)
    with pytest.raises(EthoprismError, match="no events to paste"):
        paste(THREE, rules(), [], 0)


def test_a_pasted_prediction_stays_the_probes():
    copy = event("x", "walk", 0, 5, labeling_method="automated", annotator="", model="m")
    (made,) = paste(Coding.of("v.mp4"), rules(), [copy], 3).added
    assert (made.labeling_method, made.annotator, made.model) == ("automated", "", "m")


def test_the_same_is_done_to_each_as_one_action():
    change = for_each(THREE, rules(), relabel, ["a", "b", "a"], "rest")
    after = THREE.after(change)
    assert {key: item.behavior for key, item in after.events.items()} == dict.fromkeys(
        "abc", "rest"
    )
    assert after.after(change.inverted()) == THREE
    assert change.what.count("relabel as rest") == 2
    marked = THREE.after(describe_all(THREE, rules(), "ab", judgement="unsure", comment="why"))
    assert {(marked[key].judgement, marked[key].comment) for key in "ab"} == {("unsure", "why")}
    assert marked["c"] == THREE["c"]


def test_what_gave_way_to_an_earlier_step_is_left_out():
    def gone(now: Coding) -> Change:
        return delete(now, rules(), "b")

    change = one_after_another(
        THREE, [gone, lambda now: for_each(now, rules(), relabel, ["b", "a"], "rest")]
    )
    assert set(change.deleted) == {"b"} and set(change.modified) == {"a"}
    assert not one_after_another(THREE, [])
