"""Two coders of one video: how far they agree, in words, and where they do not."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from ethoprism.comparing import (
    Coder,
    annotator_as_coder,
    compare_coders,
    file_as_coder,
    other_annotators,
    predictions_as_coder,
)
from ethoprism.project import Project
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.agreement import AgreementSettings
from ethoprism_domains.annotation import Behavior, Ethogram, Subject
from ethoprism_domains.annotation.editing import Coding, Event, add, observe

ETHOGRAM = Ethogram((Behavior("walk"), Behavior("rest"), Behavior("jump", kind="point")))
TIMES = np.arange(200) / 20
WHOLE = ((0, 200),)


def coding(*bouts: tuple[str, int, int], seen=WHOLE, **details: str) -> Coding:
    events = [
        Event(f"e{at}", name, start, stop, kind="point" if start == stop else "state", **details)
        for at, (name, start, stop) in enumerate(bouts)
    ]
    return Coding.of("a.mp4", events, seen)


def compare(mine: Coding, theirs: Coding, **settings: float):
    return compare_coders(
        mine, Coder("bob", theirs), ETHOGRAM, TIMES, AgreementSettings(**settings)
    )


def row(compared, name: str):
    return next(row for row in compared.rows if row.behavior == name)


def test_words_and_numbers_are_of_kappa_and_bouts():
    compared = compare(coding(("walk", 0, 100)), coding(("walk", 50, 100)))
    walk = row(compared, "walk")
    assert walk.kappa == pytest.approx(0.5) and walk.f1 == 1.0 and walk.share == 0.75
    assert walk.sentence() == "walk: you agree in part."
    assert "kappa 0.50 (" in walk.numbers() and "75.0 % of 200 comparisons" in walk.numbers()
    assert row(compared, "rest").sentence() == "rest: neither of you saw it."
    assert compared.rows[0].sentence().startswith("All behaviours: you agree")


def test_disagreements_name_who_says_it_in_the_order_of_time():
    compared = compare(
        coding(("walk", 10, 30), ("jump", 60, 60)), coding(("walk", 10, 20), ("rest", 5, 8))
    )
    found = [(one.behavior, one.start, one.stop, one.is_mine) for one in compared.disagreements]
    assert found == [("rest", 5, 8, False), ("walk", 20, 30, True), ("jump", 60, 61, True)]
    assert compared.disagreements[1].start_s == 1.0


def test_shifted_edges_within_the_tolerance_are_no_disagreement():
    mine, theirs = coding(("walk", 10, 50), ("rest", 70, 72)), coding(("walk", 14, 50))
    found = compare(mine, theirs, tolerance=0.25).disagreements
    assert [(one.behavior, one.start) for one in found] == [("rest", 70)]
    assert len(compare(mine, theirs, tolerance=0.1).disagreements) == 2


def test_what_nobody_has_judged_is_not_my_word():
    mine = coding(("walk", 10, 50), labeling_method="automated", model="net")
    compared = compare(mine, coding())
    assert not compared.disagreements and row(compared, "walk").moments == 160


def test_frames_that_one_has_not_observed_are_not_compared():
    compared = compare(coding(("walk", 10, 50), seen=((0, 20),)), coding())
    assert [(one.start, one.stop) for one in compared.disagreements] == [(10, 20)]


@pytest.mark.parametrize("seen", [(), ((150, 160),)])
def test_nothing_to_compare_is_told(seen):
    if not seen:
        with pytest.raises(EthoprismError, match="observed nothing"):
            compare(coding(seen=seen), coding())
    else:
        told = compare(coding(seen=seen), coding(seen=((0, 100),))).rows[0].sentence()
        assert "not observed the same frames" in told


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project.create(tmp_path / "study", Ethogram(tuple(ETHOGRAM), (Subject("A"),)))
    (tmp_path / "a.mp4").write_bytes(b"not looked at")
    made.add_videos([tmp_path / "a.mp4"])
    with made.store("a.mp4", "bob", frame_times=TIMES) as store:
        store.do(add, "walk", 10, 20, subject="A")
        store.do(observe, 0, 100)
    return made


def test_another_annotator_of_the_project(project: Project):
    assert other_annotators(project, "a.mp4", "anna") == ["bob"]
    assert other_annotators(project, "a.mp4", "bob") == []
    coder = annotator_as_coder(project, "a.mp4", "bob")
    assert coder.coding.observed == ((0, 100),) and len(coder.coding.events) == 1
    with pytest.raises(EthoprismError, match="no annotations by, carl"):
        annotator_as_coder(project, "a.mp4", "carl")


def test_a_label_file_whose_strange_behaviours_are_left_out(tmp_path: Path):
    path = tmp_path / "bob.csv"
    lines = "video,behavior,start_frame,stop_frame", "a.mp4,walk,10,20", "a.mp4,dig,30,40"
    path.write_text("\n".join(lines), encoding="utf-8")
    coder = file_as_coder(path, "a.mp4", TIMES, ETHOGRAM)
    assert coder.name == "bob.csv" and coder.left_out == ("dig",)
    assert [event.behavior for event in coder.coding.events.values()] == ["walk"]


def write_predictions(folder: Path, label: np.ndarray) -> Path:
    dims = ("time", "individual", "behavior")
    dataset = xr.Dataset(
        {"label": (dims, label), "probability": (dims, label.astype(np.float32))},
        coords={"time": TIMES, "individual": [""], "behavior": ["walk"]},
        attrs={"video": "a.mp4", "probe": "net"},
    )
    path = folder / "net" / "a.mp4.nc"
    path.parent.mkdir()
    dataset.to_netcdf(path, engine="h5netcdf")
    return path


def test_a_probe_has_seen_every_frame(tmp_path: Path):
    label = np.zeros((200, 1, 1), np.int8)
    label[40:60] = 1
    path = write_predictions(tmp_path, label)
    coder = predictions_as_coder(path, tmp_path / "net.json", "a.mp4", ETHOGRAM)
    assert coder.name == "the probe net" and not coder.knew_the_answer
    compared = compare_coders(coding(("walk", 40, 60)), coder, ETHOGRAM, TIMES, AgreementSettings())
    assert row(compared, "walk").kappa == 1.0 and not compared.disagreements


def test_a_probe_that_learned_from_the_video_is_told(tmp_path: Path):
    path = write_predictions(tmp_path, np.zeros((len(TIMES), 1, 1), np.int8))
    card = tmp_path / "net.json"
    card.write_text('{"training": {"video_fingerprints": {"a.mp4": "12"}}}', encoding="utf-8")
    assert predictions_as_coder(path, card, "a.mp4", ETHOGRAM).knew_the_answer
    card.write_text('{"training": {"video_fingerprints": {"b.mp4": "12"}}}', encoding="utf-8")
    assert not predictions_as_coder(path, card, "a.mp4", ETHOGRAM).knew_the_answer
    card.write_text("{", encoding="utf-8")
    assert not predictions_as_coder(path, card, "a.mp4", ETHOGRAM).knew_the_answer
