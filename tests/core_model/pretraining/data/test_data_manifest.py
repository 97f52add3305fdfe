"""Manifests: what is read, and one clear line for each row that is not."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_core.pretraining.data import ImageCorpus, Span, VideoCorpus, Views, read_manifest

GOOD = """path,start,stop,caption,corpus,by
a.mp4,1.5,4,"A mouse, grey, rears.",web,x
sub/b.mp4,,,  two   flies ,,y
c.png,,,a zebra,web,z
d.mp4,0,2,,web,
"""


def write(folder, text, name="clips.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_become_corpora(tmp_path):
    manifest = read_manifest(write(tmp_path, GOOD), Views.plain())
    assert manifest.problems == ()
    web, images, rest = manifest.corpora
    assert web == VideoCorpus(
        "web",
        (
            Span(tmp_path / "a.mp4", 1.5, 4.0, "A mouse, grey, rears."),
            Span(tmp_path / "d.mp4", 0.0, 2.0),
        ),
        Views.plain(),
    )
    assert images == ImageCorpus(
        "web images", (Span(tmp_path / "c.png", caption="a zebra"),), Views.plain()
    )
    assert rest.name == "clips"
    assert rest.spans == (Span(tmp_path / "sub" / "b.mp4", caption="two flies"),)
    assert [corpus.captioned for corpus in manifest.corpora] == [False, True, True]


def test_parquet_is_read_like_csv(tmp_path):
    path = write(tmp_path, GOOD)
    pd.read_csv(path).to_parquet(tmp_path / "clips.parquet")
    assert read_manifest(tmp_path / "clips.parquet", Views()) == read_manifest(path, Views())


def test_each_bad_row_is_one_line(tmp_path):
    rows = [
        "ok.mp4,0,1",
        ",0,1",
        "a.mp4,soon,1",
        "b.mp4,3,2",
        "c.mp4,-1,2",
        "d.mp4,0,nan",
        "e.mp4,1,inf",
        "f.mp4,0,1,a mouse, running",
        "g.mp4",
    ]
    path = write(tmp_path, "path,start,stop,caption\n" + "\n".join(rows) + "\n")
    manifest = read_manifest(path, Views())
    assert [span.path.name for span in manifest.corpora[0].spans] == ["ok.mp4", "g.mp4"]
    reasons = [
        "line 3: no path",
        "line 4: start is no number of seconds: soon",
        "line 5: stop 2 is not after start 3",
        "line 6: start is no time in the video: -1",
        "line 7: stop is no time in the video: nan",
        "line 8: stop is no time in the video: inf",
        "line 9: more fields than the header has, put captions with commas into quotes",
    ]
    assert list(manifest.problems) == [f"{path}, {reason}" for reason in reasons]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"file,start\na.mp4,1\n", "no column path"),
        (b"", "no column path"),
        (b"path\n", "no usable row"),
        (b"path,start\n,\n", "no usable row"),
        (b"path\n\xff\xfe.mp4\n", "cannot read the manifest"),
        (b'path\n"a.mp4\n', "cannot read the manifest"),
    ],
)
def test_manifests_that_cannot_be_used(tmp_path, content, message):
    (tmp_path / "m.csv").write_bytes(content)
    with pytest.raises(EthoprismError, match=message):
        read_manifest(tmp_path / "m.csv", Views())


def test_a_missing_or_damaged_file_is_told(tmp_path):
    (tmp_path / "m.parquet").write_bytes(b"PAR1 nothing")
    for name in ("m.parquet", "absent.parquet", "absent.csv"):
        with pytest.raises(EthoprismError, match="cannot read the manifest"):
            read_manifest(tmp_path / name, Views())


@given(st.text(alphabet='pathscio,.\n"\r1290-é \0', max_size=60))
def test_any_text_is_read_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text(f"path,start\n{text}", encoding="utf-8", newline="")
    try:
        manifest = read_manifest(path, Views())
    except EthoprismError:
        return
    assert all(corpus.count for corpus in manifest.corpora)
