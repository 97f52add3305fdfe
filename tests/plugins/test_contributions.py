"""What napari finds in the manifest, and what it leads to."""

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from npe2 import PluginManifest

from ethoprism_core.video import VIDEO_SUFFIXES
from napari_ethoprism import reading
from napari_ethoprism.settings import Settings, read_settings

HEAVY = {"jax", "av", "cv2", "sklearn", "napari", "qtpy", "pandas", "xarray", "numpy"}


@pytest.fixture(scope="module")
def manifest() -> PluginManifest:
    return PluginManifest.from_distribution("ethoprism")


def test_the_manifest_is_valid_and_every_command_is_there(manifest: PluginManifest):
    manifest.validate_imports()
    assert manifest.display_name == "Ethoprism"
    done = subprocess.run(
        [sys.executable, "-m", "npe2", "validate", "ethoprism"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "module", ["napari_ethoprism", "napari_ethoprism.contributions", "napari_ethoprism.reading"]
)
def test_nothing_is_imported_before_it_is_needed(module: str):
    script = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert not HEAVY & set(done.stdout.split())


def test_the_reader_takes_every_video_that_the_library_knows(manifest: PluginManifest):
    (reader,) = manifest.contributions.readers or ()
    animated = {".gif"}  # a picture to most, and napari's own reader takes it
    patterns = {f"*{suffix}" for suffix in VIDEO_SUFFIXES - animated} | {"*project.yaml"}
    assert set(reader.filename_patterns) == patterns


def test_the_settings_of_the_manifest_are_those_that_are_read(manifest: PluginManifest):
    stated = {
        name: item.default
        for part in manifest.contributions.configurations.values()
        for name, item in part.properties.items()
    }
    assert stated == dataclasses.asdict(Settings())
    for part in manifest.contributions.configurations.values():
        assert part.title and all(item.title for item in part.properties.values())


def test_settings_are_read_where_napari_keeps_them(monkeypatch: pytest.MonkeyPatch):
    settings = pytest.importorskip("napari.settings")
    stored = settings.get_plugin_settings("ethoprism")
    monkeypatch.setattr(stored.coding, "annotator", "  Ann  ")
    monkeypatch.setattr(stored.pictures, "cache_mb", 100)
    assert read_settings() == Settings(annotator="  Ann  ", cache_mb=100)
    assert read_settings().who == "Ann"


def test_without_a_name_in_the_settings_it_is_the_login_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("getpass.getuser", lambda: "jane")
    assert Settings().who == "jane"

    def unknown() -> str:
        raise OSError("no such user")

    monkeypatch.setattr("getpass.getuser", unknown)
    assert Settings().who == "annotator"


@pytest.mark.parametrize("path", ["a.txt", ["a.mp4", "b.txt"], []])
def test_what_is_no_video_is_left_to_others(path: str | list[str]):
    assert reading.get_reader(path) is None


def test_without_a_window_a_video_is_a_layer_of_exact_frames(
    made_videos: list[Path],
    read_number: Callable[[np.ndarray], int],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("napari.current_viewer", lambda: None)
    reader = reading.get_reader(str(made_videos[0]))
    assert reader is not None
    ((data, options, kind),) = reader(str(made_videos[0]))
    assert kind == "image" and options["rgb"] and options["name"] == "one.mp4"
    assert data.shape == (100, 48, 64, 3) and data.ndim == 4 and data.dtype == np.uint8
    assert len(data) == 100 and data.size == 100 * 48 * 64 * 3
    assert [read_number(data[frame][..., 0]) for frame in (0, 37, 99, -1)] == [0, 37, 99, 99]
    window = data[(slice(7, 8), slice(None), slice(None))]
    assert window.shape == (1, 48, 64, 3) and read_number(window[0, ..., 0]) == 7
    assert data[..., 0].shape == (100, 48, 64)
    assert np.asarray(data).shape == data.shape


def test_the_sample_video_is_made_where_the_sample_study_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from ethoprism.sample_study import SampleSettings

    tiny = SampleSettings(videos=1, seconds=1.0, fps=10.0, size=64)
    monkeypatch.setattr("ethoprism.sample_study.sample_folder", lambda: tmp_path / "sample")
    monkeypatch.setattr("ethoprism.sample_study.SampleSettings", lambda: tiny)
    ((data, _, kind),) = reading.sample_video()
    assert kind == "image" and data.shape == (10, 64, 64, 3)
    assert not (tmp_path / "sample" / "videos").exists()
