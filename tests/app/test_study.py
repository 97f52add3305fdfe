import shutil
from pathlib import Path

import pytest

from ethoprism.study import read_study
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Behavior, Ethogram, exclusive
from ethoprism_domains.annotation.merging import merge_ethograms

from .conftest import write_video

HEADER = "video,subject,behavior,start_frame,stop_frame\n"


@pytest.fixture(scope="module")
def one_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("one") / "one.mp4")


@pytest.fixture
def videos(tmp_path: Path, one_video: Path):
    """Copy the one video to the paths that are named."""

    def copy(*names: str) -> Path:
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(one_video, tmp_path / name)
        return tmp_path

    return copy


def write_labels(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text(header + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "named", ["day 1/größe.mp4", "größe.mp4", "größe", "C:\\old\\place\\größe.mp4"]
)
def test_labels_name_a_video_by_path_name_or_stem(videos, named):
    folder = videos("day 1/größe.mp4", "day 1/b.mp4")
    labels = write_labels(folder / "l.csv", f"{named},,dig,0,10")
    study = read_study([labels])
    assert study.paths == {"größe.mp4": folder / "day 1" / "größe.mp4"}
    assert study.annotations.events["video"].tolist() == ["größe.mp4"]


def test_files_of_one_name_are_told_apart_by_their_folders(videos):
    folder = videos("cage 1/a.mp4", "cage 2/a.mp4")
    labels = write_labels(folder / "l.csv", "cage 2/a.mp4,,dig,0,10")
    assert list(read_study([labels]).paths) == ["cage 2/a.mp4"]
    ambiguous = write_labels(folder / "m.csv", "a.mp4,,dig,0,10")
    with pytest.raises(EthoprismError, match="could be several files"):
        read_study([ambiguous])


def test_a_video_that_is_not_there_is_named(videos):
    folder = videos("a.mp4")
    labels = write_labels(folder / "l.csv", "gone.mp4,,dig,0,10")
    with pytest.raises(
        EthoprismError, match=r"not there, gone\.mp4, say where it is with --videos"
    ):
        read_study([labels])


def test_a_file_that_names_no_video_means_its_namesake(videos):
    folder = videos("a.mp4", "b.mp4")
    frames = "\n".join(f"{n},{'dig' if n > 20 else 'none'}" for n in range(40))
    labels = write_labels(folder / "b.frames.csv", frames, header="frame,label\n")
    study = read_study([labels])
    assert list(study.paths) == ["b.mp4"]
    assert study.annotations.events[["start_frame", "stop_frame"]].values.tolist() == [[21, 40]]


def test_label_files_are_joined(videos):
    folder = videos("a.mp4", "b.mp4")
    one = write_labels(folder / "1.csv", "a.mp4,,dig,0,10")
    seconds = "video,behavior,start_s,stop_s\n"
    two = write_labels(folder / "2.csv", "b,rear,0.5,1.0", header=seconds)
    study = read_study([one, two])
    assert study.annotations.ethogram.names == ("dig", "rear")
    assert study.annotations.events["start_frame"].tolist() == [0, 10]
    assert study.groups == {"a.mp4": "a.mp4", "b.mp4": "b.mp4"}


def test_only_the_behaviours_asked_for_are_kept(videos):
    labels = write_labels(videos("a.mp4") / "l.csv", "a,,dig,0,10", "a,,rear,5,9")
    study = read_study([labels], behaviors=["rear"])
    assert study.annotations.ethogram.names == ("rear",)
    assert study.annotations.events["behavior"].tolist() == ["rear"]
    with pytest.raises(
        EthoprismError, match="no label names this behaviour, fly, choose among dig"
    ):
        read_study([labels], behaviors=["fly"])


def test_a_file_without_a_bout_is_refused(videos):
    labels = write_labels(videos("a.mp4") / "l.csv")
    with pytest.raises(EthoprismError, match=r"no labelled behaviour, .*l\.csv"):
        read_study([labels])


def test_groups_come_from_a_column_of_the_labels(videos):
    header = "video,behavior,start_frame,stop_frame,Animal\n"
    rows = ["a,dig,0,9,m 1", "b,dig,0,9,m 1", "c,dig,0,9,m 2"]
    folder = videos("a.mp4", "b.mp4", "c.mp4")
    labels = write_labels(folder / "l.csv", *rows, header=header)
    groups = read_study([labels], group="animal").groups
    assert groups == {"a.mp4": "m 1", "b.mp4": "m 1", "c.mp4": "m 2"}
    with pytest.raises(EthoprismError, match="no column 'site' among video, behavior"):
        read_study([labels], group="site")


def test_groups_come_from_a_table_that_may_know_more_videos(videos):
    folder = videos("a.mp4", "b.mp4")
    labels = write_labels(folder / "l.csv", "a,,dig,0,9", "b,,dig,0,9")
    table = write_labels(folder / "v.csv", "a,s1,x", "z,s9,x", "b,s2,x", header="video,site,sex\n")
    assert read_study([labels], group=f"{table}:site").groups == {"a.mp4": "s1", "b.mp4": "s2"}
    with pytest.raises(EthoprismError, match="which column is the group, of site, sex"):
        read_study([labels], group=str(table))


@pytest.mark.parametrize(
    ("rows", "words"),
    [(["a,1", "a,2", "b,1"], r"a\.mp4 is in two groups, '1' and '2'"), (["a,1"], r"group, b\.mp4")],
)
def test_a_video_has_exactly_one_group(videos, rows, words):
    folder = videos("a.mp4", "b.mp4")
    labels = write_labels(folder / "l.csv", "a,,dig,0,9", "b,,dig,0,9")
    table = write_labels(folder / "v.csv", *rows, header="video,site\n")
    with pytest.raises(EthoprismError, match=words):
        read_study([labels], group=str(table))


def ethogram(*names: str, one_at_a_time: bool = False) -> Ethogram:
    behaviors = tuple(Behavior(name) for name in names)
    return Ethogram(exclusive(behaviors) if one_at_a_time else behaviors)


def test_files_of_one_label_a_frame_make_one_exclusive_ethogram():
    merged = merge_ethograms(
        [ethogram("a", "b", one_at_a_time=True), ethogram("b", "c", one_at_a_time=True)]
    )
    assert merged.exclusive_groups == (("a", "b", "c"),)


def test_one_file_that_lets_behaviours_meet_settles_it():
    merged = merge_ethograms([ethogram("a", "b", one_at_a_time=True), ethogram("a", "b")])
    assert merged.exclusive_groups == ()


def test_a_behaviour_that_lasts_anywhere_is_a_state():
    merged = merge_ethograms([Ethogram((Behavior("a", kind="point"),)), ethogram("a")])
    assert merged["a"].kind == "state"
