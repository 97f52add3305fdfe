from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ethoprism.cli import main
from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Video
from ethoprism_domains.neuroscience.clock_files import read_frame_times

from .conftest import write_video

FRAMES, FPS = 1200, 20.0
OFFSET, DRIFT = 12.5, 80e-6


def run(*words: object) -> int:
    return main([str(word) for word in words])


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of a minute, its camera's pulses, shared flashes, bouts and a signal of each."""
    folder = tmp_path_factory.mktemp("lab")
    write_video(folder / "day1.mp4", frames=FRAMES)
    rng = np.random.default_rng(0)
    pulses = 3 + np.arange(FRAMES) / FPS + rng.normal(0, 2e-4, FRAMES)
    sampled = np.arange(0, 70, 0.005)
    at = np.searchsorted(np.delete(pulses, [300, 301]), sampled, side="right") - 1
    up = (at >= 0) & (sampled - np.delete(pulses, [300, 301])[at] < 0.02)
    np.save(folder / "line.npy", np.where(up, 4.9, 0.1))
    flashes = np.cumsum(rng.uniform(1, 3, 30))
    np.savetxt(folder / "here.txt", flashes)
    there = OFFSET + (1 + DRIFT) * flashes + rng.normal(0, 5e-4, 30)
    np.savetxt(folder / "there.txt", np.delete(there, 4))
    starts = np.sort(rng.choice(np.arange(5, 110), 14, replace=False)) * 10
    rows = "".join(f"day1.mp4,,rear,{start},{start + 8}\n" for start in starts)
    header = "video,subject,behavior,start_frame,stop_frame\n"
    (folder / "labels.csv").write_text(header + rows, encoding="utf-8")
    clock = OFFSET + (1 + DRIFT) * pulses
    times = np.arange(clock[0] - 5, clock[-1] + 5, 0.02)
    signal = rng.normal(size=(len(times), 2))
    for onset in clock[starts]:
        signal[(times >= onset) & (times < onset + 0.4), 0] += 3
    table = pd.DataFrame({"time": times, "driven": signal[:, 0], "free": signal[:, 1]})
    table.to_csv(folder / "photometry.csv", index=False)
    np.save(folder / "truth.npy", clock)
    return folder


@pytest.fixture(scope="module")
def aligned(lab: Path) -> Path:
    words = ("--pulses", lab / "line.npy", "--rate", 200, "--shared", lab / "here.txt")
    out = lab / "align"
    assert run("neuro", "align", lab / "day1.mp4", *words, lab / "there.txt", "--out", out) == 0
    return out


def test_frames_on_the_other_clock(lab: Path, aligned: Path):
    frames = pd.read_csv(aligned / "frame_times.csv")
    error = frames["clock_s"].to_numpy() - np.load(lab / "truth.npy")
    assert np.abs(error - 0.0025).max() < 0.1 / FPS  # the line is sampled every 5 ms
    problems = pd.read_csv(aligned / "problems.csv")
    assert problems[["kind", "frame", "frames"]].to_numpy().tolist() == [["missing pulse", 300, 2]]
    fit = pd.read_csv(aligned / "alignment.csv").iloc[0]
    assert fit["drift_ppm"] == pytest.approx(80, abs=20)
    assert (fit["shared_events"], fit["only_here"]) == (29, 1)
    assert fit["max_residual_frames"] == pytest.approx(fit["max_residual_s"] * FPS, rel=1e-3)
    assert (aligned / "frame_times.png").stat().st_size > 1000


def test_the_effect_is_found_on_that_clock(lab: Path, aligned: Path, capsys):
    out = lab / "perievent"
    words = ("--signal", lab / "photometry.csv", "--clock", aligned / "frame_times.csv")
    words = (*words, "--before", 1, "--after", 1, "--baseline", -1, 0, "--shifts", 199)
    assert run("neuro", "perievent", lab / "labels.csv", *words, "--out", out) == 0
    assert "driven" in capsys.readouterr().out
    channels = pd.read_csv(out / "channels.csv").set_index("channel")
    assert channels.loc["driven", "p"] == 0.005 and channels.loc["free", "p"] > 0.05
    assert 0 < channels.loc["driven", "peak_lag_s"] < 0.4
    with xr.open_dataset(out / "rear.nc", engine="h5netcdf") as data:
        assert data["response"].dims == ("event", "lag", "channel")
        assert data.sizes["lag"] == 20
    assert list(pd.read_csv(out / "rear.csv"))[:2] == ["channel", "lag"]
    assert len(pd.read_csv(out / "rear.events.csv")) == 14
    assert (out / "rear.png").stat().st_size > 1000


def test_decoding(lab: Path, aligned: Path):
    words = ("--signal", lab / "photometry.csv", "--clock", aligned / "frame_times.csv")
    words = (*words, "--bin", 0.2, "--shifts", 19, "--blocks", 3, "--out", lab / "decode")
    assert run("neuro", "decode", lab / "labels.csv", *words) == 0
    table = pd.read_csv(lab / "decode" / "decoding.csv").set_index(["target", "score"])
    assert table.loc[("rear", "roc_auc"), "value"] > 0.8
    assert table.loc[("rear", "roc_auc"), "p"] == 0.05
    assert table.loc[("driven", "r2"), "value"] > 0.2 > table.loc[("free", "r2"), "value"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("align", "day1.mp4", "--timestamps", "nothing.csv"), "nothing.csv"),
        (("align", "day1.mp4", "--pulses", "line.npy"), "nothing tells when"),
        (("perievent", "labels.csv", "--signal", "line.npy"), "nothing tells when"),
        (("perievent", "labels.csv", "--signal", "photometry.csv", "--bin", "0"), "no window"),
        (
            ("perievent", "labels.csv", "--signal", "photometry.csv", "--clock", "here.txt"),
            "no column",
        ),
    ],
)
def test_mistakes_are_one_line(lab: Path, words, said, capsys, monkeypatch):
    monkeypatch.chdir(lab)
    assert run("neuro", *words, "--out", "no") == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("error: ") and said in error
    assert not (lab / "no").exists()


def test_a_clock_of_another_video_is_a_mistake(aligned: Path):
    with pytest.raises(EthoprismError, match="times of 1200 frames for a video of 7"):
        read_frame_times(aligned / "frame_times.csv", 7)


def test_a_signal_whose_alignment_is_known_beside_a_real_video(footage: Path, tmp_path: Path):
    path = footage / "lp-mirror-mouse" / "test_vid.mp4"
    with Video(path) as video:
        count = len(video)
    rng = np.random.default_rng(1)
    shots = 5 + np.arange(count) / 250 * (1 + 60e-6) + rng.normal(0, 2e-5, count)
    np.savetxt(tmp_path / "shots.txt", 1000 * shots, fmt="%.4f")
    starts = np.sort(rng.choice(np.arange(4, 90), 20, replace=False)) * 10
    rows = "".join(f"{path.name},,lick,{start},{start + 5}\n" for start in starts)
    header = "video,subject,behavior,start_frame,stop_frame\n"
    (tmp_path / "labels.csv").write_text(header + rows, encoding="utf-8")
    spikes = [shots[starts] + 0.01, rng.uniform(4, 10, 400)]
    table = [f"{time},{unit}" for unit, times in enumerate(spikes) for time in times]
    text = "\n".join(["time,unit", *table, "4,1", "10,1"])
    (tmp_path / "spikes.csv").write_text(text, encoding="utf-8")
    words = ("--timestamps", tmp_path / "shots.txt", "--unit", "ms", "--out", tmp_path)
    assert run("neuro", "align", path, *words) == 0
    words = ("--signal", tmp_path / "spikes.csv", "--clock", tmp_path / "frame_times.csv")
    words = (*words, "--videos", path, "--before", 0.1, "--after", 0.1, "--bin", 0.008)
    out = tmp_path / "out"
    labels = tmp_path / "labels.csv"
    assert run("neuro", "perievent", labels, *words, "--shifts", 199, "--out", out) == 0
    unit = pd.read_csv(out / "channels.csv").set_index("channel").loc[0]
    assert unit["peak_lag_s"] == pytest.approx(0.012) and unit["p"] == 0.005
