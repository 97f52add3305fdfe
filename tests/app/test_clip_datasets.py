"""Whole clips end to end: scored by site, trained, and predicted; and real clips where they are."""

import json
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pandas as pd
import pytest

from ethoprism.cli import main
from ethoprism.datasets import evaluate_dataset
from ethoprism_domains.base import ProbeChoice, Sampling
from ethoprism_domains.registry import read_dataset

SITES = ("north", "south", "west")
QUICK = ProbeChoice("attention", {"steps": 40, "heads": 2, "early_stopping": False})


def write_clip(path: Path, kind: str, frames: int, seed: int) -> None:
    """Show a bright square that moves for a third of the clip, or one that stays."""
    rng = np.random.default_rng(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    start = frames // 3
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=20)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for number in range(frames):
            picture = rng.integers(40, 60, (64, 64, 3)).astype(np.uint8)
            moved = min(max(number - start, 0), frames // 3) if kind == "moving" else 0
            left = 4 + 3 * moved % 44
            picture[24:40, left : left + 16] = 220
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "traps"
    rows = ["video,label,site"]
    for number in range(12):
        kind, site = ("moving", "resting")[number % 2], SITES[number % 3]
        name = f"{site}/{number:02d}.mp4"
        write_clip(path / name, kind, 30 + 6 * (number % 4), number)
        rows.append(f"{name},{kind},{site}")
    (path / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_the_verb_scores_clips_by_leaving_sites_out(folder: Path, tmp_path: Path, capsys):
    command = ["dataset", "evaluate", str(folder), "--encoder", "classical"]
    where = ["--features", str(folder.parent / "features"), "--out", str(tmp_path)]
    assert main([*command, *where, "--probe-kind", "linear"]) == 0
    out = capsys.readouterr().out
    assert "clips  average precision" in out
    assert "mean accuracy of moving, resting" in out
    scores = json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))
    assert scores["groups"] == len(SITES)
    assert scores["accuracy"] > 0.7
    assert {row["level"] for row in scores["scores"]} == {"clip"}
    clips = pd.read_csv(tmp_path / "clips.csv")
    assert len(clips) == 12 * 2
    assert clips["group"].tolist() == [path.split("/")[0] for path in clips["video"]]
    chosen = clips.loc[clips.groupby("video")["probability"].idxmax()]
    assert (chosen["truth"] == 1).mean() == pytest.approx(scores["accuracy"])
    assert (tmp_path / "confusion.png").is_file()
    assert not (tmp_path / "ethograms").exists()


def test_what_is_odd_in_many_clips_is_told_briefly(folder: Path, tmp_path: Path, capsys):
    rows = [f"gone-{number}.mp4,moving" for number in range(15)]
    (tmp_path / "labels.csv").write_text("\n".join(["clip,label", *rows]), encoding="utf-8")
    write_clip(tmp_path / "other.mp4", "moving", 5, 0)
    assert main(["dataset", "check", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert out.count("wrong: missing file: gone-") == 10
    assert "and 5 more of this kind, missing file (--json lists all)" in out


def test_a_probe_of_clips_is_trained_and_tells_of_other_videos(
    folder: Path, tmp_path: Path, capsys
):
    features = ["--features", str(folder.parent / "features")]
    command = ["dataset", "train", str(folder), "--encoder", "classical", "--probe-kind", "linear"]
    assert main([*command, *features, "--out", str(tmp_path / "traps")]) == 0
    card = json.loads((tmp_path / "traps.json").read_text(encoding="utf-8"))
    assert card["windows"] >= 2
    assert card["training"]["group_by"] == "site"
    for kind in ("moving", "resting"):
        write_clip(tmp_path / "new" / f"{kind}.mp4", kind, 40, 77)
    classify = ["classify", str(tmp_path / "new"), "--probe", str(tmp_path / "traps")]
    assert main([*classify, "--out", str(tmp_path / "out"), *features]) == 0
    capsys.readouterr()
    for kind in ("moving", "resting"):
        bouts = pd.read_csv(tmp_path / "out" / f"{kind}.bouts.csv")
        own = bouts[bouts["kind"] == "state"]
        assert own[["behavior", "start_frame", "stop_frame"]].to_numpy().tolist() == [[kind, 0, 40]]


def test_a_clip_of_several_labels_is_scored_by_average_precision(folder: Path, tmp_path: Path):
    table = folder / "labels.csv"
    text = table.read_text(encoding="utf-8")
    try:
        table.write_text(text + "north/00.mp4,resting,north\n", encoding="utf-8")
        dataset = read_dataset(folder)
        found = evaluate_dataset(
            dataset, "classical", kind="linear", features=folder.parent / "features"
        )
    finally:
        table.write_text(text, encoding="utf-8")
    assert found.metric == "average_precision"
    assert np.isnan(found.evaluation.scores.accuracy)
    assert 0.5 < found.mean <= 1
    first = found.evaluation.footage.labels[0]["labels"]
    assert first.shape == (1, 1, 2)
    assert (first.to_numpy() == 1).all()


def test_real_clips_of_chimpanzees_run_through(footage: Path, tmp_path: Path):
    dataset = read_dataset(footage / "chimpbehave")
    habits = dataset.habits
    assert habits.sampling == Sampling("clip")
    assert habits.probe.kind == "attention"
    quick = replace(dataset, habits=replace(habits, probe=QUICK))
    found = evaluate_dataset(quick, "classical", features=tmp_path / "features")
    scores = found.evaluation.scores
    assert found.metric == "accuracy"
    assert scores.group_count == 7
    # one clip a behaviour: nothing can be learned of what is left out
    assert scores.accuracy == 0
    assert scores.value("average_precision") < 0.6
    assert len(found.evaluation.predictions) == 7


def test_real_mini_scenes_of_a_drone_run_through(footage: Path, tmp_path: Path):
    """Nobody labelled them: the actions are made up, so that scores mean nothing here."""
    folder = tmp_path / "DJI_0068"
    (folder / "actions").mkdir(parents=True)
    for name in ("0", "1"):
        video = footage / "kabr-miniscene" / f"{name}.mp4"
        (folder / video.name).write_bytes(video.read_bytes())
        points = "".join(
            f'<points frame="{frame}" outside="0" points="1,1">'
            f'<attribute name="Behavior">{"Walk" if frame < 10 else "Graze"}</attribute></points>'
            for frame in range(21)
        )
        text = f'<annotations><meta/><track id="0" label="Grevy">{points}</track></annotations>'
        (folder / "actions" / f"{name}.xml").write_text(text, encoding="utf-8")
    dataset = read_dataset(tmp_path)
    assert [item.name for item in dataset.recordings] == ["DJI_0068/0.mp4", "DJI_0068/1.mp4"]
    habits = replace(dataset.habits, sampling=Sampling("window", frames=8, stride=4))
    found = evaluate_dataset(
        replace(dataset, habits=habits),
        "classical",
        kind="linear",
        group_by="video",
        features=tmp_path / "features",
    )
    assert found.metric == "accuracy"
    assert list(found.values) == ["Walk", "Graze"]
    assert 0 <= found.mean <= 1
    assert [said.sizes["time"] for said in found.evaluation.predictions] == [21, 21]
