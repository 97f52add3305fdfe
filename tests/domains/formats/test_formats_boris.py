"""BORIS files as labs have them: their odd corners, and the real files of BORIS's own tests."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.formats import read_events, recognise, write_events

CONF = {
    "0": {"type": "State event", "code": "walk", "key": "w", "color": "#112233", "category": "go"},
    "1": {"type": "Point event", "code": "peck", "key": "w", "excluded": ""},
    "2": {
        "type": "State event with coding map",
        "code": "rest",
        "excluded": "walk, nobody",
        "color": "red",
        "modifiers": {
            "0": {"name": "where", "type": 1, "values": ["grass (g)", "sand"]},
            "1": {"name": "speed", "type": 2, "values": []},
        },
    },
}


def project(tmp_path, name="labels.boris", **observations):
    content = {
        "time_format": "hh:mm:ss",
        "subjects_conf": {"0": {"name": "A", "key": "1", "description": "white"}},
        "behaviors_conf": CONF,
        "observations": {key.replace("_", " "): value for key, value in observations.items()},
    }
    path = tmp_path / name
    data = json.dumps(content).encode()
    path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    return path


def media(events, files=("a.mp4",), lengths=(10.0,), fps=20.0, **more):
    return {
        "type": "MEDIA",
        "file": {"1": list(files), "2": []},
        "media_info": {
            "length": dict(zip(files, lengths, strict=True)),
            "fps": dict.fromkeys(files, fps),
        },
        "events": events,
        **more,
    }


def twenty(video):
    return np.arange(200) / 20


def spans(found):
    columns = ["video", "subject", "behavior", "start_frame", "stop_frame"]
    return [tuple(row) for row in found.events[columns].to_numpy(dtype=object)]


def losses(found):
    return {loss.what: loss.count for loss in found.losses}


def test_starts_and_stops_are_paired_by_time_whatever_their_order(tmp_path):
    rows = [
        [3.0, "A", "walk", "", ""],
        [1.0, "A", "walk", "", "begin"],
        [2.0, "No focal subject", "walk", "", ""],
        [4.0, "A", "walk", "", ""],
        [2.5, "", "walk", "", "end"],
        [6.0, "A", "walk", "", ""],
        [2.2, "A", "peck", "None", ""],
    ]
    found = read_events(project(tmp_path, one=media(rows)), frame_times=twenty)
    assert spans(found) == [
        ("a.mp4", "A", "walk", 20, 60),
        ("a.mp4", "", "walk", 40, 50),
        ("a.mp4", "A", "peck", 44, 44),
        ("a.mp4", "A", "walk", 80, 120),
    ]
    assert found.events["comment"].tolist() == ["begin", "end", "", ""]
    assert found.events["modifiers"].tolist() == [""] * 4


def test_modifiers_keep_bouts_apart_and_none_is_nothing(tmp_path):
    rows = [
        [1.0, "", "rest", "grass,sand|3.5", "", 20],
        [2.0, "", "rest", "None|None", "", 40],
        [3.0, "", "rest", "grass,sand|3.5", "", 60],
        [4.0, "", "rest", "None|None", "", "NA"],
    ]
    found = read_events(project(tmp_path, one=media(rows)), frame_times=twenty)
    assert spans(found) == [("a.mp4", "", "rest", 20, 60), ("a.mp4", "", "rest", 40, 80)]
    assert found.events["modifiers"].tolist() == ["grass,sand|3.5", ""]


def test_definitions_become_the_ethogram_and_what_does_not_fit_is_told(tmp_path):
    found = read_events(project(tmp_path, one=media([])), frame_times=twenty)
    walk, peck, rest = found.ethogram.behaviors
    assert (walk.kind, peck.kind, rest.kind) == ("state", "point", "state")
    assert (walk.color, walk.key, walk.category) == ("#112233", "w", "go")
    assert rest.excludes == ("walk",) and walk.excludes == ("rest",)
    where, speed = rest.modifiers
    assert (where.kind, where.values) == ("multiple", ("grass", "sand"))
    assert (speed.kind, speed.values) == ("numeric", ())
    assert found.ethogram.subjects[0].description == "white"
    assert losses(found) == {
        "colours of behaviours that are not written #rrggbb": 1,
        "keys that two behaviours or subjects share": 1,
    }


@pytest.mark.parametrize("close", [False, True])
def test_a_state_never_stopped_is_told_and_closed_only_when_asked(tmp_path, close):
    rows = [[1.0, "", "walk", "", ""], [2.0, "", "walk", "", ""], [4.0, "", "walk", "", ""]]
    path = project(tmp_path, one=media(rows))
    found = read_events(path, frame_times=twenty, close_open=close)
    closed = [("a.mp4", "", "walk", 80, 200)] if close else []
    assert spans(found) == [("a.mp4", "", "walk", 20, 40), *closed]
    (loss,) = (loss for loss in found.losses if "never stopped" in loss.what)
    assert (loss.count, loss.where) == (1, "event 3 of one")
    assert ("closed" in loss.what) == close


def test_times_run_on_over_several_files_and_from_the_offset(tmp_path):
    rows = [
        [101.0, "", "peck", "", ""],
        [109.0, "", "walk", "", ""],
        [111.5, "", "walk", "", ""],
        [112.0, "", "peck", "", ""],
        [131.0, "", "peck", "", ""],
    ]
    one = media(rows, ["a.mp4", "b.mp4"], [10.0, 10.0], **{"time offset": 100.0})
    found = read_events(project(tmp_path, one=one), frame_times=twenty)
    assert spans(found) == [
        ("a.mp4", "", "peck", 20, 20),
        ("a.mp4", "", "walk", 180, 200),
        ("b.mp4", "", "walk", 0, 30),
        ("b.mp4", "", "peck", 40, 40),
    ]
    told = losses(found)
    assert told["states that run over the end of a file, split"] == 1
    assert told["events outside their video, left out"] == 1


def test_frames_follow_the_videos_own_times_and_a_disagreement_is_told(tmp_path):
    times = np.cumsum(np.where(np.arange(200) < 100, 0.05, 0.1)) - 0.05
    rows = [[2.0, "", "peck", "", "", 40], [9.95, "", "peck", "", "", 199]]
    found = read_events(project(tmp_path, one=media(rows)), frame_times=lambda video: times)
    second = int(np.abs(times - 9.95).argmin())
    assert found.events["start_frame"].tolist() == [40, second]
    (loss,) = (loss for loss in found.losses if "frame numbers" in loss.what)
    assert loss.count == 1 and f"frame 199 in the file, {second} by its time" in loss.where


def test_the_observed_interval_is_taken_where_it_is_told(tmp_path):
    told = media([], **{"observation time interval": [2.0, 5.0]})
    whole = media([], ["b.mp4"], **{"observation time interval": [0, 0]})
    found = read_events(project(tmp_path, one=told, two=whole), frame_times=twenty)
    assert found.observed.to_numpy().tolist() == [["a.mp4", 40, 100], ["b.mp4", 0, 200]]


def test_without_the_video_the_rate_of_the_file_stands_in_and_is_told(tmp_path):
    found = read_events(project(tmp_path, one=media([[1.0, "", "peck", "", ""]])))
    assert spans(found) == [("a.mp4", "", "peck", 20, 20)]
    assert found.observed.to_numpy().tolist() == [["a.mp4", 0, 200]]
    assert losses(found)["events placed by a constant frame rate, not by the video"] == 1
    nothing = media([[1.0, "", "peck", "", ""]], fps=0.0)
    with pytest.raises(EthoprismError, match=r"the frame times of a\.mp4 are not known"):
        read_events(project(tmp_path, one=nothing))


def test_live_observations_need_a_rate(tmp_path):
    live = {"type": "LIVE", "file": [], "events": [[1.0, "", "peck", "", ""]]}
    path = project(tmp_path, in_the_field=live)
    without = read_events(path)
    assert without.events.empty
    assert (
        losses(without)[
            "events of observations without a video, left out (give their frames per second)"
        ]
        == 1
    )
    found = read_events(path, fps=10.0)
    assert spans(found) == [("in the field", "", "peck", 10, 10)]
    assert found.observed.to_numpy().tolist() == [["in the field", 0, 11]]


def test_of_images_the_numbers_count_even_without_times(tmp_path):
    rows = [
        [None, "", "walk", "", "", 3, "c.png"],
        [float("nan"), "", "walk", "", "", 7, "g.png"],
        [None, "", "peck", "", "", 5, "e.png"],
        [None, "", "peck", "", "", "NA", ""],
    ]
    images = {"type": "IMAGES", "directories_list": ["x"], "events": rows}
    found = read_events(project(tmp_path, stills=images))
    assert spans(found) == [("stills", "", "walk", 2, 6), ("stills", "", "peck", 4, 4)]
    assert losses(found)["events without a time, left out"] == 1


def test_damage_is_told_and_the_rest_is_read(tmp_path):
    rows = [
        [float("nan"), "", "peck", "", ""],
        [1.0, "", "peck", "", ""],
        ["soon"],
        7,
        [2.0, "", "jump", "", ""],
        ["3.0", "", "peck", "", ""],
    ]
    found = read_events(project(tmp_path, one=media(rows)), frame_times=twenty)
    assert [(span[2], span[3]) for span in spans(found)] == [
        ("peck", 20),
        ("jump", 40),
        ("peck", 60),
    ]
    told = losses(found)
    assert told["events without a time, left out"] == 1
    assert told["damaged lines of events, left out"] == 2
    assert told["behaviours that the project does not define, read as points"] == 1


def test_one_observation_of_several_can_be_chosen(tmp_path):
    first, second = ([[t, "", "peck", "", ""]] for t in (1.0, 2.0))
    path = project(tmp_path, "p.boris.gz", one=media(first), two=media(second))
    assert recognise(path).name == "boris"
    both = read_events(path, frame_times=twenty)
    assert [span[3] for span in spans(both)] == [20, 40]
    what = "observations of a video that has several (choose one by its name)"
    assert losses(both)[what] == 2
    alone = read_events(path, frame_times=twenty, observation="two")
    assert [span[3] for span in spans(alone)] == [40]
    with pytest.raises(EthoprismError, match=r"no observation 'three'.*choose among one, two"):
        read_events(path, observation="three")


@pytest.mark.parametrize(("begin", "count"), [(3.0, 0), (2.0, 2)], ids=["apart", "overlapping"])
def test_observations_of_a_stretch_each_are_one_coding(tmp_path, begin, count):
    first, second = ([[t, "", "peck", "", ""]] for t in (1.0, 4.0))
    one, two = (
        media(rows, **{"observation time interval": interval})
        for rows, interval in ((first, [0.0, 3.0]), (second, [begin, 5.0]))
    )
    found = read_events(project(tmp_path, one=one, two=two), frame_times=twenty)
    assert [span[3] for span in spans(found)] == [20, 80]
    what = "observations of a video that has several (choose one by its name)"
    assert losses(found).get(what, 0) == count


def test_a_gzip_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("ethoprism_domains.formats.content.MOST_BYTES", 1 << 20)
    path = tmp_path / "bomb.boris.gz"
    path.write_bytes(gzip.compress(b'{"observations": "' + b"a" * (1 << 25) + b'"}'))
    with pytest.raises(EthoprismError, match="more than 1 MiB"):
        read_events(path, "boris")


def test_json_nested_without_end_is_one_error(tmp_path):
    path = tmp_path / "deep.boris"
    path.write_text('{"observations":' + "[" * 200_000, encoding="utf-8")
    with pytest.raises(EthoprismError, match="JSON"):
        read_events(path, "boris")


def test_names_that_boris_does_not_take_are_changed_and_told(tmp_path, sample, frame_times):
    events = sample.events.assign(subject="A|1", event_id="")
    given = type(sample)(events, sample.observed, sample.ethogram)
    report = write_events(tmp_path / "p.boris", given, "boris", frame_times=frame_times)
    assert [(loss.what, loss.where) for loss in report] == [("subjects renamed", "A|1 is A_1")]


def test_a_project_has_all_that_boris_looks_for(tmp_path, sample, frame_times):
    path = tmp_path / "p.boris"
    write_events(path, sample, "boris", frame_times=frame_times)
    written = json.loads(path.read_text(encoding="utf-8"))
    assert {
        "time_format", "project_date", "project_name", "project_description",
        "project_format_version", "subjects_conf", "behaviors_conf", "observations",
        "behavioral_categories", "behavioral_categories_config", "independent_variables",
        "coding_map", "behaviors_coding_map", "converters",
    } <= set(written)  # fmt: skip
    observation = written["observations"]["v"]
    assert observation["file"]["1"] == ["v.mp4"] and observation["type"] == "MEDIA"
    assert {len(row) for row in observation["events"]} == {6}
    times = [row[0] for row in observation["events"]]
    assert times == sorted(times)


# --- tables


def test_a_table_of_starts_and_stops_with_several_files(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text(
        "Observation id,Observation type,Source,Media duration (s),FPS,Subject,Behavior,"
        "Behavioral category,Modifier #1,Modifier #2,Behavior type,Time,Media file name,Comment\n"
        "o,Media file,player #1:a.mp4;b.mp4|player #2:c.mp4,10.0;10.0|10.0,20;20|20,"
        "No focal subject,walk,go,grass,None,START,8.0,a.mp4,x\n"
        "o,Media file,player #1:a.mp4;b.mp4|player #2:c.mp4,10.0;10.0|10.0,20;20|20,"
        "No focal subject,peck,,,,POINT,13.0,b.mp4,\n"
        "o,Media file,player #1:a.mp4;b.mp4|player #2:c.mp4,10.0;10.0|10.0,20;20|20,"
        "No focal subject,walk,go,grass,None,STOP,12.0,b.mp4,y\n"
        "o,Media file,player #1:a.mp4;b.mp4|player #2:c.mp4,10.0;10.0|10.0,20;20|20,"
        "No focal subject,rest,,,,STOP,12.0,b.mp4,y\n",
        encoding="utf-8",
    )
    assert recognise(path).name == "boris-tabular"
    found = read_events(path, frame_times=twenty)
    assert spans(found) == [
        ("a.mp4", "", "walk", 160, 200),
        ("b.mp4", "", "walk", 0, 40),
        ("b.mp4", "", "peck", 60, 60),
    ]
    assert found.events["modifiers"].tolist() == ["grass|None", "grass|None", ""]
    assert found.ethogram["walk"].category == "go"
    assert losses(found)["stops of states never started, left out"] == 1


def test_an_aggregated_state_without_a_stop_is_told(tmp_path):
    path = tmp_path / "events.tsv"
    header = "Observation id\tMedia file\tTotal length\tFPS\tSubject\tBehavior\tBehavioral category"
    header += "\tModifiers\tBehavior type\tStart (s)\tStop (s)\tDuration (s)\n"
    start = "o\ta.mp4\t10.0\t20.0\tA\t"
    rows = "walk\t\t\tSTATE\t1.0\tNA\tNA", "peck\t\t\tPOINT\t2.0\tNA\tNA"
    path.write_text(header + "".join(f"{start}{row}\n" for row in rows), encoding="utf-8")
    assert recognise(path).name == "boris-aggregated"
    found = read_events(path, frame_times=twenty)
    assert spans(found) == [("a.mp4", "A", "peck", 40, 40)]
    closed = read_events(path, frame_times=twenty, close_open=True)
    assert spans(closed)[0] == ("a.mp4", "A", "walk", 20, 200)


# --- real files

LENGTHS = {"video_test_25fps_360s.mp4": 8999, "video_test_25fps_180s.mp4": 4499}


def real_times(video):
    return np.arange(LENGTHS[video]) / 25 if video in LENGTHS else None


@pytest.mark.parametrize(
    ("name", "observation", "count"),
    [
        ("test_export_aggregated_events_test_full_1.tsv", "observation #2", 18),
        ("test_export_events_tabular.tsv", "observation #1", 4),
    ],
)
def test_boris_own_exports_agree_with_its_project(real_labels, name, observation, count):
    folder = real_labels / "boris"
    exported = read_events(folder / name, frame_times=real_times)
    read = read_events(folder / "test2.boris", observation=observation, frame_times=real_times)
    said = ["video", "subject", "behavior", "kind", "start_frame"]
    exported, read = (found.events.sort_values(said) for found in (exported, read))
    assert len(read) == len(exported) == count
    assert exported[said[:4]].to_numpy().tolist() == read[said[:4]].to_numpy().tolist()
    for edge in ("start_frame", "stop_frame"):
        # 255.34 s - 179.96 s lies half-way between two frames: the sums round either way
        assert np.abs(exported[edge].to_numpy() - read[edge].to_numpy()).max() <= 1


def test_the_real_project_survives_being_written(real_labels, tmp_path):
    path = real_labels / "boris" / "test2.boris"
    assert recognise(path).name == "boris"
    read = read_events(path, observation="observation #2", frame_times=real_times)
    report = write_events(tmp_path / "again.boris", read, "boris", frame_times=real_times)
    again = read_events(tmp_path / "again.boris", frame_times=real_times)
    assert not report and not again.losses
    pd.testing.assert_frame_equal(again.events, read.events)
    assert again.ethogram == read.ethogram


def test_the_whole_real_project_tells_what_it_left_out(real_labels):
    found = read_events(real_labels / "boris" / "test2.boris", frame_times=real_times)
    told = losses(found)
    assert told["observations' independent variables"] == 9
    assert told["states never stopped, left out"] == 1
    assert len(found.events) == 33
