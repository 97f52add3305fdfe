"""What other coders reach: against scikit-learn, and beside what a probe reaches."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import io
from sklearn.metrics import cohen_kappa_score, f1_score

from ethoprism.benchmarking import run_benchmark
from ethoprism.cli import main
from ethoprism_core.encoders import load_encoder
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.ceiling import human_ceiling
from ethoprism_domains.registry import read_dataset

PART = 16  # frames of each act in turn
PARTS = 6
ACTS = ("sniff", "attack", "other")  # labels 0, 1 and -1 of the pictures
STEMS = ("013009_A29_Block6_C57ma1", "012609_A25_Block11_BCfe1", "030609_A31_Block2_BCma1")


def labels(turn: int) -> list[int]:
    rng = np.random.default_rng(turn)
    parts = np.concatenate([rng.permutation([0, 1, -1]) for _ in range(PARTS // 3)])
    return np.repeat(parts, PART).tolist()


def rows(numbers: list[int], shift: int = 0) -> list[tuple[int, int, str]]:
    moved = np.roll(numbers, shift).tolist()
    return [(at + 1, at + 1, ACTS[number]) for at, number in enumerate(moved)]


@pytest.fixture(scope="module")
def crim13(tmp_path_factory: pytest.TempPathFactory, make) -> Path:
    """Three recordings from two views; another coder is three frames late in the first."""
    root = tmp_path_factory.mktemp("ceiling") / "crim"
    for turn, stem in enumerate(STEMS):
        folder = root / ("CRIM13_test1" if turn == 1 else "CRIM13_train1")
        for view in "ts":
            make("video")(folder / f"{stem}_{view}.mp4", labels(turn), 25)
        told = {f"{stem}_t.txt": 0} | ({f"{stem}_t_anna.txt": 3} if turn == 0 else {})
        for name, shift in told.items():
            text = make("caltech")(rows(labels(turn), shift), ACTS)
            (folder / name).write_text(text, encoding="utf-8")
    return root


def test_the_ceiling_is_what_scikit_learn_says(crim13: Path):
    ceiling = human_ceiling(read_dataset(crim13))
    assert ceiling is not None
    assert (ceiling.coders, ceiling.recordings) == (("anna",), (f"{STEMS[0]}_t", f"{STEMS[0]}_s"))
    true, said = (np.array([*np.roll(labels(0), shift)]) for shift in (0, 3))
    for number, name in enumerate(ACTS[:2]):
        pair = true == number, said == number
        assert ceiling.scores.value("f1", name) == pytest.approx(f1_score(*pair))
        assert ceiling.agreement.value("kappa", name) == pytest.approx(cohen_kappa_score(*pair))


def test_without_another_coder_there_is_no_ceiling(crim13: Path):
    dataset = read_dataset(crim13)
    alone = tuple(replace(item, coders={}) for item in dataset.recordings)
    assert human_ceiling(replace(dataset, recordings=alone)) is None
    no_video = tuple(replace(item, video=None) for item in dataset.recordings)
    assert human_ceiling(replace(dataset, recordings=no_video)) is None


def test_an_evaluation_stands_beside_its_ceiling(crim13: Path, tmp_path: Path, capsys):
    command = ["dataset", "evaluate", str(crim13), "--encoder", "classical", "--by-target"]
    options = ["--probe-kind", "linear", "--features", str(crim13.parent / "features")]
    assert main([*command, *options, "--out", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "beside other coders (anna) of 2 recordings" in out
    assert "sniff @intruder" in out
    human = (tmp_path / "human-scores.csv").read_text(encoding="utf-8")
    assert "frame,attack @intruder,f1," in human
    assert "kappa" in (tmp_path / "human-agreement.csv").read_text(encoding="utf-8")
    assert (tmp_path / "scores.png").stat().st_size > 5000


def test_crim13_is_scored_view_by_view_beside_its_coders(crim13: Path, tmp_path: Path, capsys):
    command = ["benchmark", "crim13", "--data", str(crim13), "--encoder", "classical"]
    options = ["--stride", "4", "--probe-kind", "linear", "--out", str(tmp_path)]
    features = str(crim13.parent / "features")
    assert main([*command, *options, "--features", features]) == 0
    out = capsys.readouterr().out
    for view, published in (("side", "64.5"), ("top", "64.9")):
        told = json.loads((tmp_path / f"crim13-{view}.json").read_text(encoding="utf-8"))
        assert set(told["average_precision"]) == {"attack", "sniff"}
        assert told["mean_average_precision"] > 0.8
        assert told["human"]["recordings"] == [f"{STEMS[0]}_{view[0]}"]
        assert 0.7 < told["human"]["f1"]["sniff"] < 0.9
        assert {item["split"] for item in told["videos"]} == {"train", "test"}
        assert f"{published}  published" in out
    assert "other coders (anna) on 1 recordings: mean F1" in out


@pytest.fixture(scope="module")
def flies(tmp_path_factory: pytest.TempPathFactory, make) -> Path:
    """Four movies: a quarter of the picture says which of two actions the first fly does."""
    root = tmp_path_factory.mktemp("flies") / "Aggression"
    for number in (1, 2, 6):
        stem = root / f"movie{number}" / f"movie{number}"
        told = labels(number)
        spans = {
            name: [
                [(at + 1, at + 1) for at, label in enumerate(told) if label == action],
                [],
            ]
            for action, name in enumerate(("lunge", "wing_threat"))
        }
        make("actions")(Path(f"{stem}_actions.mat"), spans | {"charge": [[(1, 9)], []]})
        make("tracks")(Path(f"{stem}_track.mat"), len(told), lost=[20] if number == 6 else [])
        make("video")(Path(f"{stem}.mp4"), told)
    io.savemat(root / "traintest.mat", {"trainids": np.arange(1, 6), "testids": [6, 7]})
    return root


def test_flies_are_scored_by_the_published_protocol(flies: Path):
    encoder = load_encoder("classical")
    features = flies.parent / "features"
    found = run_benchmark("flyvsfly", flies, encoder, stride=1, kind="linear", features=features)
    assert set(found.values) == {"lunge", "wing threat"}  # charge is none of the six
    assert found.mean > 0.8
    # a window at each frame, but that in which a fly is lost
    assert found.record["windows"] == {"train": 2 * PARTS * PART, "test": PARTS * PART - 1}
    assert found.record["sampling"]["frame_step"] == 1
    assert "human" not in found.record
    assert any("traintest.mat" in told for told in found.deviations)


def test_a_set_without_its_split_is_refused(flies: Path, tmp_path: Path):
    (flies / "traintest.mat").rename(tmp_path / "traintest.mat")
    try:
        with pytest.raises(EthoprismError, match="nothing tells the published split"):
            run_benchmark("flyvsfly", flies, load_encoder("classical"))
    finally:
        (tmp_path / "traintest.mat").rename(flies / "traintest.mat")
