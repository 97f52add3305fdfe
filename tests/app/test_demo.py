import re
from pathlib import Path

import pytest

from ethoprism.demo import DemoSettings, run_demo


@pytest.mark.slow
def test_the_demo_takes_the_whole_path_and_shows_it(tmp_path: Path):
    settings = DemoSettings(training=4, test=4, seconds=15.0, size=128, kind="linear")
    demo = run_demo(tmp_path / "démo 1", settings)
    page = demo.page.read_text(encoding="utf-8")
    assert all(url.startswith("data:") for url in re.findall(r"url\(([^)]*)\)", page))
    for behavior in demo.training.probe.behaviors:
        assert page.count(behavior) > 2
    precision = demo.evaluation.scores.value("average_precision")
    assert f"<b>{precision:.2f}</b>" in page
    assert not set(demo.training.probe.training["videos"]) & set(
        demo.evaluation.footage.study.paths
    )
    out = demo.page.parent
    for name in ("probes/mouse.json", "evaluation/scores.csv", "classified/new-mouse.bouts.csv"):
        assert (out / name).stat().st_size > 0
