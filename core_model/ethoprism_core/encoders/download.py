"""Download one file: resumed where it broke off, and compared with what the server announces."""

import hashlib
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException, HTTPResponse
from pathlib import Path

Progress = Callable[[int, int], None]

_CHUNK = 1 << 20
_SECONDS_WITHOUT_ANSWER = 30
_ATTEMPTS = 5
_PARTIAL_CONTENT = 206
_RANGE_NOT_SATISFIABLE = 416


class DownloadError(Exception):
    """The server cannot be reached, does not have the file, or sent a damaged one."""


class _BrokenOffError(DownloadError):
    """The connection failed; what has arrived is kept."""


@dataclass(frozen=True)
class _Announced:
    """The size and the SHA-256 of the whole file, where the server tells them."""

    size: int | None
    sha256: str | None


def download(url: str, path: Path, progress: Progress | None = None, patience: float = 1.0) -> None:
    """Download `url` to `path`, by way of a ``.partial`` file beside it.

    A connection that breaks off is taken up again, until five attempts in a row brought nothing
    new; what has arrived by then stays for the next call.

    Parameters
    ----------
    url
        Where the file is.
    path
        Where it goes. It appears only when it is whole.
    progress
        Called with the bytes that are there and the bytes of the whole file.
    patience
        Seconds before the next attempt; doubled after each that brought nothing.

    Raises
    ------
    DownloadError
        If the server cannot be reached, refuses, or sent something else than it announced.
    OSError
        If the file cannot be written.
    """
    partial = path.with_name(f"{path.name}.partial")
    announced = _persist(url, partial, progress, patience)
    _verify(partial, announced)
    partial.replace(path)


def _persist(url: str, partial: Path, progress: Progress | None, patience: float) -> _Announced:
    start, in_vain = _size(partial), 0
    while True:
        before = _size(partial)
        try:
            return _attempt(url, partial, progress)
        except _BrokenOffError:
            in_vain = in_vain + 1 if _size(partial) == before else 0
            # a server that never answered is not worth waiting for
            if in_vain == _ATTEMPTS or _size(partial) == start:
                raise
            time.sleep(patience * 2**in_vain)


def _attempt(url: str, partial: Path, progress: Progress | None) -> _Announced:
    """Append to `partial` what is missing."""
    there = _size(partial)
    redirects = _Redirects()
    try:
        response = _open(url, there, redirects)
    except urllib.error.HTTPError as error:
        if error.code != _RANGE_NOT_SATISFIABLE or not there:
            raise DownloadError(f"the server says {error.code} {error.reason}") from error
        announced = _announced(redirects.seen, error.headers)
        if announced.size == there:
            return announced
        partial.unlink()  # longer than the file: not ours
        return _attempt(url, partial, progress)
    with response:
        announced = _announced(redirects.seen, response.headers)
        mode = "ab" if response.status == _PARTIAL_CONTENT else "wb"
        with partial.open(mode) as file:
            for chunk in _chunks(response):
                file.write(chunk)
                if progress is not None:
                    progress(file.tell(), announced.size or file.tell())
            os.fsync(file.fileno())
    if announced.size is not None and _size(partial) < announced.size:
        raise _BrokenOffError("the connection was closed midway")
    return announced


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Keeps the headers of redirects: the hub tells size and hash there, not at the target."""

    def __init__(self) -> None:
        self.seen: list[Message] = []

    def redirect_request(  # type: ignore[no-untyped-def]
        self, req, fp, code, msg, headers, newurl
    ):
        self.seen.append(headers)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _open(url: str, offset: int, redirects: _Redirects) -> HTTPResponse:
    # without compression, bytes and ranges are those of the file itself
    request = urllib.request.Request(url, headers={"Accept-Encoding": "identity"})
    if offset:
        request.add_header("Range", f"bytes={offset}-")
    try:
        opener = urllib.request.build_opener(redirects)
        return opener.open(request, timeout=_SECONDS_WITHOUT_ANSWER)
    except urllib.error.HTTPError:
        raise
    except urllib.error.URLError as error:
        raise _BrokenOffError(str(error.reason)) from error
    except (HTTPException, OSError) as error:
        raise _BrokenOffError(str(error) or type(error).__name__) from error


def _chunks(response: HTTPResponse) -> Iterator[bytes]:
    try:
        while chunk := response.read(_CHUNK):
            yield chunk
    except (HTTPException, OSError) as error:
        raise _BrokenOffError(str(error) or type(error).__name__) from error


def _announced(redirects: list[Message], final: Message) -> _Announced:
    size, sha256 = _whole_size(final), None
    for headers in [*redirects, final]:
        for name in ("X-Linked-ETag", "ETag"):
            tag = re.fullmatch(r'(?:W/)?"?([0-9a-f]{64})"?', headers.get(name, ""))
            sha256 = sha256 or (tag and tag[1])
        if headers.get("X-Linked-Size", "").isdigit():
            size = int(headers["X-Linked-Size"])
    return _Announced(size, sha256)


def _whole_size(headers: Message) -> int | None:
    total = re.search(r"/(\d+)$", headers.get("Content-Range", ""))
    if total:
        return int(total[1])
    length = headers.get("Content-Length", "")
    return int(length) if length.isdigit() else None


def _verify(partial: Path, announced: _Announced) -> None:
    """Compare the file with what was announced, and throw a damaged one away."""
    problem = None
    if announced.size is not None and _size(partial) != announced.size:
        problem = f"{_size(partial)} bytes instead of {announced.size}"
    elif announced.sha256 is not None and _sha256(partial) != announced.sha256:
        problem = "its SHA-256 is not the announced one"
    if problem:
        partial.unlink()
        raise DownloadError(f"the file arrived damaged: {problem}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
