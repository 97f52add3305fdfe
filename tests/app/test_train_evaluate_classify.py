import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from ethoprism.cli import main
from ethoprism.options import EmbedOptions
from ethoprism.training import train
from ethoprism_domains.formats import read_events
from ethoprism_domains.probe import load_probe

from .conftest import TinyStudy, write_video

FAST = ["--encoder", "classical", "--whole", "--stride", "5"]


def run(*words: object) -> int:
    return main([str(word) for word in words])


def hidden(folder: Path) -> list[str]:
    """Leftovers of interrupted writing."""
    return [path.name for path in folder.rglob(".*")]


@pytest.fixture
def classified(tiny_study: TinyStudy, tmp_path: Path):
    """Run `classify` on some videos of the study, into one folder."""

    def classify(*videos: Path, out: Path = tmp_path / "out put") -> tuple[int, Path]:
        probe, features = tiny_study.probe, tiny_study.features
        code = run("classify", *videos, "--probe", probe, "--out", out, "--features", features)
        return code, out

    return classify


def test_training_leaves_a_probe_and_a_card_that_says_how(tiny_study: TinyStudy):
    card = json.loads(tiny_study.probe.with_suffix(".json").read_text(encoding="utf-8"))
    training = card["training"]
    assert training["embedding"]["encoder"] == "classical"
    assert training["embedding"]["follow"] == 0 and training["embedding"]["stride"] == 5
    assert set(training["video_fingerprints"]) == {video.name for video in tiny_study.videos}
    assert {item["name"] for item in training["ethogram"]["behaviors"]} == set(card["behaviors"])
    assert load_probe(tiny_study.probe).behaviors == tuple(card["behaviors"])


def test_train_prints_scores_with_chance_beside_them(tiny_study: TinyStudy, tmp_path, capsys):
    out = tmp_path / "probe"
    words = ["--out", out, "--features", tiny_study.features, "--probe", "linear", *FAST]
    assert run("train", tiny_study.labels, "--group", "video", *words) == 0
    shown = capsys.readouterr().out
    for words_shown in ("average precision", "chance", "macro average", "walking", "probe.safe"):
        assert words_shown in shown


def test_the_same_inputs_train_the_same_probe(tiny_study: TinyStudy, tmp_path: Path):
    options = EmbedOptions("classical", stride=5, follow=0)
    again = train(
        tiny_study.labels,
        tmp_path / "mouse",
        options=options,
        kind="linear",
        features=tiny_study.features,
    )
    first = tiny_study.probe.with_suffix(".safetensors").read_bytes()
    assert again.path.read_bytes() == first


@pytest.mark.parametrize(
    ("labels", "words", "said"),
    [
        ("", [], "the file is empty"),
        ("video,behavior,start_s,stop_s\n", [], "there is no labelled behaviour"),
        (None, ["--behaviors", "flying"], "no label names this behaviour, flying, choose among"),
        (None, ["--encoder", "nothing"], "no such encoder, nothing"),
        (None, ["--group", "colour"], "no column 'colour'"),
        (None, ["--whole", "--crop", "0,0,9,9"], "not allowed with argument"),
    ],
)
def test_a_mistake_in_training_is_one_line(labels, words, said, tiny_study, tmp_path, capsys):
    path = tiny_study.labels
    if labels is not None:
        path = tmp_path / "labels.csv"
        path.write_text(labels, encoding="utf-8")
    options = ["--videos", tiny_study.folder, "--features", tiny_study.features, *words]
    if "--encoder" not in words:
        options += ["--encoder", "classical"]
    assert run("train", path, *options, "--out", tmp_path / "p") == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert not list(tmp_path.glob("p.*"))


def test_an_unknown_behaviour_is_refused_where_the_ethogram_is_given(tiny_study, tmp_path, capsys):
    ethogram = tmp_path / "project.yaml"
    ethogram.write_text("behaviors: [walking, resting]\n", encoding="utf-8")
    words = ["--ethogram", ethogram, "--out", tmp_path / "p", "--features", tiny_study.features]
    assert run("train", tiny_study.labels, *words, *FAST) == 2
    assert "not in the ethogram" in capsys.readouterr().err


def test_classify_writes_predictions_bouts_picture_and_summary(classified, tiny_study):
    video = tiny_study.videos[0]
    code, out = classified(video)
    assert code == 0
    files = {path.name for path in out.iterdir()}
    assert files == {"summary.csv", *(video.stem + end for end in (".nc", ".bouts.csv", ".png"))}
    with xr.open_dataset(out / f"{video.stem}.nc") as predictions:
        assert predictions["probability"].dims == ("time", "individual", "behavior")
        assert predictions.sizes["time"] == 150
        assert predictions.attrs["probe"] == "mouse" and predictions.attrs["encoder"] == "classical"
        labels = predictions["label"].load()
    events = read_events(out / f"{video.stem}.bouts.csv").events
    assert set(events["labeling_method"]) == {"automated"}
    frames = (events["stop_frame"] - events["start_frame"]).sum()
    assert frames == int((labels == 1).sum()) > 0
    summary = pd.read_csv(out / "summary.csv")
    assert summary["total_s"].sum() == pytest.approx(frames / 15, abs=1e-3)
    assert summary["bouts"].sum() == len(events)


def test_what_is_done_is_passed_over_until_something_changes(classified, tiny_study, capsys):
    one, two = tiny_study.videos[:2]
    _, out = classified(one, two)
    before = {path: path.stat().st_mtime_ns for path in out.glob("*.nc")}
    capsys.readouterr()
    assert classified(one, two)[0] == 0
    assert capsys.readouterr().err.count("already done") == 2
    assert {path: path.stat().st_mtime_ns for path in out.glob("*.nc")} == before
    (out / f"{one.stem}.png").unlink()
    classified(one, two)
    told = capsys.readouterr().err
    assert told.count("already done") == 1 and (out / f"{one.stem}.png").exists()


def test_another_probe_makes_everything_again(tiny_study, classified, tmp_path, capsys):
    video = tiny_study.videos[0]
    _, out = classified(video)
    options = EmbedOptions("classical", stride=5, follow=0)
    kept = ["walking", "resting"]
    probe = tmp_path / "other"
    where = {"kind": "linear", "features": tiny_study.features}
    train(tiny_study.labels, probe, options=options, behaviors=kept, **where)
    capsys.readouterr()
    words = ["--probe", probe, "--out", out, "--features", tiny_study.features]
    assert run("classify", video, *words) == 0
    assert "already done" not in capsys.readouterr().err
    with xr.open_dataset(out / f"{video.stem}.nc") as predictions:
        assert set(predictions["behavior"].values.tolist()) == set(kept)


def test_a_broken_video_does_not_stop_the_others(classified, tiny_study, tmp_path, capsys):
    folder = tmp_path / "tag 1 ünïcode"
    folder.mkdir()
    shutil.copy(tiny_study.videos[0], folder / "a ö.mp4")
    (folder / "broken.mp4").write_bytes(b"not a video at all" * 50)
    shutil.copy(tiny_study.videos[1], folder / "z.mp4")
    code, out = classified(folder)
    assert code == 1
    error = capsys.readouterr().err
    assert error.count("error: ") == 1 and "broken.mp4" in error
    assert (out / "a ö.nc").exists() and (out / "z.nc").exists()
    assert set(pd.read_csv(out / "summary.csv")["video"]) == {"a ö.mp4", "z.mp4"}
    assert hidden(out) == []


def test_one_broken_video_by_itself_is_an_error(classified, tmp_path, capsys):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"")
    assert classified(broken)[0] == 2
    assert "broken.mp4" in capsys.readouterr().err


def test_folders_keep_their_structure(classified, tiny_study, tmp_path):
    folder = tmp_path / "study"
    for place in ("day 1/a.mp4", "day 2/a.mp4", "day 2/a.avi"):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tiny_study.videos[0], folder / place)
    code, out = classified(folder)
    assert code == 0
    made = {path.relative_to(out).as_posix() for path in out.rglob("*.nc")}
    assert made == {"day 1/a.nc", "day 2/a.mp4.nc", "day 2/a.avi.nc"}


def test_a_probe_for_another_encoder_is_refused(tiny_study, tmp_path, capsys):
    for suffix in (".safetensors", ".json"):
        shutil.copy(tiny_study.probe.with_suffix(suffix), tmp_path / f"p{suffix}")
    card_path = tmp_path / "p.json"
    card = json.loads(card_path.read_text(encoding="utf-8"))
    card["features"]["encoder_fingerprint"] = "of another encoder"
    card_path.write_text(json.dumps(card), encoding="utf-8")
    words = ["--probe", tmp_path / "p", "--out", tmp_path / "o", "--features", tiny_study.features]
    assert run("classify", tiny_study.videos[0], *words) == 2
    assert "features of another encoder" in capsys.readouterr().err


def test_evaluate_cross_validates_and_writes_files_and_figures(tiny_study, tmp_path, capsys):
    out = tmp_path / "scores"
    words = ["--group", f"{tiny_study.folder / 'videos.csv'}:animal", "--exclusive"]
    words += ["--out", out, "--features", tiny_study.features, "--probe-kind", "linear", *FAST]
    assert run("evaluate", tiny_study.labels, *words) == 0
    table = pd.read_csv(out / "scores.csv")
    assert {"value", "low", "high", "chance"} <= set(table.columns)
    assert json.loads((out / "scores.json").read_text(encoding="utf-8"))["groups"] == 2
    for name in ("precision-recall.png", "confusion.png", "time-budgets.csv"):
        assert (out / name).stat().st_size > 100
    pictures = {path.stem for path in (out / "ethograms").glob("*.png")}
    assert pictures == {video.stem for video in tiny_study.videos}
    assert "macro average" in capsys.readouterr().out


def test_a_single_video_is_cut_into_blocks_of_time(tiny_study, tmp_path):
    rows = tiny_study.labels.read_text(encoding="utf-8").splitlines()
    labels = tmp_path / "one.csv"
    own = [row for row in rows[1:] if row.startswith(tiny_study.videos[0].name)]
    labels.write_text("\n".join([rows[0], *own]) + "\n", encoding="utf-8")
    out = tmp_path / "scores"
    words = ["--videos", tiny_study.folder, "--out", out, "--features", tiny_study.features]
    assert run("evaluate", labels, *words, "--probe-kind", "linear", *FAST) == 0
    assert json.loads((out / "scores.json").read_text(encoding="utf-8"))["groups"] == 5


def test_scoring_a_probe_on_its_own_training_videos_is_told(tiny_study, tmp_path, capsys):
    words = ["--probe", tiny_study.probe, "--features", tiny_study.features]
    assert run("evaluate", tiny_study.labels, *words, "--out", tmp_path / "s") == 0
    assert "too good to be true" in capsys.readouterr().err


KILLED = """
import sys
from ethoprism.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a subprocess")
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_leaves_nothing_half_written_and_goes_on(sign, tiny_study, tmp_path):
    folder, out, features = tmp_path / "videos", tmp_path / "out", tmp_path / "features"
    for number in range(12):  # so many that it cannot be done before it is noticed
        write_video(folder / f"{number:02d}.mp4", frames=60, shade=60 + 10 * number)
    words = ["classify", folder, "--probe", tiny_study.probe, "--out", out, "--features", features]
    command = [sys.executable, "-c", KILLED, *map(str, words)]
    pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as running:
        _wait_for(lambda: any(out.glob("*.nc")), running)
        running.send_signal(sign)
        _, error = running.communicate(timeout=60)
    assert running.returncode == (130 if sign == signal.SIGINT else -signal.SIGKILL), error
    assert "Traceback" not in error
    for path in out.glob("*.nc"):
        with xr.open_dataset(path) as predictions:
            assert predictions.sizes["time"] == 60
    before = {path: path.stat().st_mtime_ns for path in out.glob("*.nc")}
    assert run(*words) == 0
    assert len(list(out.glob("*.nc"))) == 12
    assert all(path.stat().st_mtime_ns == when for path, when in before.items())


def _wait_for(there, running: subprocess.Popen) -> None:
    deadline = time.monotonic() + 120
    while not there():
        assert running.poll() is None and time.monotonic() < deadline, "it ended or hung too early"
        time.sleep(0.01)


def test_nothing_is_written_where_nothing_may_be(tiny_study, tmp_path, capsys):
    if os.name == "nt" or os.geteuid() == 0:
        place = tmp_path / "a file"
        place.write_text("in the way", encoding="utf-8")
    else:
        place = tmp_path / "locked"
        place.mkdir(mode=0o500)
    words = ["--probe", tiny_study.probe, "--features", tiny_study.features]
    assert run("classify", tiny_study.videos[0], *words, "--out", place / "out") == 2
    assert "cannot write" in capsys.readouterr().err
