"""Files that are never half-written: a temporary neighbour, flushed, then renamed."""

import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ethoprism_core.errors import EthoprismError

_SAMPLE_BYTES = 1 << 20
_PAUSES = (0.02, 0.05, 0.1, 0.2, 0.4)  # seconds


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success flush it and rename it to `path`.

    The body may write a file or a folder there. If it raises, nothing changes at `path` and the
    temporary is removed. A kill leaves at most a hidden ``.partial`` neighbour.

    Raises
    ------
    EthoprismError
        If the folder cannot be written to or the disk is full.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.partial")
    make_folder(path.parent)
    try:
        yield temporary
        publish(temporary, path)
    except OSError as error:
        if error.filename is not None and Path(error.filename) != temporary:
            raise  # some other file of the body's: not ours to explain
        raise _cannot_write(path, error) from error
    finally:
        _remove(temporary)


def make_folder(path: str | Path) -> None:
    """Make a folder, and those above it, unless it is there.

    Raises
    ------
    EthoprismError
        If that is not possible.
    """
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(path, error) from error


def publish(finished: Path, path: Path) -> None:
    """Flush a `finished` file or folder to the disk and rename it to its neighbour `path`."""
    _flush(finished)
    _replace(finished, path)


def write_text(path: str | Path, text: str) -> None:
    """Write `text` to `path` as UTF-8, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def fingerprint_file(path: str | Path) -> str:
    """Identify a file's content by its size and samples of its bytes, in milliseconds.

    Hashes the size and the first, middle and last mebibyte: enough to notice that a recording was
    replaced, cut or re-encoded, without reading a 50 GB file over a network. It does not depend on
    the file's name or date, so a moved project keeps its caches.
    """
    path = Path(path)
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        for offset in sorted({0, max(0, size // 2), max(0, size - _SAMPLE_BYTES)}):
            file.seek(offset)
            digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()[:32]


def _cannot_write(path: str | Path, error: OSError) -> EthoprismError:
    reason = error.strerror or str(error)
    return EthoprismError(f"cannot write ({reason})", path, "check free space and permissions")


def _flush(path: Path) -> None:
    for file in path.rglob("*") if path.is_dir() else [path]:
        if file.is_file():
            with file.open("rb+") as handle:
                os.fsync(handle.fileno())


def _replace(temporary: Path, path: Path) -> None:
    if not (temporary.is_dir() and path.is_dir()):
        _rename_patiently(temporary, path)
        return
    # a folder cannot be renamed over another: set the old one aside for the blink between
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.old")
    path.replace(aside)
    temporary.replace(path)
    shutil.rmtree(aside)


def _rename_patiently(temporary: Path, path: Path) -> None:
    # on Windows a virus scanner or a table program may hold the file for a moment
    for pause in _PAUSES:
        try:
            temporary.replace(path)
            return
        except PermissionError:
            time.sleep(pause)
    temporary.replace(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
