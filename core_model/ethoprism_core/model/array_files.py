"""Files of named arrays: their shapes at a glance, then one array at a time."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from safetensors import SafetensorError, safe_open

from ethoprism_core.errors import EthoprismError

SAFETENSORS = ".safetensors"
_SUFFIX = ".npy"
_UNREADABLE = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, SafetensorError)
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
_FLOATING = ("F16", "F32", "F64")


@runtime_checkable
class ArrayFile(Protocol):
    """An open file of named floating-point arrays."""

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Give the shape of every array, without reading a number."""

    def read(self, name: str) -> np.ndarray:
        """Read one array, as it is stored."""

    def notes(self) -> dict[str, str]:
        """Give what the file says about itself."""


@contextmanager
def open_arrays(path: str | Path) -> Iterator[ArrayFile]:
    """Open an ``.npz`` or a ``.safetensors`` file.

    Raises
    ------
    EthoprismError
        If the file is missing, damaged, or holds other arrays than floating-point ones; also when
        that shows only while it is read.
    """
    path = Path(path)
    try:
        with path.open("rb"):  # a missing file gives every kind the same error
            pass
        with _open(path) as file:
            yield file
    except OSError as error:
        raise EthoprismError(
            f"cannot read the checkpoint ({error.strerror or error})", path, "check the path"
        ) from error
    except _UNREADABLE as error:
        kind = SAFETENSORS if path.suffix == SAFETENSORS else ".npz"
        raise EthoprismError(
            f"the checkpoint is damaged or no {kind} of arrays ({error})",
            path,
            "delete it and fetch it again",
        ) from error


@contextmanager
def _open(path: Path) -> Iterator[ArrayFile]:
    if path.suffix == SAFETENSORS:
        with safe_open(path, framework="numpy") as file:
            yield _Safetensors(file)
    else:
        with zipfile.ZipFile(path) as archive:
            yield _Npz(archive)


class _Npz:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def shapes(self) -> dict[str, tuple[int, ...]]:
        names = self._archive.namelist()
        return {name.removesuffix(_SUFFIX): self._shape(name) for name in names}

    def read(self, name: str) -> np.ndarray:
        with self._archive.open(name + _SUFFIX) as file:
            return np.lib.format.read_array(file, allow_pickle=False)

    def notes(self) -> dict[str, str]:
        return {}

    def _shape(self, name: str) -> tuple[int, ...]:
        with self._archive.open(name) as file:
            version = np.lib.format.read_magic(file)
            if version not in _HEADERS:
                raise ValueError(f"arrays of unknown version {version}")
            shape, _, dtype = _HEADERS[version](file)
        if not np.issubdtype(dtype, np.floating):
            raise ValueError(f"an array of {dtype} instead of floating-point numbers")
        return shape


class _Safetensors:
    def __init__(self, file: Any) -> None:
        self._file = file

    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {name: self._shape(name) for name in self._file.keys()}  # noqa: SIM118, no mapping

    def read(self, name: str) -> np.ndarray:
        return self._file.get_tensor(name)

    def notes(self) -> dict[str, str]:
        return self._file.metadata() or {}

    def _shape(self, name: str) -> tuple[int, ...]:
        header = self._file.get_slice(name)
        if header.get_dtype() not in _FLOATING:
            raise ValueError(f"an array of {header.get_dtype()} instead of floating-point numbers")
        return tuple(header.get_shape())
