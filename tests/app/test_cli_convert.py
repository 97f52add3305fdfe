import json
from pathlib import Path

import av
import h5py
import numpy as np
import pytest

import ethoprism as ep
from ethoprism import cli
from ethoprism_domains.formats import FORMATS

LABELS = (
    "video,subject,behavior,start_frame,stop_frame,comment\n"
    "v.mp4,A,walk,3,9,nice\nv.mp4,A,peck,12,12,\nv.mp4,,walk,10,20,\n"
)


def write_video(path: Path, frames: int = 40) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=20)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(frames):
            picture = np.full((48, 64, 3), number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.csv"
    path.write_text(LABELS, encoding="utf-8")
    write_video(tmp_path / "v.mp4")
    return path


def converted(*words: object) -> int:
    return cli.main(["convert", *map(str, words)])


def test_labels_go_to_boris_and_back_by_the_video_beside_them(labels, tmp_path, capsys):
    boris = tmp_path / "project.boris"
    assert converted(labels, boris) == 0
    told = capsys.readouterr().out
    assert f"read {labels} (bouts-csv)" in told
    assert "3 events; 2 behaviours (walk, peck); 1 subject (A); 1 video (v.mp4)" in told
    assert "on reading, nothing was lost" in told and "on writing, nothing was lost" in told
    rows = json.loads(boris.read_text(encoding="utf-8"))["observations"]["v"]["events"]
    assert rows[0] == [0.15, "A", "walk", "", "nice", 3]
    assert converted(boris, tmp_path / "again.csv") == 0
    times = np.arange(40) / 20
    first, again = (
        ep.read_events(path, frame_times=lambda video: times)
        for path in (labels, tmp_path / "again.csv")
    )
    columns = ["video", "subject", "behavior", "kind", "start_frame", "stop_frame", "comment"]
    said = [sorted(found.events[columns].to_numpy().tolist()) for found in (first, again)]
    assert said[0] == said[1]
    np.testing.assert_array_equal(again.observed["stop_frame"], [40])


def test_what_was_lost_is_told_with_counts(labels, tmp_path, capsys):
    assert converted(labels, tmp_path / "labels.annot") == 0
    told = capsys.readouterr().out
    assert (
        "on writing, lost or in doubt:\n    1 comments of events, first: walk of A in v.mp4" in told
    )


def test_a_file_that_is_there_is_not_replaced_unless_asked(labels, tmp_path, capsys):
    target = tmp_path / "out.eaf"
    target.write_text("precious", encoding="utf-8")
    assert converted(labels, target) == 2
    assert "it exists already" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == "precious"
    assert converted(labels, target, "--force") == 0
    assert "ANNOTATION_DOCUMENT" in target.read_text(encoding="utf-8")
    assert converted(labels, labels, "--force") == 2
    assert "it is read from itself" in capsys.readouterr().err
    assert labels.read_text(encoding="utf-8") == LABELS


def test_a_rate_stands_in_for_a_video_that_is_not_at_hand(labels, tmp_path, capsys):
    (tmp_path / "v.mp4").unlink()
    with_video = [labels, tmp_path / "out.eaf", "--observed", "coded span"]
    assert converted(*with_video) == 2
    assert "the frame times of v.mp4 are not known" in capsys.readouterr().err
    assert converted(*with_video, "--fps", 20) == 0
    capsys.readouterr()
    assert converted(tmp_path / "out.eaf", tmp_path / "back.csv", "--fps", 20) == 0
    told = capsys.readouterr().out
    assert "3 events placed by a constant frame rate, not by the video" in told
    spans = ep.read_events(tmp_path / "back.csv").events[["start_frame", "stop_frame"]]
    assert sorted(spans.to_numpy().tolist()) == [[3, 9], [10, 20], [12, 12]]


def test_a_format_of_one_video_asks_which(labels, tmp_path, capsys):
    write_video(tmp_path / "w.mp4")
    labels.write_text(LABELS + "w.mp4,,walk,0,4,\n", encoding="utf-8")
    assert converted(labels, tmp_path / "out.eaf") == 2
    assert "the labels are of 2, " in capsys.readouterr().err
    assert converted(labels, tmp_path / "out.eaf", "--only", "x.mp4") == 2
    assert "choose among v.mp4, w.mp4" in capsys.readouterr().err
    assert converted(labels, tmp_path / "out.eaf", "--only", "w.mp4") == 0
    assert ep.read_events(tmp_path / "out.eaf", fps=20.0).videos == ("w.mp4",)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "name the file to read and the file to write"),
        (["nowhere.csv", "out.eaf"], "cannot read"),
        (["LABELS", "out.xyz"], "which format to write is not clear"),
        (["LABELS", "out.csv", "--to", "videos-csv"], "cannot write videos-csv"),
        (["LABELS", "out.csv", "--to", "dance"], "unknown label format"),
        (["LABELS", "out.eaf", "--video", "nowhere"], "no such file or folder"),
    ],
)
def test_mistakes_are_one_line(words, told, labels, tmp_path, capsys):
    names = {"LABELS": labels, "out.csv": tmp_path / "o.csv", "out.eaf": tmp_path / "o.eaf"}
    assert converted(*(names.get(word, word) for word in words)) == 2
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1


def test_every_format_is_listed(capsys):
    assert converted("--list") == 0
    told = capsys.readouterr().out
    assert [line.split()[0] for line in told.splitlines()] == [item.name for item in FORMATS]


def test_the_table_of_the_docs_is_that_of_the_registry():
    page = Path(__file__).resolve().parents[2] / "docs" / "formats.md"
    rows = [
        f"| `{f.name}` | yes | {'yes' if f.write else ''} | {f.carries} | {f.loses} |"
        for f in FORMATS
    ]
    found = [line for line in page.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"]
    assert found == rows


def test_nwb_refers_to_the_video_and_comes_back(labels, tmp_path, capsys):
    out = tmp_path / "nwb" / "labels.nwb"
    out.parent.mkdir()
    assert converted(labels, out) == 0
    with h5py.File(out) as file:
        video = file["acquisition/video"]
        assert video["external_file"].asstr()[:].tolist() == ["../v.mp4"]
        assert (video["starting_time"].attrs["rate"], video["num_samples"][()]) == (20.0, 40)
    again = tmp_path / "again.csv"
    assert converted(out, again, "--video", tmp_path / "v.mp4") == 0
    assert capsys.readouterr().out.count("on reading, nothing was lost") == 2
    first, second = (
        ep.read_events(path, frame_times=lambda v: np.arange(40) / 20) for path in (out, again)
    )
    columns = ["video", "subject", "behavior", "start_frame", "stop_frame", "comment", "event_id"]
    assert first.events[columns].equals(second.events[columns])
    assert len(first.events) == 3


def test_a_pickle_is_read_only_where_it_is_trusted(tmp_path, capsys):
    sequence = {
        "annotations": np.array([0, 0, 1]),
        "metadata": {"vocab": {"attack": 0, "other": 1}},
    }
    np.save(tmp_path / "mice.npy", {"annotator-id_0": {"mouse1": sequence}}, allow_pickle=True)
    assert converted(tmp_path / "mice.npy", tmp_path / "out.csv") == 2
    told = capsys.readouterr().err
    assert "--trust-pickle" in told and told.count("\n") == 1
    assert converted(tmp_path / "mice.npy", tmp_path / "out.csv", "--trust-pickle") == 0
    assert "1 events; 1 behaviour (attack)" in capsys.readouterr().out
