"""Poses as tracks: a box around the keypoints of each animal, whichever program wrote them."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Video
from ethoprism_core.video.pose_files import read_tracks
from ethoprism_core.video.tracks import load_tracks, save_tracks

TIMES = np.arange(4) / 30
SINGLE = """scorer,net,net,net,net,net,net
bodyparts,nose,nose,nose,tail,tail,tail
coords,x,y,likelihood,x,y,likelihood
0,10,20,0.9,30,50,0.7
1,10,20,0.9,30,50,0.1
2,12,22,1,32,62,1
"""
SEVERAL = """scorer,net,net,net,net,net,net,net,net
individuals,A,A,A,A,B,B,B,B
bodyparts,nose,nose,tail,tail,nose,nose,tail,tail
coords,x,y,x,y,x,y,x,y
0,10,20,30,50,1,2,3,4
3,,,,,1,2,3,8
"""


def written(tmp_path: Path, content: str | bytes, name: str = "poses.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_table_of_one_animal(tmp_path: Path) -> None:
    tracks = read_tracks(written(tmp_path, SINGLE), TIMES)
    x, y = tracks["position"].to_numpy()[:, :, 0].T
    np.testing.assert_array_equal(x, [20, np.nan, 22, np.nan])  # an unsure tail gives no box
    np.testing.assert_array_equal(y, [35, np.nan, 42, np.nan])
    np.testing.assert_array_equal(tracks["shape"].to_numpy()[[0, 2], :, 0], [[20, 30], [20, 40]])
    np.testing.assert_allclose(tracks["confidence"].to_numpy()[:, 0], [0.8, 0, 1, 0], rtol=1e-6)
    np.testing.assert_array_equal(tracks["time"].to_numpy(), TIMES)


def test_a_table_of_several_animals(tmp_path: Path) -> None:
    tracks = read_tracks(written(tmp_path, SEVERAL), TIMES)
    assert tracks["individual"].to_numpy().tolist() == ["A", "B"]
    nan = np.nan
    expected = [[20, 2], [nan, nan], [nan, nan], [nan, 2]]
    np.testing.assert_array_equal(tracks["position"].to_numpy()[:, 0], expected)


def sleap_file(path: Path) -> np.ndarray:
    points = np.random.default_rng(0).uniform(0, 100, (2, 2, 3, 4))  # track, space, node, frame
    points[1, :, :, 2] = np.nan
    with h5py.File(path, "w") as file:
        file["tracks"] = points
        file["node_names"] = np.array([b"head", b"body", b"tail"])
        file["track_names"] = np.array([b"one"])
        file["track_occupancy"] = np.ones((4, 2), np.uint8)
    return points


def test_an_analysis_file_of_sleap(tmp_path: Path) -> None:
    points = sleap_file(tmp_path / "video.analysis.h5")
    tracks = read_tracks(tmp_path / "video.analysis.h5", TIMES)
    assert tracks["individual"].to_numpy().tolist() == ["one", "track_1"]
    middle = (points.min(axis=2) + points.max(axis=2)) / 2  # track, space, frame
    np.testing.assert_allclose(tracks["position"].to_numpy(), middle.T, rtol=1e-6)
    assert tracks["confidence"].to_numpy().tolist() == [[1, 1], [1, 1], [1, 0], [1, 1]]


@pytest.mark.parametrize(
    ("keypoint", "individual"), [("keypoint", "individual"), ("keypoints", "individuals")]
)
def test_poses_of_movement(keypoint: str, individual: str, tmp_path: Path) -> None:
    points = np.random.default_rng(1).uniform(0, 100, (4, 2, 3, 2))
    dims = ("time", "space", keypoint, individual)
    coords = {"time": TIMES, "space": ["x", "y"], individual: ["A", "B"]}
    dataset = xr.Dataset({"position": (dims, points)}, coords, {"ds_type": "poses"})
    dataset.to_netcdf(tmp_path / "poses.nc", engine="h5netcdf")
    tracks = read_tracks(tmp_path / "poses.nc", TIMES)
    extent = points.max(axis=2) - points.min(axis=2)
    np.testing.assert_allclose(tracks["shape"].to_numpy(), extent, rtol=1e-5)


def test_boxes_stay_as_they_are(tmp_path: Path) -> None:
    tracks = read_tracks(written(tmp_path, SEVERAL), TIMES)
    save_tracks(tracks, tmp_path / "boxes.nc")
    again = read_tracks(tmp_path / "boxes.nc", TIMES)
    xr.testing.assert_identical(again, load_tracks(tmp_path / "boxes.nc"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (SINGLE.replace("\n2,12", "\n9,12"), "a pose at frame 9, and the video has 4 frames"),
        (SINGLE.replace(",50,0.7", ",50"), "line 4"),
        (SINGLE.replace("50,0.7", "far,0.7"), "damaged poses"),
        ("a,b\n1,2\n", "no poses are recognised"),
        ("", "no poses are recognised"),
        (b"\xff\xfe\x00", "no poses are recognised"),
        (b"\x89HDF\r\n\x1a\nrubbish", "cannot be read as poses or tracks"),
    ],
)
def test_what_is_no_pose_is_refused(content: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(EthoprismError, match=message):
        read_tracks(written(tmp_path, content), TIMES)


def test_one_keypoint_gives_no_size(tmp_path: Path) -> None:
    text = "scorer,n,n\nbodyparts,nose,nose\ncoords,x,y\n0,1,2\n"
    with pytest.raises(EthoprismError, match="single keypoint"):
        read_tracks(written(tmp_path, text), TIMES)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_end_in_the_one_error(data: st.DataObject, tmp_path: Path) -> None:
    path = tmp_path / "damaged"
    sleap_file(path)
    content = bytearray(data.draw(st.sampled_from([SINGLE.encode(), path.read_bytes()])))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
        content = content or bytearray(b"\x00")
    path.write_bytes(content)
    try:
        tracks = read_tracks(path, TIMES)
    except EthoprismError as error:
        assert "\n" not in str(error)
    else:
        assert tracks.sizes["time"] == len(TIMES)


REAL = {
    "sleap-flies/predictions.analysis.h5": ("20190128_113421.120s.mp4", 2),
    "mabe-triplet/EGS8X2MN4SSUGFWAV976.h5": ("EGS8X2MN4SSUGFWAV976.mp4", 3),
    "amadeus-horse/BrownHorseinShadow_gt.h5": ("BrownHorseinShadow.mp4", 1),
}


@pytest.mark.parametrize("name", REAL)
def test_real_poses_lie_on_the_animals(name: str, footage: Path) -> None:
    video_name, animals = REAL[name]
    with Video(footage / Path(name).parent / video_name) as video:
        tracks = read_tracks(footage / name, video.times)
        assert tracks.sizes["time"] == len(video)
        assert tracks.sizes["individual"] == animals
        height, width = video.size
    centres = tracks["position"].to_numpy()
    placed = np.isfinite(centres).all(axis=1)
    assert placed.mean() > 0.9
    for axis, length in ((0, width), (1, height)):
        inside = (centres[:, axis][placed] >= 0) & (centres[:, axis][placed] <= length)
        assert inside.all()
