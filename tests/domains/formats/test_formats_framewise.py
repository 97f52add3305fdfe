"""DeepEthogram, JABS and SimBA: files as these programs write them."""

import json

import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import frame_labels
from ethoprism_domains.formats import read_events, write_events

TIMES = np.arange(6) / 30


def labels_of(found, video):
    return frame_labels(found, video, TIMES)["labels"].to_numpy()


def test_deepethogram_labels(tmp_path):
    path = tmp_path / "cage1_labels.csv"
    path.write_text(",background,rear,dig\n0,0,1,0\n1,0,1,1\n2,1,0,0\n3,-1,-1,-1\n4,-1,0,-1\n")
    found = read_events(path)
    assert found.videos == ("cage1",)
    expected = [[1, 0], [1, 1], [0, 0], [-1, -1], [0, -1], [-1, -1]]
    np.testing.assert_array_equal(labels_of(found, "cage1")[:, 0], expected)
    assert not found.losses


def test_deepethogram_contradictions_are_told(tmp_path):
    path = tmp_path / "v_labels.csv"
    path.write_text(",background,rear\n0,1,1\n1,0,0\n2,1,0\n")
    losses = read_events(path).losses
    assert "2 frames whose background contradicts the behaviours" in str(losses)


def test_deepethogram_has_a_row_for_each_frame(sample, frame_times, tmp_path):
    path = tmp_path / "v_labels.csv"
    with pytest.raises(EthoprismError, match="nobody knows how many frames"):
        write_events(path, sample, "deepethogram")
    write_events(path, sample, "deepethogram", frame_times=frame_times)
    lines = path.read_text().splitlines()
    assert lines[:2] == [",background,walk,rest,peck", "0,1,0,0,0"]
    assert lines[3] == "2,0,1,0,0"
    assert len(lines) == 1 + 50


def test_deepethogram_reads_real_labels(real_labels):
    found = read_events(real_labels / "fly-labels-only" / "2019_06_26_fly2.csv", "deepethogram")
    assert found.ethogram.names == ("still", "walk", "front_groom", "back_groom", "abdomen-move")
    assert len(found.events) > 10
    assert not found.losses


JABS = {
    "version": 1,
    "file": "open.mp4",
    "num_frames": 6,
    "labels": {"0": {"groom": [{"start": 0, "end": 0, "present": True}]}},
    "unfragmented_labels": {
        "0": {
            "groom": [
                {"start": 0, "end": 1, "present": True},
                {"start": 3, "end": 3, "present": False},
            ]
        },
        "1": {},
    },
    "external_identities": {"1": "B7"},
    "labeler": "anna",
    "annotations": [{"start": 1, "end": 2, "tag": "odd", "identity": None}],
}


def test_jabs_blocks(tmp_path):
    path = tmp_path / "open.json"
    path.write_text(json.dumps(JABS))
    found = read_events(path)
    assert found.ethogram.subject_names == ("0", "B7")
    expected = [[1, -1], [1, -1], [-1, -1], [0, -1], [-1, -1], [-1, -1]]
    np.testing.assert_array_equal(labels_of(found, "open.mp4")[:, :, 0], expected)
    assert set(found.events["annotator"]) == {"anna"}
    assert str(found.losses) == "1 tagged intervals, first: open.mp4"


def test_jabs_none_denies_the_others(tmp_path):
    path = tmp_path / "open.json"
    blocks = {"None": [{"start": 0, "end": 3, "present": True}], "dig": [], "rear": []}
    blocks["rear"] = [{"start": 3, "end": 4, "present": True}]
    path.write_text(json.dumps({"num_frames": 6, "labels": {"0": blocks}, "file": "v"}))
    values = labels_of(read_events(path), "v")[:, 0]
    expected = [[0, 0], [0, 0], [0, 0], [0, 1], [-1, 1], [-1, -1]]
    np.testing.assert_array_equal(values, expected)


def test_jabs_writes_inclusive_ends(sample, frame_times, tmp_path):
    path = tmp_path / "v.json"
    write_events(path, sample, "jabs", frame_times=frame_times)
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["num_frames"] == 50
    identity = next(n for n, name in content["external_identities"].items() if name == "A")
    walk = content["unfragmented_labels"][identity]["walk"]
    assert {"start": 2, "end": 8, "present": True} in walk
    assert walk[0] == {"start": 0, "end": 1, "present": False}


@pytest.mark.parametrize("end", [-1, 1e300, "4", None, 99999999999999999999])
def test_jabs_refuses_what_is_no_frame(end, tmp_path):
    path = tmp_path / "open.json"
    labels = {"0": {"groom": [{"start": 0, "end": end, "present": True}]}}
    path.write_text(json.dumps(JABS | {"unfragmented_labels": labels}))
    with pytest.raises(EthoprismError, match="is no frame number"):
        read_events(path)


SIMBA = (
    ",Nose_x,Nose_y,Nose_p,speed,Low_prob_detections_0.1,attack,rear\n"
    "0,1.5,2.5,0.9,0,0,1,0\n1,1.5,2.5,0.9,1,0,1,1.0\n2,1.5,2.5,0.9,0.5,1,0,0\n"
)


def test_simba_targets_behind_poses(tmp_path):
    path = tmp_path / "Video1.csv"
    path.write_text(SIMBA)
    found = read_events(path)
    assert found.videos == ("Video1",)
    assert found.ethogram.names == ("attack", "rear")
    np.testing.assert_array_equal(labels_of(found, "Video1")[:3, 0], [[1, 0], [1, 1], [0, 0]])


def test_simba_machine_results_are_automated(tmp_path):
    path = tmp_path / "Video1.csv"
    path.write_text(",Nose_x,Nose_y,Nose_p,Probability_attack,attack\n0,1,2,0.9,0.7,1\n")
    found = read_events(path)
    assert found.events["labeling_method"].tolist() == ["automated"]
    assert found.ethogram.names == ("attack",)


def test_simba_poses_are_not_written_over(sample, frame_times, tmp_path):
    path = tmp_path / "Video1.csv"
    path.write_text(SIMBA)
    with pytest.raises(EthoprismError, match="poses of 1 body parts, which would be lost"):
        write_events(path, sample, "simba", frame_times=frame_times)
    assert path.read_text() == SIMBA


def test_simba_tells_that_nobody_looked(sample, frame_times, tmp_path):
    observed = sample.observed.assign(stop_frame=25)
    given = type(sample)(sample.events.iloc[:2], observed, sample.ethogram)
    losses = write_events(tmp_path / "v.csv", given, "simba", frame_times=frame_times)
    assert "1 videos whose observed frames changed" in str(losses)
