"""Editing operations, against a twin that paints frames one by one."""

from itertools import count, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations, Behavior, Ethogram, Subject, exclusive
from ethoprism_domains.annotation import editing as edit
from ethoprism_domains.annotation.editing import Coding, Event, Rules

STATES = exclusive((Behavior("walk"), Behavior("rest"), Behavior("eat")))
ETHOGRAM = Ethogram(
    (*STATES, Behavior("call"), Behavior("peck", "point"), Behavior("storm", per_subject=False)),
    (Subject("A"), Subject("B")),
)
FRAMES = 60
TIMES = np.arange(FRAMES) / 20
GROUP = ("walk", "rest", "eat")


def rules(overlaps: str = "refuse", **options) -> Rules:
    ids = count()
    return Rules("Ann", ETHOGRAM, TIMES, overlaps, new_id=lambda: f"new{next(ids)}", **options)


def coded(*events: tuple, by: Rules | None = None) -> Coding:
    """Code (behaviour, start, stop, subject) one after another; ids are e0, e1, ..."""
    by = by or rules("allow")
    made = [
        Event(f"e{number}", name, start, stop, subject, "point" if start == stop else "state")
        for number, (name, start, stop, subject) in enumerate(events)
    ]
    coding = Coding.of("v.mp4")
    return coding.after(edit.add_all(coding, by, made, "add"))


def spans(coding: Coding, behavior: str, subject: str = "A") -> list[tuple]:
    found = coding.track(subject, behavior).events
    return [(event.start_frame, event.stop_frame) for event in found]


def painted(coding: Coding) -> set[tuple[str, str, int]]:
    """The (subject, behaviour, frame) that are present."""
    return {
        (event.subject, event.behavior, frame)
        for event in coding.events.values()
        if event.judgement == "present"
        for frame in range(event.start_frame, event.last_frame)
    }


def test_an_event_knows_its_seconds_and_who_made_it():
    change = edit.add(Coding.of("v.mp4"), rules(), "walk", 10, 20, "A", comment="quick")
    (event,) = change.added
    assert (event.start_s, event.stop_s, event.annotator) == (0.5, 1.0, "Ann")
    assert (event.kind, event.labeling_method, event.comment) == ("state", "manual", "quick")
    assert change.created == (event.event_id,) and not change.modified and not change.deleted
    (point,) = edit.add(Coding.of("v.mp4"), rules(), "peck", 10).added
    assert (point.kind, point.start_frame, point.stop_frame) == ("point", 10, 10)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("walk", -1, 5), "before the video"),
        (("walk", 5, FRAMES + 1), "beyond the video's end"),
        (("peck", FRAMES), "beyond the video's end"),
        (("walk", 7, 5), "holds no frame"),
        (("walk", 5), "a point event of a state behaviour"),
        (("peck", 5, 6), "a state event of a point behaviour"),
        (("fly", 5, 6), "'fly' is not in the ethogram"),
        (("walk", 5, 6, "C"), "'C' is not in the ethogram"),
        (("storm", 5, 6, "A"), "whole scene"),
    ],
)
def test_an_event_that_cannot_be_is_refused(arguments, told):
    with pytest.raises(EthoprismError, match=told):
        edit.add(Coding.of("v.mp4"), rules(), *arguments)


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({"judgement": "maybe"}, "'maybe' is none of present"),
        ({"confidence": 1.5}, "not within 0 and 1"),
        ({"comment": "\ud800"}, "cannot be written"),
        ({"color": "red"}, "has no 'color'"),
    ],
)
def test_details_that_cannot_be_are_refused(details, told):
    with pytest.raises(EthoprismError, match=told):
        edit.add(Coding.of("v.mp4"), rules(), "walk", 5, 6, **details)


def test_without_an_ethogram_any_name_will_do():
    free = Rules("Ann")
    coding = Coding.of("v.mp4")
    assert edit.add(coding, free, "fly", 5, 10**7, "whoever")
    with pytest.raises(EthoprismError, match="no name for a behaviour"):
        edit.add(coding, free, " ", 5, 6)


def test_overlaps_are_refused_and_named():
    coding = coded(("walk", 0, 10, "A"), ("rest", 10, 20, "A"), ("walk", 5, 15, "B"))
    with pytest.raises(EthoprismError, match="walk of A 0-10, rest of A 10-20"):
        edit.add(coding, rules(), "eat", 5, 15, "A")
    assert edit.add(coding, rules(), "eat", 20, 25, "A")  # touching is not overlapping
    assert edit.add(coding, rules(), "call", 5, 15, "A")  # excludes nothing but itself
    assert edit.add(coding, rules(), "eat", 5, 15, "A", judgement="unsure")
    with pytest.raises(EthoprismError, match="unknown rule"):
        rules("whatever")


def test_others_are_truncated_cut_in_two_or_gone_and_the_change_tells():
    coding = coded(("walk", 0, 30, "A"), ("rest", 30, 40, "A"), ("eat", 40, 50, "A"))
    change = edit.add(coding, rules("truncate"), "eat", 10, 20, "A")
    assert change.modified == ("e0",) and len(change.created) == 2
    assert spans(coding.after(change), "walk") == [(0, 10), (20, 30)]
    change = edit.add(coding, rules("truncate"), "walk", 25, 45, "A")
    after = coding.after(change)
    assert (spans(after, "walk"), spans(after, "eat")) == ([(0, 25), (25, 45)], [(45, 50)])
    assert change.deleted == ("e1",) and set(change.modified) == {"e0", "e2"}
    assert after.events["e0"].stop_s == TIMES[25]
    assert coding.after(change).after(change.inverted()) == coding


def test_a_point_takes_up_its_frame():
    coding = coded(("peck", 5, 5, "A"))
    with pytest.raises(EthoprismError, match="peck of A at 5"):
        edit.add(coding, rules(), "peck", 5, subject="A")
    assert edit.add(coding, rules(), "peck", 6, subject="A")


def test_what_is_started_as_unsure_leaves_others_alone_but_not_its_own_kind():
    by = rules("truncate")
    coding = Coding.of("v.mp4")
    coding = coding.after(edit.start(coding, by, "walk", 10, "A"))
    change = edit.start(coding, by, "rest", 20, "A", "unsure")
    assert [event.judgement for event in change.added] == ["unsure"] and not change.removed
    coding = coding.after(change)
    assert spans(coding, "walk") == [(10, None)]
    with pytest.raises(EthoprismError, match="still open"):
        edit.start(coding, by, "rest", 30, "A", "absent")


def test_bouts_are_started_and_stopped():
    by, coding = rules("truncate"), Coding.of("v.mp4")
    coding = coding.after(edit.toggle(coding, by, "walk", 5, "A"))
    (bout,) = coding.open_bouts()
    assert bout.is_open and len(coding.table()) == 0
    with pytest.raises(EthoprismError, match="still open"):
        edit.start(coding, by, "walk", 9, "A")
    with pytest.raises(EthoprismError, match="still open"):
        edit.start(coding, rules(), "rest", 9, "A")
    # starting one that excludes it ends it
    coding = coding.after(edit.start(coding, by, "rest", 12, "A"))
    assert spans(coding, "walk") == [(5, 12)]
    coding = coding.after(edit.toggle(coding, by, "rest", 20, "A"))
    assert spans(coding, "rest") == [(12, 20)] and not coding.open_bouts()
    coding = coding.after(edit.toggle(coding, by, "peck", 20, "A"))
    assert spans(coding, "peck") == [(20, 20)]
    with pytest.raises(EthoprismError, match="no bout of rest of A is open"):
        edit.stop(coding, by, "rest", 25, "A")
    started = coding.after(edit.start(coding, by, "eat", 30, "A"))
    with pytest.raises(EthoprismError, match="holds no frame"):
        edit.stop(started, by, "eat", 30, "A")


def test_a_bout_is_split_and_merged_again():
    coding = coded(("walk", 0, 10, "A"), ("walk", 15, 20, "A"), ("rest", 11, 13, "A"))
    split = edit.split(coding, rules(), "e0", 4)
    apart = coding.after(split)
    assert spans(apart, "walk") == [(0, 4), (4, 10), (15, 20)]
    for frame in (0, 10):
        with pytest.raises(EthoprismError, match="not inside"):
            edit.split(coding, rules(), "e0", frame)
    with pytest.raises(EthoprismError, match="cannot hold at once with rest"):
        edit.merge(coding, rules(), "e0", "e1")
    merged = edit.merge(coding, rules("truncate"), "e1", "e0")
    assert merged.deleted == ("e1", "e2") and merged.modified == ("e0",)
    assert spans(coding.after(merged), "walk") == [(0, 20)]
    with pytest.raises(EthoprismError, match="different behavior"):
        edit.merge(coding, rules(), "e0", "e2")
    with pytest.raises(EthoprismError, match="fewer than two"):
        edit.merge(coding, rules(), "e0", "e0")


def test_edges_behaviours_subjects_and_details_are_changed():
    coding = coded(("walk", 0, 10, "A"), ("peck", 5, 5, "A"))
    by = rules()
    moved = coding.after(edit.move(coding, by, "e0", start=2)).events["e0"]
    assert (moved.start_frame, moved.stop_frame, moved.start_s) == (2, 10, TIMES[2])
    point = coding.after(edit.move(coding, by, "e1", 8)).events["e1"]
    assert (point.start_frame, point.stop_frame) == (8, 8)
    assert spans(coding.after(edit.relabel(coding, by, "e0", "rest")), "rest") == [(0, 10)]
    assert spans(coding.after(edit.change_subject(coding, by, "e0", "B")), "walk", "B")
    told = coding.after(edit.describe(coding, by, "e0", judgement="unsure", comment="dark"))
    assert (told.events["e0"].judgement, told.events["e0"].comment) == ("unsure", "dark")
    assert not edit.describe(coding, by, "e0", comment="")
    assert edit.delete(coding, by, "e0", "e1").deleted == ("e0", "e1")
    with pytest.raises(EthoprismError, match="no such event, nothing"):
        edit.delete(coding, by, "nothing")


def test_predictions_are_accepted_corrected_and_rejected():
    found = Event("p", "walk", 5, 9, "A", labeling_method="automated", confidence=0.8, model="m")
    coding = Coding.of("v.mp4", [found, Event("e", "rest", 20, 30, "A", annotator="Ann")])
    by = rules("truncate")
    accepted = coding.after(edit.accept(coding, by, "p"))
    event = accepted.events["p"]
    assert (event.labeling_method, event.annotator) == ("curated", "Ann")
    assert (event.model, event.confidence, event.judgement) == ("m", 0.8, "present")
    assert accepted.observed == ((5, 9),)
    rejected = coding.after(edit.reject(coding, by, "p"))
    assert rejected.events["p"].judgement == "absent" and rejected.observed == ((5, 9),)
    corrected = coding.after(edit.move(coding, by, "p", stop=12)).events["p"]
    assert (corrected.labeling_method, corrected.model) == ("curated", "m")
    with pytest.raises(EthoprismError, match="no prediction"):
        edit.accept(coding, by, "e")


def test_many_predictions_come_in_beside_what_is_there():
    coding = coded(("walk", 0, 10, "A"))
    many = [Event("e0", "rest", n, n + 2, "A", labeling_method="automated") for n in range(0, 50)]
    change = edit.add_all(coding, rules(), many, "predictions", seen=[(0, 50)])
    after = coding.after(change)
    assert len(after.events) == 51 and after.events["e0"] == coding.events["e0"]
    assert after.observed == ((0, 50),) and after.after(change.inverted()) == coding


def test_tables_and_codings_are_the_same():
    coding = coded(("walk", 0, 10, "A"), ("peck", 5, 5, "B"))
    coding = coding.after(edit.observe(coding, rules(), 0, 40))
    annotations = Annotations(coding.table(), coding.observed_table(), ETHOGRAM)
    assert Coding.from_tables("v.mp4", annotations.events, annotations.observed) == coding
    assert Coding.from_tables("w.mp4", annotations.events, annotations.observed) == Coding.of(
        "w.mp4"
    )


SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted).map(tuple))


@given(SPANS, SPANS)
def test_observed_frames_are_a_set(first, second):
    def frames(some):
        return {frame for start, stop in some for frame in range(start, stop)}

    union, rest = edit.joined([*first, *second]), edit.without(first, second)
    assert frames(union) == frames(first) | frames(second)
    assert frames(rest) == frames(first) - frames(second)
    for some in (union, rest):
        assert all(a[1] < b[0] for a, b in pairwise(some))
        assert all(start < stop for start, stop in some)
    coding = Coding.of("v.mp4", observed=tuple(first))
    by = Rules()
    for start, stop in second:
        for operation in (edit.observe, edit.unobserve):
            change = operation(coding, by, start, stop)
            after = coding.after(change)
            assert after.after(change.inverted()) == coding
            coding = after
    assert frames(coding.observed) == frames(first) - frames(second)


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["add", "move", "relabel", "delete", "split", "merge", "subject"]),
        st.integers(0, 10**6),
        st.sampled_from([*GROUP, "call"]),
        st.integers(0, 50),
        st.integers(1, 12),
        st.sampled_from(["A", "B"]),
    ),
    max_size=25,
)


@given(OPERATIONS)
def test_any_edits_paint_what_a_twin_paints_and_can_be_taken_back(operations):
    by, coding = rules("truncate"), Coding.of("v.mp4")
    frames: set[tuple[str, str, int]] = set()
    past, changes = [], []
    for operation in operations:
        try:
            change, rubbed, drawn = _operate(coding, by, *operation)
        except EthoprismError:
            continue
        past.append(coding)
        changes.append(change)
        coding = coding.after(change)
        for event in rubbed:
            frames -= _frames((event.behavior,), event.subject, event.start_frame, event.last_frame)
        for behavior, subject, start, stop in drawn:
            rivals = GROUP if behavior in GROUP else (behavior,)
            frames -= _frames(rivals, subject, start, stop)
            frames |= _frames((behavior,), subject, start, stop)
        assert painted(coding) == frames
        assert set(edit.difference(past[-1], coding, "").added) == set(change.added)
        assert edit.fitted(change, past[-1]) == change
    for change in reversed(changes):
        coding = coding.after(change.inverted())
        assert coding == past.pop()


def _frames(behaviors, subject: str, start: int, stop: int) -> set[tuple[str, str, int]]:
    return {(subject, name, frame) for name in behaviors for frame in range(start, stop)}


def _operate(coding: Coding, by: Rules, what, which, behavior, start, length, subject):
    """Do an operation; also give the events that it rubs out, and what it draws, as spans."""
    stop = start + length
    if what == "add" or not coding.events:
        drawn = [(behavior, subject, start, stop)]
        return edit.add(coding, by, behavior, start, stop, subject), [], drawn
    ids = sorted(coding.events)
    one, other = coding[ids[which % len(ids)]], coding[ids[which // 7 % len(ids)]]
    key, first, last = one.event_id, one.start_frame, one.last_frame
    if what == "merge":
        first, last = min(first, other.start_frame), max(last, other.last_frame)
        drawn = [(one.behavior, one.subject, first, last)]
        return edit.merge(coding, by, key, other.event_id), [], drawn
    if what == "split":
        return edit.split(coding, by, key, start), [], []
    if what == "delete":
        return edit.delete(coding, by, key), [one], []
    if what == "move":
        drawn = [(one.behavior, one.subject, start, stop)]
        return edit.move(coding, by, key, start, stop), [one], drawn
    if what == "relabel":
        drawn = [(behavior, one.subject, first, last)]
        return edit.relabel(coding, by, key, behavior), [one], drawn
    drawn = [(one.behavior, subject, first, last)]
    return edit.change_subject(coding, by, key, subject), [one], drawn
