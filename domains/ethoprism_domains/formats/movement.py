"""Labels as netCDF, in the manner of `movement`: ``labels (time, individual, behavior)`` int8.

A label is 1 present, 0 absent, -1 unknown. Names of dimensions may be singular or plural, and the
variable `labels`, `label` or, as LISBET has it, `target_cls (time, behaviors, annotators)`, of
which the first annotator is read. In a dataset of poses or boxes, a text along `time` (such as
`behavior`) gives one behaviour a frame. Row n is frame n, unless a coordinate `frame` tells
otherwise.
"""

from pathlib import Path, PurePosixPath

import h5py
import numpy as np
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation import Annotations, frame_labels, known_individuals
from ethoprism_domains.formats.base import (
    Format,
    Reading,
    ReadOptions,
    WriteOptions,
    found_ethogram,
)
from ethoprism_domains.formats.frames_csv import carried_by_frames
from ethoprism_domains.formats.framewise import (
    FrameLabels,
    as_states,
    length_of,
    reading_of_labels,
    unknown_labels,
)
from ethoprism_domains.formats.hdf5 import has_root, read_hdf5
from ethoprism_domains.formats.losses import LossCounter

_NAMES = ("labels", "label", "target_cls")
_DIMS = ("time", "individual", "behavior")
_SINGULAR = {"individuals": "individual", "behaviors": "behavior", "annotators": "annotator"}
_NOTHING = ("", "background", "none", "nan")


def sniff(path: Path, head: bytes) -> bool:
    """Recognise it by a variable of labels, or poses with a text along time."""
    return has_root(path, head, _has_labels)


def read(path: Path, options: ReadOptions) -> Reading:
    """Read the labels of one video; see the module."""
    return read_hdf5(path, lambda opened: _read(opened, options))


def write(path: Path, annotations: Annotations, options: WriteOptions) -> None:
    """Write the labels of one video, a row a frame."""
    video = next(iter(annotations.videos), "")
    frames = length_of(video, options) if video else 0
    times = options.times_of(video) if video else None
    times = np.arange(frames, dtype=np.float64) if times is None else times
    labels = frame_labels(annotations, video, times).drop_attrs()
    told = {"ds_type": "labels", "time_unit": "seconds", "source_software": "ethoprism"}
    labels["labels"].attrs = {"flag_values": np.array([1, 0, -1], np.int8)}
    labels["labels"].attrs["flag_meanings"] = "present absent unknown"
    with atomic_path(path) as temporary:
        labels.assign_attrs(told, video=video).to_netcdf(temporary, engine="h5netcdf")


def carried(annotations: Annotations, options: WriteOptions) -> Annotations:
    """Keep present, absent and unsure of each frame, individual and behaviour."""
    for video in annotations.videos:
        length_of(video, options)
    everyone = as_states(annotations, subjects=annotations.ethogram.subject_names)
    kept = carried_by_frames(annotations, everyone, options)
    names = [name for name in known_individuals(kept) if name]
    return Annotations(kept.events, kept.observed, as_states(annotations, subjects=names))


MOVEMENT = Format(
    name="movement",
    description="labels as netCDF, in the manner of movement",
    extensions=(".nc",),
    sniff=sniff,
    read=read,
    write=write,
    carried=carried,
    carries="present, absent and unsure of each frame, subject and behaviour",
    loses="who said so, modifiers, comments; points are one frame",
    one_video=True,
)


def _has_labels(file: h5py.File) -> bool:
    return any(name in file for name in _NAMES) or bool(
        {"position", "time"} <= set(file) and _texts_along_time(file)
    )


def _texts_along_time(file: h5py.File) -> list[str]:
    length = file["time"].shape
    return [
        name
        for name, item in file.items()
        if isinstance(item, h5py.Dataset) and item.shape == length and item.dtype.kind in "OSU"
    ]


def _read(path: Path, options: ReadOptions) -> Reading:
    with xr.open_dataset(path, engine="h5netcdf", decode_times=False) as opened:
        dataset = opened.load()
    renamed = {str(dim): _SINGULAR[str(dim)] for dim in dataset.dims if str(dim) in _SINGULAR}
    dataset = dataset.rename(renamed)
    losses = LossCounter()
    name = next((name for name in _NAMES if name in dataset), None)
    if name is None:
        individuals, behaviors, values = _labels_of_coordinate(dataset, path)
    else:
        individuals, behaviors, values = _labels_of_variable(dataset[name], path, losses)
    told = dataset.attrs.get("video") or dataset.attrs.get("source_video") or ""
    video = str(told) if name else PurePosixPath(str(told).replace("\\", "/")).name
    placed = _at_frames(values, dataset, path)
    labels = FrameLabels(video or options.video or path.stem, individuals, behaviors, placed)
    ethogram = found_ethogram(path, behaviors, individuals, one_at_a_time=name is None)
    return reading_of_labels(path, [labels], ethogram, options, losses.report())


def _labels_of_variable(
    labels: xr.DataArray, path: Path, losses: LossCounter
) -> tuple[list[str], list[str], np.ndarray]:
    if "annotator" in labels.dims:
        losses.add("further annotators", path.name, labels.sizes["annotator"] - 1)
        labels = labels.isel(annotator=0, drop=True)
    if "individual" not in labels.dims:
        labels = labels.expand_dims(individual=[""])
    if set(labels.dims) != set(_DIMS):
        told = f"expected labels along {', '.join(_DIMS)}, got {', '.join(map(str, labels.dims))}"
        raise EthoprismError(told, path, "correct it there")
    values = labels.transpose(*_DIMS).to_numpy().astype(np.float64)
    values = np.where(np.isnan(values), -1, values)
    if not np.isin(values, (1, 0, -1)).all():
        raise EthoprismError("labels that are none of 1, 0 and -1", path, "correct it there")
    names = [[str(name) for name in labels[dim].to_numpy().tolist()] for dim in _DIMS[1:]]
    return names[0], names[1], values.astype(np.int8)


def _labels_of_coordinate(
    dataset: xr.Dataset, path: Path
) -> tuple[list[str], list[str], np.ndarray]:
    """Take the first text along time: one behaviour a frame."""
    texts = [
        item for item in dataset.variables.values() if item.dims == ("time",) and _is_text(item)
    ]
    if not texts:
        raise EthoprismError("no labels in it", path, "give a dataset with labels")
    cells = [str(cell).strip() for cell in texts[0].to_numpy().tolist()]
    behaviors = [name for name in dict.fromkeys(cells) if name.lower() not in _NOTHING]
    values = unknown_labels(path, len(cells), 1, len(behaviors))
    for frame, cell in enumerate(cells):
        if cell:
            values[frame, 0] = [cell == name for name in behaviors]
    return [""], behaviors, values


def _is_text(variable: xr.Variable) -> bool:
    return variable.dtype.kind in "OSUT"


def _at_frames(values: np.ndarray, dataset: xr.Dataset, path: Path) -> np.ndarray:
    """Put the rows at the frames that a coordinate tells."""
    if "frame" not in dataset.variables or dataset["frame"].dims != ("time",):
        return values
    frames = dataset["frame"].to_numpy()
    if not np.issubdtype(frames.dtype, np.integer) or len(np.unique(frames)) < len(frames):
        raise EthoprismError("frames that are no numbers, or come twice", path, "correct it there")
    if len(frames) and frames.min() < 0:
        raise EthoprismError("negative frames", path, "count them from 0")
    placed = unknown_labels(path, int(frames.max(initial=-1)) + 1, *values.shape[1:])
    placed[frames] = values
    return placed
