"""Recordings and studies on disk."""

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.simulated import (
    SceneSettings,
    frame_table,
    plan_study,
    simulate,
    write_recording,
    write_study,
)

SCENE = SceneSettings(size=(96, 128), frames=23, fps=25.0, body_fraction=0.2, noise=1.0)


def decoded(path: Path) -> tuple[np.ndarray, list[float]]:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    return np.stack([f.to_ndarray(format="rgb24") for f in frames]), [f.time for f in frames]


def test_the_video_holds_every_frame_at_its_time(tmp_path: Path) -> None:
    recording = simulate(SCENE, 3)
    files = write_recording(recording, tmp_path, "a")
    pictures, times = decoded(files.video)
    np.testing.assert_allclose(times, recording.times, atol=1e-4)
    drawn = recording.frames(0, 23).astype(int)
    assert np.abs(pictures - drawn).mean() < 4
    # each frame is nearest to its own drawing: nothing is shifted
    steps = [np.abs(pictures[10] - other).mean() for other in drawn]
    assert min(range(23), key=steps.__getitem__) == 10 or steps[10] - min(steps) < 0.05


def test_odd_frame_rates_stay_constant(tmp_path: Path) -> None:
    recording = simulate(replace(SCENE, fps=30000 / 1001), 3)
    _, times = decoded(write_recording(recording, tmp_path).video)
    np.testing.assert_allclose(np.diff(times), 1001 / 30000, atol=1e-4)


def test_the_truth_files_say_what_the_recording_says(tmp_path: Path) -> None:
    recording = simulate(replace(SCENE, animals=2), 3)
    files = write_recording(recording, tmp_path, "pair", tmp_path / "truth")
    assert files.tracks.parent == tmp_path / "truth"
    bouts = pd.read_csv(files.bouts, keep_default_na=False)
    assert set(bouts.video) == {"pair.mp4"}
    pd.testing.assert_frame_equal(bouts.drop(columns="video"), recording.bouts)
    frames = pd.read_csv(files.frames)
    values = frames[list(recording.settings.behaviors)].to_numpy().reshape(23, 2, -1)
    np.testing.assert_array_equal(values, recording.labels)
    with xr.open_dataset(files.tracks, engine="h5netcdf") as tracks:
        xr.testing.assert_allclose(tracks.load(), recording.tracks)


def test_a_frame_table_has_a_row_for_each_frame_and_individual() -> None:
    recording = simulate(replace(SCENE, animals=2), 3)
    table = frame_table(recording)
    assert list(table.columns[:3]) == ["frame", "time_s", "subject"]
    assert list(table.subject[:3]) == ["mouse-1", "mouse-2", "mouse-1"]
    assert len(table) == 46


def test_an_odd_size_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(EthoprismError, match="even"):
        write_recording(simulate(replace(SCENE, size=(96, 127)), 3), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_study_lists_its_videos_animals_and_bouts(tmp_path: Path) -> None:
    videos = plan_study(SCENE, videos=3, seed=2)
    seen: list[tuple[int, int]] = []
    paths = write_study(tmp_path, videos, progress=lambda done, total: seen.append((done, total)))
    assert all(path.is_file() for path in paths)
    assert seen[0] == (1, 69)
    assert seen[-1] == (69, 69)
    table = pd.read_csv(tmp_path / "videos.csv")
    assert list(table.columns) == ["video", "animal", "session", "caption", "seed"]
    assert list(table.animal) == ["mouse-01", "mouse-01", "mouse-02"]
    assert list(table.session) == [1, 2, 1]
    labels = pd.read_csv(tmp_path / "labels.csv")
    assert list(labels.columns) == ["video", "subject", "behavior", "start_frame", "stop_frame"]
    assert set(labels.video) <= set(table.video)
    expected = sum(len(video.simulate().bouts) for video in videos)
    assert len(labels) == expected
    again = plan_study(SCENE, videos=3, seed=2)
    assert again == videos


def test_animals_of_a_study_come_back_as_themselves() -> None:
    first, second, stranger = plan_study(replace(SCENE, animals=2), videos=3, seed=1)
    assert first.settings.identities == second.settings.identities
    assert first.seed != second.seed
    assert not set(first.settings.identities) & set(stranger.settings.identities)


def test_labels_of_something_else_are_not_overwritten(tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("mine", encoding="utf-8")
    with pytest.raises(EthoprismError, match="already"):
        write_study(tmp_path, plan_study(SCENE, videos=1))
    assert [path.name for path in tmp_path.iterdir()] == ["labels.csv"]


def test_an_empty_study_is_refused() -> None:
    with pytest.raises(EthoprismError, match="at least 1 video"):
        plan_study(SCENE, videos=0)
