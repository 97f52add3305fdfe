"""Predictions come in, and what a person says of them."""

from itertools import count

import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Behavior, Ethogram, exclusive
from ethoprism_domains.annotation import editing as edit
from ethoprism_domains.annotation.editing import Change, Coding, Event, Rules

ETHOGRAM = Ethogram((*exclusive((Behavior("walk"), Behavior("rest"))), Behavior("peck", "point")))
TIMES = np.arange(100) / 20


@pytest.fixture
def rules() -> Rules:
    ids = count()
    return Rules("Ann", ETHOGRAM, TIMES, "truncate", new_id=lambda: f"new{next(ids)}")


def predicted(name: str, behavior: str, start: int, stop: int, model: str = "net") -> Event:
    given = {"labeling_method": "automated", "model": model, "confidence": 0.7}
    return Event(name, behavior, start, stop, **given)  # type: ignore[arg-type]


def told(coding: Coding) -> set[tuple[str, int, int | None, str]]:
    return {
        (event.behavior, event.start_frame, event.stop_frame, event.labeling_method)
        for event in coding.events.values()
    }


def test_new_predictions_replace_what_nobody_has_judged(rules):
    old = [
        predicted("a", "walk", 0, 10),
        predicted("b", "walk", 20, 30),
        predicted("c", "rest", 40, 50, "another net"),
    ]
    coding = Coding.of("v.mp4", [*old, Event("m", "rest", 60, 70)])
    coding = coding.after(edit.accept(coding, rules, "b"))
    change = edit.take_in(coding, rules, [predicted("a", "walk", 2, 12)], "net")
    after = coding.after(change)
    assert told(after) == {
        ("walk", 2, 12, "automated"),
        ("walk", 20, 30, "curated"),
        ("rest", 40, 50, "automated"),
        ("rest", 60, 70, "manual"),
    }
    assert after.events["a"].start_s == 0.1
    assert after.after(change.inverted()) == coding


@pytest.mark.parametrize(
    ("start", "stop", "kept"),
    [
        (0, 20, (0, 20)),
        (22, 38, None),  # wholly observed
        (10, 30, None),  # half of it
        (12, 24, (12, 20)),  # cut back where somebody has looked
        (10, 60, (40, 60)),  # the longer of two stretches
    ],
)
def test_where_a_person_has_looked_predictions_stay_out(rules, start, stop, kept):
    coding = Coding.of("v.mp4", observed=((20, 40),))
    after = coding.after(edit.take_in(coding, rules, [predicted("a", "walk", start, stop)], "net"))
    spans = [(event.start_frame, event.stop_frame) for event in after.events.values()]
    assert spans == ([] if kept is None else [kept])
    assert after.observed == coding.observed


def test_predictions_of_what_the_ethogram_lacks_are_refused(rules):
    with pytest.raises(EthoprismError, match="'fly' is not in the ethogram"):
        edit.take_in(Coding.of("v.mp4"), rules, [predicted("a", "fly", 0, 9)], "net")


def test_correcting_is_one_action_that_makes_it_curated_and_observed(rules):
    coding = Coding.of("v.mp4", [predicted("a", "walk", 10, 30), predicted("b", "rest", 25, 40)])
    change = edit.correct(coding, rules, "a", "rest")
    after = coding.after(change)
    event = after.events["a"]
    assert (event.behavior, event.labeling_method, event.annotator) == ("rest", "curated", "Ann")
    assert (event.model, event.confidence, event.judgement) == ("net", 0.7, "present")
    assert after.observed == ((10, 30),)
    assert after.events["b"].start_frame == 30  # gave way
    assert after.after(change.inverted()) == coding


def missed(
    coding: Coding, rules: Rules, behavior: str, judgement: str, instead: str = ""
) -> Change:
    given = {"judgement": judgement, "model": "net", "confidence": 0.4, "instead": instead}
    return edit.judge_missed(coding, rules, behavior, 10, 20, **given)


@pytest.mark.parametrize(
    ("behavior", "judgement", "span"),
    [("walk", "present", (10, 20)), ("walk", "absent", (10, 20)), ("peck", "present", (14, 14))],
)
def test_a_missed_bout_is_found_or_denied(rules, behavior, judgement, span):
    coding = Coding.of("v.mp4")
    change = missed(coding, rules, behavior, judgement)
    (event,) = coding.after(change).events.values()
    assert (event.start_frame, event.stop_frame) == span
    assert (event.judgement, event.labeling_method, event.model) == (judgement, "curated", "net")
    assert (event.annotator, event.confidence) == ("Ann", 0.4)
    assert change.seen == ((10, 20),)


def test_a_missed_bout_may_be_judged_again(rules):
    coding = Coding.of("v.mp4")
    coding = coding.after(missed(coding, rules, "walk", "absent"))
    (first,) = coding.events
    after = coding.after(missed(coding, rules, "walk", "present", instead=first))
    assert [event.judgement for event in after.events.values()] == ["present"]
    assert after.observed == ((10, 20),)
