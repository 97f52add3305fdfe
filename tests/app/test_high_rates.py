"""Windows in milliseconds and named regions, from videos of 250 and 500 Hz to predictions."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ethoprism.classifying import classify
from ethoprism.cli import main
from ethoprism.embedding import embed
from ethoprism.learning.estimating import estimate_embedding
from ethoprism.learning.project_options import project_options
from ethoprism.learning.project_work import embed_project
from ethoprism.options import EmbedOptions, options_of
from ethoprism.predictions import load_predictions
from ethoprism.project import Project
from ethoprism.training import train
from ethoprism_core.encoders import load_encoder
from ethoprism_core.errors import EthoprismError
from ethoprism_core.features import open_features
from ethoprism_domains.annotation import Behavior, Ethogram
from ethoprism_domains.probe import load_probe, predict_video

from .licking_videos import BOUTS, SECONDS, write_licks

REGIONS = {"face": "0%,0%,50%,100%", "paws": "32,0,32,48"}
OPTIONS = EmbedOptions(
    "classical", size=32, grid="2x1x1", follow=0, regions=REGIONS, milliseconds=64, stride=4
)


def truth(rate: int) -> np.ndarray:
    times = np.arange(round(SECONDS * rate)) / rate
    return np.any([(times >= start) & (times < stop) for start, stop in BOUTS], axis=0)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Videos of both rates, and a probe that was trained on the slow one."""
    folder = tmp_path_factory.mktemp("rates")
    for rate in (250, 500):
        write_licks(folder, rate)
    rows = [("licks250.mp4", "lick", round(250 * a), round(250 * b)) for a, b in BOUTS]
    table = pd.DataFrame(rows, columns=["video", "behavior", "start_frame", "stop_frame"])
    table.to_csv(folder / "labels.csv", index=False)
    train(
        folder / "labels.csv",
        folder / "probe",
        options=OPTIONS,
        kind="linear",
        features=folder / "features",
    )
    return folder


@pytest.mark.parametrize("rate", [250, 500])
def test_predictions_land_on_the_right_frames_at_either_rate(lab: Path, rate):
    (done,) = classify(
        lab / f"licks{rate}.mp4", lab / "probe.safetensors", lab / "out", lab / "features"
    )
    predictions = load_predictions(done.outputs.predictions)
    assert predictions.sizes["time"] == round(SECONDS * rate)
    found = predictions["label"].isel(individual=0).sel(behavior="lick").to_numpy() == 1
    assert (found == truth(rate)).mean() > 0.93
    edges = np.flatnonzero(np.diff(truth(rate).astype(int))) / rate
    wrong = np.flatnonzero(found != truth(rate)) / rate
    assert np.abs(wrong[:, None] - edges).min(axis=1).max(initial=0) < 0.064  # within a window


def test_a_window_is_as_long_at_either_rate(lab: Path):
    for rate, step in ((250, 1), (500, 2)):
        store = open_features(lab / "features" / "classical" / f"licks{rate}.zarr")
        assert (store.attrs["frame_step"], store.attrs["milliseconds"]) == (step, 64)
        assert store["individual"].values.tolist() == ["face", "paws"]


def test_the_probes_card_keeps_regions_and_length(lab: Path):
    assert options_of(load_probe(lab / "probe.safetensors")) == OPTIONS


def test_other_regions_or_steps_are_refused(lab: Path, tmp_path: Path):
    probe, encoder = load_probe(lab / "probe.safetensors"), load_encoder("classical", frame_size=32)
    both = {"paws": REGIONS["paws"], "face": REGIONS["face"]}
    video, how = lab / "licks250.mp4", {"grid": "2x1x1", "out": tmp_path, "stride": 4}
    (store,) = embed(video, encoder, regions=both, milliseconds=64, **how)
    with pytest.raises(EthoprismError, match="regions paws, face"):
        predict_video(probe, store)
    (store,) = embed(video, encoder, regions=REGIONS, milliseconds=128, **how)
    with pytest.raises(EthoprismError, match="frame_step is 2"):
        predict_video(probe, store)


def test_the_verb_embeds_regions_and_milliseconds(lab: Path, tmp_path: Path, capsys):
    words = ["embed", str(lab / "licks250.mp4"), "--encoder", "classical", "--size", "32"]
    words += ["--region", "face=0%,0%,50%,100%", "--window-ms", "20", "--out", str(tmp_path)]
    assert main(words) == 0
    assert "windows last 64 ms instead of 20" in capsys.readouterr().err
    store = open_features(tmp_path / "classical" / "licks250.zarr")
    assert store.attrs["crop"] == "face=0,0,32,48"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--region", "face=1,2"], "no box of a region"),
        (["--region", "face=60,0,30,30"], "not inside the picture"),
        (["--region", "a=1,1,5,5", "--region", "a=2,2,5,5"], "two regions have one name"),
        (["--window-ms", "100", "--frame-step", "2"], "not allowed with"),
        (["--region", "a=1,1,5,5", "--follow", "1"], "not allowed with"),
    ],
)
def test_mistakes_are_told(lab: Path, tmp_path: Path, capsys, words, told):
    start = ["embed", str(lab / "licks250.mp4"), "--encoder", "classical", "--out", str(tmp_path)]
    try:
        code = main([*start, *words])
    except SystemExit as stop:
        code = stop.code
    assert told in capsys.readouterr().err
    assert code == 2


def test_a_project_keeps_regions_in_its_plain_file(lab: Path, tmp_path: Path):
    project = Project.create(tmp_path / "project", Ethogram((Behavior("lick"),)))
    project.add_videos([lab / "licks250.mp4"])
    project.set_encoder("classical", {"size": 32, "regions": REGIONS, "milliseconds": 64})
    again = Project.open(project.folder)
    options = project_options(again)
    assert (options.regions, options.follow, options.milliseconds) == (REGIONS, 0, 64)
    assert estimate_embedding(again).left == 1
    embed_project(again)
    assert estimate_embedding(again).left == 0
    (store,) = (project.folder / "features" / "classical").glob("*.zarr")
    assert open_features(store)["individual"].values.tolist() == ["face", "paws"]


def test_a_projects_mistaken_region_is_told(tmp_path: Path):
    project = Project.create(tmp_path / "project", Ethogram((Behavior("lick"),)))
    project.set_encoder("classical", {"regions": {"face": "1,2"}})
    with pytest.raises(EthoprismError, match="no box of a region, face"):
        project_options(project)


def test_labels_of_regions_give_predictions_of_regions(lab: Path, tmp_path: Path):
    table = pd.read_csv(lab / "labels.csv")
    others = [(0, 0.2), (0.44, 0.7), (0.9, 1.1), (1.4, 1.6)]  # the paws move whenever else
    rows = [("licks250.mp4", "lick", round(250 * a), round(250 * b)) for a, b in others]
    paws = pd.DataFrame(rows, columns=table.columns).assign(subject="paws")
    both = pd.concat([table.assign(subject="face"), paws])
    both.to_csv(tmp_path / "labels.csv", index=False)
    train(
        tmp_path / "labels.csv",
        tmp_path / "probe",
        lab,
        options=OPTIONS,
        kind="linear",
        features=lab / "features",
    )
    (done,) = classify(
        lab / "licks500.mp4", tmp_path / "probe.safetensors", tmp_path, lab / "features"
    )
    predictions = load_predictions(done.outputs.predictions)
    assert predictions["individual"].values.tolist() == ["face", "paws"]
    assert set(pd.read_csv(done.outputs.bouts)["subject"].dropna()) == {"face", "paws"}
    found = predictions["label"].sel(individual="face", behavior="lick").to_numpy() == 1
    assert (found == truth(500)).mean() > 0.9
