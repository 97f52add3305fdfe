"""CRIM13 in the folders that its archives unpack to: two views, one annotation for both."""

from pathlib import Path

import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.animal_behavior.crim13 import of_view, read_crim13
from ethoprism_domains.annotation import targets_of
from ethoprism_domains.checking import check_dataset
from ethoprism_domains.registry import read_dataset

FRAMES = 30
ROWS = [(1, 10, "other"), (11, 14, "sniff"), (15, 20, "clean"), (21, 25, "attack")]
ROWS += [(26, 30, "human")]
TRAIN, TEST = "013009_A29_Block6_C57ma1", "030609_A25_Block11_BCfe1"


@pytest.fixture
def crim13(tmp_path: Path, make) -> Path:
    root = tmp_path / "crim"
    for split, stem in (("CRIM13_train1/train", TRAIN), ("CRIM13_test1/test", TEST)):
        folder = root / split
        for view in "ts":
            make("video")(folder / f"{stem}_{view}.mp4", [0] * FRAMES, 25)
        (folder / f"{stem}_t.txt").write_text(make("caltech")(ROWS), encoding="latin-1")
    return root


def test_both_views_share_the_annotation_and_the_group(crim13: Path):
    dataset = read_dataset(crim13)
    assert dataset.name == "CRIM13"
    assert [item for item in check_dataset(dataset) if item.wrong] == []
    told = [
        (item.metadata["view"], item.metadata["split"], item.groups["animal"])
        for item in dataset.recordings
    ]
    # in the order of their paths
    assert told == [
        ("top", "test", "A25"),
        ("side", "test", "A25"),
        ("top", "train", "A29"),
        ("side", "train", "A29"),
    ]
    assert {item.groups["session"] for item in dataset.recordings} == {TRAIN, TEST}
    first, second = (item.annotations.events for item in dataset.recordings[:2])
    columns = ["behavior", "subject", "start_frame", "stop_frame"]
    assert first[columns].to_numpy().tolist() == second[columns].to_numpy().tolist()
    assert first["video"].tolist() == [f"{TEST}_t"] * 4


def test_frames_count_from_one_and_social_acts_have_a_target(crim13: Path):
    annotations = read_dataset(crim13).recordings[0].annotations
    events = annotations.events
    assert events[["start_frame", "stop_frame"]].to_numpy().tolist() == [
        [10, 14],
        [14, 20],
        [20, 25],
        [25, 30],
    ]
    assert events["behavior"].tolist() == ["sniff", "clean", "attack", "human"]
    assert events["subject"].tolist() == ["resident", "resident", "resident", ""]
    assert targets_of(annotations) == [("intruder",), (), ("intruder",), ()]
    assert annotations.observed["stop_frame"].tolist() == [FRAMES]
    assert "other" not in annotations.ethogram


def test_one_view_by_itself(crim13: Path):
    side = of_view(read_dataset(crim13), "side")
    assert [item.name[-2:] for item in side.recordings] == ["_s", "_s"]


@pytest.mark.parametrize("place", ["{}_t_anna.txt", "anna/{}_t.txt"])
def test_another_coders_annotation_stands_beside(crim13: Path, make, place: str):
    path = crim13 / "CRIM13_train1" / "train" / place.format(TRAIN)
    path.parent.mkdir(exist_ok=True)
    path.write_text(make("caltech")([(1, 24, "other"), (25, 30, "sniff")]), encoding="utf-8")
    coders = {item.name: item.coders for item in read_dataset(crim13).recordings}
    assert list(coders[f"{TRAIN}_t"]) == list(coders[f"{TRAIN}_s"]) == ["anna"]
    assert coders[f"{TEST}_t"] == {}
    assert coders[f"{TRAIN}_s"]["anna"].events["start_frame"].tolist() == [24]


def test_another_coder_who_goes_beyond_the_video_is_found(crim13: Path, make):
    path = crim13 / "CRIM13_train1" / "train" / f"{TRAIN}_t_anna.txt"
    path.write_text(make("caltech")([(1, 20, "other"), (21, 33, "sniff")]), encoding="utf-8")
    found = [item for item in check_dataset(read_dataset(crim13)) if item.wrong]
    assert {item.where for item in found} == {f"{TRAIN}_t", f"{TRAIN}_s"}
    assert {item.what for item in found} == {
        "events of anna end after its last frame, and are not compared"
    }


def test_the_sets_own_videos_are_to_be_converted_which_is_said_once(crim13: Path):
    for path in sorted(crim13.rglob("*.mp4")):
        path.with_suffix(".seq").write_bytes(b"\xed\xfe\0\0Norpix seq")
        path.unlink()
    told = [item for item in read_dataset(crim13).findings if item.kind == "video to convert"]
    assert len(told) == 1
    assert (told[0].count, told[0].wrong) == (4, True)
    assert "seqIo" in told[0].what
    assert "ffmpeg" in told[0].what


def test_damaged_annotations_and_strange_behaviours_are_found(crim13: Path, make):
    broken = crim13 / "CRIM13_train1" / "train" / f"{TRAIN}_t.txt"
    broken.write_text("Caltech Behavior Annotator - Annotation File\nnothing", encoding="utf-8")
    strange = crim13 / "CRIM13_test1" / "test" / f"{TEST}_t.txt"
    text = make("caltech")([*ROWS[:-1], (26, 34, "boxing")])
    strange.write_text(text, encoding="utf-8")
    found = {(item.kind, item.where) for item in check_dataset(read_dataset(crim13))}
    assert ("unreadable file", f"{TRAIN}_t") in found
    assert ("unlabelled", f"{TRAIN}_s") in found
    assert ("unknown behaviour", f"{TEST}_t") in found
    assert ("beyond the end", f"{TEST}_t") in found


def test_a_folder_without_annotations_is_refused(tmp_path: Path):
    with pytest.raises(EthoprismError, match="there is no annotation"):
        read_crim13(tmp_path)
