"""The loss report: what is told of two annotations that differ."""

import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations, Behavior, Ethogram, make_events, make_observed
from ethoprism_domains.formats import LossReport, WriteOptions
from ethoprism_domains.formats.losses import difference, merge_reports

NAMES = ("walk", "rest", "peck")


def made(*events, seen=((0, 50),), names=NAMES):
    behaviors = tuple(Behavior(name, "point" if name == "peck" else "state") for name in names)
    keys = ("subject", "behavior", "start_frame", "stop_frame", "comment", "judgement")
    records = [dict(zip(keys, event, strict=False)) | {"video": "v"} for event in events]
    observed = [{"video": "v", "start_frame": a, "stop_frame": b} for a, b in seen]
    return Annotations(make_events(records), make_observed(observed), Ethogram(behaviors))


def told(given, kept):
    return {loss.what: (loss.count, loss.where) for loss in difference(given, kept)}


def test_nothing_is_told_of_what_is_the_same():
    given = made(("A", "walk", 3, 9, "x"), ("A", "peck", 4, 4))
    assert not difference(given, given)
    assert str(LossReport()) == "nothing was lost"


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (made(), {"state events": (2, "walk of A in v at frame 3")}),
        (
            made(("A", "walk", 3, 9), ("B", "walk", 3, 9)),
            {"comments of events": (1, "walk of A in v at frame 3")},
        ),
        (
            made(("", "walk", 3, 9, "x"), ("B", "walk", 3, 9)),
            {"subjects of events": (1, "walk of A in v at frame 3")},
        ),
        (
            made(("A", "walk", 3, 10, "x"), ("B", "walk", 3, 9)),
            {"events whose limits changed": (1, "walk of A in v at frame 3")},
        ),
        (
            made(("A", "walk", 3, 9, "x"), ("B", "walk", 3, 9), seen=((0, 40),)),
            {"videos whose observed frames changed": (1, "v")},
        ),
        (
            made(("A", "walk", 3, 9, "x"), ("B", "walk", 3, 9), names=("walk", "rest")),
            {"behaviours of the ethogram": (1, "peck")},
        ),
    ],
)
def test_each_kind_of_loss_is_told_with_its_count_and_first_place(kept, expected):
    assert told(made(("A", "walk", 3, 9, "x"), ("B", "walk", 3, 9)), kept) == expected


def test_judgements_and_joined_events_are_told_apart():
    given = made(
        ("", "walk", 0, 5), ("", "walk", 5, 9), ("", "rest", 0, 5, "", "unsure"), ("", "peck", 7, 7)
    )
    found = told(given, made(("", "walk", 0, 9)))
    assert found == {
        "state events judged unsure": (1, "rest in v at frame 0"),
        "point events": (1, "peck in v at frame 7"),
        "events whose limits changed": (2, "walk in v at frame 0"),
    }


def test_reports_add_up():
    one = difference(made(("A", "walk", 3, 9)), made())
    (both,) = merge_reports([one, one])
    assert str(both) == "2 state events, first: walk of A in v at frame 3"
    assert len(one + one) == 2


def test_a_rate_is_taken_from_events_only_where_they_agree():
    def timed(*seconds):
        events = made(("", "walk", 10, 20), ("", "walk", 30, 40)).events
        starts, stops = seconds[::2], seconds[1::2]
        events = events.assign(start_s=list(starts), stop_s=list(stops))
        return Annotations(events, make_observed([]), made().ethogram)

    assert WriteOptions().clock(timed(1.0, 2.0, 3.0, 4.0), "v").fps == pytest.approx(10)
    for seconds in ((1.0, 2.0, 3.4, 4.0), (1.0, 2.0, float("nan"), 4.0)):
        with pytest.raises(EthoprismError, match="frame times of v are not known"):
            WriteOptions().clock(timed(*seconds), "v")
    for rate in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(EthoprismError, match="is no frame rate"):
            WriteOptions(fps=rate).clock(timed(1.0, 2.0, 3.0, 4.0), "v")
