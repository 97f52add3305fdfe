"""Labels as netCDF: ours, LISBET's, and a text along the time of poses."""

import numpy as np
import pytest
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import frame_labels
from ethoprism_domains.formats import read_events, recognise, write_events

TIMES = np.arange(4) / 30


def saved(dataset, tmp_path):
    path = tmp_path / "labels.nc"
    dataset.to_netcdf(path, engine="h5netcdf")
    return path


def labels_of(found, video):
    return frame_labels(found, video, TIMES)["labels"].to_numpy()


def test_what_is_written_opens_as_labels(sample, frame_times, tmp_path):
    path = tmp_path / "labels.nc"
    write_events(path, sample, "movement", frame_times=frame_times)
    with xr.open_dataset(path, engine="h5netcdf") as dataset:
        assert dataset["labels"].dims == ("time", "individual", "behavior")
        assert dataset["labels"].dtype == np.int8
        walk = dataset["labels"].sel(individual="A", behavior="walk").to_numpy()
        np.testing.assert_array_equal(np.flatnonzero(walk == 1), np.arange(2, 9))
        np.testing.assert_allclose(dataset["time"].to_numpy(), frame_times("v.mp4"))
        assert dataset.attrs["video"] == "v.mp4"


def test_labels_of_lisbet(tmp_path):
    values = np.array([[[1, 0]], [[0, 0]], [[0, 1]]])
    dims = ("time", "behaviors", "annotators")
    coords = {"behaviors": ["sniff"], "annotators": ["anna", "bo"]}
    path = saved(xr.Dataset({"target_cls": (dims, values)}, coords), tmp_path)
    assert recognise(path).name == "movement"
    found = read_events(path, video="a.mp4")
    np.testing.assert_array_equal(labels_of(found, "a.mp4")[:, 0, 0], [1, 0, 0, -1])
    assert str(found.losses) == "1 further annotators, first: labels.nc"


def test_a_text_along_the_time_of_poses(tmp_path):
    dims = ("time", "space", "keypoints", "individuals")
    coords = {
        "time": TIMES,
        "space": ["x", "y"],
        "individuals": ["A"],
        "behavior": ("time", ["dig", "none", "", "rear"]),
    }
    path = saved(xr.Dataset({"position": (dims, np.zeros((4, 2, 3, 1)))}, coords), tmp_path)
    assert recognise(path).name == "movement"
    found = read_events(path, video="a.mp4")
    assert found.ethogram.exclusive_groups == (("dig", "rear"),)
    expected = [[1, 0], [0, 0], [-1, -1], [0, 1]]
    np.testing.assert_array_equal(labels_of(found, "a.mp4")[:, 0], expected)


def test_rows_stand_at_their_frames(tmp_path):
    coords = {"frame": ("time", [0, 3]), "individual": ["A"], "behavior": ["dig"]}
    dims = ("time", "individual", "behavior")
    path = saved(xr.Dataset({"labels": (dims, np.ones((2, 1, 1), np.int8))}, coords), tmp_path)
    found = read_events(path, video="a.mp4")
    np.testing.assert_array_equal(labels_of(found, "a.mp4")[:, 0, 0], [1, -1, -1, 1])


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        (xr.Dataset({"labels": (("time", "row"), np.ones((2, 2)))}), "expected labels along"),
        (xr.Dataset({"position": ("time", np.ones(2))}), "no labels in it"),
        (xr.Dataset({"labels": (("time", "behavior"), np.full((2, 1), 7))}), "none of 1, 0"),
    ],
)
def test_what_is_no_label_is_refused(dataset, message, tmp_path):
    with pytest.raises(EthoprismError, match=message):
        read_events(saved(dataset, tmp_path), "movement", video="a.mp4")
