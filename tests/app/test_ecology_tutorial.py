"""The tutorial of ecology runs from the first line to the last, at its smallest."""

import runpy
from pathlib import Path

import pytest

from ethoprism_domains.ecology import read_camera_traps

SCRIPT = Path(__file__).parents[2] / "docs" / "tutorials" / "ecology.py"


@pytest.mark.slow
def test_the_tutorial_runs(tmp_path, capsys):
    tutorial = runpy.run_path(str(SCRIPT))
    sizes = ["--sites", "2", "--visits", "5", "--frames", "2", "--probe-kind", "linear"]
    assert tutorial["main"](["--out", str(tmp_path), *sizes]) == 0
    said = capsys.readouterr().out
    assert "0 things are wrong" in said
    assert "all by machine" in said
    figures = {path.name for path in tmp_path.glob("*.png")}
    assert {f"ecology-{name}.png" for name in ("clips", "rates", "budgets", "sites")} <= figures
    package = read_camera_traps(tmp_path / "package")
    assert (package.observations["classificationProbability"] >= 0).all()
