"""Every format of the registry that can be written: what is read is what was carried."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations
from ethoprism_domains.formats import (
    FORMATS,
    WriteOptions,
    carry,
    read_events,
    recognise,
    write_events,
)

WRITABLE = [item for item in FORMATS if item.write]
several = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
each_format = pytest.mark.parametrize("item", WRITABLE, ids=lambda item: item.name)


def in_order(events: pd.DataFrame) -> pd.DataFrame:
    return events.sort_values(list(events.columns), ignore_index=True)


def assert_same(found: Annotations, expected: Annotations) -> None:
    pd.testing.assert_frame_equal(in_order(found.events), in_order(expected.events))
    pd.testing.assert_frame_equal(in_order(found.observed), in_order(expected.observed))
    assert found.ethogram == expected.ethogram


@each_format
@several
@given(data=st.data())
def test_what_is_read_is_what_was_carried(item, data, draw_annotations, frame_times, tmp_path):
    given = draw_annotations(data, 1 if item.one_video else 2)
    options = WriteOptions(frame_times)
    kept, losses = carry(item, given, options)
    again, nothing = carry(item, kept, options)
    assert_same(again, kept)
    assert not nothing, str(nothing)
    path = tmp_path / f"labels{item.extensions[0]}"
    if item.one_video and not kept.videos:
        with pytest.raises(EthoprismError, match="can hold nothing of these labels"):
            write_events(path, given, item.name, frame_times=frame_times)
        return
    told = write_events(path, given, item.name, frame_times=frame_times)
    assert str(told) == str(losses)
    found = read_events(path, item.name, video="v.mp4", frame_times=frame_times)
    assert_same(found, kept)
    assert not found.losses, str(found.losses)
    if not losses:
        columns = [name for name in given.events if name not in ("event_id", "start_s", "stop_s")]
        pd.testing.assert_frame_equal(
            in_order(kept.events[columns]), in_order(given.events[columns])
        )


@each_format
def test_what_it_writes_is_recognised(item, sample, frame_times, tmp_path):
    path = tmp_path / f"labels{item.extensions[0]}"
    write_events(path, sample, item.name, frame_times=frame_times)
    assert recognise(path).name == item.name


@each_format
def test_a_second_video_is_not_dropped_in_silence(item, sample, frame_times, tmp_path):
    events = pd.concat([sample.events, sample.events.assign(video="w.mp4", event_id="")])
    events.loc[events["video"] == "w.mp4", "event_id"] = ["1", "2", "3"]
    two = Annotations(events, sample.observed, sample.ethogram)
    path = tmp_path / f"labels{item.extensions[0]}"
    if not item.one_video:
        write_events(path, two, item.name, frame_times=frame_times)
        found = read_events(path, item.name, frame_times=frame_times)
        assert "w.mp4" in found.videos or item.name == "frames-csv"
        return
    with pytest.raises(EthoprismError, match="holds one video a file, and the labels are of 2"):
        write_events(path, two, item.name, frame_times=frame_times)
    write_events(path, two, item.name, video="v.mp4", frame_times=frame_times)
    found = read_events(path, item.name, video="v.mp4", frame_times=frame_times)
    assert found.videos == ("v.mp4",)
