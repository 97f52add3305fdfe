"""Camera traps from the command line; a site's background that must not leak into a score."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ethoprism.cli import main
from ethoprism.datasets import evaluate_dataset, read_dataset
from ethoprism.traps import report_traps, score_blanks
from ethoprism_core.encoders import load_encoder
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.ecology import (
    ActivitySettings,
    crop_to_detections,
    read_camera_traps,
    read_detections,
)
from ethoprism_domains.simulated.camera_traps import write_traps
from ethoprism_domains.simulated.trap_plan import SPECIES, TrapSettings

TINY = TrapSettings(sites=3, visits=5, days=30, frames=4, size=(64, 64), seed=1)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("traps") / "hills"
    return folder, write_traps(folder, TINY)


def test_a_report_has_what_was_made(study, tmp_path):
    folder, clips = study
    report = report_traps(folder, settings=ActivitySettings(fewest=3, replicates=50))
    visits = {(clip.site, clip.visit): clip.species for clip in clips if clip.visit >= 0}
    counted = report.species.set_index("species")["events"].to_dict()
    assert counted == {name: list(visits.values()).count(name) for name in SPECIES}
    assert report.effort["days"].tolist() == pytest.approx([30] * 3)
    rates = report.rates.set_index(["species", "site"])["rate"]
    assert rates[SPECIES[0], "all sites"] == pytest.approx(100 * counted[SPECIES[0]] / 90)
    written = report.write(tmp_path)
    assert all(path.stat().st_size for path in written)
    with xr.open_dataset(tmp_path / "activity.nc", engine="h5netcdf") as found:
        assert found.attrs["clock"] == "local"
    hours = pd.read_csv(tmp_path / "events.csv")["hour"]
    true = sorted(
        round(min(c.time for c in clips if (c.site, c.visit) == key).hour) for key in visits
    )
    assert sorted(np.floor(hours + 1e-6).astype(int)) == true


def test_the_verb_writes_tables_and_figures(study, tmp_path, capsys):
    folder, clips = study
    arguments = ["traps", "activity", str(folder), "--out", str(tmp_path), "--fewest", "3"]
    assert main([*arguments, "--clock", "sun", "--replicates", "20"]) == 0
    said = capsys.readouterr().out
    assert SPECIES[0] in said
    assert (tmp_path / "activity.png").is_file() and (tmp_path / "rates.csv").is_file()
    assert main(["traps", "light", str(folder), "--out", str(tmp_path)]) == 0
    assert set(pd.read_csv(tmp_path / "light.csv")["light"]) == {"day", "night"}
    detections = folder / "truth" / "detections.json"
    arguments = ["traps", "blanks", str(detections), "--truth", str(folder)]
    assert main([*arguments, "--out", str(tmp_path)]) == 0
    assert "average precision 1.000" in capsys.readouterr().out
    assert len(pd.read_csv(tmp_path / "blanks.csv")) == len(clips)


def test_a_folder_that_is_none_is_one_line(tmp_path, capsys):
    assert main(["traps", "activity", str(tmp_path)]) == 2
    assert "no clips in folders of sites" in capsys.readouterr().err
    assert main(["traps", "activity", str(tmp_path / "absent")]) == 2


def test_blanks_are_scored_against_what_people_saw(study):
    folder, clips = study
    detections = read_detections(folder / "truth" / "detections.json")
    table = detections.table.copy()
    first = table["file"] == table["file"].iloc[0]
    table.loc[first, "confidence"] = 0.05
    doubtful = replace(detections, table=table)
    scored = score_blanks(doubtful, read_camera_traps(folder))
    animals = sum(bool(clip.species) for clip in clips)
    assert scored.missed == pytest.approx(1 / animals)
    assert scored.false_alarms == 0
    assert scored.chance == pytest.approx(animals / len(clips))
    alone = score_blanks(doubtful)
    assert (alone.clips["truth"] == -1).all()
    assert np.isnan(alone.chance)


def test_a_data_set_is_exported_as_a_package(study, tmp_path, capsys):
    folder, clips = study
    assert main(["dataset", "export", str(folder), "--out", str(tmp_path / "out")]) == 0
    package = tmp_path / "out" / "camtrap-dp-package"
    told = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    assert told["taxonomic"] == [{"scientificName": name} for name in SPECIES]
    assert len(read_camera_traps(package).media) == len(clips)
    assert "files that lie outside the package" in capsys.readouterr().err


def test_nobody_seen_is_one_line(study):
    traps = read_camera_traps(study[0])
    with pytest.raises(EthoprismError, match="no animal was seen at a known time"):
        report_traps(traps.observing(traps.observations.iloc[:0]))


@pytest.mark.slow
def test_the_background_of_a_site_does_not_leak(tmp_path):
    """Animals are not drawn, so nothing but a site's background foretells its species.

    With clips of every site in training, a probe knows each site's species and looks good; with
    whole sites left out it guesses.
    """
    settings = TrapSettings(
        sites=6,
        visits=8,
        days=30,
        leaning=1.0,
        blanks=0.0,
        visible=False,
        own_hours=False,
        frames=2,
        size=(64, 64),
    )
    write_traps(tmp_path / "study", settings)
    dataset = read_dataset(tmp_path / "study")
    encoder = load_encoder("classical", frame_size=32)
    scores = {}
    for group in (None, "video"):
        found = evaluate_dataset(
            dataset, encoder, kind="linear", group_by=group, features=tmp_path / "features"
        )
        scores[group] = np.mean([found.values[name] for name in SPECIES])
    assert dataset.habits.group_by == "site"
    assert scores["video"] > 0.95
    assert scores[None] < 0.75


@pytest.mark.slow
def test_clips_of_animals_are_told_apart_by_their_boxes(study, tmp_path, capsys):
    """The whole way with crops: boxes, one square a clip, sites left out."""
    folder, _ = study
    detections = read_detections(folder / "truth" / "detections.json")
    dataset = crop_to_detections(read_dataset(folder), detections)
    encoder = load_encoder("classical", frame_size=32)
    found = evaluate_dataset(dataset, encoder, kind="linear", features=tmp_path / "features")
    assert set(found.values) == {"blank", *SPECIES, "resting", "walking"}
    assert found.values["blank"] > 0.7
    assert {str(store.attrs["crop"]) for store in found.evaluation.footage.features} == {"follow"}
    arguments = ["dataset", "evaluate", str(folder), "--encoder", "classical", "--size", "32"]
    arguments += ["--probe-kind", "linear", "--features", str(tmp_path / "features")]
    arguments += ["--detections", str(folder / "truth" / "detections.json")]
    assert main([*arguments, "--out", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "the detector found no animal: the whole picture is shown" in said.err
    assert f": {found.mean:.3f}" in said.out


@pytest.mark.slow
def test_real_clips_go_through(footage, tmp_path):
    """Day and night, empty or not, and embeddings of real clips in a made table of deployments."""
    site = tmp_path / "real"
    clips = {  # what they are said to show is made up, but for the file names
        "water/20150325_080520.mp4": ("zamba-camtrap/chimp.mp4", "Pan troglodytes"),
        "water/20150326_080520.avi": ("zamba-camtrap/baboon_106x60_1fps.avi", "blank"),
        "forest/20160101_230000.mp4": ("zamba-smallcat/ACP0006s6f-small-cat.mp4", "Felidae"),
        "forest/20160102_230000.avi": ("zamba-camtrap/hyena_80x60_1fps.avi", "blank"),
    }
    for name, (source, _) in clips.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes((footage / source).read_bytes())
    rows = [f"{name},{species}" for name, (_, species) in clips.items()]
    (site / "clips.csv").write_text("file,species\n" + "\n".join(rows), encoding="utf-8")
    (site / "deployments.csv").write_text(
        "deployment,latitude,longitude,start,end,time_zone\n"
        "water,6.5,-1.2,2015-03-01T00:00,2015-04-01T00:00,UTC\n"
        "forest,6.6,-1.3,2015-12-01T00:00,2016-02-01T00:00,UTC\n",
        encoding="utf-8",
    )
    dataset = read_dataset(site)
    assert dataset.findings == ()
    encoder = load_encoder("classical", frame_size=32)
    found = evaluate_dataset(dataset, encoder, kind="linear", features=tmp_path / "features")
    stores = found.evaluation.footage.features
    assert [store.sizes["window"] > 0 for store in stores] == [True] * 4
    assert np.isfinite(stores[0]["features"].values).all()
    assert main(["traps", "light", str(site), "--out", str(tmp_path)]) == 0
    light = pd.read_csv(tmp_path / "light.csv").set_index("recording")["light"]
    assert {name: light[name] for name in clips} == {
        name: "day" if name.startswith("water") else "night" for name in clips
    }
