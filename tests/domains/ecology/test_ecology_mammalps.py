"""MammAlps: detections of each frame, and the real demonstration file."""

import json
from pathlib import Path

import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import frame_labels
from ethoprism_domains.registry import read_dataset, recognise_domain


def detection(track: int, left: int, action: str, activity: str = "none") -> dict:
    said = {"action": action, "action2": "none", "activity": activity, "species": "fox"}
    return {"track_id": track, "bbox": [left, 0, left + 10, 20], "attributes": said}


def write(folder: Path, name: str, frames: list[list[dict]], site: str = "S1") -> Path:
    told = {"site_id": site, "cam_id": "C1", "event_id": "E4", "file_path": f"{site}/{name}.mp4"}
    content = {
        "info": {**told, "num_frames": len(frames), "fps": 25.0},
        "frames": [{"frame_id": n, "detections": found} for n, found in enumerate(frames)],
    }
    path = folder / site / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_each_animal_has_its_boxes_and_its_labels(tmp_path: Path):
    frames = [
        [detection(1, n, "walking", "foraging")] * (n < 6)
        + [detection(2, 50, "grazing")] * (n != 3)
        for n in range(8)
    ]
    write(tmp_path, "S1_C1_E4_V0001", frames)
    write(tmp_path, "S2_C1_E4_V0002", frames[:2], "S2")
    assert recognise_domain(tmp_path).name == "ecology"
    dataset = read_dataset(tmp_path)
    first, second = dataset.recordings
    assert first.individuals == ("fox 1", "fox 2")
    assert first.groups == {"site": "S1", "camera": "C1", "event": "E4"}
    assert second.groups["site"] == "S2"
    times = np.arange(8) / 25
    labels = frame_labels(first.annotations, first.name, times, individuals=first.individuals)
    walking = labels["labels"].sel(behavior="walking").to_numpy()
    assert walking[:, 0].tolist() == [1] * 6 + [-1] * 2
    assert walking[:, 1].tolist() == [0, 0, 0, -1, 0, 0, 0, 0]
    place = first.tracks["position"].sel(space="x").to_numpy()
    assert place[:6, 0].tolist() == [5.0 + n for n in range(6)]
    assert np.isnan(place[6:, 0]).all()
    assert np.isnan(place[:, 1]).tolist() == [n == 3 for n in range(8)]
    assert dataset.habits.group_by == "site"


def test_a_bad_box_is_refused(tmp_path: Path):
    wrong = detection(1, 0, "walking") | {"bbox": [1, 2, "three", 4]}
    with pytest.raises(EthoprismError, match="a box that is not four numbers"):
        read_dataset(write(tmp_path, "a", [[wrong]]), "ecology")


def test_the_real_demonstration_file(real_labels: Path):
    (item,) = read_dataset(real_labels / "mammalps-labels-only").recordings
    assert item.individuals == ("red_deer 1", "red_deer 2")
    assert item.frame_counts == {"labels": 615}
    assert item.tracks.sizes == {"time": 615, "space": 2, "individual": 2}
    known = np.isfinite(item.tracks["position"].to_numpy()).all(axis=1)
    times = np.arange(615) / 30
    labels = frame_labels(item.annotations, item.name, times, individuals=item.individuals)
    assert np.array_equal(known, (labels["labels"] >= 0).all("behavior").to_numpy())
