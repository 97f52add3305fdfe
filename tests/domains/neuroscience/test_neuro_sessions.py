import shutil
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import read_regions
from ethoprism_domains.checking import check_dataset
from ethoprism_domains.neuroscience import read_signal
from ethoprism_domains.neuroscience.adapter import NEUROSCIENCE
from ethoprism_domains.registry import read_dataset, recognise_domain

from .made_sessions import FRAMES, RATE, exposures, write_line, write_pictures, write_session


def kinds(dataset) -> dict[str, int]:
    return {finding.kind: finding.count for finding in check_dataset(dataset) if finding.wrong}


def test_sessions_are_found_by_what_their_files_are_called(study: Path):
    assert recognise_domain(study).name == "neuroscience"
    dataset = read_dataset(study)
    assert [item.name for item in dataset.recordings] == ["m1/day1/cam.mp4", "m2/day1/cam.mp4"]
    first = dataset.recordings[0]
    assert dict(first.groups) == {"session": "m1/day1", "animal": "m1"}
    assert first.individuals == ("m",)
    assert set(first.signals) == {"photometry"}
    assert first.tracks == study / "m1" / "day1" / "cam_dlc.csv"
    assert dataset.ethogram.names == ("groom", "lick")
    assert len(dataset.annotations.events) == 6
    assert dataset.habits.group_by == "animal"
    sampling = dataset.habits.sampling
    assert (sampling.kind, sampling.milliseconds) == ("window", 500)


def test_frames_are_on_the_experiments_clock_to_a_tenth_of_a_frame(study: Path):
    for recording in read_dataset(study).recordings:
        assert len(recording.clock.seconds) == FRAMES
        assert np.abs(recording.clock.seconds - exposures()).max() < 0.1 / RATE


def test_pulses_without_pictures_are_findings(study: Path):
    found = [item for item in read_dataset(study).findings if item.where == "m2/day1/cam.mp4"]
    assert {item.kind for item in found} >= {"pulses after the last frame", "frames disagree"}
    counts = next(item for item in found if item.kind == "frames disagree")
    assert counts.what == "the video has 300 frames, its clock 302 pulses"
    assert counts.count == 2


def test_pictures_that_the_file_lacks_are_dropped_frames(tmp_path: Path):
    folder = write_session(tmp_path / "s1", dropped=(140, 141))
    pulses = exposures(FRAMES + 2)
    write_pictures(folder / "cam.mp4", FRAMES, RATE, skipped=(140, 141))
    dataset = read_dataset(tmp_path)
    (dropped,) = [item for item in dataset.findings if item.kind == "dropped frame"]
    assert dropped.count == 2
    assert dropped.wrong
    assert "before frame 140" in dropped.what
    seconds = dataset.recordings[0].clock.seconds
    assert np.abs(seconds - np.delete(pulses, [140, 141])).max() < 0.1 / RATE


def test_missing_and_doubled_pulses_are_findings_with_their_frames(tmp_path: Path):
    folder = write_session(tmp_path / "s1")
    pulses = exposures()
    odd = np.sort(np.append(np.delete(pulses, [100, 101]), pulses[50] + 0.0015))
    (folder / "camera_ttl.csv").unlink()
    table = pd.DataFrame({"time_s": odd})
    table.to_csv(folder / "timestamps.csv", index=False)
    dataset = read_dataset(tmp_path)
    found = {item.kind: item for item in dataset.findings}
    assert found["missing pulse"].count == 2
    assert "frames 100 to 101" in found["missing pulse"].what
    assert found["doubled pulse"].wrong
    seconds = dataset.recordings[0].clock.seconds
    assert np.abs(seconds - pulses).max() < 0.1 / RATE


PLAN = """
window_ms: 200
group_by: session
regions: {{face: "0%,0%,50%,50%", paws: [32, 24, 32, 24]}}
clock: {{low: true}}
about: {{species: Mus musculus}}
sessions:
  one:
    folder: m1/day1
    animal: anna
    start: "2026-05-01T21:30:00+02:00"
    clock: {{pulses: camera_ttl.csv, low: false, moment: start}}
    signals: {{dff: photometry.csv}}
  two:
    folder: m2/day1
    animal: ben
    clock: {{pulses: camera_ttl.csv, low: false}}
    regions: {{face: "1,1,20,20", paws: "30,20,20,20"}}
{more}
"""


def planned(study: Path, tmp_path: Path, more: str = "", old: str = "", new: str = "") -> Path:
    root = tmp_path / "copy"
    shutil.copytree(study, root)
    text = PLAN.format(more=more).replace(old, new) if old else PLAN.format(more=more)
    (root / "sessions.yaml").write_text(text, encoding="utf-8")
    return root


def test_a_plain_description_says_what_the_names_do_not(study: Path, tmp_path: Path):
    dataset = read_dataset(planned(study, tmp_path))
    one, two = dataset.recordings
    assert (one.groups["animal"], two.groups["session"]) == ("anna", "two")
    assert one.clock.start.utcoffset() == timedelta(hours=2)
    assert set(one.signals) == {"dff"}
    assert one.metadata["species"] == "Mus musculus"
    assert one.regions == read_regions({"face": "0%,0%,50%,50%", "paws": "32,24,32,24"})
    assert two.regions == read_regions({"face": "1,1,20,20", "paws": "30,20,20,20"})
    assert dataset.habits.group_by == "session"
    sampling = dataset.habits.sampling
    assert (sampling.kind, sampling.milliseconds) == ("region", 200)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("window_ms: 200", "window_ms: long", "window_ms"),
        ("  one:", "  one:\n    colour: red", "unknown entries colour"),
        ("moment: start", "moment: noon", "no moment of a pulse"),
        ("low: false, moment", "timestamps: a.csv, moment", "names no file, or two"),
        ("+02:00", "", "time zone"),
        ('50%,50%"', '50%"', "face"),
        ("folder: m1/day1", "folder: nowhere", "there is no folder"),
        ("window_ms: 200", "window_ms: [", "cannot be read as YAML"),
    ],
)
def test_a_mistake_in_the_description_is_told(study: Path, tmp_path: Path, old, new, told):
    with pytest.raises(EthoprismError, match=told) as raised:
        read_dataset(planned(study, tmp_path, old=old, new=new))
    assert "sessions.yaml" in str(raised.value)


def test_what_cannot_be_read_of_a_session_is_a_finding(study: Path, tmp_path: Path):
    root = tmp_path / "copy"
    shutil.copytree(study, root)
    day = root / "m1" / "day1"
    (day / "camera_ttl.csv").write_text("time_s,volts\n0,0\n1,0\n", encoding="utf-8")
    (day / "labels.csv").write_text("video,behavior,start_frame,stop_frame\nother.mp4,a,1,2\n")
    (day / "notes.md").write_text("# a good day\n", encoding="utf-8")
    dataset = read_dataset(root)
    found = {item.kind: item for item in dataset.findings if item.where.startswith("m1")}
    assert "the line never changes" in found["unreadable file"].what
    assert "'other.mp4'" in found["unlisted video"].what
    assert found["unknown file"].where == "m1/day1/notes.md"
    assert not found["unknown file"].wrong
    assert dataset.recordings[0].clock.seconds is None


def test_two_cameras_have_their_own_files_and_share_the_rest(tmp_path: Path):
    folder = write_session(tmp_path / "s1")
    write_pictures(folder / "side.mp4", 100, RATE)
    (folder / "camera_ttl.csv").rename(folder / "cam_ttl.csv")
    write_line(folder / "side_ttl.csv", 7 + exposures(100))
    dataset = read_dataset(tmp_path)
    cam, side = dataset.recordings
    assert side.clock.seconds[0] - cam.clock.seconds[0] == pytest.approx(7, abs=1e-3)
    assert (len(cam.annotations.events), len(side.annotations.events)) == (3, 0)
    assert set(cam.signals) == set(side.signals) == {"photometry"}
    assert side.tracks is None


def test_a_clock_that_could_be_several_files_is_not_guessed(tmp_path: Path):
    folder = write_session(tmp_path / "s1")
    shutil.copy(folder / "camera_ttl.csv", folder / "other_ttl.csv")
    dataset = read_dataset(tmp_path)
    assert {"several files", "no clock"} <= {item.kind for item in dataset.findings if item.wrong}
    assert dataset.recordings[0].clock.seconds is None


def test_a_folder_without_sessions_is_none(tmp_path: Path):
    write_pictures(tmp_path / "a" / "v.mp4", 5, RATE)
    assert not NEUROSCIENCE.recognises(tmp_path)
    with pytest.raises(EthoprismError, match="no session is found"):
        NEUROSCIENCE.read(tmp_path)


def test_the_table_that_align_writes_is_a_clock_too(tmp_path: Path):
    folder = write_session(tmp_path / "s1")
    (folder / "camera_ttl.csv").unlink()
    frames = pd.DataFrame({"frame": range(FRAMES), "clock_s": exposures(), "has_pulse": 1})
    frames.to_csv(folder / "frame_times.csv", index=False)
    dataset = read_dataset(tmp_path)
    assert np.allclose(dataset.recordings[0].clock.seconds, exposures())
    assert kinds(dataset) == {}


def test_the_signal_is_read_where_the_recording_says(study: Path):
    where = read_dataset(study).recordings[0].signals["photometry"]
    assert read_signal(where.path, where.series, where.rate).channels == ("dff",)
