"""Labels of data sets and of programs that are only read: CVAT, MammAlps, FERAL, CBAS, CalMS21."""

import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations, frame_labels
from ethoprism_domains.formats import read_events, recognise

TIMES = np.arange(6) / 30


def labels_of(found, video):
    return frame_labels(found, video, TIMES)["labels"].to_numpy()


def shape(frame, action, outside=0):
    told = f'<attribute name="Behavior">{action}</attribute>' if action else ""
    return f'<box frame="{frame}" outside="{outside}" keyframe="1" xtl="1">{told}</box>'


def cvat(*tracks):
    names = "<name>Behavior</name><values>Walk\nGraze\nRun</values>"
    meta = f"<meta><task><attribute>{names}</attribute></task><source>a/m.mp4</source></meta>"
    joined = "".join(
        f'<track id="{n}" label="Zebra">{"".join(shapes)}</track>'
        for n, shapes in enumerate(tracks)
    )
    return f"<annotations>{meta}{joined}</annotations>"


def test_cvat_actions_hold_until_the_next_shape(tmp_path):
    path = tmp_path / "labels.xml"
    first = [shape(0, "Walk"), shape(2, "Graze"), shape(4, "Graze", outside=1)]
    path.write_text(cvat(first, [shape(1, "Run")]))
    found = read_events(path)
    assert found.ethogram.names == ("Walk", "Graze", "Run")
    assert found.ethogram.subject_names == ("Zebra 0", "Zebra 1")
    values = labels_of(found, "m.mp4")
    expected = [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0], [-1, -1, -1], [-1, -1, -1]]
    np.testing.assert_array_equal(values[:, 0], expected)
    np.testing.assert_array_equal(values[:, 1, 2], [-1, 1, -1, -1, -1, -1])


def test_cvat_shapes_without_an_action_are_told(tmp_path):
    path = tmp_path / "labels.xml"
    path.write_text(cvat([shape(0, "Walk"), shape(1, "")]))
    losses = read_events(path).losses
    assert str(losses) == "1 stretches of tracks without an action, first: Zebra 0 at frame 1"


def test_cvat_of_a_real_mini_scene(real_labels):
    path = real_labels / "kabr-labels-only" / "43.xml"
    assert recognise(path).name == "cvat"
    found = read_events(path)
    text = path.read_text(encoding="utf-8")
    assert labels_count(found, "Graze") == text.count('<attribute name="Behavior">Graze<')
    assert len(found.ethogram) == 20


def labels_count(found, behavior):
    events = found.events[found.events["judgement"] == "present"]
    own = events[events["behavior"] == behavior]
    return int((own["stop_frame"] - own["start_frame"]).sum())


def test_mammalps_of_a_real_clip(real_labels):
    path = real_labels / "mammalps-labels-only" / "demo_annotations.json"
    assert recognise(path).name == "mammalps"
    found = read_events(path)
    content = json.loads(path.read_text(encoding="utf-8"))
    detections = [found for frame in content["frames"] for found in frame["detections"]]
    walking = sum(
        "walking" in (item["attributes"]["action"], item["attributes"]["action2"])
        for item in detections
    )
    assert labels_count(found, "walking") == walking
    assert found.ethogram["foraging"].category == "activity"
    assert set(found.ethogram.subject_names) == {
        f"{item['attributes']['species']} {item['track_id']}" for item in detections
    }


def test_mammalps_knows_nothing_of_who_is_not_there(tmp_path):
    doing = {"action": "walking", "action2": "none", "activity": "resting", "species": "ibex"}
    seen = {"track_id": 1, "attributes": doing}
    other = {"track_id": 2, "attributes": {**doing, "action": "resting"}}
    frames = [{"frame_id": n, "detections": [seen, other][: 2 - n]} for n in range(3)]
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"info": {"file_path": "S1/C1/a.mp4"}, "frames": frames}))
    found = read_events(path)
    assert found.ethogram.names == ("walking", "resting", "resting (activity)")
    values = labels_of(found, "a.mp4")
    expected = [[1, 0, 1], [1, 0, 1], *[[-1] * 3] * 4]
    np.testing.assert_array_equal(values[:, 0], expected)
    np.testing.assert_array_equal(values[:3, 1, 1], [1, -1, -1])


FERAL = {
    "class_names": {"0": "other", "1": "dig", "2": "rear"},
    "is_multilabel": False,
    "labels": {"a.mp4": [0, 1, 1, 2], "b.mp4": [2]},
    "splits": {"train": ["a.mp4"]},
}


def test_feral_single_labels(tmp_path):
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(FERAL))
    assert recognise(path).name == "feral"
    found = read_events(path)
    assert found.videos == ("a.mp4", "b.mp4")
    assert found.ethogram.exclusive_groups == (("dig", "rear"),)
    np.testing.assert_array_equal(
        labels_of(found, "a.mp4")[:, 0], [[0, 0], [1, 0], [1, 0], [0, 1], [-1, -1], [-1, -1]]
    )


def test_feral_multiple_labels(tmp_path):
    path = tmp_path / "labels.json"
    rows = {"a.mp4": [[0, 1, 1], [1, 0, 0]]}
    path.write_text(json.dumps(FERAL | {"is_multilabel": True, "labels": rows}))
    values = labels_of(read_events(path), "a.mp4")
    np.testing.assert_array_equal(values[:2, 0], [[1, 1], [0, 0]])


@pytest.mark.parametrize("row", [7, [1, 0], [0, 1, 2], "dig", None, True])
def test_feral_refuses_what_is_no_class(row, tmp_path):
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(FERAL | {"labels": {"a.mp4": [0, row]}}))
    with pytest.raises(EthoprismError, match=r"a\.mp4, frame 1"):
        read_events(path)


CBAS = """behaviors: [dig, rear]
labels:
  dig:
    - {video: rec\\a.mp4, start: 0, end: 1, label: dig}
  rear:
  - video: rec/a.mp4
    start: 3
    end: 3
    label: rear
  rest: []
"""


def test_cbas_stretches(tmp_path):
    path = tmp_path / "labels.yaml"
    path.write_text(CBAS)
    assert recognise(path).name == "cbas"
    found = read_events(path)
    assert found.ethogram.names == ("dig", "rear", "rest")
    values = labels_of(found, "rec/a.mp4")[:, 0]
    expected = [[1, 0, 0], [1, 0, 0], [-1] * 3, [0, 1, 0], [-1] * 3, [-1] * 3]
    np.testing.assert_array_equal(values, expected)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("labels: {a: &x [], b: *x}", "an alias"),
        ("labels: [" * 3000, "not YAML"),
        ("labels: !!python/object:os.system {}", "not YAML"),
        ("labels: {dig: [{video: v, start: 0, end: 9999999999}]}", "is no frame number"),
        ("labels: {dig: [{start: 0, end: 2}]}", "dig, video: expected a text"),
        ("labels: 3", "expected a mapping"),
    ],
)
def test_cbas_refuses_what_is_no_label(content, message, tmp_path):
    path = tmp_path / "labels.yaml"
    path.write_text(content)
    with pytest.raises(EthoprismError, match=message):
        read_events(path, "cbas")


VOCABULARY = {"attack": 0, "mount": 2, "other": 3}
CALMS21 = {
    "annotator-id_0": {
        "task1/mouse1": {"annotations": [3, 0, 0, 2], "metadata": {"vocab": VOCABULARY}},
        "task1/mouse2": {"keypoints": [], "metadata": {"vocab": VOCABULARY}},
    },
    "annotator-id_1": {
        "task1/mouse1": {"annotations": [3, 3, 3, 2], "metadata": {"vocab": VOCABULARY}}
    },
}


def test_calms21_sequences_of_two_annotators(tmp_path):
    path = tmp_path / "calms21.json"
    path.write_text(json.dumps(CALMS21))
    assert recognise(path).name == "calms21"
    found = read_events(path)
    assert found.ethogram.exclusive_groups == (("attack", "mount"),)
    columns = ["video", "behavior", "start_frame", "stop_frame", "annotator"]
    assert found.events[columns].to_numpy().tolist() == [
        ["task1/mouse1", "attack", 1, 3, "annotator-id_0"],
        ["task1/mouse1", "mount", 3, 4, "annotator-id_0"],
        ["task1/mouse1", "mount", 3, 4, "annotator-id_1"],
    ]
    assert found.observed.to_numpy().tolist() == [["task1/mouse1", 0, 4]]
    assert str(found.losses) == "1 sequences without annotations, first: task1/mouse2"


@pytest.mark.parametrize("number", [1, "0", None, -1, 1e300])
def test_calms21_refuses_what_is_not_in_the_vocabulary(number, tmp_path):
    path = tmp_path / "calms21.json"
    sequence = {"annotations": [0, number], "metadata": {"vocab": VOCABULARY}}
    path.write_text(json.dumps({"annotator-id_0": {"v": sequence}}))
    with pytest.raises(EthoprismError, match="v, frame 1"):
        read_events(path)


def pickled_calms21() -> dict:
    """The same as the data set's converter writes it: arrays in a dictionary."""

    def sequence(told: dict) -> dict:
        arrays = {"keypoints": np.zeros((4, 2, 2, 7)), "scores": np.ones((4, 2, 7))}
        if "annotations" in told:
            arrays["annotations"] = np.array(told["annotations"])
        vocabulary = {name: np.int64(n) for name, n in VOCABULARY.items()}
        return arrays | {"metadata": {"fps": 30, "vocab": vocabulary}}

    return {
        annotator: {video: sequence(told) for video, told in sequences.items()}
        for annotator, sequences in CALMS21.items()
    }


def test_calms21_pickled_is_read_only_where_it_is_trusted(tmp_path):
    path = tmp_path / "calms21_task1_train.npy"
    np.save(path, pickled_calms21(), allow_pickle=True)
    assert recognise(path).name == "calms21"
    with pytest.raises(EthoprismError, match="could run programs") as caught:
        read_events(path)
    assert "--trust-pickle" in str(caught.value) and "\n" not in str(caught.value)
    found = read_events(path, trust_pickle=True)
    plain = tmp_path / "calms21.json"
    plain.write_text(json.dumps(CALMS21))
    expected = read_events(plain)
    pd.testing.assert_frame_equal(found.events, expected.events)
    pd.testing.assert_frame_equal(found.observed, expected.observed)


@pytest.mark.parametrize("protocol", [2, 4])
def test_even_a_trusted_pickle_runs_nothing(protocol, tmp_path):
    path, trace = tmp_path / "calms21.npy", tmp_path / "trace"

    class Harmful:
        def __reduce__(self):
            return Path.touch, (trace,)

    np.save(path, {"annotator-id_0": Harmful()}, allow_pickle=True)
    header = path.read_bytes().partition(b"\n")[0] + b"\n"
    path.write_bytes(header + pickle.dumps(Harmful(), protocol=protocol))
    with pytest.raises(EthoprismError, match="do not trust this file"):
        read_events(path, trust_pickle=True)
    assert not trace.exists()
    np.load(path, allow_pickle=True)
    assert trace.exists()  # which NumPy's own reader would have run


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_pickles_end_in_the_one_error(data, tmp_path):
    path = tmp_path / "calms21.npy"
    np.save(path, pickled_calms21(), allow_pickle=True)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(100, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=3))
    path.write_bytes(content)
    try:
        found = read_events(path, "calms21", trust_pickle=True)
    except EthoprismError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(found, Annotations)


MAMMALPS = {
    "info": {"file_path": "a.mp4"},
    "frames": [{"frame_id": 0, "detections": [{"track_id": 1, "attributes": {"action": "dig"}}]}],
}
SAMPLES = {
    "cvat": cvat([shape(0, "Walk"), shape(2, "Graze")]),
    "mammalps": json.dumps(MAMMALPS),
    "feral": json.dumps(FERAL),
    "calms21": json.dumps(CALMS21),
    "cbas": CBAS,
}
SNIPPETS = st.binary(max_size=3) | st.sampled_from(
    [b"1e308", b"-1", b"NaN", b"99999999999999999999", b"null", b"[]", b'""', b"{", b"<", b"\n"]
)


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_end_in_the_one_error(name, data, tmp_path):
    content = bytearray(SAMPLES[name].encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 12))] = data.draw(SNIPPETS)
        content = content or bytearray(b"\x00")
    path = tmp_path / "labels"
    path.write_bytes(content)
    try:
        found = read_events(path, name)
    except EthoprismError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(found, Annotations)
