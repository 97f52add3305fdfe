"""A lab's own folder: its table, files by their names, and animals each in its own square."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from ethoprism.datasets import embed_dataset
from ethoprism.exchanging.dataset_exporting import export_dataset
from ethoprism_core.encoders import load_encoder
from ethoprism_core.errors import EthoprismError
from ethoprism_core.features import open_features
from ethoprism_core.video import Video
from ethoprism_core.video.squares import square_crops
from ethoprism_core.video.tracks import load_tracks, make_tracks, save_tracks
from ethoprism_domains.checking import check_dataset
from ethoprism_domains.formats import read_events
from ethoprism_domains.registry import read_dataset

FRAMES = 30
NAMES = ("resident", "intruder")
BOUTS = """video,subject,behavior,start_frame,stop_frame,modifiers
one.mp4,resident,chase,3,12,target:intruder
one.mp4,intruder,flee,5,14,target:resident
"""


def write_sleap(path: Path, frames: int = FRAMES) -> Path:
    """Write an analysis file: two animals of three keypoints, the second lost for some frames."""
    points = np.zeros((2, 2, 3, frames))  # track, space, node, frame
    across = np.arange(frames) * 1.0
    points[0] = np.stack([10 + across + np.array([[-4], [0], [4]]), np.full((3, frames), 20.0)])
    points[1] = np.stack([50 - across + np.array([[-3], [0], [3]]), np.full((3, frames), 40.0)])
    points[1, :, :, 8:11] = np.nan
    with h5py.File(path, "w") as file:
        file["tracks"] = points
        file["track_names"] = [name.encode() for name in NAMES]
        file["node_names"] = [b"nose", b"body", b"tail"]
    return path


@pytest.fixture
def lab(tmp_path: Path, make) -> Path:
    folder = tmp_path / "our lab"
    make("video")(folder / "one.mp4", [0] * FRAMES)
    make("video")(folder / "two.mp4", [1] * FRAMES)
    (folder / "one.csv").write_text(BOUTS, encoding="utf-8")
    rows = "".join(f"{n},{'rest' if n < 20 else 'groom'}\n" for n in range(FRAMES))
    (folder / "two_labels.csv").write_text(f"frame,label\n{rows}", encoding="utf-8")
    for stem in ("one", "two"):
        write_sleap(folder / f"{stem}.analysis.h5")
    return folder


def write_table(folder: Path, *rows: str) -> None:
    (folder / "recordings.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def test_files_go_by_their_names_without_a_table(lab: Path):
    dataset = read_dataset(lab, "animal_behavior")
    assert [item for item in check_dataset(dataset) if item.wrong] == []
    one, two = dataset.recordings
    assert (one.name, one.individuals) == ("one.mp4", NAMES)
    assert one.annotations.events["behavior"].tolist() == ["chase", "flee"]
    assert one.annotations.events["modifiers"].tolist()[0] == "target:intruder"
    assert one.tracks == lab / "one.analysis.h5"
    assert two.frame_counts == {"labels": FRAMES, "poses": FRAMES}
    assert dataset.ethogram.names == ("chase", "flee", "rest", "groom")
    assert dataset.ethogram.subject_names == NAMES
    assert (dataset.habits.sampling.kind, dataset.habits.group_by) == ("subject", "video")


def test_the_table_names_files_groups_and_coders(lab: Path):
    (lab / "notes").mkdir()
    (lab / "one.csv").rename(lab / "notes" / "session.csv")
    (lab / "notes" / "anna.csv").write_text(BOUTS.replace("3,12", "4,12"), encoding="utf-8")
    write_table(
        lab,
        "Video,labels,labels_anna,tracks,animal,session,split,individuals",
        "one.mp4,notes/session.csv,notes/anna.csv,one.analysis.h5,m1,a,train,",
        "two.mp4,,,,m2,b,test,left; right",
    )
    dataset = read_dataset(lab)
    one, two = dataset.recordings
    assert one.groups == {"animal": "m1", "session": "a"}
    assert one.metadata == {"split": "train"}
    assert one.coders["anna"].events["start_frame"].tolist() == [4, 5]
    assert two.individuals == ("left", "right")
    assert two.tracks == lab / "two.analysis.h5"
    assert dataset.habits.group_by == "animal"


def test_one_file_may_hold_the_labels_of_all(lab: Path):
    text = BOUTS + "two.mp4,resident,chase,0,4,\n"
    (lab / "one.csv").unlink()
    (lab / "two_labels.csv").unlink()
    (lab / "everything.csv").write_text(text, encoding="utf-8")
    dataset = read_dataset(lab, "animal_behavior")
    assert [len(item.annotations.events) for item in dataset.recordings] == [2, 1]


def test_what_is_missing_or_of_nobody_is_found(lab: Path):
    write_table(lab, "video,labels,tracks", "one.mp4,nothing.csv,", "three.mp4,,")
    (lab / "two.mp4").unlink()
    found = {(item.kind, item.where) for item in check_dataset(read_dataset(lab)) if item.wrong}
    assert ("unreadable file", "one.mp4") in found
    assert ("missing file", "three.mp4") in found
    assert ("unreadable file", "two_labels.csv") in found  # it does not tell its video
    assert ("unlisted labels", "one.csv") in found


def test_frames_that_disagree_are_found(lab: Path, make):
    make("video")(lab / "two.mp4", [1] * (FRAMES + 2))
    found = [item for item in check_dataset(read_dataset(lab, "animal_behavior")) if item.wrong]
    told = {item.what for item in found if item.kind == "frames disagree"}
    assert told == {
        "video has 32 frames, labels 30",
        "video has 32 frames, poses 30",
    }


def test_a_file_of_all_that_cannot_be_read_is_told_with_its_reason(lab: Path):
    (lab / "everything.csv").write_text(
        "video,behavior,start_frame,stop_frame\none,a,9,3\n", "utf-8"
    )
    (lab / "one.csv").unlink()
    found = [item for item in read_dataset(lab, "animal_behavior").findings if item.wrong]
    assert [(item.kind, item.where) for item in found] == [("unreadable file", "everything.csv")]
    assert "stop 3 is before start 9" in found[0].what


def test_videos_of_one_name_in_several_folders_are_told_apart(lab: Path, make):
    make("video")(lab / "later" / "one.mp4", [0] * FRAMES)
    write_table(lab, "video,labels", "one.mp4,one.csv", "later/one.mp4,one.csv")
    dataset = read_dataset(lab)
    assert [item.name for item in dataset.recordings] == ["one.mp4", "later/one.mp4"]
    assert [len(item.annotations.events) for item in dataset.recordings] == [2, 2]


def test_a_table_that_names_no_video_is_refused(lab: Path):
    write_table(lab, "video,labels", ",one.csv")
    with pytest.raises(EthoprismError, match=r"it names no video, .*recordings\.csv, line 2"):
        read_dataset(lab)


def test_boris_and_time_budgets_are_exported(lab: Path, tmp_path: Path):
    out = tmp_path / "out"
    written = export_dataset(read_dataset(lab, "animal_behavior"), out)
    assert set(written) == {"boris", "bouts-csv", "time-budget"}
    (project,) = written["boris"].files
    told = read_events(project, frame_times=lambda name: np.arange(FRAMES) / 30).events
    assert sorted(told["modifiers"]) == ["", "", "target:intruder", "target:resident"]
    budget = (out / "time-budget" / "budget.csv").read_text(encoding="utf-8")
    assert "one.mp4,resident,chase,state,0,1,1,1,0.3,0.3," in budget


def test_all_animals_are_cut_out_in_one_pass(lab: Path, tmp_path: Path, monkeypatch):
    """Each frame is decoded once, however many animals are shown."""
    decoded: list[int] = []
    visit = Video.visit

    def counting(self, frames, *rest):
        for number, picture in visit(self, frames, *rest):
            decoded.append(number)
            yield number, picture

    monkeypatch.setattr(Video, "visit", counting)
    write_table(lab, "video", "one.mp4")
    dataset = read_dataset(lab)
    footage = embed_dataset(dataset, load_encoder("classical"), None, tmp_path / "features")
    assert decoded == list(range(FRAMES))
    assert footage.features[0]["individual"].values.tolist() == list(NAMES)
    assert footage.features[0].attrs["crop"] == "follow"
    squares = square_crops(load_tracks(footage.tracks[0]))
    # the path is smooth, and bridged where the second animal was lost
    np.testing.assert_allclose(np.diff(squares[5:-5, 1, 0]), -1, atol=0.05)
    labels = footage.labels[0]["labels"].sel(behavior="chase")
    assert labels.sel(individual="resident").values.sum() == 9
    assert labels.sel(individual="intruder").values.sum() == 0


def test_squares_of_boxes_from_files_stay_within_bounds(lab: Path, tmp_path: Path):
    """Boxes larger than the picture, of no size, and beyond its edge: all can be shown."""
    times = np.arange(FRAMES) / 30
    position = np.zeros((FRAMES, 2, 3)) + np.array([[[32.0, 2, 70], [32, 2, 70]]])
    shape = np.zeros((FRAMES, 2, 3)) + np.array([[[400.0, 0, 10], [400, 0, 10]]])
    boxes = make_tracks(times, position, shape, np.ones((FRAMES, 3)), ("big", "dot", "out"))
    save_tracks(boxes, lab / "boxes.nc")
    write_table(lab, "video,labels,tracks", "one.mp4,one.csv,boxes.nc")
    footage = embed_dataset(
        read_dataset(lab), load_encoder("classical"), None, tmp_path / "features"
    )
    squares = square_crops(load_tracks(footage.tracks[0]))
    assert squares[:, :, 2].max() == 64
    assert squares[:, :, 2].min() >= 8
    features = open_features(Path(str(footage.features[0].encoding["source"])))
    assert np.isfinite(features["features"].values).all()


def test_real_footage_with_tracks_is_read(footage: Path, tmp_path: Path):
    """Three mice with DeepLabCut's poses, two flies with SLEAP's; labels are of the scene."""
    mice = read_dataset(footage / "mabe-triplet", "animal_behavior")
    (recording,) = mice.recordings
    assert recording.individuals == ("mouse1", "mouse2", "mouse3")
    assert recording.annotations.events["behavior"].nunique() == 4
    told = {item.what for item in check_dataset(mice) if item.wrong}
    assert told == {
        "video has 1801 frames, labels 1800",
        "video has 1801 frames, poses 1800",
    }
    flies = footage / "sleap-flies"
    write_table(
        tmp_path,
        "video,labels,tracks,animal",
        f"{flies / '20190128_113421.120s.mp4'},{flies / 'frame_labels_DERIVED.csv'},"
        f"{flies / 'predictions.analysis.h5'},pair",
    )
    (recording,) = read_dataset(tmp_path).recordings
    assert recording.individuals == ("track_0", "track_1")
    assert [item for item in check_dataset(read_dataset(tmp_path)) if item.wrong] == []
