"""Features on disk: a zarr folder that is built aside, resumed after a kill, and then renamed.

While it grows the folder is called ``.<name>.partial`` and holds a list of checksums, one for each
finished chunk of windows. Whoever continues keeps the chunks that still agree with the list.
"""

import json
import shutil
import zlib
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import xarray as xr
import zarr
from jaxtyping import Float16, Num

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import publish, write_text

LAYOUT = 1  # raise it when a store of today could not be read, or would mean something else
TOKEN_DIMS = ("token_time", "token_row", "token_column", "feature")

_PROGRESS = ".progress.json"
_CHUNK_BYTES = 4 << 20
_MOST_WINDOWS_IN_A_CHUNK = 1024


class FeatureWriter:
    """Write the features of a video's windows, in order, to a store that is resumable.

    Parameters
    ----------
    path
        Where the finished store is to be.
    header
        Everything but the features: coordinates (`window` above all), other variables, and the
        attributes with `key`, the fingerprint of all that the numbers depend on.
    token_shape
        ``(token_time, token_row, token_column, feature)`` of one window.

    Attributes
    ----------
    done
        Windows that an earlier run with the same key has left behind, whole.

    Raises
    ------
    EthoprismError
        If the folder cannot be written to, or the disk is full.
    """

    def __init__(
        self, path: Path, header: xr.Dataset, token_shape: tuple[int, int, int, int]
    ) -> None:
        self._path, self._partial = path, partial_path(path)
        self._key = header.attrs["key"]
        sizes = {dim: header.sizes[dim] for dim in ("window", "individual") if dim in header.sizes}
        self._shape = (*sizes.values(), *token_shape)
        with _explained(path):
            if _read_progress(self._partial).get("key") != self._key:
                self._begin(header, (*sizes, *TOKEN_DIMS))
            self._array = zarr.open_array(self._partial, path="features", mode="r+")
            self._chunk = self._array.chunks[0]
            self._checksums = self._verified()
        self.done = min(len(self._checksums) * self._chunk, self._shape[0])
        self._waiting: list[np.ndarray] = []

    def append(self, features: Num[np.ndarray, "sample time row column feature"]) -> None:
        """Add the next windows: one sample a window, or one a window and individual."""
        self._waiting.append(_to_half(features, self._path))
        samples = self._chunk * self._shape[1] if len(self._shape) == 6 else self._chunk
        while sum(len(part) for part in self._waiting) >= samples:
            waiting = np.concatenate(self._waiting)
            self._waiting = [waiting[samples:]]
            self._write(waiting[:samples])

    def finish(self) -> Path:
        """Write what is left, and give the store its name."""
        if any(len(part) for part in self._waiting):
            self._write(np.concatenate(self._waiting))
        if self.done != self._shape[0]:
            raise ValueError(f"expected {self._shape[0]} windows, got {self.done}")
        with _explained(self._path):
            (self._partial / _PROGRESS).unlink()
            publish(self._partial, self._path)
        return self._path

    def _begin(self, header: xr.Dataset, dims: tuple[str, ...]) -> None:
        shutil.rmtree(self._partial, ignore_errors=True)
        self._partial.parent.mkdir(parents=True, exist_ok=True)
        _with_text_as_objects(header).to_zarr(
            self._partial, mode="w", zarr_format=3, consolidated=False
        )
        window_bytes = 2 * int(np.prod(self._shape[1:]))
        windows = min(max(1, _CHUNK_BYTES // window_bytes), _MOST_WINDOWS_IN_A_CHUNK)
        zarr.open_group(self._partial, mode="r+").create_array(
            "features",
            shape=self._shape,
            chunks=(min(windows, self._shape[0]), *self._shape[1:]),
            dtype="float16",
            dimension_names=dims,
        )
        self._checksums = []
        self._save_progress()

    def _verified(self) -> list[int]:
        """Return the listed checksums up to the first chunk that disagrees with its own."""
        listed: list[int] = _read_progress(self._partial)["checksums"]
        for number, checksum in enumerate(listed):
            if self._stored_checksum(number) != checksum:
                return listed[:number]
        return listed

    def _stored_checksum(self, number: int) -> int | None:
        start = number * self._chunk
        try:
            return zlib.crc32(np.asarray(self._array[start : start + self._chunk]).tobytes())
        except (OSError, RuntimeError, ValueError):  # cannot be read or decompressed
            return None

    def _write(self, samples: Float16[np.ndarray, "sample time row column feature"]) -> None:
        chunk = np.ascontiguousarray(samples).reshape(-1, *self._shape[1:])
        with _explained(self._path):
            self._array[self.done : self.done + len(chunk)] = chunk
            self._checksums.append(zlib.crc32(chunk.tobytes()))
            self._save_progress()
        self.done += len(chunk)

    def _save_progress(self) -> None:
        progress = {"key": self._key, "checksums": self._checksums}
        write_text(self._partial / _PROGRESS, json.dumps(progress))


def open_features(path: str | Path) -> xr.Dataset:
    """Open a feature store lazily: nothing is read until it is asked for.

    Parameters
    ----------
    path
        The zarr folder that `ethoprism embed` has written.

    Returns
    -------
    The dataset of ``docs/architecture.md``: `features (window, [individual,] token_time, token_row,
    token_column, feature)` float16 with the coordinates and attributes that say what it is.

    Raises
    ------
    EthoprismError
        If there is no such folder, it is not a feature store, it is not finished, or another
        version of the program wrote it.
    """
    path = Path(path)
    if not path.is_dir():
        raise EthoprismError("no such feature store", path, "make it with ethoprism embed")
    if (path / _PROGRESS).exists():
        raise EthoprismError(
            "the feature store is not finished", path, "run the same ethoprism embed again"
        )
    dataset = _open(path)
    _check_layout(dataset.attrs, path)
    texts = {
        str(name): (names.dims, np.array(names.values.tolist()))
        for name, names in _texts(dataset).items()
    }
    return dataset.assign_coords(texts)


def partial_path(path: Path) -> Path:
    """Return where the store `path` is built."""
    return path.with_name(f".{path.name}.partial")


def stored_attributes(path: Path) -> dict[str, object]:
    """Return the attributes of a store, finished or not; empty where there is none."""
    try:
        return dict(zarr.open_group(path, mode="r").attrs)
    except (OSError, ValueError, KeyError):
        return {}


def finished_share(path: Path) -> tuple[float, dict[str, object]]:
    """Tell how much of the store `path` is there, from 0 to 1, and its attributes."""
    made = stored_attributes(path)
    if made:
        return 1.0, made
    partial = partial_path(path)
    made = stored_attributes(partial)
    try:
        array = zarr.open_array(partial, path="features", mode="r")
    except (OSError, ValueError, KeyError):
        return 0.0, {}
    windows = len(_read_progress(partial).get("checksums", ())) * array.chunks[0]
    return min(1.0, windows / array.shape[0]), made


def _open(path: Path) -> xr.Dataset:
    try:
        dataset = xr.open_dataset(path, engine="zarr", consolidated=False, chunks=None)
    except (OSError, ValueError, KeyError) as error:
        raise EthoprismError("not a feature store", path, "make it with ethoprism embed") from error
    if "features" not in dataset or "layout" not in dataset.attrs:
        raise EthoprismError("not a feature store", path, "make it with ethoprism embed")
    return dataset


def _check_layout(attributes: dict[Hashable, object], path: Path) -> None:
    if attributes["layout"] != LAYOUT:
        version = attributes.get("software_version", "another version")
        raise EthoprismError(
            f"the feature store was written by ethoprism {version} in another layout",
            path,
            "embed the video again, or use that version",
        )


def _to_half(features: np.ndarray, path: Path) -> Float16[np.ndarray, "..."]:
    if not np.isfinite(features).all():
        raise EthoprismError(
            "the encoder gave numbers that are not finite", path.stem, "check its weights"
        )
    limit = np.finfo(np.float16).max
    return np.clip(features, -limit, limit).astype(np.float16)


def _texts(dataset: xr.Dataset) -> dict[Hashable, xr.DataArray]:
    return {name: values for name, values in dataset.coords.items() if values.dtype.kind in "TUO"}


def _with_text_as_objects(dataset: xr.Dataset) -> xr.Dataset:
    # zarr has a specification for text of any length, and none for numpy's fixed-length text
    return dataset.assign_coords(
        {str(name): names.astype(object) for name, names in _texts(dataset).items()}
    )


def _read_progress(partial: Path) -> dict:
    try:
        progress: dict = json.loads((partial / _PROGRESS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return progress


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise EthoprismError(
            f"cannot write ({reason})",
            path,
            "check free space and permissions; the same command goes on from there",
        ) from error
