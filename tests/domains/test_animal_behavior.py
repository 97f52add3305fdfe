"""CalMS21 in the layout that its archives unpack to."""

import json
from pathlib import Path

import av
import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.checking import check_dataset, count_behaviors
from ethoprism_domains.registry import load_domain, read_dataset

VOCABULARY = {"attack": 0, "investigation": 1, "mount": 2, "other": 3}
FRAMES = 20
LABELS = {
    "train": {"mouse001_task1_annotator1": [3] * 5 + [1] * 10 + [0] * 5},
    "test": {"mouse071_task1_annotator1": [3] * 12 + [2] * 8},
}


def write_video(path: Path, frames: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        for number in range(frames):
            picture = np.full((36, 64, 3), 8 * number % 256, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


def sequence(labels: list[int]) -> dict:
    rng = np.random.default_rng(len(labels))
    points = rng.uniform(5, 30, (FRAMES, 2, 2, 7))
    return {
        "keypoints": points.tolist(),
        "scores": np.full((FRAMES, 2, 7), 0.9).tolist(),
        "annotations": labels,
        "metadata": {"fps": 30, "vocab": VOCABULARY, "annotator-id": 0},
    }


def write_labels(folder: Path, split: str, told: dict) -> Path:
    path = folder / "task1_classic_classification" / f"calms21_task1_{split}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    named = {f"task1/{split}/{name}": content for name, content in told.items()}
    path.write_text(json.dumps({"annotator-id_0": named}), encoding="utf-8")
    return path


@pytest.fixture
def calms21(tmp_path: Path) -> Path:
    for split, names in LABELS.items():
        write_labels(tmp_path, split, {name: sequence(own) for name, own in names.items()})
        for name in names:
            write_video(tmp_path / "task1_videos_mp4" / split / f"{name}.mp4", FRAMES)
    return tmp_path


def test_calms21_is_recognised_and_whole(calms21: Path):
    dataset = read_dataset(calms21)
    assert (dataset.name, dataset.domain) == ("CalMS21 task 1", "animal_behavior")
    assert [item for item in check_dataset(dataset) if item.wrong] == []
    splits = {item.groups["animal"]: item.metadata["split"] for item in dataset.recordings}
    assert splits == {"mouse001": "train", "mouse071": "test"}
    assert dataset.ethogram.names == ("attack", "investigation", "mount")
    (group,) = dataset.ethogram.exclusive_groups
    assert set(group) == set(dataset.ethogram.names)
    counts = count_behaviors(dataset).set_index("behavior")["frames"].to_dict()
    assert counts == {"attack": 5, "investigation": 10, "mount": 8}
    first = next(item for item in dataset.recordings if item.metadata["split"] == "train")
    events = first.annotations.events
    assert events["subject"].tolist() == ["resident"] * 2
    assert events["start_frame"].tolist() == [5, 15]
    np.testing.assert_allclose(events["start_s"], [5 / 30, 15 / 30], atol=1e-3)
    assert first.annotations.observed["stop_frame"].tolist() == [FRAMES]


def test_boxes_hold_the_keypoints_of_each_mouse(calms21: Path):
    train = LABELS["train"]["mouse001_task1_annotator1"]
    points = np.array(sequence(train)["keypoints"])
    recordings = read_dataset(calms21).recordings
    (tracks,) = [item.tracks for item in recordings if item.metadata["split"] == "train"]
    for mouse, name in enumerate(("resident", "intruder")):
        box = tracks.sel(individual=name)
        low, high = points[:, mouse].min(axis=-1), points[:, mouse].max(axis=-1)
        np.testing.assert_allclose(box["position"], (low + high) / 2, rtol=1e-5)
        np.testing.assert_allclose(box["shape"], high - low, rtol=1e-5)


def test_the_field_scores_without_background(calms21: Path):
    habits = read_dataset(calms21).habits
    assert habits == load_domain("animal_behavior").habits
    assert habits.scoring.excluded == ("other",)
    assert (habits.scoring.metric, habits.scoring.window_label) == ("average_precision", "middle")


def kinds(folder: Path) -> list[tuple[str, str]]:
    found = [item for item in check_dataset(read_dataset(folder)) if item.wrong]
    return sorted((item.kind, item.where.rpartition("/")[2]) for item in found)


def test_what_does_not_fit_is_found(calms21: Path):
    videos = calms21 / "task1_videos_mp4"
    name = "mouse001_task1_annotator1"
    write_video(videos / "train" / f"{name}.mp4", FRAMES - 2)
    wrong = kinds(calms21)
    assert wrong == [("beyond the end", name), *[("frames disagree", name)] * 2]
    (videos / "train" / f"{name}.mp4").unlink()
    assert kinds(calms21) == [("missing file", name)]
    for folder in ("train", "again"):
        write_video(videos / folder / f"{name}.mp4", FRAMES)
    assert kinds(calms21) == [("missing file", name), ("several videos", name)]


def test_poses_that_cannot_be_read_are_found(calms21: Path):
    told = sequence([3] * FRAMES)
    broken = {"mouse071_task1_annotator1": told | {"scores": [[0.5]]}}
    write_labels(calms21, "test", broken)
    assert ("unreadable pose", "mouse071_task1_annotator1") in kinds(calms21)
    del told["keypoints"]
    write_labels(calms21, "test", {"mouse071_task1_annotator1": told})
    assert ("unreadable pose", "mouse071_task1_annotator1") in kinds(calms21)


def test_videos_without_labels_and_sequences_without_annotations_are_remarked(calms21: Path):
    told = sequence([3] * FRAMES)
    del told["annotations"]
    write_labels(calms21, "test", {"mouse071_task1_annotator1": told})
    write_video(calms21 / "task1_videos_mp4" / "test" / "mouse099_task1_annotator1.mp4", 5)
    assert kinds(calms21) == []
    remarks = {item.kind: item.where for item in check_dataset(read_dataset(calms21))}
    assert remarks["unlisted video"] == "mouse099_task1_annotator1.mp4"
    assert remarks["unlabelled"] == "task1/test/mouse071_task1_annotator1"


def test_files_that_are_something_else_are_refused(tmp_path: Path):
    with pytest.raises(EthoprismError, match=r"there is no video and no recordings\.csv"):
        read_dataset(tmp_path, "animal_behavior")
    path = write_labels(tmp_path, "train", {})
    path.write_text("[1, 2]", encoding="utf-8")
    with pytest.raises(EthoprismError, match="the file: expected a mapping, got a list"):
        read_dataset(tmp_path)
