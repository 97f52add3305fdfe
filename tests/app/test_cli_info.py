from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from ethoprism.cli import main


def write_numbered(path: Path, times: list[int], degrees: int = 0) -> Path:
    """Write a video of 96 x 64 pixels whose frames are shown at `times`, in milliseconds."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        if degrees:
            stream.set_display_rotation(degrees)
        for time in times:
            frame = av.VideoFrame.from_ndarray(np.full((64, 96), time % 250, np.uint8), "gray")
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


EVEN = list(range(0, 800, 40))


def test_one_video_is_one_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write_numbered(tmp_path / "a mouse.mp4", EVEN)
    assert main(["info", str(path)]) == 0
    header, row = capsys.readouterr().out.splitlines()
    assert header.split()[:3] == ["video", "frames", "duration"]
    assert row.startswith(str(path))
    told = row.removeprefix(str(path)).split()
    assert told == ["20", "0.80", "s", "96", "x", "64", "h264", "yuv420p", "constant", "25"]


def test_what_is_odd_stands_below_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write_numbered(tmp_path / "phone.mkv", [t + 2000 * (t > 400) for t in EVEN])
    turned = write_numbered(tmp_path / "phone.mp4", EVEN, degrees=90)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(path.read_bytes()[:-200])
    assert main(["info", str(path), str(turned), str(cut)]) == 0
    shown = capsys.readouterr().out
    assert "variable, about 25" in shown and "64 x 96" in shown
    assert f"{path}: its header claims 25.00 frames per second, on average it has 6.88" in shown
    assert f"{turned}: turned upright by 270 degrees" in shown
    assert f"{cut}: the recording is cut off after" in shown


def test_a_bad_video_does_not_stop_the_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_numbered(tmp_path / "good.mp4", EVEN)
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("not a video")
    assert main(["info", str(tmp_path)]) == 1
    shown = capsys.readouterr()
    assert "good.mp4" in shown.out and "empty.mp4" not in shown.out
    told = shown.err.splitlines()
    assert len(told) == 3 and told[-1] == "2 of 3 videos failed"
    assert told[0].startswith("error: the file is empty")


def test_a_single_bad_video_is_a_users_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "empty.mp4").touch()
    assert main(["info", str(tmp_path / "empty.mp4")]) == 2
    assert capsys.readouterr().err.startswith("error: the file is empty")


def test_a_folder_without_videos(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["info", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("error: no videos found")
