"""The numbers of a trajectory: known motions, invariances, and windows taken one by one."""

import numpy as np
import pytest
import xarray as xr

from ethoprism_core.video.follow import trajectory
from ethoprism_core.video.tracks import make_tracks
from ethoprism_core.video.trajectory import TrajectorySettings

LENGTH = 20.0


def tracks_of(paths: list[np.ndarray], rate: float = 30.0, length: float = LENGTH) -> xr.Dataset:
    position = np.stack(paths, axis=2)
    return make_tracks(
        np.arange(len(position)) / rate,
        position,
        np.stack(
            [np.full(position.shape[::2], length), np.full(position.shape[::2], length / 2)], 1
        ),
        np.ones(position.shape[::2]),
        [f"animal_{n + 1}" for n in range(len(paths))],
    )


def wander(frames: int = 300, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    speed = 60 * np.abs(np.sin(np.linspace(0, 9, frames)))
    heading = rng.normal(0, 0.08, frames).cumsum()
    steps = speed[:, None] * np.stack([np.cos(heading), np.sin(heading)], 1) / 30
    return 200 + steps.cumsum(axis=0)


def numbers(tracks: xr.Dataset, centre: int, animal: int = 0) -> dict[str, float]:
    row = trajectory(tracks, np.array([centre]))[0, animal]
    return dict(zip(row["trajectory_feature"].values.tolist(), row.values.tolist(), strict=True))


def test_a_straight_walk() -> None:
    path = np.array([50.0, 60.0]) + np.arange(200)[:, None] * np.array([0.8, 0.6])  # 30 pixels/s
    found = numbers(tracks_of([path]), 100)
    for name in ("speed", "speed_max", "speed_0", "speed_4", "speed_around"):
        assert found[name] == pytest.approx(np.log1p(30 / LENGTH), abs=1e-3)
    assert found["straightness"] == pytest.approx(1.5 / 1.6, abs=0.05)
    for name in ("turning", "turning_absolute", "speed_sd", "speed_change", "size_sd"):
        assert found[name] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("direction", [1, -1])
def test_a_circle(direction: int) -> None:
    angle = direction * np.arange(300) / 30 * 2  # 2 radians a second
    path = 200 + 60 * np.stack([np.cos(angle), np.sin(angle)], 1)
    found = numbers(tracks_of([path]), 150)
    speed = 2 * 60 / LENGTH
    assert found["turning"] == pytest.approx(direction * 2 * speed**2 / (speed**2 + 0.25), rel=0.01)
    assert found["turning_absolute"] == pytest.approx(abs(found["turning"]))


def test_lengths_and_seconds_make_arenas_and_frame_rates_alike() -> None:
    path = wander()
    centres = np.arange(40, 260, 20)
    here = trajectory(tracks_of([path]), centres)
    larger = trajectory(tracks_of([3 * path + 50], length=3 * LENGTH), centres)
    xr.testing.assert_allclose(here, larger, rtol=1e-3, atol=1e-3)
    fine = np.stack([np.interp(np.arange(600) / 2, np.arange(300), axis) for axis in path.T], 1)
    faster = trajectory(tracks_of([fine], rate=60), 2 * centres)
    assert np.abs(faster - here).quantile(0.95) < 0.15


def test_turning_the_arena_changes_nothing_and_mirroring_it_the_sign_of_turns() -> None:
    paths, centres = [wander(seed=1), wander(seed=2)], np.arange(0, 300, 15)
    here = trajectory(tracks_of(paths), centres)
    cos, sin = np.cos(1.0), np.sin(1.0)
    turned = trajectory(
        tracks_of([p @ np.array([[cos, -sin], [sin, cos]]) for p in paths]), centres
    )
    np.testing.assert_allclose(turned, here, atol=1e-3)
    mirrored = trajectory(tracks_of([p * np.array([1, -1]) for p in paths]), centres)
    signed = [
        n
        for n in here["trajectory_feature"].values
        if n == "other_beside" or (n.startswith("turning") and n != "turning_absolute")
    ]
    sign = xr.where(here["trajectory_feature"].isin(signed), -1, 1)
    np.testing.assert_allclose(mirrored, here * sign, atol=1e-3)


def test_one_that_comes_to_another() -> None:
    still = np.tile([[300.0, 100.0]], (200, 1))
    comes = np.array([100.0, 100.0]) + np.arange(200)[:, None] * np.array([0.5, 0.0])
    tracks = tracks_of([comes, still, still + 5000])
    mover, sitter = numbers(tracks, 100), numbers(tracks, 100, 1)
    assert mover["distance"] == pytest.approx(np.log1p(150 / LENGTH), abs=0.01)
    assert mover["distance_change"] == pytest.approx(-15 / LENGTH, rel=0.05)
    assert mover["other_ahead"] > 0.5 and abs(mover["other_beside"]) < 1e-3
    assert sitter["other_ahead"] == pytest.approx(0) and sitter["other_facing"] > 0.5
    assert sitter["other_speed"] == pytest.approx(mover["speed"], abs=1e-3)


def test_windows_by_themselves_are_the_same_and_the_means_are_those_of_their_frames() -> None:
    tracks = tracks_of([wander(seed=3), wander(seed=4)])
    centres = np.array([0, 17, 150, 299])
    together = trajectory(tracks, centres)
    for place, centre in enumerate(centres):
        alone = trajectory(tracks, np.array([centre]))
        np.testing.assert_array_equal(alone[0], together[place])
    size = tracks["shape"].values[:, 0, 0].copy()
    size[140:160] *= 1.5
    tracks["length"] = ("time", "individual"), np.stack([size, size], 1)
    found = numbers(tracks, 150)
    window = size[135:165] / LENGTH  # half-open, half a second to both sides
    assert found["size"] == pytest.approx(window.mean(), rel=1e-3)
    assert found["size_sd"] == pytest.approx(window.std(), rel=1e-3)


@pytest.mark.parametrize("frames", [1, 2, 7])
@pytest.mark.parametrize("animals", [1, 3])
def test_the_shortest_videos_give_finite_numbers(frames: int, animals: int) -> None:
    tracks = tracks_of([np.full((frames, 2), 50.0)] * animals)
    found = trajectory(tracks, np.arange(frames), TrajectorySettings())
    assert found.dims == ("window", "individual", "trajectory_feature")
    assert found.dtype == np.float32 and np.isfinite(found).all()
    assert ("distance" in found["trajectory_feature"]) == (animals > 1)
    assert found.sel(trajectory_feature="speed").values == pytest.approx(0)
