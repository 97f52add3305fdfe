"""What the formats share that are HDF5 files: netCDF and NWB."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import h5py

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.formats import content

SIGNATURE = b"\x89HDF\r\n\x1a\n"

Found = TypeVar("Found")


def has_root(path: Path, head: bytes, asked: Callable[[h5py.File], bool]) -> bool:
    """Say whether a file is HDF5 and its root is as `asked`."""
    if not head.startswith(SIGNATURE):
        return False
    try:
        with h5py.File(path) as file:
            return asked(file)
    except Exception:  # a damaged HDF5 file ends in any of them
        return False


def read_hdf5(path: Path, reader: Callable[[Path], Found], bounded: bool = True) -> Found:
    """Run a reader on an HDF5 file of bounded size; whatever damage ends in is the one error.

    Parameters
    ----------
    bounded
        Whether the whole file is read, and must be small; else the reader sees to what it reads.

    Raises
    ------
    EthoprismError
        If the file is no HDF5, claims more than fits into memory, or cannot be read.
    """
    if not content.read_head(path).startswith(SIGNATURE):
        raise EthoprismError("the file is no HDF5", path, "export it again")
    try:
        if bounded:
            with h5py.File(path) as opened:
                _refuse_size(opened, path)
        return reader(path)
    except EthoprismError:
        raise
    except Exception as error:  # a damaged HDF5 file ends in any of them
        told = " ".join(str(error).split())[:200]
        raise EthoprismError(f"cannot read it ({told})", path, "export it again") from error


def _refuse_size(file: h5py.File, path: Path) -> None:
    sizes: list[int] = []

    def weigh(_: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            sizes.append(item.size * item.dtype.itemsize if item.size else 0)

    file.visititems(weigh)
    if sum(sizes) > content.MOST_BYTES:
        told = f"more than {content.MOST_BYTES >> 20} MiB"
        raise EthoprismError(told, path, "check that it is a label file")
