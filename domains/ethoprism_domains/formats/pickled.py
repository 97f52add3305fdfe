"""NumPy files of pickled objects, read so that nothing in them can run.

A pickle names the functions that put its objects together, any function of Python: whoever opens it
runs them. Here only those are known that make NumPy arrays, in forms that NumPy itself writes;
dictionaries, lists, texts and numbers need none. Anything else is refused before it is called.
"""

import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.formats.content import read_bytes

MAGIC = b"\x93NUMPY"
_MODULES = ("numpy.core.multiarray", "numpy._core.multiarray")


def is_pickled_array(head: bytes) -> bool:
    """Say whether a file starts as a NumPy file of objects does."""
    return head.startswith(MAGIC) and b"'|O'" in head[:256]


def read_pickled_array(path: Path) -> object:
    """Read what a NumPy file of a single object holds: arrays and plain containers of them.

    Raises
    ------
    EthoprismError
        If it is no such file, is damaged, or asks for anything else, such as a call.
    """
    file = io.BytesIO(read_bytes(path))
    try:
        shape, _, kind = _header(file)
        if shape != () or kind != np.dtype(object):
            raise EthoprismError("no NumPy file of one object", path, "give the data set's own")
        held = _ArraysOnly(file).load()
    except EthoprismError:
        raise
    except _RefusedError as error:
        told = f"the pickle asks for {error}, which no array needs: it was not run"
        raise EthoprismError(told, path, "do not trust this file") from error
    except Exception as error:  # a damaged pickle ends in any of them
        told = " ".join(str(error).split())[:200]
        raise EthoprismError(f"cannot read it ({told})", path, "copy it again") from error
    return held.item() if isinstance(held, np.ndarray) and held.shape == () else held


class _RefusedError(Exception):
    """A pickle asks for something other than arrays."""


class _ArraysOnly(pickle.Unpickler):
    """Knows what NumPy's arrays are put together with, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        known: dict[str, Callable[..., Any] | type] = {
            "_reconstruct": _empty_array,
            "scalar": _scalar,
        }
        if module in _MODULES and name in known:
            return known[name]
        if module == "numpy" and name in ("ndarray", "dtype"):
            return getattr(np, name)
        raise _RefusedError(f"{module}.{name}"[:80])


def _empty_array(kind: type, shape: tuple[int, ...], _: object) -> np.ndarray:
    """Make the array without elements that NumPy's pickles start from, and fill afterwards."""
    if kind is not np.ndarray or shape != (0,):
        raise _RefusedError("an array of an unusual kind")
    return np.empty(0, np.int8)


def _scalar(kind: np.dtype, content: bytes) -> Any:
    """Make a number of its bytes; one that refers to an object is refused."""
    if kind.hasobject:
        raise _RefusedError("a number that refers to an object")
    return np.frombuffer(content, kind, count=1)[0]


def _header(file: io.BytesIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(file)
    return np.lib.format.read_array_header_2_0(file)
