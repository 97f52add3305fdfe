"""Downloads, from a server on this machine that redirects, resumes, breaks off and lies."""

import functools
import hashlib
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from ethoprism_core.encoders import hub, load_encoder
from ethoprism_core.encoders.download import DownloadError, download
from ethoprism_core.encoders.hub import RemoteFile, cache_folder, fetch
from ethoprism_core.errors import EthoprismError

CONTENT = np.random.default_rng(0).bytes(3_000_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Hub(BaseHTTPRequestHandler):
    """Redirects /resolve/... to /cdn/..., telling size and hash only there, as the hub does."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        server.requests.append((self.path, self.headers.get("Range")))
        if self.path.startswith("/resolve"):
            self.send_response(302)
            self.send_header("Location", self.path.replace("resolve", "cdn"))
            self.send_header("X-Linked-ETag", f'"{server.sha256}"')
            self.send_header("X-Linked-Size", str(len(CONTENT)))
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path.startswith("/cdn"):
            self.send_content()
        else:
            self.send_error(404)

    def send_content(self):
        server = self.server
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(wanted[1]) if wanted and server.ranges else 0
        if start >= len(CONTENT):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(CONTENT)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = CONTENT[start:]
        self.send_response(206 if start else 200)
        if start:
            span = f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
            self.send_header("Content-Range", span)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        limit = server.breaks.pop(0) if server.breaks else None
        self.wfile.write(body[:limit])
        if limit is not None:
            self.close_connection = True

    def log_message(self, *arguments):
        """Keep the test's output clean."""


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.requests, server.breaks, server.ranges, server.sha256 = [], [], True, SHA256
    server.url = f"http://127.0.0.1:{server.server_port}/resolve/weights.npz"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "weights.npz"


quickly = functools.partial(download, patience=0.001)


def ranges(server):
    return [span for place, span in server.requests if place.startswith("/cdn")]


def test_a_whole_file_with_progress(server, path):
    seen = []
    quickly(server.url, path, progress=lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert [total for _, total in seen] == [len(CONTENT)] * len(seen)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] == len(CONTENT)
    assert list(path.parent.iterdir()) == [path]


def test_a_broken_connection_is_taken_up_where_it_stopped(server, path):
    server.breaks = [1_000_000, 700_000]
    quickly(server.url, path)
    assert path.read_bytes() == CONTENT
    assert ranges(server) == [None, "bytes=1000000-", "bytes=1700000-"]


def test_a_later_call_goes_on(server, path):
    server.breaks = [2_000_000] + [0] * 5
    with pytest.raises(DownloadError, match="closed midway"):
        quickly(server.url, path)
    partial = path.with_name("weights.npz.partial")
    assert not path.exists() and partial.read_bytes() == CONTENT[:2_000_000]
    server.requests.clear()
    quickly(server.url, path)
    assert path.read_bytes() == CONTENT
    assert ranges(server) == ["bytes=2000000-"]
    assert not partial.exists()


def test_a_server_without_ranges_starts_again(server, path):
    server.ranges, server.breaks = False, [500_000]
    quickly(server.url, path)
    assert path.read_bytes() == CONTENT


def test_a_complete_partial_file_is_only_verified(server, path):
    path.with_name("weights.npz.partial").write_bytes(CONTENT)
    quickly(server.url, path)
    assert path.read_bytes() == CONTENT


def test_a_partial_file_that_is_too_long_is_replaced(server, path):
    path.with_name("weights.npz.partial").write_bytes(CONTENT + b"more")
    quickly(server.url, path)
    assert path.read_bytes() == CONTENT


def test_a_partial_file_of_something_else_is_noticed_and_removed(server, path):
    path.with_name("weights.npz.partial").write_bytes(bytes(1_000_000))
    with pytest.raises(DownloadError, match="SHA-256"):
        quickly(server.url, path)
    assert list(path.parent.iterdir()) == []


def test_a_file_that_is_not_the_announced_one(server, path):
    server.sha256 = "0" * 64
    with pytest.raises(DownloadError, match="arrived damaged"):
        quickly(server.url, path)
    assert not path.exists()


def test_a_missing_file(server, path):
    with pytest.raises(DownloadError, match="404"):
        quickly(server.url.replace("resolve", "nowhere"), path)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("ETHOPRISM_CACHE", str(folder))
    return folder


@pytest.fixture
def nowhere():
    """An address on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}/weights.npz"


def test_the_cache_is_asked_first(server, cache):
    file = RemoteFile(server.url, "weights.npz")
    assert fetch(file) == cache / "weights.npz"
    server.requests.clear()
    assert fetch(file).read_bytes() == CONTENT
    assert server.requests == []


def test_offline_says_which_file_goes_where(cache, nowhere):
    with pytest.raises(EthoprismError) as caught:
        fetch(RemoteFile(nowhere, "weights.npz"))
    assert caught.value.where == nowhere
    assert f"put weights.npz into the folder {cache} by hand" in caught.value.remedy


def test_a_cache_that_cannot_be_written(server, cache):
    cache.write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(EthoprismError, match="ETHOPRISM_CACHE"):
        fetch(RemoteFile(server.url, "weights.npz"))


def test_the_user_s_cache_folder(monkeypatch):
    monkeypatch.delenv("ETHOPRISM_CACHE", raising=False)
    assert "ethoprism" in str(cache_folder())


def test_public_weights_are_fetched_by_the_encoder_s_name(cache, nowhere, monkeypatch):
    monkeypatch.setitem(hub.WEIGHTS, "videoprism-base", RemoteFile(nowhere, "base.npz"))
    with pytest.raises(EthoprismError, match=r"put base\.npz into the folder"):
        load_encoder("videoprism-base")


def test_a_damaged_file_in_the_cache(cache):
    file = hub.WEIGHTS["videoprism-base"]
    assert file.url == (
        "https://huggingface.co/google/videoprism-base-f16r288/resolve/main/"
        "flax_base_f16r288_repeated.npz"
    )
    cache.mkdir()
    (cache / file.name).write_bytes(CONTENT)
    with pytest.raises(EthoprismError, match="damaged"):
        load_encoder("videoprism-base")
