"""Sessions from the command line: regions of each, responses on their own clocks, NWB out."""

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pandas as pd
import pytest

from ethoprism.classifying import classify
from ethoprism.cli import main
from ethoprism.dataset_training import train_dataset
from ethoprism.datasets import check
from ethoprism.embedding import embed
from ethoprism.options import EmbedOptions
from ethoprism.predictions import load_predictions
from ethoprism.recordings import dataset_recordings
from ethoprism_core.errors import EthoprismError
from ethoprism_core.features import open_features
from ethoprism_core.video import Video
from ethoprism_domains.registry import read_dataset

from .conftest import write_video
from .licking_videos import write_licks

SCRIPT = Path(__file__).parents[2] / "docs" / "tutorials" / "neuroscience.py"
FRAMES, FPS = 520, 20.0
PLAN = """
window_ms: 400
regions:
  left: 0%,0%,50%,100%
  right: 50%,0%,50%,100%
sessions:
  one: {animal: anna, video: one.mp4, labels: one.csv}
  two: {animal: ben, video: two.mp4, labels: two.csv}
"""


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sessions with a bump in the signal at each bout, on clocks that start late."""
    root = tmp_path_factory.mktemp("sessions")
    (root / "sessions.yaml").write_text(PLAN, encoding="utf-8")
    for number, name in enumerate(("one", "two")):
        folder, rng = root / name, np.random.default_rng(number)
        write_video(folder / f"{name}.mp4", FRAMES)
        clock = 50 * (number + 1) + (1 + 1e-4) * np.arange(FRAMES) / FPS
        pd.DataFrame({"time_s": clock}).to_csv(folder / "timestamps.csv", index=False)
        starts = np.sort(rng.choice(np.arange(1, 24), 8, replace=False)) * 20
        rows = [(f"{name}.mp4", "lick", start, start + 8) for start in starts]
        table = pd.DataFrame(rows, columns=["video", "behavior", "start_frame", "stop_frame"])
        table.to_csv(folder / f"{name}.csv", index=False)
        times = np.arange(clock[0] - 2, clock[-1] + 2, 0.02)
        signal = rng.normal(size=(len(times), 2))
        for onset in clock[starts]:
            signal[(times >= onset) & (times < onset + 0.4), 0] += 3
        driven = {"time": times, "driven": signal[:, 0], "free": signal[:, 1]}
        pd.DataFrame(driven).to_csv(folder / "dff.csv", index=False)
    return root


def test_the_effect_is_found_on_the_sessions_own_clocks(sessions: Path, tmp_path: Path):
    words = ["--signal", "dff", "--before", "0.5", "--after", "1", "--shifts", "99"]
    out = ["--out", str(tmp_path)]
    assert main(["neuro", "perievent", str(sessions), *words, *out]) == 0
    p = pd.read_csv(tmp_path / "channels.csv").set_index("channel")["p"]
    assert p["driven"] == 0.01
    assert p["free"] > 0.05
    assert main(["neuro", "decode", str(sessions), "--signal", "dff", "--shifts", "9", *out]) == 0
    assert (tmp_path / "decoding.png").stat().st_size > 5000


def test_regions_of_the_sessions_are_what_is_embedded(sessions: Path, tmp_path: Path):
    words = ["dataset", "evaluate", str(sessions), "--encoder", "classical", "--size", "32"]
    words += ["--probe-kind", "linear", "--features", str(tmp_path), "--out", str(tmp_path / "e")]
    assert main(words) == 0
    store = open_features(tmp_path / "classical" / "one.zarr")
    assert store["individual"].values.tolist() == ["left", "right"]
    assert store.attrs["crop"] == "left=0,0,32,48;right=32,0,32,48"
    assert store.attrs["milliseconds"] == 400
    assert main([*words, "--region", "all=0,0,64,48"]) == 0
    assert open_features(tmp_path / "classical" / "one.zarr").attrs["crop"] == "all=0,0,64,48"


def test_a_probe_of_sessions_classifies_a_faster_video(sessions: Path, tmp_path: Path):
    dataset = read_dataset(sessions)
    options = EmbedOptions("classical", size=32)
    trained = train_dataset(
        dataset, tmp_path / "p", options, kind="linear", features=tmp_path / "features"
    )
    fast = write_licks(tmp_path, 250)
    (done,) = classify(fast, trained.path, tmp_path / "out", tmp_path / "features")
    assert load_predictions(done.outputs.predictions).sizes["time"] == 400
    store = open_features(tmp_path / "features" / "classical" / f"{fast.stem}.zarr")
    assert store.attrs["crop"] == "left=0,0,32,48;right=32,0,32,48"
    covered = store.attrs["frame_step"] * store.attrs["clip_frames"] / 250
    assert covered == pytest.approx(0.4, rel=0.25)


def test_nwb_of_sessions_measures_the_same(sessions: Path, tmp_path: Path):
    assert main(["dataset", "export", str(sessions), "--out", str(tmp_path / "x")]) == 0
    ours, theirs = (
        dataset_recordings(read_dataset(path), "dff") for path in (sessions, tmp_path / "x" / "nwb")
    )
    for one, other in zip(ours, theirs, strict=True):
        assert np.allclose(one.clock_times, other.clock_times, atol=1e-9)
        assert np.allclose(one.signal.values, other.signal.values)
        spans = ["start_frame", "stop_frame"]
        assert np.array_equal(one.annotations.events[spans], other.annotations.events[spans])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--signal", "nothing"], "there are: dff"),
        (["--signal", "dff", "--clock", "a.csv"], "clocks and videos of their own"),
    ],
)
def test_mistakes_are_told(sessions: Path, capsys, words, told):
    assert main(["neuro", "perievent", str(sessions), *words]) == 2
    assert told in capsys.readouterr().err


def test_a_recording_without_a_clock_is_not_measured(sessions: Path, tmp_path: Path):
    shutil.copytree(sessions, tmp_path / "copy")
    (tmp_path / "copy" / "one" / "timestamps.csv").unlink()
    with pytest.raises(EthoprismError, match="when its frames were taken"):
        dataset_recordings(read_dataset(tmp_path / "copy"), "dff")


def test_real_footage_comes_to_lie_on_a_made_clock(footage: Path, tmp_path: Path):
    """The signal is what moves in the pictures, so it must fit them frame by frame."""
    video_path = footage / "lp-mirror-mouse" / "test_vid.mp4"
    with Video(video_path) as video:
        small = [frame.mean(axis=2) for _, frame in video.stream(size=(40, 40))]
    energy = np.append(0.0, np.abs(np.diff(small, axis=0)).mean(axis=(1, 2)))
    truth = 30.0 + (1 - 150e-6) * np.arange(len(small)) / 250
    folder = tmp_path / "day1"
    folder.mkdir()
    pulses = np.delete(truth, [400, 401, 700])
    line = np.arange(29.5, truth[-1] + 0.5, 1e-4)
    at = np.searchsorted(pulses, line, side="right") - 1
    on = (at >= 0) & (line - pulses[np.maximum(at, 0)] < 0.001)
    pd.DataFrame({"time_s": line, "camera": 3.3 * on}).to_csv(folder / "ttl.csv", index=False)
    times = np.arange(29.0, truth[-1] + 1, 0.0005)
    motion = {"time_s": times, "motion": np.interp(times, truth, energy)}
    pd.DataFrame(motion).to_csv(folder / "motion.csv", index=False)
    (tmp_path / "sessions.yaml").write_text(
        f"regions: {{wheel: '0%,50%,100%,50%'}}\nsessions:\n  day1: {{video: '{video_path}'}}\n",
        encoding="utf-8",
    )
    found = check(tmp_path)
    (recording,) = found.dataset.recordings
    assert np.abs(recording.clock.seconds - truth).max() < 0.1 / 250
    kinds = {item.kind: item.count for item in found.findings}
    assert kinds["missing pulse"] == 3
    signal = pd.read_csv(recording.signals["motion"].path)
    felt = np.interp(recording.clock.seconds, signal["time_s"], signal["motion"])
    fits = [np.corrcoef(felt[5:-5], np.roll(energy, lag)[5:-5])[0, 1] for lag in (-1, 0, 1)]
    assert np.argmax(fits) == 1
    assert fits[1] > 0.99
    regions = {"wheel": recording.regions[0].box, "mirror": "0%,0%,100%,50%"}
    (store,) = embed(video_path, "classical", tmp_path / "f", regions=regions, milliseconds=256)
    features = open_features(store)
    assert (features.attrs["frame_step"], features.attrs["stride"]) == (4, 32)
    assert features["individual"].values.tolist() == ["wheel", "mirror"]


@pytest.fixture(scope="module")
def tutorial() -> ModuleType:
    spec = importlib.util.spec_from_file_location("neuroscience_tutorial", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_the_tutorial_finds_what_it_put_in(tutorial: ModuleType, tmp_path: Path, capsys):
    words = ["--sessions", "2", "--seconds", "11", "--shifts", "40"]
    assert tutorial.main(["--out", str(tmp_path), *words]) == 0
    told = capsys.readouterr().out
    error = float(told.split("frames are right to ")[1].split()[0])
    assert error < 0.1
    for name in ("regions", "clock", "groom", "decoding"):
        assert (tmp_path / f"neuroscience-{name}.png").stat().st_size > 5000
    assert len(list((tmp_path / "exported" / "nwb").rglob("*.nwb"))) == 2


def test_the_tutorials_mouse_moves_what_it_should(tutorial: ModuleType):
    rng = np.random.default_rng(0)
    shown = [tutorial.draw_mouse(0.02, {"groom": state, "whisk": False}, rng) for state in (0, 1)]
    blurred = [cv2.blur(picture, (5, 5)).astype(int) for picture in shown]
    changed = np.abs(blurred[0] - blurred[1]).max(axis=2) > 30
    rows, columns = np.nonzero(changed)
    assert changed.any()
    assert rows.min() > 0.5 * tutorial.SIZE  # paws, not whiskers
    assert columns.max() < 0.8 * tutorial.SIZE
