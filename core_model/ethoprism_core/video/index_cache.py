"""Keep indexes between runs, under the fingerprint of the file they belong to."""

import dataclasses
import json
import zipfile
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path, fingerprint_file
from ethoprism_core.video.index import HeaderClaims, VideoIndex
from ethoprism_core.video.opening import check_readable
from ethoprism_core.video.orientation import Orientation

_FORMAT = 3  # raise it when an index means something else than before
_ARRAYS = ("pts", "keyframes", "group_starts")


def load_index(path: str | Path, cache_dir: str | Path | None = None) -> VideoIndex:
    """Return the index of the video at `path`, from the cache where the file is unchanged.

    Parameters
    ----------
    path
        The video.
    cache_dir
        Folder of the cached indexes; the user's cache folder if None. Where it cannot be written,
        nothing is cached.

    Raises
    ------
    EthoprismError
        If the file cannot be opened as a video.
    """
    path = Path(path)
    check_readable(path)
    folder = Path(cache_dir or platformdirs.user_cache_path("ethoprism", False) / "video-index")
    cached = folder / f"{fingerprint_file(path)}.npz"
    index = _read(cached, path)
    if index is None:
        index = VideoIndex.build(path)
        with suppress(EthoprismError, OSError):  # what cannot be cached only costs time
            _write(cached, index)
    return index


def _write(target: Path, index: VideoIndex) -> None:
    known = {f.name: getattr(index, f.name) for f in dataclasses.fields(index)}
    arrays = {name: known.pop(name) for name in _ARRAYS}
    del known["path"]
    known["time_base"] = str(index.time_base)
    known["claims"] = dataclasses.asdict(index.claims)
    known["orientation"] = dataclasses.asdict(index.orientation)
    header = json.dumps({"format": _FORMAT, **known})
    with atomic_path(target) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, header=np.array(header), **arrays)


def _read(source: Path, path: Path) -> VideoIndex | None:
    try:
        with source.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            header = json.loads(str(stored["header"]))
            arrays = {name: stored[name] for name in _ARRAYS}
        return _index(path, header, arrays) if header.pop("format") == _FORMAT else None
    except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile):
        return None  # absent, damaged or of another version: built anew


def _index(path: Path, header: dict[str, Any], arrays: dict[str, Any]) -> VideoIndex:
    header["time_base"] = Fraction(header["time_base"])
    header["claims"] = HeaderClaims(**header["claims"])
    header["orientation"] = Orientation(**header["orientation"])
    header["stored_size"] = tuple(header["stored_size"])
    header["notices"] = tuple(header["notices"])
    return VideoIndex(path=path, **header, **arrays)
