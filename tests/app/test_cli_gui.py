import importlib.metadata
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from ethoprism import cli


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch):
    """Stand an entry point in for the window's; give what the window was asked to open."""
    asked: list[tuple[list[Path], str | None]] = []

    def stand_in(value: str) -> list[tuple[list[Path], str | None]]:
        points = [EntryPoint("launch", value, "ethoprism.window")] if value else []
        monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: points)
        return asked

    def launch(paths: list[Path], annotator: str | None) -> int:
        asked.append((paths, annotator))
        return 0

    monkeypatch.setattr(cli, "launch_for_the_test", launch, raising=False)
    monkeypatch.setenv("DISPLAY", ":99")
    return stand_in


def test_the_window_is_asked_to_open_what_is_named(window, tmp_path: Path):
    asked = window("ethoprism.cli:launch_for_the_test")
    video = tmp_path / "ü.mp4"
    video.write_bytes(b"x")
    assert cli.main(["gui", str(video), "--annotator", "Ann"]) == 0
    assert cli.main(["gui"]) == 0
    assert asked == [([video], "Ann"), ([], None)]


def test_a_path_that_is_not_there_is_told_before_anything_opens(window, tmp_path: Path, capsys):
    asked = window("ethoprism.cli:launch_for_the_test")
    assert cli.main(["gui", str(tmp_path / "gone.mp4")]) == 2
    assert "no such file or folder" in capsys.readouterr().err
    assert asked == []


@pytest.mark.parametrize("value", ["", "package_of_the_window_that_is_not_there:launch"])
def test_without_the_windows_packages_one_line_says_how_to_get_them(value: str, window, capsys):
    window(value)
    assert cli.main(["gui"]) == 2
    told = capsys.readouterr().err
    assert 'pip install "ethoprism[gui]"' in told
    assert told.count("\n") == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have a screen")
def test_without_a_screen_it_says_so(window, monkeypatch: pytest.MonkeyPatch, capsys):
    window("ethoprism.cli:launch_for_the_test")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert cli.main(["gui"]) == 2
    assert "there is no screen" in capsys.readouterr().err


def test_the_projects_own_window_is_declared():
    (point,) = importlib.metadata.entry_points(group="ethoprism.window")
    assert point.value == "napari_ethoprism.launching:launch"
