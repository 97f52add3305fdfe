from pathlib import Path

import pandas as pd
import pytest

from ethoprism.cli import main
from ethoprism.measuring import agreement

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


def test_coders_are_called_by_as_much_of_the_name_as_tells_them_apart(coded: Path):
    for name in ("anna", "ben"):
        (coded / f"{name}.csv").rename(coded / f"one.mp4.{name}.csv")
    files = (coded / "one.mp4.anna.csv", coded / "one.mp4.ben.csv")
    found = agreement(files, [coded])
    assert found.agreement.coders == ("one.mp4.anna.csv", "one.mp4.ben.csv")
    assert found.agreement.value("f1@0.5", "rear") == 1.0


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


def test_a_time_budget_with_bins_on_the_clock(coded: Path, capsys: pytest.CaptureFixture[str]):
    (coded / "two.mp4").unlink()
    labels = coded / "labels.csv"
    text = HEADER + "one.mp4,m1,groom,5,15\none.mp4,m1,rear,20,30\none.mp4,m1,sneeze,33,33\n"
    labels.write_text(text, encoding="utf-8")
    out = coded / "out"
    words = ("--bin", 1, "--start", "2026-05-01T23:59:59.5", "--out", out)
    assert run("budget", labels, *words) == 0
    assert "25.0" in capsys.readouterr().out
    groom = pd.read_csv(out / "budget.csv").set_index("behavior").loc["groom"]
    assert (groom["proportion"], groom["latency_s"]) == pytest.approx((0.25, 0.25))
    lines = (out / "budget.csv").read_text(encoding="utf-8").splitlines()
    assert lines[3] == "one.mp4,m1,sneeze,point,0,2,2,1,,,,,,,1.65"
    bins = pd.read_csv(out / "bins.csv").query("behavior == 'groom'")
    assert bins["stop_s"].tolist() == [0.5, 1.5, 2.0]
    assert bins["clock_stop"].tolist()[0] == "2026-05-02T00:00:00"
    follows = pd.read_csv(out / "transitions.csv").set_index(["before", "after"])["count"]
    assert (follows["groom", "rear"], follows["rear", "groom"]) == (1, 0)
    for name in ("budget", "bins", "transitions"):
        assert (out / f"{name}.png").stat().st_size > 1000


def test_bins_without_a_start_say_nothing_of_the_clock(coded: Path, capsys):
    assert run("budget", coded / "anna.csv", "--bin", 1, "--out", coded / "out") == 0
    assert "no --start" in capsys.readouterr().err
    assert "clock_start" not in pd.read_csv(coded / "out" / "bins.csv")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--start", "yesterday"), "write a date and time"),
        (("--start", "2026-05-01", "--bin", "1"), "the bins of one video"),
        (("--bin", "0"), "longer than 0 s"),
    ],
)
def test_mistakes_about_budgets_are_one_line(coded: Path, words, said, capsys, monkeypatch):
    monkeypatch.chdir(coded)
    assert run("budget", "anna.csv", *words) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert not (coded / "budget").exists()


def clocks(folder: Path) -> list[str]:
    return pd.read_csv(folder / "clocks.csv")["clock"].tolist()


def test_the_videos_own_times_come_before_a_rate(coded: Path):
    words = ("--fps", 7, "--out", coded / "out")
    assert run("budget", coded / "anna.csv", *words) == 0
    assert clocks(coded / "out") == ["its own frame times"] * 2
    table = pd.read_csv(coded / "out" / "budget.csv").set_index(["video", "behavior"])
    assert table.loc[("one.mp4", "groom"), "total_s"] == 0.5


def test_without_the_videos_a_rate_stands_in(coded: Path, capsys):
    for name in ("one", "two"):
        (coded / f"{name}.mp4").unlink()
    out = coded / "out"
    assert run("agreement", coded / "anna.csv", coded / "ben.csv", "--fps", 10, "--out", out) == 0
    assert "clock of one.mp4, two.mp4: 10 frames per second, as given" in capsys.readouterr().err
    table = pd.read_csv(out / "agreement.csv").set_index(["behavior", "measure"])
    assert table.loc[("groom", "kappa"), "count"] == 24 + 10  # what both of them coded
    assert run("budget", coded / "anna.csv", "--fps", 10, "--out", out) == 0
    groom = pd.read_csv(out / "budget.csv").set_index(["video", "behavior"])
    assert groom.loc[("one.mp4", "groom"), ["total_s", "observed_s"]].tolist() == [1.0, 2.5]


@pytest.mark.parametrize(
    ("seconds", "clock"),
    [
        ((0.2, 0.6, 0.8, 1.2), "25 frames per second, by the frames and seconds of its labels"),
        ((0.2, 0.7, 0.8, 1.2), "the frames and seconds of its labels"),
    ],
)
def test_the_labels_own_frames_and_seconds_stand_in(seconds, clock, tmp_path: Path):
    labels, out = tmp_path / "labels.csv", tmp_path / "out"
    a, b, c, d = seconds
    rows = f"v.mp4,groom,5,15,{a},{b}\nv.mp4,groom,20,30,{c},{d}\n"
    labels.write_text("video,behavior,start_frame,stop_frame,start_s,stop_s\n" + rows, "utf-8")
    assert run("budget", labels, "--out", out) == 0
    assert clocks(out) == [clock]
    total = pd.read_csv(out / "budget.csv").loc[0, "total_s"]
    assert total == pytest.approx(b - a + d - c)


def test_without_any_clock_one_line_says_what_to_give(coded: Path, capsys):
    for name in ("one", "two"):
        (coded / f"{name}.mp4").unlink()
    assert run("budget", coded / "anna.csv", "--out", coded / "out") == 2
    error = capsys.readouterr().err
    assert "one.mp4" in error and "--fps" in error and error.count("\n") == 1


def test_seconds_without_the_videos_need_a_rate(tmp_path: Path, capsys):
    labels, out = tmp_path / "labels.csv", tmp_path / "out"
    labels.write_text("video,behavior,start_s,stop_s\nv.mp4,groom,1,2.5\n", "utf-8")
    assert run("budget", labels, "--out", out) == 2
    assert "frames per second" in capsys.readouterr().err
    assert run("budget", labels, "--fps", 20, "--out", out) == 0
    assert pd.read_csv(out / "budget.csv").loc[0, "total_s"] == 1.5
