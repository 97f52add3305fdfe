"""Folders of clips with a table of labels: names, groups, several labels, what is missing."""

from pathlib import Path

import av
import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.checking import check_dataset
from ethoprism_domains.registry import read_dataset, recognise_domain


def write_video(path: Path, frames: int = 5) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for number in range(frames):
            picture = np.full((32, 32, 3), 40 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


def folder_of(path: Path, table: str, clips: tuple[str, ...] = ("a.mp4", "b.mp4")) -> Path:
    for clip in clips:
        write_video(path / clip)
    (path / "labels.csv").write_text(table, encoding="utf-8")
    return path


def test_a_clip_is_a_recording_that_its_label_holds_for(tmp_path: Path):
    header = "video,label,location,individual,split"
    table = f"{header}\na.mp4,walking,north,Kofi,train\nb,sitting,south,,val\n"
    path = folder_of(tmp_path, table)
    assert recognise_domain(path).name == "ecology"
    dataset = read_dataset(path)
    first, second = dataset.recordings
    assert (first.name, first.video) == ("a.mp4", path / "a.mp4")
    assert (second.name, second.video) == ("b", path / "b.mp4")  # by its name without ending
    assert first.annotations.events[["start_frame", "stop_frame"]].to_numpy().tolist() == [[0, 5]]
    assert first.groups == {"site": "north", "animal": "Kofi"}
    assert second.groups == {"site": "south"}
    assert [item.metadata["split"] for item in dataset.recordings] == ["train", "validation"]
    habits = dataset.habits
    assert (habits.sampling.kind, habits.group_by) == ("clip", "site")
    assert habits.scoring.metric == "accuracy"
    assert not [item for item in check_dataset(dataset) if item.wrong]


def test_a_clip_may_have_several_labels(tmp_path: Path):
    table = "filepath;label;session\nx/a.mp4;walking;1\nx/a.mp4;eating;1\nx/b.mp4;none;2\n"
    dataset = read_dataset(folder_of(tmp_path, table, ("x/a.mp4", "x/b.mp4")))
    first, second = dataset.recordings
    assert sorted(first.annotations.events["behavior"]) == ["eating", "walking"]
    assert second.annotations.events.empty
    assert second.labelled  # nothing was seen, which somebody looked for
    assert dataset.ethogram.exclusive_groups == ()
    assert dataset.habits.scoring.metric == "average_precision"
    assert dataset.habits.group_by == "session"


def test_what_is_missing_is_told_and_not_fatal(tmp_path: Path):
    table = "video,label,n_frames\na.mp4,walking,9\ngone.mp4,sitting,4\n"
    dataset = read_dataset(folder_of(tmp_path, table))
    found = [(item.kind, item.where, item.count, item.wrong) for item in check_dataset(dataset)]
    assert ("missing file", "gone.mp4", 1, True) in found
    assert ("frames disagree", "a.mp4", 4, True) in found
    assert ("unlisted video", "b.mp4", 1, False) in found
    assert dataset.habits.group_by == "video"


def test_two_videos_of_one_name_are_not_guessed_between(tmp_path: Path):
    clips = ("x/a.mp4", "y/a.mp4")
    dataset = read_dataset(folder_of(tmp_path, "clip,label\na.mp4,walking\n", clips))
    assert dataset.recordings[0].video is None
    assert "several videos" in {item.kind for item in check_dataset(dataset)}


def test_a_clip_of_two_sites_is_refused(tmp_path: Path):
    table = "video,label,site\na.mp4,walking,north\na.mp4,eating,south\n"
    with pytest.raises(EthoprismError, match="two sites, north and south"):
        read_dataset(folder_of(tmp_path, table))


def test_a_table_without_videos_is_no_folder_of_clips(tmp_path: Path):
    (tmp_path / "labels.csv").write_text("video,label\na.mp4,walking\n", encoding="utf-8")
    with pytest.raises(EthoprismError, match="no domain recognises"):
        read_dataset(tmp_path)


def test_the_real_clips_of_chimpanzees(footage: Path):
    dataset = read_dataset(footage / "chimpbehave")
    assert len(dataset.recordings) == 7
    assert len(dataset.ethogram.exclusive_groups[0]) == 7
    assert not check_dataset(dataset)
