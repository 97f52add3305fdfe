"""Signals out of files: tables, arrays, netCDF and NWB.

- text: a column of times and a column a channel; or, with a column `unit` (or `cluster`) beside the
  times, a spike a row;
- `.npy`: a row a sample, with the rate told, or a first column of times;
- `.nc`: a variable with a dim `time` in seconds;
- `.nwb`: a series (with `timestamps`, or `starting_time` and a rate), or `units` for spikes. The
  layout is read as in NWB 2 (nwb-schema.readthedocs.io), without pynwb.
"""

from pathlib import Path

import h5py
import numpy as np
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.nwb_poses import pose_groups
from ethoprism_domains.formats.hdf5 import read_hdf5
from ethoprism_domains.formats.tables import Table, read_table
from ethoprism_domains.neuroscience.signals import Continuous, Signal, Spikes
from ethoprism_domains.neuroscience.timestamps import time_column, unit_of

_UNIT_KEYS = ("unit", "cluster", "unit_id", "cluster_id", "neuron")
UNITS = "units"


def read_signal(path: Path, series: str | None = None, rate: float | None = None) -> Signal:
    """Read a signal; see the module.

    Parameters
    ----------
    series
        Which variable or series of a file that holds several; `units` for an NWB file's spikes.
    rate
        Samples a second of a `.npy` file without times; the first is at 0 s.

    Raises
    ------
    EthoprismError
        If the file cannot be read, or does not tell which signal, or when.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".npy":
        return _of_array(path, rate)
    if suffix == ".nc":
        return _of_netcdf(path, series)
    if suffix == ".nwb":
        return read_hdf5(path, lambda opened: _of_nwb(opened, series), bounded=False)
    table = read_table(path)
    unit = next((key for key in _UNIT_KEYS if key in table), None)
    return _samples(table) if unit is None else _spikes(table, unit)


def _samples(table: Table) -> Signal:
    key = time_column(table, None)
    others = [(name, at) for name, at in zip(table.names, table.keys, strict=True) if at != key]
    if not others:
        raise EthoprismError("no channel beside the times", table.path, "add a column")
    values = np.stack([table.numbers(at) for _, at in others], axis=1)
    times = table.numbers(key) * unit_of(key)
    return Continuous(values, times, tuple(name for name, _ in others))


def _spikes(table: Table, unit: str) -> Signal:
    key = time_column(table, None)
    times, names = table.numbers(key) * unit_of(key), np.array(table.text(unit))
    return _trains({name: times[names == name] for name in dict.fromkeys(names.tolist())}, None)


def _trains(trains: dict[str, np.ndarray], span: tuple[float, float] | None) -> Spikes:
    """Make spike trains; without a told span, recording lasts from the first spike to the last."""
    sorted_trains = tuple(np.sort(times.astype(np.float64)) for times in trains.values())
    every = np.concatenate([*sorted_trains, np.empty(0)])
    if span is None:
        span = (float(every.min()), float(every.max())) if len(every) else (0.0, 0.0)
    return Spikes(sorted_trains, tuple(trains), span)


def _of_array(path: Path, rate: float | None) -> Signal:
    try:
        values = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise EthoprismError("not an array of numbers", path, "save it again") from error
    if values.dtype.kind not in "biuf" or values.ndim not in (1, 2):
        raise EthoprismError("no rows of samples", path, "save numbers, a row a sample")
    rows = values.reshape(len(values), -1).astype(np.float64)
    if rate is not None:
        if not rate > 0:
            raise EthoprismError(f"{rate} is no rate", path, "give samples a second")
        times = np.arange(len(rows)) / rate
    elif rows.shape[1] > 1:
        times, rows = rows[:, 0].copy(), rows[:, 1:]
    else:
        remedy = "give the rate, or a first column of times"
        raise EthoprismError("nothing tells when the samples were taken", path, remedy)
    names = [path.stem] if rows.shape[1] == 1 else [str(at) for at in range(rows.shape[1])]
    return Continuous(rows, times, tuple(names))


def _of_netcdf(path: Path, series: str | None) -> Signal:
    try:
        with xr.open_dataset(path, engine="h5netcdf") as opened:
            dataset = opened.load()
    except (OSError, ValueError) as error:
        raise EthoprismError("cannot read it as netCDF", path, "export it again") from error
    timed = [str(name) for name, item in dataset.items() if "time" in item.dims]
    return Continuous.from_dataarray(dataset[_chosen(timed, series, path)])


def _of_nwb(path: Path, series: str | None) -> Signal:
    with h5py.File(path) as file:
        found = {str(item.name): item for item in _series(file)}
        if UNITS in file and "spike_times" in file[UNITS]:
            found[f"/{UNITS}"] = file[UNITS]
        name = _chosen([*found], series, path)
        item = found[name]
        return _units(item) if "spike_times" in item else _continuous(item)


def series_names(file: h5py.File) -> list[str]:
    """Name the signals of an open NWB file as `read_signal` takes them; poses are none."""
    poses = tuple(f"{group.name}/" for group in pose_groups(file))
    names = [str(item.name) for item in _series(file)]
    names = [name.strip("/") for name in names if not name.startswith(poses)]
    has_spikes = UNITS in file and "spike_times" in file[UNITS]
    return [*names, *([UNITS] if has_spikes else [])]


def _series(file: h5py.File) -> list[h5py.Group]:
    groups: list[h5py.Group] = []

    def visit(name: str, item: object) -> None:
        if isinstance(item, h5py.Group) and _is_series(item):
            groups.append(item)

    file.visititems(visit)
    return groups


def _is_series(group: h5py.Group) -> bool:
    """Say whether a group holds numbers over time; pictures in files of their own are none."""
    if "data" not in group or "external_file" in group:
        return False
    data = group["data"]
    is_timed = "timestamps" in group or "starting_time" in group
    return bool(is_timed and data.ndim in (1, 2) and data.size and data.dtype.kind in "biuf")


def _continuous(group: h5py.Group) -> Signal:
    data = group["data"]
    values = data[()].astype(np.float64).reshape(data.shape[0], -1)
    # the stored numbers times `conversion` are in the series' unit
    values = values * float(data.attrs.get("conversion", 1)) + float(data.attrs.get("offset", 0))
    if "timestamps" in group:
        times = group["timestamps"][()].astype(np.float64)
    else:
        start = group["starting_time"]
        times = float(start[()]) + np.arange(len(values)) / float(start.attrs["rate"])
    name = str(group.name).rpartition("/")[2]
    names = [name] if values.shape[1] == 1 else [f"{name} {at}" for at in range(values.shape[1])]
    return Continuous(values, times, tuple(names))


def _units(group: h5py.Group) -> Signal:
    times, ends = group["spike_times"][()], group["spike_times_index"][()].astype(np.int64)
    names = [str(number) for number in group["id"][()].tolist()]
    trains = dict(zip(names, np.split(times, ends[:-1]), strict=True))
    span = None
    if "obs_intervals" in group and len(group["obs_intervals"]):
        seen = group["obs_intervals"][()]
        span = float(seen.min()), float(seen.max())
    return _trains(trains, span)


def _chosen(names: list[str], series: str | None, path: Path) -> str:
    wanted = [
        name for name in names if series in (None, name, name.strip("/"), name.rpartition("/")[2])
    ]
    if len(wanted) == 1:
        return wanted[0]
    listed = ", ".join(name.strip("/") for name in names) or "none"
    told = f"no signal {series!r}" if series else "which signal is meant?"
    raise EthoprismError(told, path, f"choose a series among: {listed}")
