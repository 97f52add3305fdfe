"""NWB: what we write by pynwb's eyes and the inspector's, and files as other tools write them."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import h5py
import numpy as np
import pytest
from ndx_ethogram import EthogramBouts
from nwbinspector import Importance, inspect_nwbfile
from pynwb import NWBHDF5IO, NWBFile
from pynwb.behavior import BehavioralEpochs, IntervalSeries
from pynwb.core import VectorData
from pynwb.epoch import TimeIntervals
from pynwb.event import DurationVectorData, EventsTable, TimestampVectorData
from pynwb.image import ImageSeries
from pynwb.misc import AnnotationSeries

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations, Behavior, Ethogram, make_events, make_observed
from ethoprism_domains.formats import read_events, recognise, write_events

TIMES = np.cumsum(np.linspace(0.02, 0.05, 50)) - 0.02


def coded() -> Annotations:
    """Bouts of two people and a model, a point, and what is not present."""
    said = [
        ("A", "walk", 2, 9, {"annotator": "anna", "modifiers": "fast"}),
        ("B", "walk", 4, 12, {"annotator": "ben", "comment": "at the wall"}),
        ("A", "rest", 20, 30, {"labeling_method": "automated", "model": "p", "confidence": 0.75}),
        ("A", "rest", 30, 40, {"judgement": "unsure", "annotator": "anna"}),
        ("A", "peck", 15, 15, {"annotator": "anna", "comment": "once"}),
    ]
    names = ("subject", "behavior", "start_frame", "stop_frame")
    events = [dict(zip(names, row, strict=False)) | row[4] | {"video": "v.mp4"} for row in said]
    ethogram = Ethogram((Behavior("walk"), Behavior("rest"), Behavior("peck", kind="point")))
    seen = [{"video": "v.mp4", "start_frame": 0, "stop_frame": 45}]
    return Annotations(make_events(events), make_observed(seen), ethogram)


@pytest.fixture
def session() -> NWBFile:
    """A file of another tool, without behaviour yet."""
    return NWBFile("a session", "1", datetime(2024, 5, 1, tzinfo=UTC))


def column(name: str, values: list) -> VectorData:
    return VectorData(name=name, description=name, data=values)


def saved(file: NWBFile, path: Path) -> Path:
    with NWBHDF5IO(path, "w") as opened:
        opened.write(file)
    return path


def spans(found: Annotations) -> list[tuple]:
    columns = ["behavior", "kind", "start_frame", "stop_frame"]
    return list(found.events[columns].itertuples(index=False, name=None))


def test_other_programs_find_bouts_points_and_what_was_observed(tmp_path):
    path, video = tmp_path / "out" / "labels.nwb", tmp_path / "v.mp4"
    path.parent.mkdir()
    video.write_bytes(b"a video")
    write_events(
        path,
        coded(),
        "nwb",
        frame_times=lambda name: TIMES,
        video_path=lambda name: video,
    )
    with NWBHDF5IO(path, "r") as opened:
        file = opened.read()
        tables = file.processing["behavior"].data_interfaces
        assert sorted(tables) == [
            "bouts_automated",
            "bouts_manual",
            "bouts_manual_2",
            "ethogram",
            "judged_states",
        ]
        anna, model = tables["bouts_manual"], tables["bouts_automated"]
        assert (anna.labeling_method, anna.annotator) == ("manual", "anna")
        assert (model.labeling_method, model.source_software) == ("automated", "p")
        row = anna.to_dataframe().iloc[0]
        assert (row["label"], row["subject"], row["modifiers"]) == ("walk", "A", "fast")
        assert (row["start_time"], row["stop_time"]) == (TIMES[2], TIMES[9])
        assert model.to_dataframe()["confidence"].tolist() == [0.75]
        assert anna.ethogram.to_dataframe()["behavior"].tolist() == ["walk", "rest", "peck"]
        observed = anna.observation_intervals.to_dataframe()
        assert observed[["start_time", "stop_time"]].to_numpy().tolist() == [[0, TIMES[45]]]
        points = file.events["points"].to_dataframe()
        assert points[["timestamp", "label", "annotation"]].to_numpy().tolist() == [
            [TIMES[15], "peck", "once"]
        ]
        assert anna.source_video.external_file[:].tolist() == ["../v.mp4"]
        np.testing.assert_array_equal(anna.source_video.timestamps[:], TIMES)


@pytest.mark.parametrize("times", [TIMES, np.arange(50) / 25, None], ids=["own", "rate", "none"])
def test_the_inspector_finds_nothing_critical(times, tmp_path):
    path, video = tmp_path / "labels.nwb", tmp_path / "v.mp4"
    video.write_bytes(b"a video")
    known = {} if times is None else {"frame_times": lambda v: times, "video_path": lambda v: video}
    write_events(path, coded(), "nwb", fps=25.0, **known)
    messages = list(inspect_nwbfile(nwbfile_path=path))
    worst = [
        item
        for item in messages
        if item.importance.value > Importance.BEST_PRACTICE_VIOLATION.value
    ]
    assert messages and not worst, [item.message for item in worst]
    # who the animal is, only the lab knows
    told = [i.message for i in messages if i.importance == Importance.BEST_PRACTICE_VIOLATION]
    assert told == ["Subject species is missing."]


def test_without_the_video_its_own_frames_count(tmp_path):
    path = tmp_path / "labels.nwb"
    write_events(path, coded(), "nwb", frame_times=lambda name: TIMES)
    found = read_events(path)
    assert spans(found)[0] == ("walk", "state", 2, 9)
    assert found.observed.to_numpy().tolist() == [["v.mp4", 0, 45]]
    assert found.events["start_s"].iloc[0] == TIMES[2]
    assert not found.losses


def test_the_rate_and_length_of_its_video_stand_in_for_the_video(tmp_path):
    path, times = tmp_path / "labels.nwb", np.arange(50) / 25
    whereabouts = {"video_path": lambda name: tmp_path / "v.mp4"}
    write_events(path, coded(), "nwb", frame_times=lambda name: times, **whereabouts)
    with h5py.File(path, "r+") as file:
        del file["intervals/observed"], file["processing/behavior/bouts_manual/start_frame"]
    found = read_events(path)
    assert spans(found)[0] == ("walk", "state", 2, 9)
    assert found.observed.to_numpy().tolist() == [["v.mp4", 0, 50]]
    assert "placed by a constant frame rate" in str(found.losses)


def test_seconds_are_the_truth_and_frames_that_differ_are_told(tmp_path):
    path = tmp_path / "labels.nwb"
    write_events(path, coded(), "nwb", frame_times=lambda name: TIMES)
    with h5py.File(path, "r+") as file:
        file["processing/behavior/bouts_manual/start_frame"][0] = 3
    found = read_events(path, frame_times=lambda name: TIMES)
    assert spans(found)[0] == ("walk", "state", 2, 9)
    told = "1 events whose frames are not those of their times, which count"
    assert str(found.losses) == f"{told}, first: row 0 of bouts_manual"


def test_plain_intervals_and_events_on_the_clock_of_a_camera(session, tmp_path):
    stamps = 100.0 + np.arange(20) * 0.04
    session.add_acquisition(
        ImageSeries(
            name="camera",
            external_file=["videos/side.avi"],
            format="external",
            starting_frame=[0],
            unit="n.a.",
            timestamps=stamps,
        )
    )
    session.add_trial(start_time=100.0, stop_time=100.4)
    times = [column("start_time", [100.2]), column("stop_time", [100.4])]
    table = TimeIntervals(name="grooming", description="d", columns=times)
    session.add_time_intervals(table)
    licks = [
        TimestampVectorData(name="timestamp", description="t", data=[100.12, 100.4]),
        DurationVectorData(name="duration", description="t", data=[np.nan, 0.08]),
        column("event_type", ["lick", "drink"]),
        column("animal", ["m1", "m1"]),
        column("volume", [1.0, 2.0]),
    ]
    session.add_events_table(EventsTable(name="licks", description="d", columns=licks))
    found = read_events(saved(session, tmp_path / "other.nwb"))
    assert sorted(spans(found)) == [
        ("drink", "state", 10, 12),
        ("grooming", "state", 5, 10),
        ("lick", "point", 3, 3),
    ]
    assert set(found.events["subject"]) == {"", "m1"}
    assert found.observed.to_numpy().tolist() == [["side.avi", 0, 20]]
    told = "1 tables that tell of no behaviour, first: trials\n"
    assert str(found.losses) == told + (
        "1 columns that annotations have no place for, first: licks, volume"
    )


def test_bouts_of_other_tools_with_their_method_and_software(session, tmp_path):
    observed = TimeIntervals(name="scored", description="d")
    observed.add_row(start_time=0.0, stop_time=2.0)
    session.add_time_intervals(observed)
    bouts = EthogramBouts(
        name="found",
        description="d",
        labeling_method="automated",
        source_software="VAME 1.1",
        observation_intervals=observed,
    )
    bouts.add_row(start_time=0.5, stop_time=1.0, label="7")
    session.create_processing_module("behavior", "b").add(bouts)
    path = saved(session, tmp_path / "other.nwb")
    found = read_events(path, video="a.mp4", fps=10.0)
    assert spans(found) == [("7", "state", 5, 10)]
    said = found.events[["labeling_method", "model"]].to_numpy().tolist()
    assert said == [["automated", "VAME 1.1"]]
    assert found.observed.to_numpy().tolist() == [["a.mp4", 0, 20]]
    unnamed = read_events(path, fps=10.0)
    assert unnamed.videos == ("other",)
    told = "tables that do not tell their video, called by the file, first: found"
    assert told in str(unnamed.losses)
    with pytest.raises(EthoprismError, match=r"frame times of a\.mp4 are not known"):
        read_events(path, video="a.mp4")


def test_series_of_intervals_and_annotations(session, tmp_path):
    runs = IntervalSeries(name="run", data=[1, -1, 1, -1], timestamps=[0.0, 1.0, 2.0, 2.5])
    module = session.create_processing_module("behavior", "b")
    module.add(BehavioralEpochs(interval_series=runs))
    with pytest.warns(UserWarning, match="AnnotationSeries is deprecated"):
        notes = AnnotationSeries(name="notes", data=["sneeze"], timestamps=[1.5])
    session.add_acquisition(notes)
    path = saved(session, tmp_path / "other.nwb")
    with h5py.File(path, "r+") as file:
        file.copy("acquisition/notes", "acquisition/odd")
        del file["acquisition/odd/timestamps"]
    found = read_events(path, video="a.mp4", fps=10.0, observed="coded span")
    assert "columns that annotations have no place for, first: odd, data" in str(found.losses)
    assert spans(found) == [
        ("run", "state", 0, 10),
        ("sneeze", "point", 15, 15),
        ("run", "state", 20, 25),
    ]


def test_the_real_file_of_ndx_events(real_labels):
    path = real_labels / "ndx-events" / "test_events.nwb"
    assert recognise(path).name == "nwb"
    found = read_events(path, video="a.mp4", fps=30.0, observed="coded span")
    assert {"phones", "smallAnimal", "55"} <= set(found.ethogram.names)
    stimuli = found.events[found.events["kind"] == "state"]
    np.testing.assert_allclose(stimuli["start_s"], [6821.208, 6825.208], atol=1 / 60)


def test_other_hdf5_is_not_taken_for_it(tmp_path):
    for name, items in {"sleap": ("tracks", "node_names"), "jabs": ("predictions",)}.items():
        with h5py.File(tmp_path / f"{name}.h5", "w") as file:
            for item in items:
                file.create_group(item)
        with pytest.raises(EthoprismError, match="no label format is recognised"):
            recognise(tmp_path / f"{name}.h5")
        with pytest.raises(EthoprismError, match="the file is no NWB"):
            read_events(tmp_path / f"{name}.h5", "nwb")


def test_a_file_without_behaviour(session, tmp_path):
    with pytest.raises(EthoprismError, match="no table of behaviour in it"):
        read_events(saved(session, tmp_path / "other.nwb"), video="a.mp4")


def test_without_the_extra_one_line_says_how_and_reading_does_without(tmp_path, monkeypatch):
    path = tmp_path / "old" / "labels.nwb"
    path.parent.mkdir()
    write_events(path, coded(), "nwb", fps=25.0)
    monkeypatch.setitem(sys.modules, "pynwb", None)
    with pytest.raises(EthoprismError) as caught:
        write_events(tmp_path / "labels.nwb", coded(), "nwb", fps=25.0)
    assert 'pip install "ethoprism[nwb]"' in str(caught.value)
    assert not (tmp_path / "labels.nwb").exists()
    assert len(read_events(path).events) == 5
