"""Bad files: one clear line each, or what is good of them and a notice."""

import os
from pathlib import Path

import av
import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Video, VideoIndex

TRUNCATED = [
    "stream.ts",
    "open-groups.ts",
    "fragmented.mp4",
    "variable-rate.mkv",
    "flash.flv",
    "motion-jpeg.avi",
    "vp9.webm",
    "grey.mkv",
    "animated.gif",
    "b-frames.mp4",
]


def sound(path: Path) -> None:
    with av.open(str(path), "w") as file:
        stream = file.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), "s16", "mono")
        frame.sample_rate = 8000
        file.mux(stream.encode(frame))
        file.mux(stream.encode())


def unknown_codec(path: Path, good: bytes) -> None:
    path.write_bytes(good.replace(b"avc1", b"zzzz").replace(b"avcC", b"zzzC"))


def test_each_bad_file_is_one_line(tmp_path, make_video):
    good = make_video("b-frames.mp4").read_bytes()
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "text.mp4").write_text("this is not a video\n" * 1000)
    (tmp_path / "short.mp4").write_bytes(good[: len(good) // 2])
    sound(tmp_path / "sound.wav")
    unknown_codec(tmp_path / "codec.mp4", good)
    words = {
        "missing.mp4": "no such file",
        "folder.mp4": "a folder",
        "empty.mp4": "empty",
        "text.mp4": "not a readable video",
        "short.mp4": "not a readable video",
        "sound.wav": "no pictures",
        "codec.mp4": "codec",
    }
    for name, word in words.items():
        for read in (VideoIndex.build, Video):
            with pytest.raises(EthoprismError, match=word) as caught:
                read(tmp_path / name)
            told = str(caught.value)
            assert str(tmp_path / name) in told and "\n" not in told and caught.value.remedy


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind here")
def test_an_unreadable_file_is_one_line(tmp_path, make_video):
    path = tmp_path / "secret.mp4"
    path.write_bytes(make_video("b-frames.mp4").read_bytes())
    path.chmod(0)
    with pytest.raises(EthoprismError, match="cannot read"):
        Video(path)


def test_a_read_error_is_one_line(monkeypatch, make_video):
    path = make_video("b-frames.mp4")

    def fail(*_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(EthoprismError, match=r"cannot read the file \(Permission denied\)"):
        VideoIndex.build(path)


@pytest.mark.parametrize("name", TRUNCATED)
def test_a_truncated_video_is_an_error_or_a_good_beginning(name, make_video, read_number, tmp_path):
    """Every picture that is left is the one that belongs to its time."""
    whole = make_video(name)
    data, full = whole.read_bytes(), VideoIndex.build(whole)
    number_at = {round(seconds * 1000): n for n, seconds in enumerate(full.times)}
    path, usable = tmp_path / name, 0
    for end in np.random.default_rng(5).integers(len(data) // 10, len(data), 8):
        path.write_bytes(data[:end])
        try:
            video = Video(path)
        except EthoprismError:
            continue
        with video:
            expected = [number_at[round(seconds * 1000)] for seconds in video.times]
            assert [read_number(picture) for _, picture in video.stream()] == expected
            backwards = range(len(video) - 1, -1, -1)
            assert [read_number(video[n]) for n in backwards] == expected[::-1]
            usable += 1
    assert usable or name == "b-frames.mp4"  # whose table of contents is at its end


def test_a_truncated_video_says_so(make_video, tmp_path):
    data = make_video("variable-rate.mkv").read_bytes()
    path = tmp_path / "cut.mkv"
    path.write_bytes(data[: len(data) // 2])
    with Video(path) as video:
        assert 20 < len(video) < 40 and "cut off" in " ".join(video.notices)
    data = make_video("stream.ts").read_bytes()
    path = tmp_path / "cut.ts"
    path.write_bytes(data[: len(data) // 2])
    with Video(path) as video:
        assert 20 < len(video) < 40 and "left out" in " ".join(video.notices)


def test_lost_frames_in_the_middle_are_held_and_told(make_video, read_number, tmp_path):
    """Each picture of motion JPEG stands for itself: exactly the spoilt ones are missing."""
    whole = make_video("motion-jpeg.avi", times=tuple(range(0, 100 * 40, 40)))
    data = bytearray(whole.read_bytes())
    with av.open(str(whole)) as file:
        places = [(packet.pos, packet.size) for packet in file.demux(video=0)]
    for start, size in places[80:82]:
        data[start : start + size] = bytes(size)
    path = tmp_path / "spoilt.avi"
    path.write_bytes(data)
    with Video(path) as video:
        assert len(video) == 100 and video.notices == ()
        numbers = [read_number(picture) for _, picture in video.stream()]
        assert numbers == [*range(80), 79, 79, *range(82, 100)]
        assert video.notices == (
            "2 damaged frames, the first is 80: "
            "repaired as far as the codec can, or shown as the last good picture",
        )
    with Video(path) as video:
        assert [read_number(video[n]) for n in (81, 82, 80, 79)] == [79, 82, 79, 79]


def test_random_damage_never_crashes(awkward, tmp_path):
    whole, _ = awkward
    data, rng = whole.read_bytes(), np.random.default_rng(7)
    for _ in range(3):
        damaged = bytearray(data)
        for start in rng.integers(0, max(1, len(data) - 100), 3):
            damaged[start : start + 100] = rng.bytes(min(100, len(data) - start))
        path = tmp_path / whole.name
        path.write_bytes(damaged)
        try:
            with Video(path) as video:
                assert len(list(video.stream())) == len(video)
                assert video[len(video) // 2].shape == (*video.size, 3)
        except EthoprismError:
            continue
