"""ChimpACT in its published layout: boxes and behaviours at every tenth frame."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import frame_labels
from ethoprism_domains.checking import check_dataset
from ethoprism_domains.ecology.chimpact import BEHAVIORS, NAMES, split_of
from ethoprism_domains.registry import read_dataset, recognise_domain

CLIP = "Azibo_ObsChimp_2015_11_25_d_clip_1000_2000"
AZIBO, BAMBARI = 0, 1


def annotation(picture: int, who: int, box: list, behaviors: list[int]) -> dict[str, Any]:
    return {
        "image_id": picture, "bbox": box, "bbox_id": who, "bbox_vis": 0, "behaviors": behaviors
    }  # fmt: skip


def write(folder: Path, annotations: list[dict], pictures: int = 4, clip: str = CLIP) -> Path:
    images = [{"id": 70 + n, "file_name": f"{clip}/{n:06d}.jpg"} for n in range(pictures)]
    content = {"info": {}, "categories": [], "images": images, "annotations": annotations}
    path = folder / "labels" / f"{clip}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return folder


SEEN = [
    annotation(70, AZIBO, [0, 0, 20, 10], [0]),
    annotation(71, AZIBO, [10, 20, 20, 10], [0, 5]),
    annotation(71, BAMBARI, [50, 50, 8, 8], [2]),
    annotation(72, BAMBARI, [50, 60, 8, 8], []),
    annotation(73, AZIBO, [30, 30, 20, 10], [7]),
]


def test_labels_and_boxes_run_on_between_the_frames_that_were_labelled(tmp_path: Path):
    write(tmp_path, SEEN)
    assert recognise_domain(tmp_path).name == "ecology"
    dataset = read_dataset(tmp_path)
    (item,) = dataset.recordings
    assert item.individuals == ("Azibo", "Bambari")
    assert dataset.ethogram.names == BEHAVIORS
    assert dataset.ethogram.exclusive_groups == ()
    times = np.arange(40) / 25
    labels = frame_labels(item.annotations, CLIP, times, individuals=item.individuals)["labels"]
    moving, eating, grooming = (
        labels.sel(individual="Azibo", behavior=name).to_numpy()
        for name in ("moving", "eating", "grooming")
    )
    # a behaviour goes over half-way to the next; who is gone at the next is kept until then
    assert moving.tolist() == [1] * 20 + [-1] * 10 + [0] * 10
    assert eating.tolist() == [0] * 6 + [1] * 14 + [-1] * 10 + [0] * 10
    assert grooming.tolist() == [0] * 20 + [-1] * 10 + [1] * 10
    resting = labels.sel(individual="Bambari", behavior="resting").to_numpy()
    assert resting.tolist() == [-1] * 10 + [1] * 6 + [0] * 14 + [-1] * 10
    place = item.tracks["position"].sel(individual="Azibo").to_numpy()
    assert place[0].tolist() == [10, 5]
    assert place[5].tolist() == [15, 15]  # half-way
    assert place[10].tolist() == place[19].tolist() == [20, 25]  # it stays until it is gone
    assert np.isnan(place[20:30]).all()
    assert item.tracks["shape"].sel(individual="Azibo").to_numpy()[0].tolist() == [20, 10]


def test_the_published_split_and_session_are_known(tmp_path: Path):
    other = "Azibo_ObsChimp_2015_11_25_d_clip_5000_6000"
    write(tmp_path, SEEN)
    write(tmp_path, SEEN, clip=other)
    splits = {item.name: item.metadata["split"] for item in read_dataset(tmp_path).recordings}
    assert splits == {CLIP: "test", other: "train"}
    sessions = {item.groups["session"] for item in read_dataset(tmp_path).recordings}
    assert sessions == {"Azibo_ObsChimp_2015_11_25_d"}
    assert split_of("Azibo_ObsNatascha_2018_06_29_a_clip_17000_17712") == "test"
    assert split_of("Azibo_ObsNatascha_2018_06_29_a_clip_15000_16000") == "validation"
    assert split_of("Azibo_ObsChimp_2018_07_06_d_clip_0_696") == "test"
    assert split_of("Azibo_ObsChimp_2018_07_11_c_clip_10000_11000") == "train"


def test_the_numbers_of_the_set(tmp_path: Path):
    assert len(BEHAVIORS) == len(set(BEHAVIORS)) == 23
    assert len(NAMES) == 24


def test_two_boxes_of_one_animal_in_a_frame_are_told(tmp_path: Path):
    unknown = len(NAMES) - 1
    twins = [annotation(70, unknown, [left, 0, 9, 9], [0]) for left in (0, 20, 40)]
    dataset = read_dataset(write(tmp_path, twins))
    found = [item for item in check_dataset(dataset) if item.kind == "two boxes"]
    assert [item.count for item in found] == [2]
    assert float(dataset.recordings[0].tracks["position"][0, 0, 0]) == 4.5


def test_a_clip_of_which_nothing_was_seen(tmp_path: Path):
    write(tmp_path, SEEN)
    write(tmp_path, [], clip="Azibo_ObsChimp_2016_clip_0_1000")
    item = read_dataset(tmp_path).recordings[1]
    assert not item.labelled
    assert item.tracks is None


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (annotation(70, 24, [0, 0, 9, 9], [0]), "no animal or behaviour"),
        (annotation(70, 0, [0, 0, 9, 9], [23]), "no animal or behaviour"),
        (annotation(70, 0, [0, 0, 9], [0]), "not four numbers"),
        (annotation(99, 0, [0, 0, 9, 9], [0]), "which is not listed"),
        (annotation(70, 0, [0, 0, 9, 9], "0"), "expected a list"),
    ],
)
def test_bad_annotations_are_refused(tmp_path: Path, wrong: dict, what: str):
    with pytest.raises(EthoprismError, match=what):
        read_dataset(write(tmp_path, [*SEEN, wrong]), "ecology")
