"""Sessions as NWB: what is written comes back, and pynwb and the inspector agree with it."""

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import h5py
import numpy as np
import pytest
from nwbinspector import Importance, inspect_nwbfile
from pynwb import NWBHDF5IO, NWBFile, TimeSeries
from pynwb.behavior import Position, SpatialSeries

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.pose_files import read_poses, read_tracks
from ethoprism_domains.base import Recording
from ethoprism_domains.neuroscience import Spikes, read_signal
from ethoprism_domains.neuroscience.nwb_writing import write_session
from ethoprism_domains.registry import read_dataset

from .made_sessions import FRAMES, KEYPOINTS, RATE, exposures

START = datetime.fromisoformat("2026-05-01T21:30:00+02:00")
ABOUT = {
    "species": "Mus musculus",
    "sex": "F",
    "age": "P90D",
    "experimenter": "Doe, Jane",
    "institution": "A university",
    "lab": "A lab",
}


@pytest.fixture(scope="module")
def recording(study: Path) -> Recording:
    first = read_dataset(study).recordings[0]
    clock = replace(first.clock, start=START)
    spikes = study / "spikes.csv"
    rows = [f"{time:.4f},{unit}" for unit in ("a", "b") for time in (42.1003, 42.4, 42.9)]
    spikes.write_text("time,unit\n" + "\n".join(rows) + "\n", encoding="utf-8")
    where = replace(first.signals["photometry"], path=spikes)
    signals = {**first.signals, "spikes": where}
    return replace(first, clock=clock, metadata=ABOUT, signals=signals)


@pytest.fixture(scope="module")
def written(recording: Recording, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("out") / "m1.nwb"
    assert not write_session(recording, path)
    return path


def test_a_session_comes_back_as_it_was(recording: Recording, written: Path):
    dataset = read_dataset(written)
    (found,) = dataset.recordings
    assert found.video.resolve() == recording.video.resolve()
    assert np.allclose(found.clock.seconds, recording.clock.seconds, atol=1e-9)
    assert abs((found.clock.start - START).total_seconds()) < 1e-6
    assert dict(found.groups) == {"session": "m1_day1", "animal": "m1"}
    assert dict(found.metadata) == ABOUT
    columns = ["behavior", "subject", "start_frame", "stop_frame", "event_id", "labeling_method"]
    ours, theirs = (item.annotations.events[columns] for item in (recording, found))
    assert theirs.to_numpy().tolist() == ours.to_numpy().tolist()
    spans = ["start_frame", "stop_frame"]
    assert found.annotations.observed[spans].to_numpy().tolist() == [[0, FRAMES]]
    assert not [item for item in dataset.findings if item.wrong]


def test_signals_come_back_on_the_same_clock(recording: Recording, written: Path):
    (found,) = read_dataset(written).recordings
    assert set(found.signals) == {"photometry", "units"}
    pairs = [("photometry", "photometry"), ("units", "spikes")]
    for name, before in pairs:
        one, other = found.signals[name], recording.signals[before]
        signal, expected = read_signal(one.path, one.series), read_signal(other.path)
        if isinstance(expected, Spikes):
            assert [t.tolist() for t in signal.times] == [t.tolist() for t in expected.times]
            assert signal.span == expected.span
        else:
            assert np.allclose(signal.times, expected.times, atol=1e-6)
            assert np.array_equal(signal.values, expected.values)


def test_poses_come_back_with_their_names(recording: Recording, written: Path):
    times = np.arange(FRAMES) / RATE
    found, expected = (read_poses(path, times) for path in (written, recording.tracks))
    assert found.keypoints == expected.keypoints == KEYPOINTS
    assert np.array_equal(found.points, expected.points)
    assert np.allclose(found.confidence, expected.confidence)
    (again,) = read_dataset(written).recordings
    boxes = read_tracks(again.tracks, times)
    assert np.array_equal(boxes["position"], read_tracks(recording.tracks, times)["position"])


def test_pynwb_reads_the_video_on_the_clock_and_who_said_what(written: Path):
    with NWBHDF5IO(written, "r") as io:
        file = io.read()
        video = file.acquisition["video"]
        assert video.starting_frame[:].tolist() == [0]
        assert np.abs(video.timestamps[:] - exposures()).max() < 0.1 / RATE
        bouts = file.processing["behavior"]["bouts_manual"]
        assert bouts.labeling_method == "manual"
        assert bouts.source_video is video
        assert np.abs(bouts["start_time"][0] - exposures()[20]) < 0.1 / RATE
        pose = file.processing["behavior"]["animal_1"]
        assert pose.source_video is video
        assert file.units["unit_name"][:].tolist() == ["a", "b"]


def test_the_inspector_finds_no_violation(written: Path):
    messages = list(inspect_nwbfile(nwbfile_path=written))
    least = Importance.BEST_PRACTICE_VIOLATION.value
    told = [item.message for item in messages if item.importance.value >= least]
    assert not told


def other_session(path: Path) -> Path:
    """A session of another lab: its own signal, and a video without behaviour."""
    file = NWBFile("A session", "abc", START, session_id="theirs")
    times = np.arange(0, 5, 0.1)
    file.add_acquisition(TimeSeries(name="lick_rate", data=times * 2, unit="Hz", timestamps=times))
    file.create_processing_module("behavior", "theirs")
    with NWBHDF5IO(path, "w") as io:
        io.write(file)
    return path


def test_behaviour_is_added_to_a_file_that_keeps_what_it_holds(
    recording: Recording, tmp_path: Path
):
    path = other_session(tmp_path / "theirs.nwb")
    before = path.read_bytes()
    out = tmp_path / "with behaviour.nwb"
    write_session(recording, out, into=path)
    assert path.read_bytes() == before
    with NWBHDF5IO(out, "r") as io:
        file = io.read()
        assert file.identifier == "abc"
        assert file.acquisition["lick_rate"].data[:3].tolist() == pytest.approx([0, 0.2, 0.4])
        assert len(file.processing["behavior"]["bouts_manual"]) == 3
    (found,) = read_dataset(out).recordings
    assert len(found.annotations.events) == 3
    assert {"lick_rate", "photometry"} <= set(found.signals)


def test_adding_twice_keeps_both_and_one_video(recording: Recording, tmp_path: Path):
    path = tmp_path / "s.nwb"
    write_session(recording, path)
    events = recording.annotations.events.assign(
        labeling_method="automated", model="probe", event_id=["x", "y", "z"]
    )
    annotations = replace(recording.annotations, events=events)
    second = replace(recording, annotations=annotations, signals={}, tracks=None)
    write_session(second, path, into=path)
    with NWBHDF5IO(path, "r") as io:
        file = io.read()
        assert [name for name in file.acquisition if name.startswith("video")] == ["video"]
        automated = file.processing["behavior"]["bouts_automated"]
        assert automated.source_software == "probe"
        assert len(file.processing["behavior"]["bouts_manual"]) == 3
    (found,) = read_dataset(path).recordings
    assert sorted(found.annotations.events["labeling_method"]) == ["automated"] * 3 + ["manual"] * 3
    worst = Importance.BEST_PRACTICE_VIOLATION.value
    assert not [m for m in inspect_nwbfile(nwbfile_path=path) if m.importance.value >= worst]


def test_a_file_is_left_as_it_was_where_adding_fails(
    recording: Recording, tmp_path: Path, monkeypatch
):
    path = other_session(tmp_path / "theirs.nwb")
    before = path.read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(NWBHDF5IO, "write", fail)
    with pytest.raises(EthoprismError, match="disk full"):
        write_session(recording, path, into=path)
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["theirs.nwb"]


def test_what_is_no_nwb_is_not_added_to(recording: Recording, tmp_path: Path):
    path = tmp_path / "no.nwb"
    path.write_text("nothing", encoding="utf-8")
    with pytest.raises(EthoprismError, match="NWB"):
        write_session(recording, path, into=path)


def test_positions_of_the_core_are_poses_too(tmp_path: Path):
    file = NWBFile("A session", "abc", START)
    times = 100 + np.arange(40) / 20
    position = Position(name="mouse")
    for name, offset in (("nose", 0), ("tail", 5)):
        data = np.stack([np.arange(40.0) + offset, np.full(40, 3.0 + offset)], axis=1)
        position.add_spatial_series(
            SpatialSeries(
                name=name, data=data, reference_frame="corner", unit="pixels", timestamps=times
            )
        )
    module = file.create_processing_module("behavior", "b")
    module.add(position)
    with NWBHDF5IO(tmp_path / "p.nwb", "w") as io:
        io.write(file)
    poses = read_poses(tmp_path / "p.nwb", times - 100)
    assert poses.keypoints == ("nose", "tail")
    assert list(poses.individuals) == ["mouse"]
    assert poses.points[7, :, 1, 0].tolist() == [12, 8]
    with pytest.raises(EthoprismError, match="which frames its poses are of"):
        read_poses(tmp_path / "p.nwb", np.arange(60) / 20)


def test_a_video_that_has_moved_is_found_beside_the_file(
    recording: Recording, written: Path, tmp_path: Path
):
    far = tmp_path / "far" / "away"
    far.mkdir(parents=True)
    shutil.copy(written, far / "m1.nwb")
    (found,) = read_dataset(far).recordings
    assert not found.video.is_file()  # by the path that the file tells
    shutil.copy(recording.video, far / "cam.mp4")
    (found,) = read_dataset(far).recordings
    assert found.video == far / "cam.mp4"


def test_a_damaged_file_is_a_finding_of_its_folder(study: Path, written: Path, tmp_path: Path):
    shutil.copytree(study / "m1", tmp_path / "m1")
    with h5py.File(tmp_path / "bad.nwb", "w") as file:
        file.attrs["something"] = 1
    dataset = read_dataset(tmp_path)
    (bad,) = [item for item in dataset.findings if item.kind == "unreadable file"]
    assert bad.where == "bad"
    assert len(dataset.recordings) == 1
