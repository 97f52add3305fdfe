import dataclasses
import os

import av
import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Video, VideoIndex, load_index, wrong_claims


def test_what_an_index_tells(make_video):
    index = VideoIndex.build(make_video("variable-rate.mkv"))
    assert (len(index), index.size, index.codec) == (60, (64, 96), "h264")
    assert index.pixel_format == "yuv420p" and "matroska" in index.container
    assert index.variable_rate and not index.counted and index.keyframes[0] == index.pts[0]
    constant = VideoIndex.build(make_video("b-frames.mp4"))
    assert not constant.variable_rate and constant.fps == pytest.approx(25)
    assert constant.duration == pytest.approx(2.4)


@pytest.mark.parametrize(
    ("name", "degrees", "mirrored"),
    [
        ("b-frames.mp4", 0, False),
        ("turned-90.mp4", 270, False),  # a recipe turns the other way round
        ("turned-180.mp4", 180, False),
        ("turned-270.mp4", 90, False),
        ("mirrored.mp4", 0, True),
    ],
)
def test_orientation(name, degrees, mirrored, make_video):
    orientation = VideoIndex.build(make_video(name)).orientation
    assert (orientation.degrees, orientation.mirrored) == (degrees, mirrored)


def test_rounding_to_a_coarse_clock_is_no_variable_rate(make_video):
    thirds = tuple(round(n * 1000 / 30) for n in range(60))  # 33, 34, 33 ms
    index = VideoIndex.build(make_video("variable-rate.mkv", times=thirds))
    assert not index.variable_rate and index.fps == pytest.approx(30, rel=0.02)


def test_an_edit_list_hides_what_it_cuts(make_video, remux, read_number):
    unedited = make_video("b-frames.mp4")
    ticks = VideoIndex.build(unedited).pts[1]
    options = {"avoid_negative_ts": "disabled", "use_editlist": "1"}
    path = remux(unedited, "edited.mp4", shift=-13 * int(ticks), container=options)
    with Video(path) as video:
        numbers = [read_number(picture) for _, picture in video.stream()]
        first = numbers[0]
        assert first > 0 and numbers == list(range(first, 60))
        assert [read_number(video[n]) for n in (30, 0, -1, 5)] == [30 + first, first, 59, 5 + first]
        assert wrong_claims(video.index) == (f"its header claims 60 frames, it holds {60 - first}",)


def test_a_late_start_is_frame_0_at_0_seconds(make_video, remux, read_number):
    path = remux(make_video("b-frames.mp4"), "late.mp4", shift=12345)
    with Video(path) as video:
        assert video.times[0] == 0 and read_number(video[0]) == 0 and len(video) == 60


def test_a_recording_that_begins_within_a_group(make_video, remux, read_number):
    """Its first frames lean on pictures that the file does not hold."""
    path = remux(make_video("stream.ts"), "joined late.ts", keep=lambda number: number > 7)
    with Video(path) as video:
        numbers = [read_number(picture) for _, picture in video.stream()]
        assert numbers == list(range(numbers[0], 60)) and len(numbers) == len(video)
        assert [read_number(video[n]) for n in (20, 0)] == [numbers[20], numbers[0]]


@pytest.mark.parametrize("name", ["stream.ts", "no-timestamps.h264"])
def test_two_recordings_in_one_file(name, make_video, tmp_path, read_number):
    """The second one's timestamps begin anew, so frames must be counted."""
    path = tmp_path / name
    path.write_bytes(make_video(name).read_bytes() * 2)
    with Video(path) as video:
        assert video.index.counted and "timestamps" in video.notices[0]
        expected = [*range(60), *range(60)]
        assert [read_number(picture) for _, picture in video.stream()] == expected
        anywhere = [119, 60, 59, 61, 100, 3, 0]
        assert [read_number(video[n]) for n in anywhere] == [expected[n] for n in anywhere]
        assert (np.diff(video.times) > 0).all()


def test_counted_frames_are_found_from_keyframes(make_video):
    index = VideoIndex.build(make_video("no-timestamps.h264"))
    assert index.seek_by == "byte" and index.group_start(59) >= 40
    index = VideoIndex.build(make_video("b-frames.avi"))
    assert index.seek_by == "dts" and index.group_start(59) >= 40


def same(a, b):
    for field in dataclasses.fields(VideoIndex):
        np.testing.assert_array_equal(getattr(a, field.name), getattr(b, field.name))


def test_the_cache_gives_the_same_index(awkward, tmp_path):
    path, _ = awkward
    built = VideoIndex.build(path)
    same(load_index(path, tmp_path), built)
    assert len(list(tmp_path.iterdir())) == 1
    same(load_index(path, tmp_path), built)


def test_the_cache_is_used_and_rebuilt_when_the_file_changes(make_video, tmp_path, monkeypatch):
    path, cache = tmp_path / "a.mp4", tmp_path / "cache"
    path.write_bytes(make_video("b-frames.mp4").read_bytes())
    load_index(path, cache)
    with monkeypatch.context() as patched:
        patched.setattr(VideoIndex, "build", None)
        assert len(load_index(path, cache)) == 60
        moved = path.rename(tmp_path / "b.mp4")
        assert load_index(moved, cache).path == moved
    path.write_bytes(make_video("one.mp4").read_bytes())
    assert len(load_index(path, cache)) == 1


@pytest.mark.parametrize("rubbish", [b"", b"PK\x03\x04rubbish", b"\x93NUMPY\x01\x00v\x00{"])
def test_a_damaged_cache_is_built_anew(rubbish, make_video, tmp_path):
    path = make_video("b-frames.mp4")
    load_index(path, tmp_path)
    (cached,) = tmp_path.iterdir()
    cached.write_bytes(rubbish)
    same(load_index(path, tmp_path), VideoIndex.build(path))
    assert cached.stat().st_size > 100


def test_a_cache_that_cannot_be_written_is_no_error(make_video, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    assert len(load_index(make_video("b-frames.mp4"), tmp_path / "file" / "cache")) == 60


def test_the_users_own_cache_is_the_default(make_video, own_cache):
    load_index(make_video("b-frames.mp4"))
    assert list((own_cache / "video-index").glob("*.npz"))


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps such names to itself")
@pytest.mark.parametrize("name", ["12:30 a.mp4", "-dash.mp4", "concat:b.mp4", "%d.mp4"])
def test_names_that_look_like_something_else(name, make_video, tmp_path):
    path = tmp_path / name
    path.write_bytes(make_video("b-frames.mp4").read_bytes())
    with Video(path) as video:
        assert len(video) == 60


def test_header_claims(make_video):
    assert wrong_claims(VideoIndex.build(make_video("b-frames.mp4"))) == ()
    gaps = tuple(t + 1000 * (t >= 1000) for t in range(0, 2400, 40))
    uneven = VideoIndex.build(make_video("variable-rate.mkv", times=gaps))
    (rate,) = wrong_claims(uneven)
    assert rate == "its header claims 25.00 frames per second, on average it has 17.56"


def test_nothing_to_decode_is_one_line(tmp_path, make_video):
    data = bytearray(make_video("b-frames.mp4").read_bytes())
    start = data.index(b"mdat") + 4
    data[start : data.index(b"moov")] = bytes(data.index(b"moov") - start)
    path = tmp_path / "blank.mp4"
    path.write_bytes(data)
    with pytest.raises(EthoprismError, match=r"no frame of the video can be decoded, .*blank.mp4"):
        VideoIndex.build(path)


@pytest.mark.parametrize(
    "metadata, told",
    [
        ({"creation_time": "2024-05-01T10:00:00.000000Z"}, "2024-05-01T10:00:00+00:00"),
        (
            {
                "creation_time": "2024-05-01T10:00:00.000000Z",
                "com.apple.quicktime.creationdate": "2024-05-01T12:00:00+0200",
            },
            "2024-05-01T12:00:00+02:00",
        ),
        ({"creation_time": "1904-01-01T00:00:00Z"}, None),
        ({"creation_time": "yesterday"}, None),
        ({}, None),
    ],
)
def test_when_a_recording_began_is_what_its_header_says(make_video, tmp_path, metadata, told):
    source, target = make_video("b-frames.mp4"), tmp_path / "dated.mp4"
    options = {"movflags": "use_metadata_tags"}
    with av.open(str(source)) as old, av.open(str(target), "w", options=options) as new:
        new.metadata.update(metadata)
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(video=0):
            if packet.size:
                packet.stream = stream
                new.mux(packet)
    with Video(target) as video:
        assert (video.recorded and video.recorded.isoformat()) == told
