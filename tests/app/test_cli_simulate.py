"""The verb `simulate`."""

from pathlib import Path

import pandas as pd
import pytest

from ethoprism.cli import main

SHORT = ["--seconds", "0.5", "--fps", "20", "--size", "96", "--videos", "2"]


def test_a_study_is_written_and_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "study"
    assert main(["simulate", "--out", str(out), *SHORT, "--seed", "4"]) == 0
    listed = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [path.suffix for path in listed] == [".csv", ".csv", ".mp4", ".mp4"]
    assert all(path.is_file() for path in listed)
    assert len(list((out / "truth").glob("*.tracks.nc"))) == 2


def test_the_same_seed_writes_the_same(tmp_path: Path) -> None:
    for name in ("one", "two"):
        main(["simulate", "--out", str(tmp_path / name), *SHORT, "--seed", "4"])
    videos = sorted(path.name for path in (tmp_path / "one").glob("*.mp4"))
    assert len(videos) == 2
    for name in [*videos, "labels.csv", "videos.csv"]:
        one, two = (tmp_path / folder / name for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("body", ["fly", "fish"])
def test_other_animals_and_company(tmp_path: Path, body: str) -> None:
    arguments = [*SHORT, "--videos", "1", "--animals", "2", "--body", body]
    assert main(["simulate", "--out", str(tmp_path), *arguments]) == 0
    subjects = set(pd.read_csv(tmp_path / "labels.csv").subject)
    assert subjects <= {f"{body}-1", f"{body}-2"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--animals", "9"], "animals"),
        (["--seconds", "0"], "seconds"),
        (["--size", "97"], "even"),
        (["--videos", "0"], "at least 1 video"),
        (["--body", "cow"], "invalid choice"),
        (["--seed", "-1"], "seed"),
    ],
)
def test_mistakes_end_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["simulate", "--out", str(tmp_path), *SHORT, *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error
    assert error.count("\n") == 1
