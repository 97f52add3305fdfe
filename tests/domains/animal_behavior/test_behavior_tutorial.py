"""The tutorial of a made study, at its smallest: what was put in is found."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from ethoprism_domains.ceiling import human_ceiling
from ethoprism_domains.registry import read_dataset
from ethoprism_domains.simulated import SceneSettings, simulate

SCRIPT = Path(__file__).parents[3] / "docs" / "tutorials" / "animal_behavior.py"


@pytest.fixture(scope="module")
def tutorial() -> ModuleType:
    spec = importlib.util.spec_from_file_location("behavior_tutorial", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def told(tutorial: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("tutorial")
    small = ["--videos", "3", "--seconds", "6", "--probe-kind", "linear"]
    assert tutorial.main(["--out", str(out), *small]) == 0
    return out


def test_figures_and_exports_are_written(told: Path):
    for name in ("ethogram", "scores", "budget"):
        assert (told / f"animal-behavior-{name}.png").stat().st_size > 5000
    assert (told / "exported" / "study-boris.boris").is_file()
    assert (told / "exported" / "time-budget" / "budget.csv").is_file()


def test_the_second_coders_errors_are_those_that_were_made(told: Path):
    """Some bouts missed, none invented, all begun late by at most four frames."""
    ceiling = human_ceiling(read_dataset(told / "study", "animal_behavior"))
    table = ceiling.scores.table.set_index(["metric", "behavior"])["value"]
    coded = pd.concat([pd.read_csv(path) for path in told.glob("study/second_*.csv")])
    for behavior in coded["behavior"].unique():
        assert table["precision", behavior] == 1
        assert table["recall", behavior] > 0
        late, off = table["onset_s", behavior], table["offset_s", behavior]
        # not-a-number where no bout is matched, for it was short, and begun too late
        assert np.isnan(late) or 0 <= late <= 4 / 15 + 1e-6
        assert np.isnan(off) or off == pytest.approx(0, abs=1e-6)


def test_the_second_coder_misses_the_share_that_was_asked_for(tutorial: ModuleType):
    truth = pd.DataFrame({"start_frame": np.arange(4000) * 20, "stop_frame": 0})
    truth["stop_frame"] = truth["start_frame"] + 10
    seen = tutorial.second_coder(truth, 3)
    assert 1 - len(seen) / len(truth) == pytest.approx(tutorial.MISSED, abs=0.02)
    late = seen["start_frame"] - truth.loc[seen.index, "start_frame"]
    assert set(late) == set(range(tutorial.LATE + 1))


@pytest.mark.parametrize("animals", [2, 3])
def test_targets_of_simulated_bouts_are_whom_the_animal_is_after(animals: int):
    """Chasing ends nearer to its target; contact is with those that are in contact as well."""
    scene = SceneSettings(animals=animals, arena="square", size=(128, 128), body_fraction=0.15)
    recording = simulate(scene.lasting(60.0), 5)
    bouts = recording.bouts
    social = bouts["behavior"].isin(["approaching", "chasing", "contact"])
    assert (bouts.loc[social, "modifiers"].str.startswith("target:")).all()
    assert (bouts.loc[~social, "modifiers"] == "").all()
    contact = recording.labels.sel(behavior="contact") == 1
    places = recording.tracks["position"]
    nearer = []
    for bout in bouts[social].itertuples():
        targets = [name.removeprefix("target:") for name in bout.modifiers.split(",")]
        assert bout.subject not in targets
        inside = slice(bout.start_frame, bout.stop_frame)
        if bout.behavior == "contact":
            others = contact.sel(individual=targets).isel(time=inside)
            assert others.any("time").all()
            assert others.any("individual").all()
            continue
        (target,) = targets
        gap = places.sel(individual=target) - places.sel(individual=bout.subject)
        distance = np.hypot(*gap.transpose("space", "time").to_numpy()[:, inside])
        nearer.append(distance[-1] - distance[0])
    assert np.mean(nearer) < 0
