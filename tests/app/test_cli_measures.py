from pathlib import Path

import pandas as pd
import pytest

from ethoprism.cli import main

from .conftest import write_video

HEADER = "video,subject,behavior,start_frame,stop_frame\n"


@pytest.fixture
def coded(tmp_path: Path) -> Path:
    """Two short videos, coded by two people and by a model."""
    for name in ("one", "two"):
        write_video(tmp_path / f"{name}.mp4", frames=40)
    rows = "one.mp4,,groom,5,15\none.mp4,,rear,20,30\ntwo.mp4,,groom,0,10\n"
    (tmp_path / "anna.csv").write_text(HEADER + rows, encoding="utf-8")
    rows = "one.mp4,,groom,6,15\none.mp4,,rear,20,31\ntwo.mp4,,groom,0,10\n"
    (tmp_path / "ben.csv").write_text(HEADER + rows, encoding="utf-8")
    model = tmp_path / "model"
    model.mkdir()
    for name, row in (("one", "groom,5,15\n"), ("two", "groom,20,30\n")):
        text = f"{HEADER}{name}.mp4,,{row}"
        (model / f"{name}.bouts.csv").write_text(text, encoding="utf-8")
    (model / "summary.csv").write_text("video,behavior\n", encoding="utf-8")
    return tmp_path


def run(*words: object) -> int:
    return main([str(word) for word in words])


def test_agreement_of_two_people_and_a_model(coded: Path, capsys: pytest.CaptureFixture[str]):
    out = coded / "out"
    coders = (coded / "anna.csv", coded / "ben.csv", coded / "model")
    assert run("agreement", *coders, "--videos", coded, "--tolerance", 0.1, "--out", out) == 0
    shown = capsys.readouterr()
    assert "anna & ben & model" in shown.out and "krippendorff_alpha" in shown.out
    assert "without tolerance" in shown.err
    table = pd.read_csv(out / "agreement.csv").set_index(["coders", "behavior", "measure"])["value"]
    assert table["anna & ben", "groom", "kappa"] == 1.0  # one frame is 0.05 s
    assert table["anna & model", "groom", "f1@0.5"] == pytest.approx(0.5)
    told = pd.read_csv(out / "disagreements.csv")
    assert told.loc[0, ["start_frame", "stop_frame"]].tolist() == [5, 6]
    assert told.loc[0, ["present", "absent"]].tolist() == ["anna; model", "ben"]
    assert (out / "one.mp4.agreement.png").stat().st_size > 1000


def test_undefined_agreement_is_an_empty_cell(coded: Path):
    ethogram = coded / "ethogram.yaml"
    ethogram.write_text("behaviors: [groom, rear, dig]\n", encoding="utf-8")
    words = ("--ethogram", ethogram, "--out", coded / "out")
    assert run("agreement", coded / "anna.csv", coded / "ben.csv", *words) == 0
    lines = (coded / "out" / "agreement.csv").read_text(encoding="utf-8").splitlines()
    assert "anna & ben,dig,kappa,,,,80" in lines


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("anna.csv",), "name two or more"),
        (("anna.csv", "anna.csv"), "the same coder is named twice"),
        (("anna.csv", "nobody.csv"), "nobody.csv"),
        (("anna.csv", "ben.csv", "--interval", "0"), "the interval must be above 0"),
        (("anna.csv", "ben.csv", "--behaviors", "fly"), "fly"),
    ],
)
def test_mistakes_are_one_line(coded: Path, words, said, capsys, monkeypatch):
    monkeypatch.chdir(coded)
    assert run("agreement", *words) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert not (coded / "agreement").exists()
