"""Folders of pictures as videos: the same pictures, in the order of their numbers."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Video
from ethoprism_core.video.packing import pack_pictures, pictures_in


def write_jpeg(path: Path, shade: int) -> np.ndarray:
    """Write a picture, and give it as it is read again."""
    with av.open(str(path), "w", format="image2") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = 32, 24, "yuvj420p"
        picture = np.full((24, 32, 3), shade, np.uint8)
        picture[:, : shade // 8] = 255 - shade
        container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    with Video(path) as video:
        return video[0]


def test_pictures_become_frames_unchanged_and_in_order(tmp_path: Path):
    folder = tmp_path / "scene"
    folder.mkdir()
    written = {number: write_jpeg(folder / f"{number}.jpg", 17 * number) for number in range(1, 13)}
    (folder / "notes.txt").write_text("not a picture", encoding="utf-8")
    pictures = pictures_in(folder)
    assert [int(path.stem) for path in pictures] == list(range(1, 13))
    path = tmp_path / "made" / "scene.mkv"
    pack_pictures(pictures, path, Fraction(30000, 1001))
    with Video(path) as video:
        assert len(video) == 12
        assert video.size == (24, 32)
        assert not video.notices
        assert np.allclose(video.times, np.arange(12) * 1001 / 30000, atol=1e-3)
        for number, wanted in written.items():
            assert np.array_equal(video[number - 1], wanted)
        assert np.array_equal(video[7], written[8])  # after seeking back
    assert sum(file.stat().st_size for file in pictures) > 0.8 * path.stat().st_size


def test_nothing_is_left_behind_by_pictures_that_are_none(tmp_path: Path):
    (tmp_path / "1.jpg").write_bytes(b"no picture")
    path = tmp_path / "made.mkv"
    for pictures in ([], [tmp_path / "1.jpg"]):
        with pytest.raises(EthoprismError):
            pack_pictures(pictures, path, Fraction(30))
    assert not path.exists()
