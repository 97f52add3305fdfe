import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest
import zarr

import ethoprism as ep
from ethoprism.cli import main
from ethoprism_core.video import Video
from ethoprism_core.video.follow import follow_animals
from ethoprism_core.video.tracks import save_tracks


def write_video(path: Path, frames: int = 40, seed: int = 0) -> Path:
    """A dark blob that wanders over a light, noisy ground."""
    rng = np.random.default_rng(seed)
    ground = rng.integers(180, 200, (72, 96)).astype(np.uint8)
    rows, columns = np.mgrid[:72, :96]
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=30)
        stream.height, stream.width, stream.pix_fmt = *ground.shape, "yuv420p"
        stream.options = {"preset": "ultrafast", "g": "30"}
        for number in range(frames):
            y, x = 36 + 20 * np.sin(number / 9 + seed), 48 + 30 * np.cos(number / 13)
            picture = ground.copy()
            picture[(rows - y) ** 2 + ((columns - x) / 1.6) ** 2 < 16] = 30
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "gray")))
        file.mux(stream.encode())
    return path


def embed(*arguments: object) -> int:
    return main(["embed", *map(str, arguments), "--encoder", "classical", "--size", "32"])


def test_one_animal_is_followed_unless_told_otherwise(tmp_path: Path, capsys):
    video = write_video(tmp_path / "Käfig ünö" / "mäuse 1.mp4")
    out = tmp_path / "out"
    assert embed(video, "--out", out) == 0
    store = Path(capsys.readouterr().out.strip())
    assert store == out / "classical" / "mäuse 1.zarr"
    features = ep.open_features(store)
    assert features.sizes["individual"] == 1
    assert (store.parent / "mäuse 1.tracks.nc").is_file()
    assert embed(video, "--out", tmp_path / "whole", "--whole") == 0
    whole = ep.open_features(tmp_path / "whole" / "classical" / "mäuse 1.zarr")
    assert "individual" not in whole.dims
    assert [path.name for path in (tmp_path / "whole" / "classical").iterdir()] == ["mäuse 1.zarr"]


def test_a_second_run_says_that_it_is_done(tmp_path: Path, capsys, monkeypatch):
    video, out = write_video(tmp_path / "a.mp4"), tmp_path / "out"
    assert embed(video, "--out", out) == 0
    monkeypatch.setattr("ethoprism.embedding.follow_animals", None)
    capsys.readouterr()
    assert embed(video, "--out", out) == 0
    told = capsys.readouterr()
    assert "a.mp4: already done" in told.err
    assert told.out.strip() == str(out / "classical" / "a.zarr")


def test_videos_of_the_same_name_do_not_share_a_store(tmp_path: Path, capsys):
    videos = [write_video(tmp_path / f"camera{n}" / "day.mp4", seed=n) for n in (1, 2)]
    for _ in range(2):  # the second run finds each its own
        assert embed(tmp_path, "--whole", "--out", tmp_path / "out") == 0
        stores = [Path(line) for line in capsys.readouterr().out.splitlines()]
        owners = [ep.open_features(store).attrs["video_path"] for store in stores]
        assert owners == [str(video.resolve()) for video in videos]
    assert len(list((tmp_path / "out" / "classical").iterdir())) == 2


def test_a_failing_file_does_not_stop_the_rest(tmp_path: Path, capsys):
    write_video(tmp_path / "b.mp4")
    (tmp_path / "a.mp4").write_bytes(b"not a video")
    assert embed(tmp_path, "--whole", "--out", tmp_path / "out") == 1
    told = capsys.readouterr()
    assert told.out.strip() == str(tmp_path / "out" / "classical" / "b.zarr")
    assert "a.mp4" in told.err
    assert "1 of 2 videos failed" in told.err


def test_a_single_bad_file_is_the_users_mistake(tmp_path: Path, capsys):
    (tmp_path / "a.mp4").write_bytes(b"not a video")
    assert embed(tmp_path / "a.mp4", "--out", tmp_path / "out") == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "out").exists()


def test_tracks_of_a_file_are_followed(tmp_path: Path):
    video = write_video(tmp_path / "a.mp4")
    with Video(video) as opened:
        tracks = follow_animals(opened, 1)
    tracks["position"][10:14] = np.nan
    save_tracks(tracks.assign_coords(individual=["Olga"]), tmp_path / "mine.nc")
    assert embed(video, "--tracks", tmp_path / "mine.nc", "--out", tmp_path / "out") == 0
    features = ep.open_features(tmp_path / "out" / "classical" / "a.zarr")
    assert features.individual.values.tolist() == ["Olga"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--stride", "0"], "stride must be at least 1, 0"),
        (["--grid", "9x9x9"], "the encoder has no such grid, 9x9x9"),
        (["--crop", "0,0,500,10"], "is not inside the picture"),
        (["--crop", "1,2,3"], "write X,Y,W,H in pixels"),
        (["--crop", "0,0,9,9", "--follow", "1"], "not allowed with argument"),
        (["--follow", "-1"], "at least 1, -1"),
        (["--tracks", "absent.nc"], "absent.nc"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, capsys, arguments, message):
    video = write_video(tmp_path / "a.mp4", frames=5)
    assert embed(video, *arguments, "--out", tmp_path / "out") == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
    assert not list((tmp_path / "out").rglob("*.zarr"))


def test_tracks_belong_to_one_video(tmp_path: Path, capsys):
    videos = [write_video(tmp_path / f"{n}.mp4", frames=5) for n in range(2)]
    assert embed(*videos, "--tracks", tmp_path / "t.nc", "--out", tmp_path / "out") == 2
    assert "tracks belong to one video" in capsys.readouterr().err


def test_from_python(tmp_path: Path):
    video = write_video(tmp_path / "a.mp4")
    encoder = ep.load_encoder("classical", frame_size=32)
    [store] = ep.embed(video, encoder, tmp_path, stride=5, grid="2x2x2", crop=(0, 0, 50, 50))
    features = ep.open_features(store)
    assert features.features.shape == (9, 2, 2, 2, encoder.feature_dim)
    assert features.attrs["crop"] == "0,0,50,50"
    with pytest.raises(ep.EthoprismError, match="exclude each other"):
        ep.embed(video, encoder, tmp_path, crop=(0, 0, 50, 50), follow=1)


def finished_chunks(out: Path) -> int:
    try:
        progress = next(out.glob("classical/.*.partial")) / ".progress.json"
        return len(json.loads(progress.read_text(encoding="utf-8"))["checksums"])
    except (StopIteration, OSError):
        return 0


def kept_windows(out: Path) -> int:
    [partial] = out.glob("classical/.*.partial")
    return finished_chunks(out) * zarr.open_array(partial, path="features").chunks[0]


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_killed_run_is_taken_up_and_ends_the_same(tmp_path: Path, monkeypatch):
    video = write_video(tmp_path / "a.mp4", frames=1300)
    arguments = [video, "--stride", "1", "--whole", "--encoder", "classical", "--size", "32"]
    command = [sys.executable, "-m", "ethoprism", "embed", *map(str, arguments)]
    killed = subprocess.Popen([*command, "--out", str(tmp_path / "killed")])
    deadline = time.monotonic() + 120
    while finished_chunks(tmp_path / "killed") < 1:
        assert killed.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    kept = kept_windows(tmp_path / "killed")
    assert not (tmp_path / "killed" / "classical" / "a.zarr").exists()

    windows = []
    classical = type(ep.load_encoder("classical"))
    encode_windows = classical.encode_windows
    monkeypatch.setattr(
        classical,
        "encode_windows",
        lambda self, features: windows.append(len(features)) or encode_windows(self, features),
    )
    for name in ("killed", "whole"):
        windows.clear()
        assert main(["embed", *map(str, arguments), "--out", str(tmp_path / name)]) == 0
        if name == "killed":
            assert 0 < kept < 1300
            assert sum(windows) == 1300 - kept
    stores = [
        ep.open_features(tmp_path / name / "classical" / "a.zarr") for name in ("killed", "whole")
    ]
    assert np.array_equal(stores[0].features, stores[1].features)
    assert stores[0].attrs == stores[1].attrs
    assert [p.name for p in (tmp_path / "killed" / "classical").iterdir()] == ["a.zarr"]
