"""Tracks on disk: what is written is read back, and what is no tracks is refused."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.follow import square_crops
from ethoprism_core.video.journeys import join, runs
from ethoprism_core.video.squares import SquareSettings
from ethoprism_core.video.tracks import (
    TrackEvent,
    load_tracks,
    make_tracks,
    save_tracks,
    track_events,
    track_notices,
    with_events,
)


def some_tracks(frames: int = 90, animals: int = 2, seed: int = 0) -> xr.Dataset:
    rng = np.random.default_rng(seed)
    return make_tracks(
        np.arange(frames) / 30,
        100 + rng.normal(0, 3, (frames, 2, animals)).cumsum(axis=0),
        np.full((frames, 2, animals), 20.0),
        np.ones((frames, animals)),
        [f"animal_{n + 1}" for n in range(animals)],
    )


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    events = [TrackEvent("merge", 3, 9, ("animal_1", "animal_2")), TrackEvent("scene", 1, 2)]
    tracks = with_events(some_tracks(), events)
    save_tracks(tracks, tmp_path / "tracks.nc")
    loaded = load_tracks(tmp_path / "tracks.nc")
    xr.testing.assert_equal(loaded, tracks)
    assert track_events(loaded) == [events[1], events[0]]
    assert loaded.attrs["ds_type"] == "bboxes" and loaded.attrs["fps"] == pytest.approx(30)


def test_tracks_of_an_older_movement_are_read(tmp_path: Path) -> None:
    tracks = some_tracks().drop_vars("frame").rename(individual="individuals")
    tracks.transpose("individuals", ...).to_netcdf(tmp_path / "theirs.nc", engine="h5netcdf")
    loaded = load_tracks(tmp_path / "theirs.nc")
    assert loaded["position"].dims == ("time", "space", "individual")
    assert track_notices(loaded) == ()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda tracks: tracks.drop_vars("shape"), "lack 'shape'"),
        (lambda tracks: tracks.rename(space="axis"), "expected 'position' to have dimensions"),
    ],
)
def test_what_is_no_boxes_is_refused(tmp_path: Path, spoil, message: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "broken.nc"
    spoil(some_tracks()).to_netcdf(path, engine="h5netcdf")
    with pytest.raises(EthoprismError, match=message) as caught:
        load_tracks(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"frame,x,y\n0,1,2\n"])
def test_a_file_that_is_no_netcdf_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tracks.nc"
    path.write_bytes(content)
    with pytest.raises(EthoprismError, match="cannot be read as tracks"):
        load_tracks(path)
    with pytest.raises(EthoprismError, match="cannot be read as tracks"):
        load_tracks(tmp_path / "missing.nc")


def test_notices_say_what_happened_how_often_and_when() -> None:
    events = [
        TrackEvent("merge", 40, 50, ("animal_1", "animal_2")),
        TrackEvent("merge", 10, 20, ("animal_1", "animal_2")),
        TrackEvent("never seen", 0, 90, ("animal_2",)),
    ]
    merged, unseen = track_notices(with_events(some_tracks(), events))
    assert "2 times" in merged and "first at frame 10" in merged
    assert "animal_2" in unseen


@given(st.lists(st.booleans(), max_size=40), st.integers(0, 5))
def test_runs_and_joins_agree_with_counting(flags: list[bool], gap: int) -> None:
    array = np.array(flags, bool)
    spans = runs(array)
    rebuilt = np.zeros(len(flags), bool)
    for start, stop in spans:
        assert start < stop
        rebuilt[start:stop] = True
    np.testing.assert_array_equal(rebuilt, array)
    joined = join(spans, gap)
    assert all(b[0] - a[1] > gap for a, b in pairwise(joined))
    covered = sum(stop - start for start, stop in joined)
    bridged = sum(b[0] - a[1] for a, b in pairwise(spans) if b[0] - a[1] <= gap)
    assert covered == array.sum() + bridged


def test_squares_follow_without_lag_and_with_one_side() -> None:
    tracks = some_tracks(300, 1)
    squares = square_crops(tracks, SquareSettings(lengths=2.5, smooth=0.5))
    assert squares.shape == (300, 1, 3)
    assert np.unique(squares[:, 0, 2]) == pytest.approx([50])
    path = tracks["position"].values[:, :, 0]
    inner = slice(8, -8)
    by_hand = np.stack([path[n - 8 : n + 9].mean(axis=0) for n in range(8, 292)])
    np.testing.assert_allclose(squares[inner, 0, :2], by_hand, rtol=1e-5)
    backwards = square_crops(tracks.isel(time=slice(None, None, -1)), SquareSettings(2.5, 0.5))
    np.testing.assert_allclose(backwards[::-1], squares, rtol=1e-6)


def test_the_square_grows_with_an_animal_that_comes_near() -> None:
    tracks = some_tracks(600, 1)
    size = np.geomspace(20, 80, 600)[:, None, None] * np.ones((1, 2, 1))
    tracks["shape"] = ("time", "space", "individual"), size
    sides = square_crops(tracks)[:, 0, 2]
    assert np.all(np.diff(sides) > -1e-9)
    np.testing.assert_allclose(
        sides[100:500] / size[100:500, 0, 0], sides[300] / size[300, 0, 0], rtol=0.15
    )
    larger = square_crops(tracks.assign_attrs(picture_size=[60, 90]))[:, 0, 2]
    assert larger.max() == 90
