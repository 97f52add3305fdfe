"""A benchmark on a set in CalMS21's layout, whose behaviours can be told by looking."""

import json
from pathlib import Path

import av
import numpy as np
import pytest

from ethoprism.benchmarking import run_benchmark
from ethoprism.cli import main
from ethoprism_core.encoders import load_encoder
from ethoprism_core.errors import EthoprismError

WORDS = {"attack": 0, "investigation": 1, "mount": 2, "other": 3}
SPLITS = {"train": ("mouse001", "mouse002", "mouse003"), "test": ("mouse071", "mouse072")}
PART = 20  # frames of each behaviour in turn


def numbers(turn: int) -> list[int]:
    return list(np.repeat(np.roll([0, 1, 2, 3], turn), PART).tolist())


def write_video(path: Path, labels: list[int]) -> None:
    """Show a bright quarter whose place is the behaviour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(len(path.name))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for label in labels:
            picture = rng.integers(20, 40, (64, 64, 3)).astype(np.uint8)
            top, left = 32 * (label // 2), 32 * (label % 2)
            picture[top : top + 32, left : left + 32] += 180
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


def write_labels(folder: Path, split: str, turned: int = 0) -> None:
    told = {}
    for turn, mouse in enumerate(SPLITS[split]):
        labels = [(number + turned) % 4 for number in numbers(turn)]
        told[f"task1/{split}/{mouse}_task1_annotator1"] = {
            "keypoints": np.full((len(labels), 2, 2, 7), np.arange(7) + 20.0).tolist(),
            "scores": np.ones((len(labels), 2, 7)).tolist(),
            "annotations": labels,
            "metadata": {"fps": 30, "vocab": WORDS},
        }
    path = folder / "task1_classic_classification" / f"calms21_task1_{split}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"annotator-id_0": told}), encoding="utf-8")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("benchmark") / "data"
    for split, mice in SPLITS.items():
        write_labels(folder, split)
        for turn, mouse in enumerate(mice):
            name = f"{mouse}_task1_annotator1.mp4"
            write_video(folder / "task1_videos_mp4" / split / name, numbers(turn))
    return folder


@pytest.fixture(scope="module")
def features(data: Path) -> Path:
    return data.parent / "features"


def test_the_verb_scores_the_test_split_and_writes_how(data, features, tmp_path, capsys):
    command = ["benchmark", "calms21", "--data", str(data), "--encoder", "classical"]
    options = ["--stride", "4", "--probe-kind", "linear", "--features", str(features)]
    assert main([*command, *options, "--out", str(tmp_path)]) == 0
    out = capsys.readouterr()
    assert "VideoPrism-B" in out.out
    assert "91.1  published" in out.out
    assert "2 videos of the test split, published 19" in out.err
    told = json.loads((tmp_path / "calms21.json").read_text(encoding="utf-8"))
    assert set(told["average_precision"]) == {"attack", "investigation", "mount"}
    assert told["mean_average_precision"] > 0.9
    assert told["mean_average_precision"] == pytest.approx(
        np.mean(list(told["average_precision"].values())), abs=1e-5
    )
    splits = {item["name"].split("/")[-1][:8]: item["split"] for item in told["videos"]}
    assert splits == {mouse: split for split, mice in SPLITS.items() for mouse in mice}
    # windows at 0, 4, ..., 76, and at 79, which is further than half a stride from the last
    assert told["windows"] == {"train": 3 * 21, "test": 2 * 21}
    assert told["sampling"]["crop"] == "whole"
    assert told["probe"] == {"kind": "linear", "settings": {}, "seed": 0}
    assert told["encoder"]["fingerprint"] == load_encoder("classical").fingerprint


def test_labels_of_the_test_split_teach_nothing(data: Path, features: Path):
    """Were they learned from, a test split with other labels would be scored as well."""
    write_labels(data, "test", turned=1)
    try:
        found = run_benchmark(
            "calms21", data, load_encoder("classical"), stride=4, kind="linear", features=features
        )
    finally:
        write_labels(data, "test")
    assert found.mean < 0.6


def test_a_set_without_its_test_split_is_refused(data: Path, features: Path):
    path = data / "task1_classic_classification" / "calms21_task1_test.json"
    path.unlink()
    try:
        with pytest.raises(EthoprismError, match="no window of the published test split"):
            run_benchmark("calms21", data, load_encoder("classical"), features=features)
    finally:
        write_labels(data, "test")


def test_mistakes_are_told_before_any_work(tmp_path: Path, capsys):
    assert main(["benchmark", "calms22", "--data", str(tmp_path)]) == 2
    assert "no such benchmark, calms22, use one of calms21" in capsys.readouterr().err
    assert main(["benchmark", "calms21", "--data", str(tmp_path), "--encoder", "classical"]) == 2
    assert "these are not the data of CalMS21 task 1" in capsys.readouterr().err
