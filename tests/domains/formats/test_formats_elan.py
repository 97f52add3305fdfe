"""ELAN files: ours, those of others, and hostile ones."""

from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations, Behavior, Ethogram, make_events, make_observed
from ethoprism_domains.formats import read_events, write_events

FOREIGN = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="" DATE="" FORMAT="3.0" VERSION="3.0">
<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">
<MEDIA_DESCRIPTOR MEDIA_URL="file:///C:/films/a%20b.mp4" MIME_TYPE="video/mp4" {origin}/>
<MEDIA_DESCRIPTOR MEDIA_URL="file:///C:/films/side.mp4" MIME_TYPE="video/mp4"/>
</HEADER>
<TIME_ORDER>
<TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="1000"/><TIME_SLOT TIME_SLOT_ID="t2"/>
<TIME_SLOT TIME_SLOT_ID="t3"/><TIME_SLOT TIME_SLOT_ID="t4" TIME_VALUE="4000"/>
<TIME_SLOT TIME_SLOT_ID="t5"/>
</TIME_ORDER>
<TIER LINGUISTIC_TYPE_REF="default-lt" PARTICIPANT="A" TIER_ID="moves">
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="t1" TIME_SLOT_REF2="t2">
<ANNOTATION_VALUE>walk</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="t2" TIME_SLOT_REF2="t3">
<ANNOTATION_VALUE/></ALIGNABLE_ANNOTATION></ANNOTATION>
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a3" TIME_SLOT_REF1="t3" TIME_SLOT_REF2="t4">
<ANNOTATION_VALUE>lie
down</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
</TIER>
<TIER LINGUISTIC_TYPE_REF="default-lt" TIER_ID="open">
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a4" TIME_SLOT_REF1="t4" TIME_SLOT_REF2="t5">
<ANNOTATION_VALUE>x</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
</TIER>
<TIER LINGUISTIC_TYPE_REF="gloss" PARENT_REF="moves" TIER_ID="remarks">
<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a5" ANNOTATION_REF="a1">
<ANNOTATION_VALUE>slowly</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>
</TIER>
</ANNOTATION_DOCUMENT>
"""


def written(tmp_path, text):
    path = tmp_path / "labels.eaf"
    path.write_text(text, encoding="utf-8")
    return path


def twenty(video):
    return np.arange(200) / 20


@pytest.mark.parametrize(("origin", "shift"), [("", 0), ('TIME_ORIGIN="500"', 10)])
def test_a_foreign_file_is_read_and_what_it_lacks_is_told(tmp_path, origin, shift):
    found = read_events(written(tmp_path, FOREIGN.format(origin=origin)), frame_times=twenty)
    columns = ["subject", "behavior", "start_frame", "stop_frame"]
    assert found.videos == ("/C:/films/a b.mp4",)
    assert found.events[columns].to_numpy().tolist() == [
        ["A", "walk", 20 + shift, 40 + shift],
        ["A", "moves", 40 + shift, 60 + shift],
        ["A", "lie down", 60 + shift, 80 + shift],
    ]
    assert {loss.what: loss.count for loss in found.losses} == {
        "further videos, besides the first": 1,
        "time slots without a time, spread evenly between their neighbours": 2,
        "annotations on dependent tiers": 1,
        "annotations without times, or that stop before they start": 1,
    }


@pytest.mark.parametrize("rate", [25.0, 29.97, 240.0, 499.0])
def test_milliseconds_are_exact_up_to_500_frames_a_second(tmp_path, rate):
    times = np.arange(3000) / rate
    starts = np.arange(0, 2990, 7)
    events = [
        {"video": "v", "behavior": "w", "start_frame": start, "stop_frame": start + 3}
        for start in starts.tolist()
    ]
    whole = make_observed([{"video": "v", "start_frame": 0, "stop_frame": 3000}])
    given = Annotations(make_events(events), whole, Ethogram((Behavior("w"),)))
    path = tmp_path / "v.eaf"
    assert not write_events(path, given, "elan", frame_times=lambda video: times)
    found = read_events(path, frame_times=lambda video: times)
    np.testing.assert_array_equal(found.events["start_frame"], starts)
    np.testing.assert_array_equal(found.events["stop_frame"], starts + 3)


def test_tiers_are_as_elan_wants_them(tmp_path, sample, frame_times):
    events = sample.events.assign(modifiers=["fast", "", ""], event_id="")
    again = events.iloc[:1].assign(start_frame=4, stop_frame=12)  # overlaps the first
    table = make_events([*events.to_dict("records"), *again.to_dict("records")])
    given = Annotations(table, sample.observed, sample.ethogram)
    path = tmp_path / "v.eaf"
    write_events(path, given, "elan", frame_times=frame_times)
    root = ElementTree.parse(path).getroot()
    tiers = {tier.get("TIER_ID"): tier for tier in root.iter("TIER")}
    assert set(tiers) == {
        "walk@A", "walk@A:modifiers", "walk@A 2", "walk@A 2:modifiers",
        "rest", "peck@A", "observed",
    }  # fmt: skip
    assert tiers["walk@A:modifiers"].get("PARENT_REF") == "walk@A"
    types = {item.get("LINGUISTIC_TYPE_ID") for item in root.iter("LINGUISTIC_TYPE")}
    assert {tier.get("LINGUISTIC_TYPE_REF") for tier in tiers.values()} <= types
    slots = {
        slot.get("TIME_SLOT_ID"): int(slot.get("TIME_VALUE")) for slot in root.iter("TIME_SLOT")
    }
    assert list(slots.values()) == sorted(slots.values())
    for tier in tiers.values():
        spans = [
            (slots[item.get("TIME_SLOT_REF1")], slots[item.get("TIME_SLOT_REF2")])
            for item in tier.iter("ALIGNABLE_ANNOTATION")
        ]
        assert all(start < stop for start, stop in spans)
        assert all(one[1] <= other[0] for one, other in pairwise(spans))
    (peck,) = tiers["peck@A"].iter("ALIGNABLE_ANNOTATION")
    edges = np.round(frame_times("v.mp4")[[30, 31]] * 1000).tolist()
    assert [slots[peck.get(f"TIME_SLOT_REF{at}")] for at in (1, 2)] == edges


BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<ANNOTATION_DOCUMENT>&b;</ANNOTATION_DOCUMENT>"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BOMB, "XML with a document type"),
        ("<ANNOTATION_DOCUMENT>" + "<a>" * 1000, "nested beyond all measure"),
        ("<ANNOTATION_DOCUMENT>\n</TIER>", "not XML (mismatched tag: line 2"),
        ("<ANNOTATION_DOCUMENT/>", "it does not tell the video"),
        ("<!-- <ANNOTATION_DOCUMENT> --><x/>", "its root is 'x'"),
        (
            FOREIGN.format(origin="").replace("milliseconds", "PAL-frames"),
            "its time units are PAL-frames",
        ),
    ],
)
def test_hostile_and_damaged_files_are_one_line(tmp_path, text, told):
    with pytest.raises(EthoprismError) as caught:
        read_events(written(tmp_path, text), frame_times=twenty)
    assert told in str(caught.value) and "\n" not in str(caught.value)
