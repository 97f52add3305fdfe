import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    frame_edges,
    frame_labels,
    make_events,
    make_observed,
)
from ethoprism_domains.formats import FORMATS, read_events, recognise, write_events

ETHOGRAM = Ethogram((Behavior("walk"), Behavior("rest; still"), Behavior("peck", kind="point")))
NAMES = ("walk", "rest; still", "peck")
TIMES = np.cumsum(np.linspace(0.02, 0.05, 50)) - 0.02
READERS = [item.name for item in FORMATS]
several = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def known(video: str) -> np.ndarray:
    return TIMES


def write(folder: Path, text: str | bytes, name: str = "labels.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def spans(annotations: Annotations) -> list[tuple]:
    columns = ["video", "subject", "behavior", "start_frame", "stop_frame"]
    return [tuple(row) for row in annotations.events[columns].to_numpy(dtype=object)]


def observed(annotations: Annotations) -> list[tuple]:
    return [tuple(row) for row in annotations.observed.to_numpy(dtype=object)]


# --- bouts


@pytest.mark.parametrize(
    "text",
    [
        "video,subject,behavior,start_frame,stop_frame\nv.mp4,A,walk,3,9\nv.mp4,,walk,10,12\n",
        "Video;Subject;Behaviour;Start Frame;Stop Frame\r\nv.mp4;A;walk;3;9\r\nv.mp4;;walk;10;12",
        "stop_frame\tSTART_FRAME\tbehavior\tsubject\tvideo\tmood\n9\t3\twalk\tA\tv.mp4\t7\n"
        "\n12\t10.0\t walk \t\tv.mp4\t\n",
        '"video","subject","behavior","start_frame","stop_frame"\n"v.mp4","A","walk","3","9"\n'
        'v.mp4,,"walk",10,12,,\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_bouts_are_read_as_labs_save_them(tmp_path, text, encoding):
    found = read_events(write(tmp_path, text.encode(encoding)), frame_times=known)
    assert spans(found) == [("v.mp4", "A", "walk", 3, 9), ("v.mp4", "", "walk", 10, 12)]
    assert observed(found) == [("v.mp4", 0, 50)]
    edges = frame_edges(TIMES)
    np.testing.assert_array_equal(found.events["start_s"], edges[[3, 10]])
    np.testing.assert_array_equal(found.events["stop_s"], edges[[9, 12]])


def test_seconds_become_frames_by_the_videos_own_times(tmp_path):
    edges = frame_edges(TIMES)
    text = (
        f"behavior;start (s);stop (s)\nwalk;{edges[3]:.3f};{edges[9]:.3f}\n".replace(".", ",")
        + f"walk;{edges[20] + 0.001:.4f};{edges[20] + 0.002:.4f}\n"  # shorter than a frame
        + f"peck;{edges[30]:.3f};{edges[30]:.3f}\n"
        + f"rest; {edges[49]:.3f}; {edges[50] + 0.001:.3f}\n"
    )
    found = read_events(write(tmp_path, text), video="v", frame_times=known)
    assert [span[2:] for span in spans(found)] == [
        ("walk", 3, 9),
        ("walk", 20, 21),
        ("peck", 30, 30),
        ("rest", 49, 50),
    ]
    assert found.ethogram["peck"].kind == "point"


def test_which_frames_were_observed_can_be_chosen_or_told(tmp_path):
    plain = "video,behavior,start_frame,stop_frame\nv,walk,3,9\nw,peck,20,20\nv,rest,15,17\n"
    told = plain.replace("\n", ",\n").replace("frame,\n", "frame,kind\n") + "v,,2,8,observed\n"
    path = write(tmp_path, plain)
    with pytest.raises(EthoprismError, match=r"which frames of v were observed.*coded span"):
        read_events(path)
    assert observed(read_events(path, frame_times=known)) == [("v", 0, 50), ("w", 0, 50)]
    span = read_events(path, observed="coded span", ethogram=None)
    assert observed(span) == [("v", 3, 17), ("w", 20, 21)]
    both = read_events(write(tmp_path, told), frame_times=known)
    assert observed(both) == [("v", 2, 8), ("w", 0, 50)]
    with pytest.raises(EthoprismError, match="choose among whole, coded span"):
        read_events(path, observed="all")


@st.composite
def any_events(draw) -> list[dict[str, object]]:
    texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
    found = []
    for number in range(draw(st.integers(0, 6))):
        behavior = draw(st.sampled_from(NAMES))
        start = draw(st.integers(0, 40))
        stop = start if behavior == "peck" else start + draw(st.integers(1, 9))
        found.append(
            {
                "event_id": f"e{number}",
                "video": draw(st.sampled_from(["v.mp4", 'über, "w";.avi'])),
                "subject": draw(st.sampled_from(["", "A", "é\u200dB"[:1]])),
                "behavior": behavior,
                "start_frame": start,
                "stop_frame": stop,
                "start_s": draw(st.floats(0, 1e6) | st.just(float("nan"))),
                "stop_s": draw(st.floats(0, 1e6)),
                "judgement": draw(st.sampled_from(["present", "unsure"])),
                "labeling_method": draw(st.sampled_from(["manual", "automated", "curated"])),
                "confidence": draw(st.floats(0, 1) | st.just(float("nan"))),
                "modifiers": draw(texts),
                "annotator": draw(texts),
                "comment": draw(texts),
            }
        )
    return found


@several
@given(any_events(), st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=2))
def test_our_bouts_come_back_whole(tmp_path, records, seen):
    intervals = [
        {"video": "v.mp4", "start_frame": start, "stop_frame": start + length}
        for start, length in seen
    ]
    given = Annotations(make_events(records), make_observed(intervals), ETHOGRAM)
    write_events(tmp_path / "events.csv", given)
    again = read_events(tmp_path / "events.csv", ethogram=ETHOGRAM)
    pd.testing.assert_frame_equal(again.events, given.events)
    pd.testing.assert_frame_equal(again.observed, given.observed)


# --- frames


def test_columns_of_labels_are_read_and_other_numbers_left(tmp_path):
    text = (
        ",background,walk,rest,speed\n"
        "0,0,1,0,3.5\n1,0,1,0,4\n3,1,0,0,5\n4,0,-1,1,6\n5,-1,-1,-1,6\n6,0,,1,1\n"
    )
    found = read_events(write(tmp_path, text), video="v", frame_times=known)
    assert found.ethogram.names == ("walk", "rest")
    assert found.ethogram.exclusive_groups == ()
    labels = frame_labels(found, "v", TIMES)["labels"].to_numpy()[:8, 0].tolist()
    nothing = [-1, -1]
    assert labels == [[1, 0], [1, 0], nothing, [0, 0], [-1, 1], nothing, [-1, 1], nothing]


def test_a_column_of_names_is_read_and_excludes_itself(tmp_path):
    text = "frame,label,x\n2,walk,1\n0,walk,1\n1,Background,0\n3,rest,1\n4,,1\n"
    found = read_events(write(tmp_path, text), video="v", frame_times=known)
    assert found.ethogram.exclusive_groups == (("walk", "rest"),)
    assert observed(found) == [("v", 0, 4)]
    assert spans(found) == [
        ("v", "", "walk", 0, 1),
        ("v", "", "walk", 2, 3),
        ("v", "", "rest", 3, 4),
    ]


def test_a_behaviour_without_a_column_was_not_assessed(tmp_path):
    path = write(tmp_path, "frame,walk\n0,1\n1,0\n")
    found = read_events(path, video="v", frame_times=known, ethogram=ETHOGRAM)
    labels = frame_labels(found, "v", TIMES)["labels"].to_numpy()[:3, 0].tolist()
    assert labels == [[1, -1, -1], [0, -1, -1], [-1, -1, -1]]


@st.composite
def any_labels(draw) -> list[list[list[int]]]:
    subjects = draw(st.integers(1, 2))
    row = st.lists(st.sampled_from([-1, 0, 1, 1]), min_size=2, max_size=2)
    frame = st.lists(row, min_size=subjects, max_size=subjects)
    return draw(st.lists(frame, min_size=1, max_size=12))


@several
@given(any_labels())
def test_labels_per_frame_come_back(tmp_path, rows):
    values = np.array(rows, np.int8)
    subjects = ["A", "B"][: values.shape[1]]
    table = pd.DataFrame(
        [
            {
                "frame": frame,
                "subject": subject,
                "video": "v",
                "walk": row[0],
                "rest; still": row[1],
            }
            for frame, of_frame in enumerate(values.tolist())
            for subject, row in zip(subjects, of_frame, strict=True)
        ]
    )
    given = write(tmp_path, table.to_csv(index=False))
    first = read_events(given, frame_times=known)
    write_events(tmp_path / "again.csv", first, "frames-csv", frame_times=known)
    second = read_events(tmp_path / "again.csv", ethogram=first.ethogram)
    for found in (first, second):
        labels = frame_labels(found, "v", TIMES, individuals=subjects)["labels"]
        np.testing.assert_array_equal(labels[: len(values)], values)
        assert (labels[len(values) :] == -1).all()


def test_frames_are_written_to_the_last_observed_one_where_the_video_is_unknown(tmp_path):
    given = Annotations(
        make_events([{"video": "v", "behavior": "walk", "start_frame": 1, "stop_frame": 2}]),
        make_observed([{"video": "v", "start_frame": 0, "stop_frame": 4}]),
        Ethogram((Behavior("walk"),)),
    )
    write_events(tmp_path / "frames.csv", given, "frames-csv")
    assert (tmp_path / "frames.csv").read_text() == (
        "video,subject,frame,walk\nv,,0,0\nv,,1,1\nv,,2,0\nv,,3,0\n"
    )


# --- whole videos


def test_a_label_of_a_whole_video_covers_it(tmp_path):
    text = "video,label,n_frames\na,walk,24\nb,none,10\nc,rest,5\nd,,3\n"
    found = read_events(write(tmp_path, text))
    assert spans(found) == [("a", "", "walk", 0, 24), ("c", "", "rest", 0, 5)]
    assert observed(found) == [("a", 0, 24), ("b", 0, 10), ("c", 0, 5)]
    assert found.ethogram.exclusive_groups == (("walk", "rest"),)
    two = read_events(write(tmp_path, "video,label\na,walk\na,rest\n"), frame_times=known)
    assert spans(two) == [("a", "", "walk", 0, 50), ("a", "", "rest", 0, 50)]
    assert two.ethogram.exclusive_groups == ()


# --- bad input

BOUTS = "video,behavior,start_frame,stop_frame\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        (" \n\n", "the file is empty"),
        ("hello there\n", "no label format is recognised"),
        ("video,behavior,start_frame\nv,walk,1\n", "no column 'stop_frame' among video, behavior"),
        ("behavior,start_frame,stop_frame\nwalk,1,2\n", 'line 2, add a column "video"'),
        (BOUTS + "v,walk,9,3\n", "stop 3 is before start 9, LABELS, line 2"),
        (BOUTS + "v,walk,1,2\n\nv,walk,,3\n", "'walk' has no start, LABELS, line 4"),
        (BOUTS + "v,walk,1,\n", "'walk' has no stop"),
        (BOUTS + "v,walk,nan,3\n", "start_frame 'nan' is not a number, LABELS, line 2"),
        (BOUTS + "v,walk,one,3\n", "start_frame 'one' is not a number"),
        (BOUTS + "v,walk,1_0,30\n", "start_frame '1_0' is not a number"),
        (BOUTS + "v,walk,1.5,3\n", "start_frame 1.5 is no frame number"),
        (BOUTS + "v,walk,1,1e99\n", "stop_frame 1e+99 is no frame number"),
        (BOUTS + "v,walk,-1,3\n", "start_frame -1 is negative, LABELS, line 2"),
        (BOUTS + "v,walk,1,51\n", "frame 51 is beyond the end of v, which has 50 frames"),
        (BOUTS + "v,run,1,5\nv,jump,1,5\n", "behaviour 'run' is not in the ethogram (walk, rest"),
        (BOUTS + "v,,1,5\n", "behavior '' is empty"),
        (BOUTS + "v,peck,1,5\n", "a point event from 1 to 5: a point has no duration"),
        (BOUTS + "v,walk,1,1\n", "a state from 1 to 1 holds no frame"),
        (BOUTS + "v,walk,1\n", "a row of 3 cells under a header of 4, LABELS, line 2"),
        (BOUTS + "v,walk,1,2,3\n", "a row of 5 cells under a header of 4"),
        (BOUTS + 'v,"walk,1,2\n', "cannot read the table (unexpected end of data)"),
        ("behavior,behavior,start_frame,stop_frame\n", "column 'behavior' stands there twice"),
        (BOUTS.encode() + b"v,walk\xff,1,2\n", "not UTF-8 text (byte 44)"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no label format is recognised"),
        ("video,behavior,start_s,stop_s\nv,walk,0,99\n", "99 s is outside v, which ends at 1.7"),
        ("video,behavior,start_s,stop_s\nv,walk,inf,99\n", "start_s 'inf' is not a number"),
        ("frame,label\n0,walk\n0,rest; still\n", "frame 0 of v0 comes twice, LABELS, line 3"),
        ("frame,label\n0,walk\n50,walk\n", "frame 50 is beyond the end of v0, which has 50"),
        ("frame,label\n0,walk\n-1,walk\n", "no frame number from 0 on, LABELS, line 3"),
        ("frame,label\n0,walk\n,walk\n", "no frame number from 0 on, LABELS, line 3"),
        ("frame,label\n0,walk\n1,run\n", "'run' is not in the ethogram"),
        ("frame,walk,run\n0,1,0\n", "behaviour 'run' is not in the ethogram"),
        ("frame,walk\n0,1\n1,2\n", "'2' of 'walk' is none of 1, 0 and -1, LABELS, line 3"),
        ("frame,speed\n0,1.5\n", "no column of labels and none of 1, 0 or -1"),
        ("video,label\n,walk\n", "it does not tell how many frames '' has"),
    ],
)
def test_a_bad_file_ends_in_one_line_that_names_the_place(tmp_path, text, told):
    path = write(tmp_path, text)
    video = "v0" if text[:6] == "frame," else None
    with pytest.raises(EthoprismError) as caught:
        read_events(path, video=video, frame_times=known, ethogram=ETHOGRAM)
    message = str(caught.value)
    assert told in message.replace(str(path), "LABELS")
    assert str(path) in message


@pytest.mark.parametrize("text", [BOUTS + "v,walk,1,2\n", "video,label\nv,walk\n"])
def test_an_empty_ethogram_knows_no_behaviour(tmp_path, text):
    with pytest.raises(EthoprismError, match="'walk' is not in the ethogram"):
        read_events(write(tmp_path, text), frame_times=known, ethogram=Ethogram(()))


def test_a_point_needs_no_stop_where_it_is_known_to_be_one(tmp_path):
    path = write(tmp_path, BOUTS + "v,peck,7,\n")
    assert spans(read_events(path, frame_times=known, ethogram=ETHOGRAM))[0][3:] == (7, 7)
    path = write(tmp_path, "video,behavior,start_frame,stop_frame,kind\nv,peck,7,,POINT\n")
    assert spans(read_events(path, frame_times=known))[0][3:] == (7, 7)


def test_seconds_without_the_video_are_refused(tmp_path):
    path = write(tmp_path, "video,behavior,start_s,stop_s\nv,walk,0,1\n")
    with pytest.raises(EthoprismError, match="the frame times of v are not known"):
        read_events(path)


def test_a_mostly_numeric_column_of_labels_with_a_mistake_is_not_passed_over(tmp_path):
    rows = "".join(f"{frame},{frame % 2},{frame / 7}\n" for frame in range(30))
    path = write(tmp_path, f"frame,walk,speed\n{rows}30,O,1\n")
    with pytest.raises(EthoprismError, match=r"'o' of 'walk' is none of 1, 0 and -1, .* line 32"):
        read_events(path, video="v")


def test_missing_files_folders_and_unknown_formats(tmp_path):
    for path in (tmp_path / "nowhere.csv", tmp_path):
        with pytest.raises(EthoprismError, match="cannot read"):
            read_events(path)
        with pytest.raises(EthoprismError, match="cannot read"):
            read_events(path, "bouts-csv")
    with pytest.raises(EthoprismError, match="unknown label format, nonsense, choose among"):
        read_events(tmp_path / "x", "nonsense")
    nothing = Annotations(make_events([]), make_observed([]), ETHOGRAM)
    with pytest.raises(EthoprismError, match="cannot write videos-csv"):
        write_events(tmp_path / "x.csv", nothing, "videos-csv")
    assert not (tmp_path / "x.csv").exists()


SOUND = {
    "bouts-csv": b"video,subject,behavior,start_frame,stop_frame,kind,comment\n"
    b'v,A,walk,1,4,state,"a"\n'
    b"v,,peck,7,7,point,\nv,,,0,50,observed,\n",
    "frames-csv": b"frame,label,x\n0,walk,1.5\n1,background,2\n2,rest,3\n",
    "videos-csv": b"video,label,n_frames\nv,walk,24\nw,rest,7\n",
}


@pytest.mark.parametrize("name", SOUND)
def test_the_format_is_recognised_from_content(tmp_path, name):
    assert recognise(write(tmp_path, SOUND[name], "anything.dat")).name == name


@several
@given(st.data())
def test_damaged_bytes_end_in_the_one_error_or_in_events(tmp_path, data):
    name = data.draw(st.sampled_from(sorted(SOUND)))
    content = bytearray(SOUND[name])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        content = content or bytearray(b"\x00")
    path = write(tmp_path, bytes(content))
    for reader in (None, name):
        try:
            found = read_events(path, reader, video="v", frame_times=known)
        except EthoprismError as error:
            assert "\n" not in str(error)
        else:
            assert isinstance(found, Annotations)


@several
@given(st.binary(max_size=60), st.sampled_from(READERS))
@example(b"\xff\xfe\x00", "bouts-csv")
@example(b'behavior,start_s,stop_s\n"', "bouts-csv")
@example(b"behavior,start_frame,stop_frame\nw,1,1\nw,1,2\n", "bouts-csv")
@example(b"frame,label\n", "frames-csv")
@example(b"frame,walk\n", "frames-csv")
@example(b"video,label\n", "videos-csv")
@example(b"\xef\xbb\xbf", "videos-csv")
def test_any_bytes_end_in_the_one_error_or_in_events(tmp_path, content, reader):
    try:
        found = read_events(write(tmp_path, content), reader, video="v", frame_times=known)
    except EthoprismError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(found, Annotations)


def test_a_field_longer_than_the_reader_allows_is_one_error(tmp_path):
    text = io.StringIO()
    text.write(BOUTS + "v," + "w" * 200_000 + ",1,2\n")
    with pytest.raises(EthoprismError, match="cannot read the table"):
        read_events(write(tmp_path, text.getvalue()), frame_times=known)


# --- real files


@pytest.mark.parametrize(
    ("folder", "name", "count"),
    [
        ("sleap-flies", "frame_labels_DERIVED.csv", 3000),
        ("mabe-triplet", "frame_labels_DERIVED.csv", 1801),
        ("tracktor", "mouse_frame_labels_DERIVED.csv", 10_000),
    ],
)
def test_real_frame_labels_equal_the_table(footage, folder, name, count):
    path = footage / folder / name
    times = np.arange(count) / 30
    found = read_events(path, video="v", frame_times=lambda video: times)
    labels = frame_labels(found, "v", times)["labels"].to_numpy()[:, 0]
    table = pd.read_csv(path)
    said = np.array(found.ethogram.names)[labels[: len(table)].argmax(axis=1)]
    np.testing.assert_array_equal(said, table["label"])
    assert (labels[: len(table)].sum(axis=1) == 1).all() and (labels[len(table) :] == -1).all()


def test_real_one_hot_labels_equal_the_table(real_labels):
    path = real_labels / "fly-labels-only" / "2019_06_26_fly2.csv"
    table = pd.read_csv(path, index_col=0)
    found = read_events(path, video="fly")
    times = np.arange(len(table)) / 60
    labels = frame_labels(found, "fly", times)["labels"].to_numpy()[:, 0]
    np.testing.assert_array_equal(labels, table.drop(columns="background").to_numpy())


def test_real_labels_of_whole_videos(footage):
    found = read_events(footage / "chimpbehave" / "labels.csv")
    assert len(found.events) == len(found.ethogram) == 7
    assert set(found.observed["stop_frame"]) == {24}
