"""Camtrap DP: what is written is valid against the published schema, and real packages are read."""

import json

import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations, derive_ethogram, make_events, make_observed
from ethoprism_domains.formats import read_events, write_events

FRAME_TIMES = np.arange(300) / 10
MEDIA = (
    "mediaID,deploymentID,captureMethod,timestamp,filePath,filePublic,fileName,fileMediatype\n"
    "m1,d1,activityDetection,2024-05-01T10:00:00+02:00,a/v.mp4,true,v.mp4,video/mp4\n"
    "m2,d1,activityDetection,2024-05-01T11:00:00+02:00,a/p.jpg,true,p.jpg,image/jpeg\n"
)
HEADER = (
    "observationID,deploymentID,mediaID,eventStart,eventEnd,observationLevel,observationType,"
    "scientificName,count,behavior,individualID,classificationMethod,classifiedBy,"
    "classificationProbability,observationTags\n"
)


def annotations() -> Annotations:
    span = {"video": "v.mp4", "subject": "RD213", "start_frame": 12, "stop_frame": 47}
    events = [
        {**span, "behavior": "grazing", "confidence": 0.7, "annotator": "Anna | Bo: 5 %"},
        {**span, "behavior": "vigilance", "judgement": "absent", "comment": 'a "b"\nc'},
        {**span, "behavior": "running", "judgement": "unsure", "modifiers": "fast|3"},
        {**span, "behavior": "walking", "labeling_method": "automated", "model": "probe 1"},
        {**span, "behavior": "walking", "labeling_method": "curated", "stop_frame": 60},
    ]
    observed = [{"video": "v.mp4", "start_frame": 0, "stop_frame": 100}]
    table = make_events(events)
    return Annotations(table, make_observed(observed), derive_ethogram(table))


@pytest.mark.parametrize("has_media", [True, False])
def test_what_is_written_is_valid(has_media, real_labels, tmp_path, rows_of, table_problems):
    if has_media:
        (tmp_path / "media.csv").write_text(MEDIA)
    path = tmp_path / "observations.csv"
    assert not write_events(path, annotations(), "camtrap-dp", frame_times=lambda _: FRAME_TIMES)
    text = (real_labels / "camtrap-dp" / "observations-table-schema.json").read_text("utf-8")
    schema = json.loads(text)
    names, rows = rows_of(path)
    assert names == [field["name"] for field in schema["fields"]]
    assert len(rows) == 6
    assert table_problems(rows, schema) == []


def test_the_check_finds_what_is_not_valid(real_labels, rows_of, table_problems):
    text = (real_labels / "camtrap-dp" / "observations-table-schema.json").read_text("utf-8")
    schema = json.loads(text)
    _, rows = rows_of(real_labels / "camtrap-dp" / "observations.csv")
    assert table_problems(rows[:20], schema) == []
    wrong = {"observationLevel": "clip", "eventStart": "2020-05-30T02:57:37", "count": "0"}
    wrong |= {"deploymentID": "", "classificationProbability": "1.5"}
    for name, value in wrong.items():
        assert len(table_problems([rows[0] | {name: value}], schema)) == 1


def test_times_count_from_the_recording(tmp_path, rows_of):
    (tmp_path / "media.csv").write_text(MEDIA)
    path = tmp_path / "observations.csv"
    write_events(path, annotations(), "camtrap-dp", frame_times=lambda _: FRAME_TIMES)
    _, rows = rows_of(path)
    first = rows[0]
    assert (first["mediaID"], first["deploymentID"]) == ("m1", "d1")
    assert first["eventStart"] == "2024-05-01T08:00:01Z"
    assert first["eventEnd"] == "2024-05-01T08:00:04Z"
    assert "clock:unknown" not in first["observationTags"]
    assert [row["behavior"] for row in rows] == ["grazing", "", "", "walking", "walking", ""]


def test_rows_of_other_programs(tmp_path):
    (tmp_path / "media.csv").write_text(MEDIA)
    path = tmp_path / "observations.csv"
    start, stop = "2024-05-01T10:00:02+02:00", "2024-05-01T08:00:05Z"
    rows = [
        f"o1,d1,m1,{start},{stop},media,animal,Capra ibex,2,grazing|vigilance,,human,Anna,,",
        f"o2,d1,m2,{start},{stop},media,animal,Cervus elaphus,,running,RD213,machine,net,0.5,tag",
        f"o3,d1,,{start},{stop},event,animal,Capra ibex,1,grazing,,human,Anna,,",
        f"o4,d1,m1,{start},{stop},media,animal,Capra ibex,1,,,human,Anna,,",
        f"o5,d1,m9,{start},{stop},media,animal,Capra ibex,1,grazing,,human,Anna,,",
    ]
    path.write_text(HEADER + "\n".join(rows))
    times = {"v.mp4": FRAME_TIMES, "p.jpg": np.zeros(1)}
    found = read_events(path, frame_times=times.get)
    columns = ["video", "subject", "behavior", "start_frame", "stop_frame", "annotator", "model"]
    assert found.events[columns].to_numpy().tolist() == [
        ["v.mp4", "Capra ibex", "grazing", 20, 50, "Anna", ""],
        ["v.mp4", "Capra ibex", "vigilance", 20, 50, "Anna", ""],
        ["p.jpg", "RD213", "running", 0, 1, "", "net"],
    ]
    assert [loss.count for loss in found.losses] == [1, 1, 1, 1]
    assert "observations of no single medium, first: line 4" in str(found.losses)


def test_a_real_package(real_labels, rows_of):
    found = read_events(real_labels / "camtrap-dp" / "observations.csv")
    assert "foraging" in found.ethogram.names
    assert "Anas platyrhynchos" in set(found.events["subject"])
    assert (found.events["stop_frame"] == 1).all()
    _, rows = rows_of(real_labels / "camtrap-dp" / "observations.csv")
    assert len(found.events) == sum(bool(row["mediaID"] and row["behavior"]) for row in rows)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2024-05-01T10:00:02+02:00", "2024-05-01T10:00:02", "no time with a time zone"),
        ("human,Anna,,", "human,Anna,7,", "classificationProbability '7'"),
        ("human,Anna,,", "human,Anna,,start_frame:x", "tag start_frame 'x' is no frame number"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old, new, message, tmp_path):
    (tmp_path / "media.csv").write_text(MEDIA)
    path = tmp_path / "observations.csv"
    times = "2024-05-01T10:00:02+02:00,2024-05-01T10:00:05+02:00"
    row = f"o1,d1,m1,{times},media,animal,,,graze,,human,Anna,,"
    path.write_text(HEADER + row.replace(old, new))
    with pytest.raises(EthoprismError, match=message) as caught:
        read_events(path, frame_times=lambda _: FRAME_TIMES)
    assert "line 2" in str(caught.value)
