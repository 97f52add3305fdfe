from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.neuroscience import Continuous, Spikes, read_signal

VALUES = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])


def test_tables_of_samples_and_of_spikes(tmp_path: Path):
    (tmp_path / "a.csv").write_text("time_ms,dF,iso\n0,1,10\n50,2,20\n100,3,30\n", encoding="utf-8")
    signal = read_signal(tmp_path / "a.csv")
    assert isinstance(signal, Continuous) and signal.channels == ("dF", "iso")
    np.testing.assert_array_equal(signal.values, VALUES)
    np.testing.assert_allclose(signal.times, [0, 0.05, 0.1])
    (tmp_path / "s.csv").write_text("spike_time,unit\n0.5,7\n0.1,7\n0.9,8\n", encoding="utf-8")
    spikes = read_signal(tmp_path / "s.csv")
    assert isinstance(spikes, Spikes) and spikes.channels == ("7", "8")
    assert spikes.times[0].tolist() == [0.1, 0.5] and spikes.span == (0.1, 0.9)


def test_arrays_need_a_rate_or_times(tmp_path: Path):
    np.save(tmp_path / "speed.npy", VALUES[:, 0])
    signal = read_signal(tmp_path / "speed.npy", rate=10.0)
    assert signal.channels == ("speed",) and signal.span == (0.0, 0.2)
    timed = read_signal_of(tmp_path, np.column_stack([[5.0, 6.0, 7.0], VALUES]))
    np.testing.assert_array_equal(timed.values, VALUES)
    assert timed.span == (5.0, 7.0)
    with pytest.raises(EthoprismError, match="nothing tells when"):
        read_signal(tmp_path / "speed.npy")


def read_signal_of(folder: Path, values: np.ndarray) -> Continuous:
    np.save(folder / "own.npy", values)
    return read_signal(folder / "own.npy")


def test_netcdf(tmp_path: Path):
    array = xr.DataArray(VALUES, dims=("time", "channel"), coords={"time": [0.0, 1.0, 2.0]})
    dataset = xr.Dataset({"pupil": array.isel(channel=0), "both": array})
    dataset.to_netcdf(tmp_path / "x.nc", engine="h5netcdf")
    signal = read_signal(tmp_path / "x.nc", "pupil")
    assert signal.channels == ("pupil",) and signal.values[:, 0].tolist() == [1, 2, 3]
    with pytest.raises(EthoprismError, match="choose a series among: pupil, both"):
        read_signal(tmp_path / "x.nc")


def test_nwb_as_pynwb_writes_it(tmp_path: Path):
    pynwb = pytest.importorskip("pynwb")
    file = pynwb.NWBFile("made", "made", datetime(2026, 1, 1, tzinfo=UTC))
    speed = pynwb.TimeSeries(
        name="speed", data=VALUES[:, 0], unit="m/s", rate=10.0, starting_time=2.0, conversion=0.01
    )
    file.add_acquisition(speed)
    stamps = pynwb.TimeSeries(name="df", data=VALUES, unit="a.u.", timestamps=[1.0, 2.0, 4.0])
    file.add_acquisition(stamps)
    for times in ([0.1, 0.4], [0.2], [1.0, 1.5, 2.0]):
        file.add_unit(spike_times=times, obs_intervals=[[0.0, 5.0]])
    with pynwb.NWBHDF5IO(tmp_path / "a.nwb", "w") as opened:
        opened.write(file)
    found = read_signal(tmp_path / "a.nwb", "speed")
    np.testing.assert_allclose(found.values[:, 0], [0.01, 0.02, 0.03])
    np.testing.assert_allclose(found.times, [2.0, 2.1, 2.2])
    assert read_signal(tmp_path / "a.nwb", "acquisition/df").channels == ("df 0", "df 1")
    units = read_signal(tmp_path / "a.nwb", "units")
    assert [times.tolist() for times in units.times] == [[0.1, 0.4], [0.2], [1.0, 1.5, 2.0]]
    assert units.span == (0.0, 5.0) and units.channels == ("0", "1", "2")
    with pytest.raises(EthoprismError, match="no signal 'nothing'"):
        read_signal(tmp_path / "a.nwb", "nothing")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "x,y\n1,2\n", "which of the columns"),
        ("a.csv", "time\n1\n2\n", "no channel"),
        ("a.csv", "time,v\n1,2\n0,3\n", "do not increase"),
        ("a.npy", "no array", "not an array"),
        ("a.nc", "no netcdf", "netCDF"),
        ("a.nwb", "no nwb", "no HDF5"),
    ],
)
def test_bad_files_are_mistakes(tmp_path: Path, name: str, text: str, said: str):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(EthoprismError, match=said):
        read_signal(tmp_path / name)
