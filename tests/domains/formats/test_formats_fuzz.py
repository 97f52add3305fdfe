"""Every format of the registry: damaged bytes end in the one error, or in annotations."""

import gzip
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations
from ethoprism_domains.formats import FORMATS, read_events, write_events

several = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
each_written = pytest.mark.parametrize(
    "item", [item for item in FORMATS if item.write], ids=lambda item: item.name
)
each_read = pytest.mark.parametrize("item", FORMATS, ids=lambda item: item.name)
NUMBERS = st.sampled_from([b"1e308", b"-1", b"NaN", b"99999999999999999999", b"null", b"[]", b'""'])
SNIPPETS = st.binary(max_size=3) | NUMBERS | st.sampled_from([b"{", b"<", b"\n", b"\t", b",", b"0"])


def ends_well(path, name, frame_times) -> None:
    for times, fps in ((frame_times, None), (None, 25.0)):
        try:
            found = read_events(path, name, video="v.mp4", frame_times=times, fps=fps)
        except EthoprismError as error:
            assert "\n" not in str(error)
        else:
            assert isinstance(found, Annotations)


@each_written
@several
@given(data=st.data())
def test_damaged_files(item, data, sample, frame_times, tmp_path):
    path = tmp_path / f"labels{item.extensions[0]}"
    write_events(path, sample, item.name, frame_times=frame_times)
    packed = path.read_bytes()
    zipped = packed.startswith(b"\x1f\x8b") and data.draw(st.booleans())
    content = bytearray(gzip.decompress(packed) if zipped else packed)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 12))] = data.draw(SNIPPETS)
        content = content or bytearray(b"\x00")
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    path.write_bytes(gzip.compress(content) if zipped else content)
    for name in (None, item.name):
        ends_well(path, name, frame_times)


@each_read
@several
@given(content=st.binary(max_size=60))
def test_any_bytes(item, content, frame_times, tmp_path):
    path = tmp_path / f"labels{item.extensions[0]}"
    path.write_bytes(content)
    ends_well(path, item.name, frame_times)


@each_read
def test_a_bomb_is_refused(item, frame_times, tmp_path, monkeypatch):
    monkeypatch.setattr("ethoprism_domains.formats.content.MOST_BYTES", 1 << 20)
    path = tmp_path / f"labels{item.extensions[0]}"
    path.write_bytes(gzip.compress(b" " * (1 << 26)))
    began = time.process_time()
    with pytest.raises(EthoprismError):
        read_events(path, item.name, video="v.mp4", frame_times=frame_times)
    assert time.process_time() - began < 60  # it stops at the limit
