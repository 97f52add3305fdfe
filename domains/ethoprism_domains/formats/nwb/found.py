"""Tables and series of an NWB file, as far as they can tell of behaviour."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.formats import content
from ethoprism_domains.formats.nwb.layout import ETHOGRAM, SUBJECTS

_SPECIFICATIONS = "specifications"
_SERIES = ("IntervalSeries", "AnnotationSeries", "LabeledEvents", "TTLs", "Events")


@dataclass(frozen=True, eq=False)
class FoundTable:
    """A table of a file.

    Parameters
    ----------
    path
        Where it is in the file.
    type_name
        Its type, such as ``TimeIntervals``.
    columns
        Equally long arrays: numbers, or texts as objects.
    attributes
        Those that are texts.
    links
        The path of what it links to, by the link's name.
    categories
        Columns that are marked as categories.
    unread
        Columns that are neither plain numbers nor plain texts.
    """

    path: str
    type_name: str
    columns: Mapping[str, np.ndarray]
    attributes: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def rows(self) -> list[dict[str, object]]:
        """Give its rows as mappings."""
        values = zip(*(column.tolist() for column in self.columns.values()), strict=True)
        return [dict(zip(self.columns, row, strict=True)) for row in values]


@dataclass(frozen=True, eq=False)
class FoundVideo:
    """A video that a file refers to.

    Parameters
    ----------
    files
        Its files, in order.
    start
        Session time of its first frame, in seconds.
    rate
        Frames per second, if the file tells a rate.
    timestamps
        Session times of its frames, if the file tells them.
    count
        The number of its frames, if the file tells it.
    """

    files: tuple[str, ...]
    start: float = 0.0
    rate: float | None = None
    timestamps: np.ndarray | None = None
    count: int | None = None


def find_tables(file: h5py.File, path: Path) -> list[FoundTable]:
    """Read all tables that may tell of behaviour, of the whole file.

    Raises
    ------
    EthoprismError
        If a column claims more than any label file holds.
    """
    found = [_table(item, path) for item in _groups(file) if _is_table(item)]
    return found + [_of_series(item, path) for item in _groups(file) if type_of(item) in _SERIES]


def find_videos(file: h5py.File, path: Path) -> dict[str, FoundVideo]:
    """Read the series of pictures that are in files of their own, by their path."""
    return {str(item.name): _video(item, path) for item in _groups(file) if "external_file" in item}


def type_of(item: h5py.Group) -> str:
    """Give the NWB type of a group."""
    return str(item.attrs.get("neurodata_type", ""))


def _groups(file: h5py.File) -> list[h5py.Group]:
    groups: list[h5py.Group] = []

    def visit(name: str, item: object) -> None:
        if isinstance(item, h5py.Group) and not name.startswith(_SPECIFICATIONS):
            groups.append(item)

    file.visititems(visit)
    return groups


def _is_table(group: h5py.Group) -> bool:
    if {"start_time", "stop_time"} <= set(group) or type_of(group) == "Ethogram":
        return True
    named = str(group.name).endswith((f"/{ETHOGRAM}", f"/{SUBJECTS}"))
    return "colnames" in group.attrs and (named or "timestamp" in group)


def _table(group: h5py.Group, path: Path) -> FoundTable:
    datasets = {name: group[name] for name in _column_names(group)}
    lengths = [item.shape[0] for item in datasets.values() if item.ndim == 1]
    columns: dict[str, np.ndarray] = {}
    unread = []
    for name, item in datasets.items():
        values = None if f"{name}_index" in group else _values(item, path)
        if values is None or len(values) != lengths[0]:
            unread.append(name)
        else:
            columns[name] = values
    kinds = {name: str(item.attrs.get("neurodata_type", "")) for name, item in datasets.items()}
    return FoundTable(
        str(group.name),
        type_of(group),
        columns,
        {name: text for name, text in group.attrs.items() if isinstance(text, str)},
        dict(_links(group)),
        tuple(name for name, kind in kinds.items() if kind == "CategoricalVectorData"),
        tuple(unread),
    )


def _column_names(group: h5py.Group) -> list[str]:
    """Give the names of the columns, those of time first: they tell how long the table is."""
    told = [str(name) for name in np.ravel(group.attrs.get("colnames", []))]
    first = [name for name in ("start_time", "stop_time", "timestamp") if name in group]
    names = dict.fromkeys([*first, *told, *group])
    return [
        name
        for name in names
        if name != "id"
        and not name.endswith("_index")
        and isinstance(group.get(name), h5py.Dataset)
    ]


def _links(group: h5py.Group) -> Iterator[tuple[str, str]]:
    for name in group:
        link = group.get(name, getlink=True)
        if isinstance(link, h5py.SoftLink):
            yield name, posixpath.join(str(group.name), str(link.path))


def _values(item: h5py.Dataset, path: Path) -> np.ndarray | None:
    """Read a column; None if it is neither plain numbers nor plain texts."""
    if item.ndim != 1:
        return None
    if item.size * item.dtype.itemsize > content.MOST_BYTES:
        told = f"{item.name} claims more than {content.MOST_BYTES >> 20} MiB"
        raise EthoprismError(told, path, "check that the file is sound")
    if h5py.check_string_dtype(item.dtype) is not None:
        return np.array([*item.asstr()[()], None], dtype=object)[:-1]
    return np.asarray(item[()]) if item.dtype.kind in "biuf" else None


def _of_series(group: h5py.Group, path: Path) -> FoundTable:
    """Make a table of a series of events: its name is the behaviour where nothing else tells."""
    name, kind = str(group.name), type_of(group)
    times = _values(group["timestamps"], path) if "timestamps" in group else None
    data = _values(group["data"], path) if "data" in group else None
    if times is None or (kind != "Events" and (data is None or len(data) != len(times))):
        return FoundTable(name, kind, {}, unread=("data",))
    label = name.rpartition("/")[2]
    if kind == "IntervalSeries":
        spans = [*_intervals(times, np.asarray(data))]
        start, stop = np.array(spans, np.float64).reshape(-1, 2).T
        labels = np.array([label] * len(spans), dtype=object)
        return FoundTable(name, kind, {"start_time": start, "stop_time": stop, "label": labels})
    if data is None:
        said = [label] * len(times)
    elif kind == "AnnotationSeries":
        said = [str(value) for value in data]
    else:
        known = dict(enumerate(map(str, np.ravel(group["data"].attrs.get("labels", [])))))
        said = [known.get(int(value), str(value)) for value in data]
    columns = {"timestamp": times, "label": np.array([*said, None], dtype=object)[:-1]}
    return FoundTable(name, kind, columns)


def _intervals(times: np.ndarray, data: np.ndarray) -> Iterator[tuple[float, float]]:
    """Pair each start, a positive number, with the next stop, the same number below zero."""
    started: dict[int, float] = {}
    for time, value in zip(times.tolist(), data.tolist(), strict=True):
        if value > 0:
            started[value] = time
        elif -value in started:
            yield started.pop(-value), time


def _video(group: h5py.Group, path: Path) -> FoundVideo:
    told = _values(group["external_file"], path)
    files = () if told is None else tuple(map(str, told))
    times = _values(group["timestamps"], path) if "timestamps" in group else None
    if times is not None and _are_times(times):
        return FoundVideo(files, float(times[0]), None, times.astype(np.float64), len(times))
    if "starting_time" in group:
        first = group["starting_time"]
        start, rate = float(first[()]), float(first.attrs.get("rate", np.nan))
        count = int(group["num_samples"][()]) if "num_samples" in group else 0
        start = start if np.isfinite(start) else 0.0
        return FoundVideo(files, start, rate if rate > 0 else None, None, max(count, 0) or None)
    return FoundVideo(files)


def _are_times(times: np.ndarray) -> bool:
    return (
        len(times) > 0
        and times.dtype.kind in "iuf"
        and bool(np.isfinite(times).all() and (np.diff(times) >= 0).all())
    )
