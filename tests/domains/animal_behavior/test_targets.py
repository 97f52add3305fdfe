"""Whom an act is directed at: through files, split by target, and scored."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    Modifier,
    Subject,
    aim_at_other,
    exclusive,
    make_events,
    make_observed,
    split_by_target,
    targets_of,
    with_targets,
    written_target,
)
from ethoprism_domains.base import Dataset, Recording
from ethoprism_domains.directed import by_target
from ethoprism_domains.evaluation.directed import score_directed
from ethoprism_domains.formats import read_events, write_events

FRAMES = 40
TIMES = np.arange(FRAMES) / 25
NAMES = ("m1", "m2", "m3")


def event(subject: str, behavior: str, start: int, stop: int, modifiers: str = "") -> dict:
    span = {"start_frame": start, "stop_frame": stop}
    told = {"subject": subject, "behavior": behavior, "modifiers": modifiers}
    return {"video": "v.mp4", **span, **told, "start_s": start / 25, "stop_s": stop / 25}


def annotations(*events: dict, ethogram: Ethogram | None = None) -> Annotations:
    plain = (*exclusive((Behavior("attack"), Behavior("sniff"))), Behavior("eat"))
    known = Ethogram(plain, tuple(map(Subject, NAMES)))
    known = with_targets(known, ["attack", "sniff"], NAMES)
    seen = make_observed([{"video": "v.mp4", "start_frame": 0, "stop_frame": FRAMES}])
    return Annotations(make_events(events), seen, ethogram or known)


TRUE = annotations(
    event("m1", "attack", 0, 10, written_target("m2")),
    event("m2", "attack", 5, 10, written_target("m1", "m3")),
    event("m1", "sniff", 20, 30, written_target("m3")),
    event("m3", "eat", 20, 30),
)


def test_targets_are_read_from_modifiers():
    assert targets_of(TRUE) == [("m2",), ("m1", "m3"), ("m3",), ()]


names = st.text(st.characters(exclude_characters=",|", exclude_categories=["C", "Z"]), min_size=1)


@given(st.lists(names, min_size=1, max_size=3, unique=True), st.sampled_from(["", "sand", "a,b"]))
def test_any_name_comes_back(targets: list[str], before: str):
    text = "|".join(filter(None, [before, written_target(*targets)]))
    told = annotations(event("m1", "eat", 0, 5, text))
    assert targets_of(told) == [tuple(targets)]
    assert split_by_target(told).events["modifiers"].unique().tolist() == [before]


def test_names_that_would_part_modifiers_are_refused():
    with pytest.raises(EthoprismError, match=r"'a,b' holds one of \| ,"):
        written_target("a,b")


def test_a_set_of_modifiers_called_target_holds_plain_names():
    """As somebody codes who has defined it so in BORIS or in the window."""
    ground = Modifier("ground", "single", ("sand", "grass"))
    chosen = Modifier("Target", "multiple", ("m2", "m3"))
    ethogram = Ethogram((Behavior("attack", modifiers=(ground, chosen)),))
    coded = annotations(
        event("m1", "attack", 0, 5, "sand|m2"),
        event("m1", "attack", 6, 8, "None|m2,m3"),
        event("m1", "attack", 9, 12, "grass|None"),
        ethogram=ethogram,
    )
    assert targets_of(coded) == [("m2",), ("m2", "m3"), ()]
    split = split_by_target(coded)
    assert split.events["modifiers"].tolist() == ["sand", "None", "None", "grass"]


@pytest.mark.parametrize(
    ("form", "suffix"),
    [("bouts-csv", ".csv"), ("boris", ".boris"), ("boris-tabular", ".csv"), ("nwb", ".nwb")],
)
def test_files_keep_the_target(tmp_path: Path, form: str, suffix: str):
    pytest.importorskip("pynwb") if form == "nwb" else None
    path = tmp_path / f"labels{suffix}"
    write_events(path, TRUE, form, frame_times=lambda name: TIMES)
    back = read_events(path, form, frame_times=lambda name: TIMES)
    given, found = (
        sorted(
            zip(item.events["start_frame"], item.events["subject"], targets_of(item), strict=True)
        )
        for item in (TRUE, back)
    )
    assert given == found


def test_splitting_gives_each_target_a_behaviour():
    split = split_by_target(TRUE)
    told = split.events[["subject", "behavior", "start_frame"]].to_numpy().tolist()
    assert sorted(told) == [
        ["m1", "attack @m2", 0],
        ["m1", "sniff @m3", 20],
        ["m2", "attack @m1", 5],
        ["m2", "attack @m3", 5],
        ["m3", "eat", 20],
    ]
    assert split.ethogram.names == ("attack @m1", "attack @m2", "attack @m3", "sniff @m3", "eat")
    assert set(split.ethogram["attack @m1"].excludes) == {"sniff @m3"}
    assert split.events["event_id"].is_unique
    assert split_by_target(split).events.equals(split.events)


def test_of_two_the_other_one_is_the_target():
    pair = Ethogram((Behavior("attack"), Behavior("eat")), (Subject("m1"), Subject("m2")))
    told = annotations(
        event("m1", "attack", 0, 5, "hard"),
        event("m2", "attack", 0, 5, written_target("m2")),
        event("m2", "eat", 6, 8),
        event("", "attack", 9, 12),
        ethogram=pair,
    )
    aimed = aim_at_other(told, ("attack",))
    assert targets_of(aimed) == [("m2",), ("m2",), (), ()]
    assert aimed.events["modifiers"].tolist()[0] == "hard|target:m2"
    with pytest.raises(EthoprismError, match="3 individuals: nothing tells"):
        aim_at_other(TRUE, ("attack",))


def test_a_data_set_is_split_by_the_targets_of_all_its_coders():
    other = annotations(event("m1", "attack", 0, 9, written_target("m3")))
    recording = Recording("v.mp4", None, TRUE, NAMES, coders={"anna": other})
    split = by_target(Dataset("made", "none", (recording,), TRUE.ethogram))
    assert split.ethogram.names == ("attack @m1", "attack @m2", "attack @m3", "sniff @m3", "eat")
    (told,) = split.recordings
    assert told.coders["anna"].events["behavior"].tolist() == ["attack @m3"]
    assert told.coders["anna"].ethogram == told.annotations.ethogram == split.ethogram


def test_who_does_it_to_whom_is_scored_in_steps():
    mistaken = annotations(
        event("m1", "attack", 0, 10, written_target("m3")),  # right but for the target
        event("m3", "attack", 5, 10, written_target("m1")),  # right but for the subject
        event("m1", "sniff", 20, 30, written_target("m3")),
    )
    table = score_directed(TRUE, mistaken, lambda name: TIMES).set_index(["behavior", "step"])
    f1 = {step: table.loc[("attack", step), "f1"] for step in ("behavior", "subject", "target")}
    assert f1 == {"behavior": 1.0, "subject": pytest.approx(20 / 30), "target": 0.0}
    assert table.loc[("attack", "behavior"), "frames"] == 10
    assert table.loc[("attack", "subject"), "frames"] == 15
    assert table.loc[("attack", "target"), "frames"] == 20  # ten at m2, five at m1, five at m3
    for step in ("behavior", "subject", "target"):
        assert table.loc[("sniff", step), "f1"] == 1.0
    assert table.loc[("eat", "behavior"), "recall"] == 0.0
    assert np.isnan(table.loc[("eat", "behavior"), "precision"])


def test_steps_agree_with_counting_frame_by_frame():
    """A twin that asks of each frame, individual and target by itself."""
    rng = np.random.default_rng(3)
    pairs = [(one, other) for one, other in product(NAMES, NAMES) if one != other]

    def drawn() -> Annotations:
        spans = [(int(a), int(a + rng.integers(1, 8))) for a in rng.integers(0, 30, 12)]
        chosen = [pairs[at] for at in rng.integers(0, len(pairs), 12)]
        return annotations(
            *(
                event(one, "attack", *span, written_target(other))
                for span, (one, other) in zip(spans, chosen, strict=True)
            )
        )

    true, said = drawn(), drawn()

    def facts(told: Annotations, step: str) -> set:
        found = set()
        for row, aimed in zip(told.events.itertuples(), targets_of(told), strict=True):
            for frame, other in product(range(row.start_frame, row.stop_frame), aimed):
                fact = {"behavior": (frame,), "subject": (frame, row.subject)}
                found.add(fact.get(step, (frame, row.subject, other)))
        return found

    table = score_directed(true, said, lambda name: TIMES).set_index(["behavior", "step"])
    for step in ("behavior", "subject", "target"):
        wanted, given = facts(true, step), facts(said, step)
        both = len(wanted & given)
        row = table.loc[("attack", step)]
        assert row["frames"] == len(wanted)
        assert row["precision"] == pytest.approx(both / len(given))
        assert row["recall"] == pytest.approx(both / len(wanted))
        assert row["f1"] == pytest.approx(2 * both / (len(given) + len(wanted)))
