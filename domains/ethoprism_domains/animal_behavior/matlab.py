"""Variables of MATLAB files as plain values: structs are mappings, cells arrays of objects.

Files up to version 7 are read by SciPy, those of version 7.3, which are HDF5, by h5py. Neither runs
anything that is in them: MATLAB's own objects and function handles are refused.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from scipy import io

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.formats.content import read_head
from ethoprism_domains.formats.hdf5 import SIGNATURE

MOST_BYTES = 1 << 32
_HEADER_BYTES = 512  # of MATLAB's own, before the HDF5 of version 7.3
_DEEPEST = 8
_REFERENCES = "#refs#"


def read_matlab(path: Path, names: Sequence[str]) -> dict[str, Any]:
    """Read variables of a ``.mat`` file.

    Parameters
    ----------
    names
        The variables; all of them must be there.

    Returns
    -------
    By name: a number array as MATLAB shapes it, a text, a mapping of a struct's fields, or an
    object array of a cell's content.

    Raises
    ------
    EthoprismError
        If it is no such file, is damaged, lacks a variable, or claims more than fits into memory.
    """
    head = read_head(path)
    is_hdf5 = SIGNATURE in (head[: len(SIGNATURE)], head[_HEADER_BYTES:][: len(SIGNATURE)])
    try:
        found = _of_hdf5(path, names) if is_hdf5 else _of_scipy(path, names)
    except EthoprismError:
        raise
    except Exception as error:  # a damaged file ends in any of them
        told = " ".join(str(error).split())[:150]
        raise EthoprismError(
            f"it cannot be read as a MATLAB file ({told})", path, "copy or download it again"
        ) from error
    missing = [name for name in names if name not in found]
    if missing:
        raise EthoprismError(f"it has no variable {missing[0]}", path, "check that it is the file")
    return found


def text_cells(value: object, path: Path, what: str) -> list[str]:
    """Give the texts of a cell, or of a single text.

    Raises
    ------
    EthoprismError
        If it holds anything else.
    """
    cells = value.ravel().tolist() if isinstance(value, np.ndarray) else [value]
    if any(not isinstance(cell, str) for cell in cells):
        raise EthoprismError(f"expected texts as {what}", path, "check that it is the file")
    return [str(cell).strip() for cell in cells]


def _of_scipy(path: Path, names: Sequence[str]) -> dict[str, Any]:
    _refuse_size(_bytes_told(path, names), path)
    # as MATLAB has them: squeezing would make a row of cells of one cell
    found = io.loadmat(path, variable_names=list(names), squeeze_me=False, struct_as_record=True)
    return {name: _plain(found[name], path) for name in names if name in found}


def _bytes_told(path: Path, names: Sequence[str]) -> int:
    told = io.whosmat(path)
    return sum(8 * int(np.prod(shape, dtype=float)) for name, shape, _ in told if name in names)


def _plain(value: np.ndarray, path: Path) -> Any:
    if isinstance(value, io.matlab.MatlabFunction | io.matlab.MatlabOpaque):
        raise EthoprismError("it holds a program", path, "save plain arrays")
    if value.dtype.names is not None:
        return _struct(value, path)
    if value.dtype.kind == "U":
        return "".join(value.ravel().tolist())
    if value.dtype.kind == "O":
        cells = np.empty(value.shape, object)
        for at in np.ndindex(value.shape):
            cells[at] = _plain(np.asanyarray(value[at]), path)
        return cells
    return np.asarray(value)


def _struct(value: np.ndarray, path: Path) -> dict[str, Any]:
    if value.size != 1:
        raise EthoprismError(f"expected one struct, got {value.size}", path, "save it alone")
    names = value.dtype.names or ()
    return {name: _plain(np.asanyarray(value.ravel()[0][name]), path) for name in names}


def _of_hdf5(path: Path, names: Sequence[str]) -> dict[str, Any]:
    with h5py.File(path) as file:
        _refuse_size(_bytes_held(file), path)
        return {
            name: _of_item(file[name], file, 0)
            for name in names
            if name in file and name != _REFERENCES
        }


def _bytes_held(file: h5py.File) -> int:
    sizes: list[int] = []

    def weigh(_: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            sizes.append(item.size * item.dtype.itemsize if item.size else 0)

    file.visititems(weigh)
    return sum(sizes)


def _of_item(item: h5py.Group | h5py.Dataset, file: h5py.File, depth: int) -> Any:
    if depth > _DEEPEST:
        raise ValueError("structs and cells nested beyond all measure")
    if isinstance(item, h5py.Group):
        return {name: _of_item(field, file, depth + 1) for name, field in item.items()}
    if item.attrs.get("MATLAB_empty", 0):
        return "" if _class_of(item.attrs) == "char" else np.zeros((0, 0))
    values = item[()].T  # HDF5 lists the last axis first
    if _class_of(item.attrs) == "char":
        return "".join(map(chr, values.ravel().tolist()))
    if h5py.check_ref_dtype(item.dtype) is None:
        return np.asarray(values)
    cells = np.empty(values.shape, object)
    for at in np.ndindex(values.shape):
        cells[at] = _of_item(file[values[at]], file, depth + 1)
    return cells


def _class_of(attrs: Mapping[str, Any]) -> str:
    told = attrs.get("MATLAB_class", b"")
    return told.decode() if isinstance(told, bytes) else str(told)


def _refuse_size(size: int, path: Path) -> None:
    if size > MOST_BYTES:
        raise EthoprismError(f"more than {MOST_BYTES >> 30} GiB", path, "check that it is the file")
