"""KABR in its published layout, with pictures and with videos."""

import json
from pathlib import Path

import av
import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import frame_labels
from ethoprism_domains.base import Dataset
from ethoprism_domains.checking import check_dataset
from ethoprism_domains.registry import read_dataset, recognise_domain

CLASSES = ("Walk", "Graze", "Browse", "Head Up", "Auto-Groom", "Trot", "Run", "Occluded")
HEADER = "original_vido_id video_id frame_id path labels"
SCENES = {  # by their split: the class of each frame
    "train": {"ZG0001.1": [0] * 6 + [1] * 6, "ZG0001.2": [1] * 12, "G0002.1": [2] * 12},
    "val": {"ZP0003.10": [7] * 3 + [3] * 9},
}


def write_jpeg(path: Path, shade: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="image2") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = 32, 24, "yuvj420p"
        picture = np.full((24, 32, 3), shade, np.uint8)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


def write_lists(folder: Path, scenes: dict[str, dict[str, list]]) -> Path:
    annotation = folder / "annotation"
    annotation.mkdir(parents=True, exist_ok=True)
    numbers = {name: number for number, name in enumerate(CLASSES)}
    (annotation / "classes.json").write_text(json.dumps(numbers), encoding="utf-8")
    for split, own in scenes.items():
        rows = [
            f"{name} {video} {frame} {name}/{frame}.jpg {label}"
            for video, (name, labels) in enumerate(own.items(), start=1)
            for frame, label in enumerate(labels, start=1)
        ]
        text = "\n".join([HEADER, *rows]) + "\n"
        (annotation / f"{split}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = write_lists(tmp_path_factory.mktemp("KABR"), SCENES)
    for own in SCENES.values():
        for name, labels in own.items():
            for frame, label in enumerate(labels, start=1):
                write_jpeg(path / "dataset" / "image" / name / f"{frame}.jpg", 20 + 25 * label)
    return path


def told(dataset: Dataset) -> list[tuple[str, str, int, bool]]:
    return [(item.kind, item.where, item.count, item.wrong) for item in check_dataset(dataset)]


def test_a_mini_scene_is_a_recording_labelled_frame_by_frame(folder: Path):
    assert recognise_domain(folder).name == "ecology"
    dataset = read_dataset(folder)
    assert [item.name for item in dataset.recordings] == [*SCENES["train"], *SCENES["val"]]
    for split, own in SCENES.items():
        for name, labels in own.items():
            item = next(one for one in dataset.recordings if one.name == name)
            assert item.metadata["split"] == {"train": "train", "val": "test"}[split]
            assert item.video == folder / "dataset" / "image" / name
            times = np.arange(len(labels)) / 29.97
            values = frame_labels(item.annotations, name, times, individuals=("",))["labels"]
            assert values.to_numpy()[:, 0].argmax(axis=1).tolist() == labels
            assert (values.to_numpy().sum(axis=2) == 1).all()
    assert dataset.ethogram.names == CLASSES
    assert dataset.ethogram.exclusive_groups == (CLASSES,)
    habits = dataset.habits
    assert (habits.sampling.frames, habits.sampling.step) == (16, 5)
    assert (habits.scoring.metric, habits.group_by) == ("accuracy", "animal")


def test_pieces_of_one_track_are_one_animal(folder: Path):
    groups = {item.name: item.groups for item in read_dataset(folder).recordings}
    assert groups["ZG0001.1"] == groups["ZG0001.2"]
    assert groups["ZG0001.1"] == {"animal": "ZG0001", "species": "Grevy's zebra"}
    assert groups["G0002.1"]["species"] == "reticulated giraffe"
    assert groups["ZP0003.10"]["species"] == "plains zebra"


def test_nothing_is_wrong_with_the_whole_set(folder: Path):
    assert not [item for item in check_dataset(read_dataset(folder)) if item.wrong]


def test_what_is_odd_is_told(folder: Path, tmp_path: Path):
    scenes = {
        "train": {"ZG0001.1": [0] * 4, "ZG0001.2": ["1", "9", "x", "0"], "ZG0004.1": [0] * 3},
        "val": {"ZG0001.1": [0] * 4},
    }
    path = write_lists(tmp_path / "odd", scenes)
    for frame in (1, 2, 4):
        write_jpeg(path / "dataset" / "image" / "ZG0001.1" / f"{frame}.jpg", 50)
    for frame in (1, 2, 3, 4):
        write_jpeg(path / "dataset" / "image" / "ZG0001.2" / f"{frame}.jpg", 50)
        write_jpeg(path / "dataset" / "image" / "ZG0009.1" / f"{frame}.jpg", 50)
    dataset = read_dataset(path)
    found = told(dataset)
    assert ("missing file", "ZG0001.1", 1, True) in found  # the third picture
    assert ("gap", "ZG0001.1", 1, True) in found
    assert ("unknown class", "ZG0001.2", 2, True) in found
    assert ("missing file", "ZG0004.1", 1, True) in found
    assert ("unlisted video", "ZG0009.1", 1, False) in found
    assert ("both splits", "KABR", 1, True) in found
    assert dataset.recordings[0].metadata["split"] == "train"  # the first counts
    second = dataset.recordings[1].annotations.observed
    assert second[["start_frame", "stop_frame"]].to_numpy().tolist() == [[0, 1], [3, 4]]


def test_videos_are_read_in_place_of_pictures(tmp_path: Path):
    path = write_lists(tmp_path / "videos", {"train": {"G0001.1": ["0"] * 3 + ["0,3"] * 3}})
    with av.open(str(path / "G0001.1.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for _ in range(6):
            picture = np.full((32, 32, 3), 90, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    dataset = read_dataset(path)
    (item,) = dataset.recordings
    assert item.video == path / "G0001.1.mp4"
    assert dataset.ethogram.exclusive_groups == ()  # a frame has two
    assert dataset.habits.scoring.metric == "average_precision"
    spans = item.annotations.events[["behavior", "start_frame", "stop_frame"]].to_numpy().tolist()
    assert spans == [["Walk", 0, 6], ["Head Up", 3, 6]]
    assert ("missing file", "val.csv", 1, True) in told(dataset)


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("classes.json", '{"Walk": 0, "Graze": 0}', "two behaviours share a number"),
        ("classes.json", "[]", "expected a mapping"),
        ("train.csv", f"{HEADER}\na 1 x a/1.jpg 0\n", "cannot read the list of frames"),
        (
            "train.csv",
            f"{HEADER}\na 1 1 a/1.jpg 0\na 1 1 a/1.jpg 0\n",
            "a frame stands there twice",
        ),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, name: str, text: str, what: str):
    path = write_lists(tmp_path, {"train": {"a": [0]}, "val": {"b": [0]}})
    (path / "annotation" / name).write_text(text, encoding="utf-8")
    with pytest.raises(EthoprismError, match=what):
        read_dataset(path, "ecology")
