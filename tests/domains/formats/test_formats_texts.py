"""Bento, Caltech and VIA files as other programs write them."""

from itertools import pairwise

import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Behavior, Ethogram
from ethoprism_domains.formats import read_events, recognise, write_events

BENTO = """Bento annotation file

Movie file(s): a.seq
Stimulus name:
Annotation start frame: 1
Annotation stop frame: 200
Annotation framerate: 20

List of channels:
Ch1
intruder

List of annotations:
walk
never_seen

Ch1----------
>walk
Start\tStop\tDuration
1.00\t{one}
2.00\t{two}

intruder----------
>peck
Start\tStop\tDuration
5.0\t5.0\t{none}

"""
CALTECH = """Caltech Behavior Annotator - Annotation File

Configuration file:
other o
walk w
rest r

S1: start end    type
-----------------------------
 1    10    other
 11   30    walk
 31   50    rest

S2: start end    type
-----------------------------
 1    50    other
"""
VIA = """# Exported using VGG Image Annotator
# SHAPE_ID = {"POINT":1}
# ATTRIBUTE = {"1":{"aname":"who","options":{}},"2":{"aname":"Activity","options":{"0":"walk"}}}
# CSV_HEADER = metadata_id,file_list,flags,temporal_coordinates,spatial_coordinates,metadata
"1_a","[""a.mp4""]",0,"[1,2.5]","[]","{""1"":""A"",""2"":""0""}"
"1_b","[""a.mp4"",""b.mp4""]",0,"[3]","[]","{""2"":""peck""}"
"1_c","[""a.mp4""]",0,"[]","[2,1,1,5,5]","{}"
"1_d","[""a.mp4""]",0,"[4,5]","[]","{}"
"""


def twenty(video):
    return np.arange(200) / 20


def written(tmp_path, text, name):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def spans(found):
    columns = ["subject", "behavior", "start_frame", "stop_frame"]
    return [tuple(row) for row in found.events[columns].to_numpy(dtype=object)]


@pytest.mark.parametrize(
    ("rows", "peck"),
    [
        ({"one": "1.50\t0.50", "two": "2.25\t0.25", "none": "0.0"}, (100, 100)),
        # in MATLAB a stop is the time of the last frame, and a duration counts it
        ({"one": "1.45\t0.50", "two": "2.20\t0.25", "none": "0.05"}, (100, 101)),
    ],
)
def test_bento_of_either_program(tmp_path, rows, peck):
    path = written(tmp_path, BENTO.format(**rows), "x.annot")
    assert recognise(path).name == "bento"
    for times in (twenty, None):
        found = read_events(path, frame_times=times)
        assert spans(found) == [
            ("", "walk", 20, 30),
            ("", "walk", 40, 45),
            ("intruder", "peck", *peck),
        ]
        assert found.ethogram.names == ("walk", "never_seen", "peck")
        assert found.observed.to_numpy().tolist() == [["a.seq", 0, 200]]


@pytest.mark.parametrize(
    ("row", "told"),
    [("x\t2\t1", "expected a start and a stop"), ("3\t2\t1", "stop 2 is before start 3")],
)
def test_a_bad_row_of_bento_is_named_by_its_line(tmp_path, row, told):
    text = BENTO.format(one="1.5\t0.5", two="2.25\t.25", none=0).replace("5.0\t5.0\t0", row)
    with pytest.raises(EthoprismError, match=rf"{told}.*, line 26"):
        read_events(written(tmp_path, text, "x.annot"), frame_times=twenty)


def test_caltech_counts_from_one_and_includes_the_last(tmp_path):
    path = written(tmp_path, CALTECH, "x.txt")
    assert recognise(path).name == "caltech"
    found = read_events(path, video="a.mp4")
    assert spans(found) == [("", "walk", 10, 30), ("", "rest", 30, 50)]
    assert [(item.name, item.key) for item in found.ethogram] == [("walk", "w"), ("rest", "r")]
    assert found.observed.to_numpy().tolist() == [["a.mp4", 0, 50]]
    with pytest.raises(EthoprismError, match="say which video it is"):
        read_events(path)
    for row in ("0 10 other", "11 x walk", "30 11 walk", "11 30"):
        bad = written(tmp_path, CALTECH.replace("11   30    walk", row), "bad.txt")
        with pytest.raises(EthoprismError, match=r"expected a first and a last frame.*, line 1\d"):
            read_events(bad, video="a.mp4")


def test_caltech_streams_have_no_gaps(tmp_path, sample, frame_times):
    path = tmp_path / "x.txt"
    write_events(path, sample, "caltech", frame_times=frame_times)
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    spans = [(int(row[0]), int(row[1])) for row in rows if row and row[0].isdigit()]
    assert spans[0][0] == 1 and spans[-1][1] == 50
    assert all(one[1] + 1 == other[0] for one, other in pairwise(spans))


def test_a_point_of_the_ethogram_stays_one_where_a_format_has_states_only(tmp_path):
    ethogram = Ethogram((Behavior("walk", kind="point"), Behavior("rest")))
    path = written(tmp_path, CALTECH, "x.txt")
    found = read_events(path, video="a.mp4", ethogram=ethogram)
    assert spans(found) == [("", "walk", 19, 19), ("", "rest", 30, 50)]


def test_via_attributes_are_found_by_name_and_choices_by_number(tmp_path):
    path = written(tmp_path, VIA, "x.csv")
    assert recognise(path).name == "via"
    found = read_events(path, frame_times=twenty)
    assert spans(found) == [("", "walk", 20, 50), ("", "peck", 60, 60)]
    assert {loss.what: loss.count for loss in found.losses} == {
        "values of attributes that annotations do not have": 1,
        "further videos of a segment, besides its first": 1,
        "annotations without a time, such as regions": 1,
        "segments without a behaviour, or without proper times": 1,
    }
